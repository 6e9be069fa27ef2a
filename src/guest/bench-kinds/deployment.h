/* Work of one kind each, without a timer. */
#pragma once

#define POK_CONFIG_SYSTEM "bench-kinds"
#define BENCH_SLOT 0
#include "../bench/one-program.h"
