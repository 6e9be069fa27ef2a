/* Two partitions with the services of ARINC 653 alone. */
#pragma once

#define POK_CONFIG_SYSTEM "apex"
#define POK_CONFIG_NB_PARTITIONS 2
#define POK_CONFIG_NB_THREADS 13
#define POK_CONFIG_START_MODE POK_PARTITION_MODE_INIT_COLD

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"control", 0, 0x10000, 9, 4096}, {"plant", 0, 0x10000, 3, 4096},                                                                      \
  }

/* Partition and milliseconds. */
#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 5}, {1, 5},                                                                                                                        \
  }

#define POK_CONFIG_NB_LOCKOBJECTS 6
#define POK_CONFIG_LOCKOBJECT_BYTES 256

/* Name, partition, direction, kind, channel, size of a message, messages. */
#define POK_CONFIG_NB_CHANNELS 2
#define POK_CONFIG_PORTS                                                                                                                   \
  {                                                                                                                                        \
    {"commands", 0, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 0, 4, 2},                                                                   \
        {"commands", 1, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 0, 4, 2},                                                                \
        {"level", 1, POK_PORT_DIRECTION_OUT, POK_PORT_SAMPLING, 1, 4, 1},                                                                  \
        {"level", 0, POK_PORT_DIRECTION_IN, POK_PORT_SAMPLING, 1, 4, 1},                                                                   \
  }
