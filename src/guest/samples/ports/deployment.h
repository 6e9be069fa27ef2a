/* A sampling channel with two readers, and queues between each two of three partitions. */
#pragma once

#define POK_CONFIG_SYSTEM "ports"
#define POK_CONFIG_NB_PARTITIONS 3
#define POK_CONFIG_NB_THREADS 4

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"sensor", 0, 0x10000, 1, 8192}, {"display", 0, 0x10000, 1, 8192}, {"store", 0, 0x10000, 1, 8192},                                     \
  }

/* Partition and milliseconds. */
#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 5}, {1, 5}, {2, 5},                                                                                                                \
  }

/* Name, partition, direction, kind, channel, size of a message, messages. */
#define POK_CONFIG_NB_CHANNELS 5
#define POK_CONFIG_PORTS                                                                                                                   \
  {                                                                                                                                        \
    {"altitude", 0, POK_PORT_DIRECTION_OUT, POK_PORT_SAMPLING, 0, 32, 1},                                                                  \
        {"altitude", 1, POK_PORT_DIRECTION_IN, POK_PORT_SAMPLING, 0, 32, 1},                                                               \
        {"altitude", 2, POK_PORT_DIRECTION_IN, POK_PORT_SAMPLING, 0, 32, 1},                                                               \
        {"requests", 1, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 1, 8, 1},                                                               \
        {"requests", 0, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 1, 8, 1},                                                                \
        {"answers", 0, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 2, 8, 1},                                                                \
        {"answers", 1, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 2, 8, 1},                                                                 \
        {"records", 1, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 3, 32, 3},                                                               \
        {"records", 2, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 3, 32, 3},                                                                \
        {"go", 1, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 4, 8, 1},                                                                     \
        {"go", 2, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 4, 8, 1},                                                                      \
  }
