/* Two partitions connected by a sampling channel and a queueing channel each way. */
#pragma once

#define POK_CONFIG_SYSTEM "test-ports"
#define POK_CONFIG_NB_PARTITIONS 2
#define POK_CONFIG_NB_THREADS 4

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0, 0x10000, 1, 4096}, {"part2", 0, 0x10000, 2, 4096},                                                                        \
  }

#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 5}, {1, 5},                                                                                                                        \
  }

#define POK_CONFIG_NB_CHANNELS 3
#define POK_CONFIG_CHANNEL_BYTES 256
#define POK_CONFIG_PORTS                                                                                                                   \
  {                                                                                                                                        \
    {"height", 0, POK_PORT_DIRECTION_OUT, POK_PORT_SAMPLING, 0, 8, 1},     /* */                                                           \
        {"height", 1, POK_PORT_DIRECTION_IN, POK_PORT_SAMPLING, 0, 8, 1},  /* */                                                           \
        {"orders", 0, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 1, 8, 2}, /* */                                                           \
        {"orders", 1, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 1, 8, 2},  /* */                                                           \
        {"answers", 1, POK_PORT_DIRECTION_OUT, POK_PORT_QUEUEING, 2, 8, 2}, /* */                                                          \
        {"answers", 0, POK_PORT_DIRECTION_IN, POK_PORT_QUEUEING, 2, 8, 2},                                                                 \
  }
