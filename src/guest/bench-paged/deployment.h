/* As src/guest/bench, with paging on (kernel/release.c). */
#pragma once

#define POK_CONFIG_SYSTEM "bench-paged"
#define BENCH_SLOT 0
#include "../bench/one-program.h"
