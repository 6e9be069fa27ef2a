/* RTEMS alone in one partition. */
#pragma once

#define POK_CONFIG_SYSTEM "hello"
#define POK_CONFIG_NB_PARTITIONS 1
#define POK_CONFIG_NB_THREADS 2

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"rtems", 0, 0x40000, 1, 8192},                                                                                                        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 10},                                                                                                                               \
  }
