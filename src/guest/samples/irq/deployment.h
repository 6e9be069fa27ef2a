/* Handlers of three lines in two partitions: keyboard and clock in one, serial line and clock in the other. */
#pragma once

#define POK_CONFIG_SYSTEM "irq"
#define POK_CONFIG_NB_PARTITIONS 2
#define POK_CONFIG_NB_THREADS 3
#define POK_CONFIG_CONSOLE_OWNER 1

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"keyboard", 0, 0x10000, 1, 8192}, {"serial", 0, 0x10000, 1, 8192},                                                                    \
  }

/* Partition and milliseconds. */
#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 5}, {1, 5},                                                                                                                        \
  }

/* The keyboard controller, for the partition that handles its line. */
#define POK_CONFIG_IO_PORTS                                                                                                                \
  {                                                                                                                                        \
    {0, 0x60, 0x60}, {0, 0x64, 0x64},                                                                                                      \
  }
