/* RTEMS keeps time beside a partition that never waits: it has 6 of every 10 milliseconds. */
#pragma once

#define POK_CONFIG_SYSTEM "ticker"
#define POK_CONFIG_NB_PARTITIONS 2
#define POK_CONFIG_NB_THREADS 3

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"rtems", 0, 0x40000, 1, 8192}, {"compute", 0, 0x10000, 1, 8192},                                                                      \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 6}, {1, 4},                                                                                                                        \
  }
