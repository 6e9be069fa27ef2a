/*
 * The deployment of the benchmarks: one program in one segment. Base and limit are as awkward as protected mode allows: an odd base, and a
 * limit in bytes that ends right above the stack. A deployment.h says its system's name, and
 *   BENCH_SLOT  the length of the slot in ticks; 0: there is no timer, what is measured is the processor alone
 */
#pragma once

#define POK_CONFIG_NB_PARTITIONS 1
#define POK_CONFIG_NB_THREADS 2 /* the program and the idle thread */

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"bench", 0x412340, 0x40000, 1, 16384},                                                                                                \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, BENCH_SLOT},                                                                                                                       \
  }
