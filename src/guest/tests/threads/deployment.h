/* One partition for what threads can do, and one for each of the other schedulers. */
#pragma once

#define POK_CONFIG_SYSTEM "test-threads"
#define POK_CONFIG_NB_PARTITIONS 4
#define POK_CONFIG_NB_THREADS 20

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 8, 4096}, {"part2", 0, 0x10000, 4, 4096}, {"part3", 0, 0x10000, 3, 4096}, {"part4", 0, 0x10000, 3, 4096},        \
  }

#define POK_CONFIG_SCHEDULERS {POK_SCHED_PRIORITY, POK_SCHED_RR, POK_SCHED_RMS, POK_SCHED_EDF}

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 10}, {1, 10}, {2, 10}, {3, 10},                                                                                                    \
  }
