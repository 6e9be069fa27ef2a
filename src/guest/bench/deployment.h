/* Integer work, without a timer. */
#pragma once

#define POK_CONFIG_SYSTEM "bench-integer"
#define BENCH_SLOT 0
#include "one-program.h"
