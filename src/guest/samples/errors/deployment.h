/* What becomes of errors: a partition that handles its own, one that is restarted, one that is stopped, and one that goes on. */
#pragma once

#define POK_CONFIG_SYSTEM "errors"
#define POK_CONFIG_NB_PARTITIONS 4
#define POK_CONFIG_NB_THREADS 11

#define POK_CONFIG_PARTITIONS                                                                                                              \
  {                                                                                                                                        \
    {"careful", 0, 0x10000, 7, 4096}, {"stubborn", 0, 0x10000, 1, 4096}, {"careless", 0, 0x10000, 1, 4096},                                \
        {"bystander", 0, 0x10000, 1, 4096},                                                                                                \
  }

/* Partition and milliseconds. */
#define POK_CONFIG_SLOTS                                                                                                                   \
  {                                                                                                                                        \
    {0, 5}, {1, 5}, {2, 5}, {3, 5},                                                                                                        \
  }

/* For errors that nobody handles: partition, kind (0 = any), and what is done. */
#define POK_CONFIG_RECOVERIES                                                                                                              \
  {                                                                                                                                        \
    {1, 0, POK_RECOVERY_RESTART}, {2, 0, POK_RECOVERY_STOP},                                                                               \
  }
