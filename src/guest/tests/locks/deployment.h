/* One partition with all kinds of lock objects. It starts in INIT mode, as ARINC 653 has it. */
#pragma once

#define POK_CONFIG_SYSTEM "test-locks"
#define POK_CONFIG_NB_PARTITIONS 1
#define POK_CONFIG_NB_THREADS 7

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 6, 4096},                                                                                                        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 10},                                                                                                                               \
  }

#define POK_CONFIG_START_MODE POK_PARTITION_MODE_INIT_COLD

#define POK_CONFIG_NB_LOCKOBJECTS 8
#define POK_CONFIG_LOCKOBJECT_BYTES 256
