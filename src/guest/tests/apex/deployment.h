/* The APEX: services of all kinds, mode changes, and errors, in a partition each. */
#pragma once

#define POK_CONFIG_SYSTEM "test-apex"
#define POK_CONFIG_NB_PARTITIONS 3
#define POK_CONFIG_NB_THREADS 16
#define POK_CONFIG_START_MODE POK_PARTITION_MODE_INIT_COLD

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x20000, 6, 4096}, {"part2", 0, 0x10000, 3, 4096}, {"part3", 0, 0x10000, 5, 4096},                                        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 10}, {1, 10}, {2, 10},                                                                                                             \
  }

#define POK_CONFIG_NB_LOCKOBJECTS 8
#define POK_CONFIG_LOCKOBJECT_BYTES 256

/* Both ends are in the first partition. */
#define POK_CONFIG_NB_CHANNELS 3
#define POK_CONFIG_PORTS                                                                                                                   \
  {                                                                                                                                        \
    {"samples out", 0, POK_PORT_DIRECTION_OUT, POK_PORT_SAMPLING, 0, 16, 1},                                                               \
        {"samples in", 0, POK_PORT_DIRECTION_IN, POK_PORT_SAMPLING, 0, 16, 1},                                                             \
        {"queue out", 0, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 1, 16, 2},                                                             \
        {"queue in", 0, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 1, 16, 2},                                                               \
        {"a name of thirty characters...", 0, POK_PORT_DIRECTION_OUT, POK_PORT_SAMPLING, 2, 16, 1},                                        \
  }
