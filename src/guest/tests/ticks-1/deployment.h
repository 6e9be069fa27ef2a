/* The program of tests/ticks in 1 partition, in slots of one to three ticks. */
#pragma once

#define POK_CONFIG_SYSTEM "test-ticks-1"
#define POK_CONFIG_NB_PARTITIONS 1
#define POK_CONFIG_NB_THREADS 2

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 1, 8192}                                                                                                                              \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 2}                                                                                                                              \
  }
