/* One partition with all kinds of lock objects. */
#pragma once

#define POK_CONFIG_SYSTEM "test-locks"
#define POK_CONFIG_NB_PARTITIONS 1
#define POK_CONFIG_NB_THREADS 6

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 5, 4096},                                                                                                        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 10},                                                                                                                               \
  }

#define POK_CONFIG_NB_LOCKOBJECTS 8
#define POK_CONFIG_LOCKOBJECT_BYTES 256
