/* Two partitions whose code and whose handlers of the clock use the x87. */
#pragma once

#define POK_CONFIG_SYSTEM "test-fpu"
#define POK_CONFIG_NB_PARTITIONS 2
#define POK_CONFIG_NB_THREADS 3

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 1, 8192}, {"part2", 0, 0x10000, 1, 8192},                                                                        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 5}, {1, 3}, {0, 2},                                                                                                                \
  }
