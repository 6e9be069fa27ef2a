/* The system of two partitions that the debugger is shown and tested with. */
#pragma once

#define POK_CONFIG_SYSTEM "pok-two"
#define POK_CONFIG_NB_PARTITIONS 2
#define POK_CONFIG_NB_THREADS 4 /* one, two, and the idle thread */

/*
 * Name, base (0 = above the image), size, threads, stack size. 1.5 MB and more need page-granular limits. The base is fixed so that
 * what has been written about this system stays true when the kernel grows; small kernel stacks make room.
 */
#define POK_CONFIG_KERNEL_STACK_SIZE 4096

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"part1", 0x118000, 0x180000, 1, 8192}, {"part2", 0, 0x190000, 2, 8192},                                                               \
  }

/* Partition and milliseconds. */
#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 10}, {1, 10},                                                                                                                      \
  }
