/* As src/guest/bench, with a clock that ticks 10,000 times a second (kernel/pit.c). */
#pragma once

#define POK_CONFIG_SYSTEM "bench-timed"
#define BENCH_SLOT 100
#include "../bench/one-program.h"
