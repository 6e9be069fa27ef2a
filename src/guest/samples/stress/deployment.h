/* Two partitions in slots of different lengths, with handlers of the clock and of a line without a device. */
#pragma once

#define POK_CONFIG_SYSTEM "stress"
#define POK_CONFIG_NB_PARTITIONS 2
#define POK_CONFIG_NB_THREADS 3

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 1, 8192}, {"part2", 0, 0x10000, 1, 8192},                                                                        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 3}, {1, 2},                                                                                                                        \
  }
