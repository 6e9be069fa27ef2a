/* A partition that tries everything, restarted after each attempt that kills it, beside one that must not notice. */
#pragma once

#define POK_CONFIG_SYSTEM "test-hostile"
#define POK_CONFIG_NB_PARTITIONS 2
#define POK_CONFIG_NB_THREADS 5

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 3, 4096}, {"part2", 0, 0x10000, 1, 4096},                                                                        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 3}, {1, 3},                                                                                                                        \
  }

#define POK_CONFIG_RECOVERIES                                                                                                              \
  {                                                                                                                                        \
    {0, 0, POK_RECOVERY_RESTART},                                                                                                          \
  }

#define POK_CONFIG_NB_LOCKOBJECTS 2
#define POK_CONFIG_NB_CHANNELS 2
#define POK_CONFIG_PORTS                                                                                                                   \
  {                                                                                                                                        \
    {"out", 0, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 0, 8, 2}, {"out", 1, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 0, 8, 2},         \
        {"next", 1, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 1, 8, 1}, {"next", 0, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 1, 8, 1},   \
  }
#define POK_CONFIG_IO_PORTS                                                                                                                \
  {                                                                                                                                        \
    {0, 0x71, 0x71},                                                                                                                       \
  }
