/* The program of tests/ticks in 2 partitions, in slots of one to three ticks. */
#pragma once

#define POK_CONFIG_SYSTEM "test-ticks-2"
#define POK_CONFIG_NB_PARTITIONS 2
#define POK_CONFIG_NB_THREADS 3

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 1, 8192}, {"part2", 0, 0x10000, 1, 8192}                                                                                                                              \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 2}, {1, 3}                                                                                                                              \
  }
