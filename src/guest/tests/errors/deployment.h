/* Partitions that fail, each with another recovery, and one that keeps running beside them. */
#pragma once

#define POK_CONFIG_SYSTEM "test-errors"
#define POK_CONFIG_NB_PARTITIONS 4
#define POK_CONFIG_NB_THREADS 11

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 4, 4096}, {"part2", 0, 0x10000, 2, 4096}, {"part3", 0, 0x10000, 3, 4096}, {"part4", 0, 0x10000, 1, 4096},        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 5}, {1, 5}, {2, 5}, {3, 5},                                                                                                        \
  }

/* 12 = numeric; what is not listed stops the partition. */
#define POK_CONFIG_RECOVERIES                                                                                                              \
  {                                                                                                                                        \
    {1, 0, POK_RECOVERY_RESTART}, {2, 12, POK_RECOVERY_IGNORE},                                                                            \
  }

/* The latch of the real-time clock, and what it shows. */
#define POK_CONFIG_IO_PORTS                                                                                                                \
  {                                                                                                                                        \
    {0, 0x70, 0x71},                                                                                                                       \
  }
