/* The program of tests/ticks in 4 partitions, in slots of one to three ticks. */
#pragma once

#define POK_CONFIG_SYSTEM "test-ticks-4"
#define POK_CONFIG_NB_PARTITIONS 4
#define POK_CONFIG_NB_THREADS 5

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 1, 8192}, {"part2", 0, 0x10000, 1, 8192}, {"part3", 0, 0x10000, 1, 8192}, {"part4", 0, 0x10000, 1, 8192}                                                                                                                              \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 2}, {1, 3}, {2, 1}, {3, 2}                                                                                                                              \
  }
