/*
 * What the kernel and its partitions agree on. The numbers, the order of the structures' members and the conventions are POK's, so that
 * tools written for one work on the other.
 */
#pragma once
#include <stdint.h>

/* int 42 with EAX = number and EBX = offset, in the partition, of a pok_syscall_args; the result comes back in EAX. */
#define POK_SYSCALL_VECTOR 42

enum pok_syscall_id {
  POK_SYSCALL_CONSWRITE = 10,
  POK_SYSCALL_GETTICK = 20,
  POK_SYSCALL_THREAD_CREATE = 50,
  POK_SYSCALL_THREAD_SLEEP_UNTIL = 51,
  POK_SYSCALL_THREAD_SLEEP = 52,
  POK_SYSCALL_THREAD_PERIOD = 56,
  POK_SYSCALL_THREAD_STOPSELF = 57,
  POK_SYSCALL_THREAD_ID = 58,
  POK_SYSCALL_THREAD_STATUS = 59,
  POK_SYSCALL_THREAD_SET_PRIORITY = 60,
  POK_SYSCALL_PARTITION_SET_MODE = 404,
  POK_SYSCALL_PARTITION_GET_ID = 405,
  POK_SYSCALL_PARTITION_GET_PERIOD = 406,
  POK_SYSCALL_PARTITION_GET_DURATION = 407,
  POK_SYSCALL_PARTITION_GET_LOCK_LEVEL = 408,
  POK_SYSCALL_PARTITION_GET_OPERATING_MODE = 409,
  POK_SYSCALL_PARTITION_GET_START_CONDITION = 410,
};

typedef enum {
  POK_ERRNO_OK = 0,
  POK_ERRNO_EINVAL = 1,
  POK_ERRNO_UNAVAILABLE = 2,
  POK_ERRNO_TOOMANY = 5,
  POK_ERRNO_EPERM = 6,
  POK_ERRNO_EFAULT = 11,
  POK_ERRNO_THREAD = 49,
} pok_ret_t;

typedef struct {
  uint32_t nargs;
  uint32_t arg[5];
} pok_syscall_args_t;

typedef enum {
  POK_PARTITION_MODE_INIT_COLD = 1,
  POK_PARTITION_MODE_INIT_WARM = 2,
  POK_PARTITION_MODE_NORMAL = 3,
  POK_PARTITION_MODE_IDLE = 4,
  POK_PARTITION_MODE_RESTART = 5,
  POK_PARTITION_MODE_STOPPED = 6,
} pok_partition_mode_t;

typedef enum {
  POK_STATE_STOPPED = 0,
  POK_STATE_RUNNABLE = 1,
  POK_STATE_WAITING = 2,         /* until wakeup_time */
  POK_STATE_WAIT_NEXT_ACTIVATION = 3, /* until the kernel releases it */
} pok_state_t;

/* Times are in milliseconds, which are ticks. `entry` is an offset in the partition. */
typedef struct {
  uint8_t priority;
  uint32_t entry;
  uint64_t period;
  uint64_t deadline;
  uint64_t time_capacity;
  uint32_t stack_size;
  pok_state_t state;
} pok_thread_attr_t;
