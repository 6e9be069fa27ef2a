/* The system's deployment.h, completed by what it left out. */
#pragma once

/* How the threads of a partition share its slots. */
enum pok_scheduler {
  POK_SCHED_PRIORITY, /* static priorities; equals take turns, a tick each */
  POK_SCHED_RR,       /* all take turns */
  POK_SCHED_RMS,      /* rate monotonic: the shorter the period, the sooner */
  POK_SCHED_EDF,      /* the earliest deadline first; without one, it is the end of the period */
};

/* What becomes of an error that no handler of the partition takes. */
enum pok_recovery {
  POK_RECOVERY_STOP,    /* the partition */
  POK_RECOVERY_RESTART, /* the partition, cold */
  POK_RECOVERY_IGNORE,  /* but a thread that got an exception cannot go on */
  POK_RECOVERY_STOP_KERNEL,
};

enum pok_port_kind { POK_PORT_SAMPLING, POK_PORT_QUEUEING };

#include "deployment.h"

/* Of each thread. */
#ifndef POK_CONFIG_KERNEL_STACK_SIZE
#define POK_CONFIG_KERNEL_STACK_SIZE 8192
#endif

/* The partition whose system call CONSREAD gets what is typed. */
#ifndef POK_CONFIG_CONSOLE_OWNER
#define POK_CONFIG_CONSOLE_OWNER 0
#endif

/* One for each partition; those left out have POK_SCHED_PRIORITY. */
#ifndef POK_CONFIG_SCHEDULERS
#define POK_CONFIG_SCHEDULERS {POK_SCHED_PRIORITY}
#endif

/* The mode partitions start in; in the INIT modes only the main thread runs, until it sets POK_PARTITION_MODE_NORMAL. */
#ifndef POK_CONFIG_START_MODE
#define POK_CONFIG_START_MODE POK_PARTITION_MODE_NORMAL
#endif

/* Lock objects, and bytes for messages in buffers and on blackboards, of each partition. */
#ifndef POK_CONFIG_NB_LOCKOBJECTS
#define POK_CONFIG_NB_LOCKOBJECTS 0
#endif
#ifndef POK_CONFIG_LOCKOBJECT_BYTES
#define POK_CONFIG_LOCKOBJECT_BYTES 4
#endif

/*
 * POK_CONFIG_PORTS: name, partition, direction, kind, channel, message size, messages (sampling: 1). Ports of one channel are connected,
 * and say the same of messages.
 */
#ifndef POK_CONFIG_PORTS
#define POK_CONFIG_NB_CHANNELS 0
#endif
#ifndef POK_CONFIG_CHANNEL_BYTES
#define POK_CONFIG_CHANNEL_BYTES 4096
#endif

/* POK_CONFIG_IO_PORTS: partition, first and last of the I/O ports it may use by INB and OUTB. */

/* POK_CONFIG_RECOVERIES: partition, pok_error_kind_t (0 = any), pok_recovery; the first that fits counts, without one POK_RECOVERY_STOP. */
