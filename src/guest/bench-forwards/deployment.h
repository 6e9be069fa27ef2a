/* Forwarded interrupts, without a timer: the program may use the keyboard controller. */
#pragma once

#define POK_CONFIG_SYSTEM "bench-forwards"
#define BENCH_SLOT 0
#include "../bench/one-program.h"

#define POK_CONFIG_IO_PORTS                                                                                                                \
  {                                                                                                                                        \
    {0, 0x60, 0x60}, {0, 0x64, 0x64},                                                                                                      \
  }
