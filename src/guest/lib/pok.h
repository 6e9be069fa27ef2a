/*
 * What the kernel and its partitions agree on. The numbers, the order of the structures' members and the conventions are POK's, so that
 * tools written for one work on the other. The virtual CPU and forwarded interrupts are in vcpu.h.
 */
#pragma once
#include <stdint.h>

/* int 42 with EAX = number and EBX = offset, in the partition, of a pok_syscall_args; the result comes back in EAX. */
#define POK_SYSCALL_VECTOR 42

/* Arguments in the order of pok_syscall_args.arg. "at" = offset, in the partition, of a variable that receives the value. */
enum pok_syscall_id {
  POK_SYSCALL_CONSWRITE = 10, /* text, length */
  POK_SYSCALL_CONSREAD = 11,  /* buffer, length, at: how many bytes were there; never waits; console's owner only */
  POK_SYSCALL_GETTICK = 20,   /* at: uint64_t */

  POK_SYSCALL_IRQ_REGISTER_HANDLER = 25,   /* vector 0-15, handler's offset */
  POK_SYSCALL_IRQ_UNREGISTER_HANDLER = 26, /* vector */
  POK_SYSCALL_IRQ_PARTITION_ENABLE = 27,   /* level to go to; 0 = deliver */
  POK_SYSCALL_IRQ_PARTITION_DISABLE = 28,  /* level to go to, not 0 */
  POK_SYSCALL_IRQ_PARTITION_ACK = 29,      /* vector */
  POK_SYSCALL_IRQ_RETURN = 30,             /* no pok_syscall_args: ESP = offset of a pok_irq_context; does not return */
  POK_SYSCALL_VCPU_REGISTER = 31,          /* offset of a pok_vcpu, page aligned */
  POK_SYSCALL_IRQ_WAIT = 32,               /* blocks until an interrupt is deliverable */

  POK_SYSCALL_THREAD_CREATE = 50, /* at: id, pok_thread_attr_t, argument (in EAX) */
  POK_SYSCALL_THREAD_SLEEP_UNTIL = 51,
  POK_SYSCALL_THREAD_SLEEP = 52,
  POK_SYSCALL_THREAD_SUSPEND = 53, /* itself; milliseconds, or POK_FOREVER */
  POK_SYSCALL_THREAD_RESTART = 54, /* id */
  POK_SYSCALL_THREAD_STOP = 55,    /* id */
  POK_SYSCALL_THREAD_PERIOD = 56,
  POK_SYSCALL_THREAD_STOPSELF = 57,
  POK_SYSCALL_THREAD_ID = 58,           /* at: id */
  POK_SYSCALL_THREAD_STATUS = 59,       /* id, at: pok_thread_attr_t */
  POK_SYSCALL_THREAD_SET_PRIORITY = 60, /* id, priority */
  POK_SYSCALL_THREAD_RESUME = 61,       /* id */
  POK_SYSCALL_THREAD_SUSPEND_TARGET = 62, /* id */
  POK_SYSCALL_THREAD_DEADLINE = 63,       /* id, at: uint64_t, when the present activation has to end; 0 = no deadline, or missed */
  POK_SYSCALL_THREAD_DELAYED_START = 65,  /* id, milliseconds */
  POK_SYSCALL_THREAD_REPLENISH = 66,      /* itself; milliseconds from now to its new deadline, or POK_FOREVER: none */

  POK_SYSCALL_SAMPLING_ID = 101,     /* name, at: id */
  POK_SYSCALL_SAMPLING_READ = 102,   /* id, buffer, at: length, at: valid (uint32_t) */
  POK_SYSCALL_SAMPLING_STATUS = 103, /* id, at: pok_port_sampling_status_t */
  POK_SYSCALL_SAMPLING_WRITE = 104,  /* id, data, length */
  POK_SYSCALL_SAMPLING_CREATE = 105, /* name, size, direction, refresh period in ms, at: id */

  POK_SYSCALL_QUEUEING_CREATE = 110,  /* pok_port_queueing_create_t, at: id */
  POK_SYSCALL_QUEUEING_SEND = 111,    /* id, data, length, timeout in ms */
  POK_SYSCALL_QUEUEING_RECEIVE = 112, /* id, timeout in ms, capacity, buffer, at: length */
  POK_SYSCALL_QUEUEING_ID = 113,      /* name, at: id */
  POK_SYSCALL_QUEUEING_STATUS = 114,  /* id, at: pok_port_queueing_status_t */

  POK_SYSCALL_VIRTUAL_CREATE = 150,      /* name, at: id */
  POK_SYSCALL_VIRTUAL_NUMBER = 151,      /* id, at: how many destinations */
  POK_SYSCALL_VIRTUAL_DESTINATION = 152, /* id, which, at: the destination's id */
  POK_SYSCALL_VIRTUAL_GET_GLOBAL = 153,  /* id, at: the number it has in the whole system */

  POK_SYSCALL_LOCKOBJ_CREATE = 201,    /* at: id, pok_lockobj_attr_t */
  POK_SYSCALL_LOCKOBJ_OPERATION = 202, /* id, pok_lockobj_operation_t */

  POK_SYSCALL_ERROR_HANDLER_CREATE = 301,    /* entry, argument (in EAX) */
  POK_SYSCALL_ERROR_HANDLER_SET_READY = 302, /* from now on errors go to the handler */
  POK_SYSCALL_ERROR_RAISE_APPLICATION_ERROR = 303, /* text, length */
  POK_SYSCALL_ERROR_GET = 304,                     /* at: pok_error_status_t */

  POK_SYSCALL_PARTITION_SET_MODE = 404,
  POK_SYSCALL_PARTITION_GET_ID = 405,              /* at: uint32_t */
  POK_SYSCALL_PARTITION_GET_PERIOD = 406,          /* at: uint64_t */
  POK_SYSCALL_PARTITION_GET_DURATION = 407,        /* at: uint64_t */
  POK_SYSCALL_PARTITION_GET_LOCK_LEVEL = 408,      /* at: uint32_t */
  POK_SYSCALL_PARTITION_GET_OPERATING_MODE = 409,  /* at: uint32_t */
  POK_SYSCALL_PARTITION_GET_START_CONDITION = 410, /* at: uint32_t */
  POK_SYSCALL_PARTITION_SET_LOCK_LEVEL = 411,      /* level: above 0 no other thread of the partition runs */

  POK_SYSCALL_INB = 501,  /* port, at: uint8_t; ports the deployment lists for the partition only */
  POK_SYSCALL_OUTB = 502, /* port, value */
};

#define POK_SYSCALL_LAST 502

typedef enum {
  POK_ERRNO_OK = 0,
  POK_ERRNO_EINVAL = 1,
  POK_ERRNO_UNAVAILABLE = 2,
  POK_ERRNO_TOOMANY = 5,
  POK_ERRNO_EPERM = 6,
  POK_ERRNO_EXISTS = 7,
  POK_ERRNO_EFAULT = 11,
  POK_ERRNO_THREAD = 49,
  POK_ERRNO_TIMEOUT = 250,
  POK_ERRNO_MODE = 251, /* not in the state in which this could be done */
  POK_ERRNO_PORT = 301, /* no such port of this partition in the deployment */
  POK_ERRNO_DIRECTION = 303,
  POK_ERRNO_SIZE = 304,
  POK_ERRNO_EMPTY = 308,
  POK_ERRNO_KIND = 309,
  POK_ERRNO_FULL = 311,
} pok_ret_t;

typedef struct {
  uint32_t nargs;
  uint32_t arg[5];
} pok_syscall_args_t;

/* A time-out: 0 = do not wait. */
#define POK_FOREVER 0xffffffff

typedef enum {
  POK_PARTITION_MODE_INIT_COLD = 1,
  POK_PARTITION_MODE_INIT_WARM = 2,
  POK_PARTITION_MODE_NORMAL = 3,
  POK_PARTITION_MODE_IDLE = 4,
  POK_PARTITION_MODE_RESTART = 5,
  POK_PARTITION_MODE_STOPPED = 6,
} pok_partition_mode_t;

typedef enum {
  POK_START_CONDITION_NORMAL = 0,
  POK_START_CONDITION_PARTITION_RESTART = 1, /* it asked for it */
  POK_START_CONDITION_HM_MODULE_RESTART = 2,
  POK_START_CONDITION_HM_PARTITION_RESTART = 3, /* an error's configured recovery */
} pok_start_condition_t;

typedef enum {
  POK_STATE_STOPPED = 0,
  POK_STATE_RUNNABLE = 1,
  POK_STATE_WAITING = 2,         /* until wakeup_time */
  POK_STATE_WAIT_NEXT_ACTIVATION = 3, /* until the kernel releases it */
  POK_STATE_LOCK = 4,            /* for a lock object or a port */
  POK_STATE_SUSPENDED = 5,       /* until it is resumed, or wakeup_time */
  POK_STATE_WAIT_IRQ = 6,        /* until an interrupt is deliverable */
  POK_STATE_DORMANT = 7,         /* for THREAD_CREATE: stopped until it is restarted, or started with a delay */
} pok_state_t;

/* Times are in milliseconds, which are ticks. `entry` is an offset in the partition. */
typedef struct {
  uint8_t priority; /* the larger, the sooner */
  uint32_t entry;
  uint64_t period;        /* 0 = not periodic */
  uint64_t deadline;      /* after each activation; 0 = none is watched */
  uint64_t time_capacity; /* for each activation; 0 = unlimited */
  uint32_t stack_size;
  pok_state_t state;
} pok_thread_attr_t;

/* Ports: the deployment says which there are, and who may open them. */
typedef enum {
  POK_PORT_DIRECTION_IN = 1,
  POK_PORT_DIRECTION_OUT = 2,
} pok_port_direction_t;

/* In what order waiting threads are served. */
typedef enum {
  POK_DISCIPLINE_FIFO = 1,
  POK_DISCIPLINE_PRIORITY = 2,
} pok_discipline_t;

#define POK_PORT_NAME_MAX 31 /* with its NUL */

typedef struct {
  uint32_t size; /* of a message */
  uint32_t direction;
  uint64_t refresh; /* milliseconds a message stays valid */
  uint32_t validity; /* of the last one read */
} pok_port_sampling_status_t;

typedef struct {
  uint32_t name; /* offset */
  uint32_t message_size;
  uint32_t messages;
  uint32_t direction;
  uint32_t discipline;
} pok_port_queueing_create_t;

typedef struct {
  uint32_t nb_message;     /* in the queue */
  uint32_t max_nb_message;
  uint32_t max_message_size;
  uint32_t direction;
  uint32_t waiting_threads;
} pok_port_queueing_status_t;

/* Lock objects: all that threads of one partition wait for. */
typedef enum {
  POK_LOCKOBJ_KIND_MUTEX = 1,
  POK_LOCKOBJ_KIND_SEMAPHORE = 2,
  POK_LOCKOBJ_KIND_EVENT = 3,
  POK_LOCKOBJ_KIND_BUFFER = 4,
  POK_LOCKOBJ_KIND_BLACKBOARD = 5,
} pok_lockobj_kind_t;

typedef struct {
  uint32_t kind;
  uint32_t discipline;
  uint32_t initial;      /* semaphore: its first value; event: 1 = up */
  uint32_t maximum;      /* semaphore: its greatest value; buffer: how many messages */
  uint32_t message_size; /* buffer, blackboard */
} pok_lockobj_attr_t;

typedef enum {
  POK_LOCKOBJ_LOCK = 1,      /* mutex: lock; semaphore, event: wait */
  POK_LOCKOBJ_UNLOCK = 2,    /* mutex: unlock; semaphore: signal; event: set up */
  POK_LOCKOBJ_RESET = 3,     /* event: set down; blackboard: clear */
  POK_LOCKOBJ_SEND = 4,      /* buffer: send; blackboard: display */
  POK_LOCKOBJ_RECEIVE = 5,   /* buffer: receive; blackboard: read */
  POK_LOCKOBJ_STATUS = 6,
} pok_lockobj_action_t;

typedef struct {
  uint32_t action;
  uint32_t timeout; /* milliseconds */
  uint32_t data;    /* offset of the message */
  uint32_t length;  /* SEND: of the message; RECEIVE: set to it */
  uint32_t value;   /* STATUS: semaphore's value, event's or mutex's state, messages in a buffer or on a blackboard */
  uint32_t waiting; /* STATUS: threads that wait */
} pok_lockobj_operation_t;

/* Health monitoring. */
typedef enum {
  POK_ERROR_KIND_DEADLINE_MISSED = 10,
  POK_ERROR_KIND_APPLICATION_ERROR = 11,
  POK_ERROR_KIND_NUMERIC_ERROR = 12,
  POK_ERROR_KIND_ILLEGAL_REQUEST = 13,
  POK_ERROR_KIND_STACK_OVERFLOW = 14, /* also: no room for the frame of an interrupt */
  POK_ERROR_KIND_MEMORY_VIOLATION = 15,
  POK_ERROR_KIND_HARDWARE_FAULT = 16,
} pok_error_kind_t;

#define POK_ERROR_TEXT_MAX 64

typedef struct {
  uint32_t error_kind;
  uint32_t failed_thread; /* stopped, if it was an exception */
  uint32_t failed_addr;   /* its EIP */
  uint32_t vector;        /* of the exception; POK_IRQ_NONE if it was none */
  uint32_t msg_size;
  char msg[POK_ERROR_TEXT_MAX];
} pok_error_status_t;
