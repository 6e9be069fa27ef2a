/* One partition for what handlers may do. It owns the console. */
#pragma once

#define POK_CONFIG_SYSTEM "test-irq"
#define POK_CONFIG_NB_PARTITIONS 1
#define POK_CONFIG_NB_THREADS 3

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 2, 8192},                                                                                                        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 10},                                                                                                                               \
  }
