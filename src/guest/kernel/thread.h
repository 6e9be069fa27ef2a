/* Threads: each has a stack in its partition and one in the kernel. */
#pragma once
#include "config.h"
#include "partition.h"
#include "pok.h"
#include "trap.h"

/* Besides the partitions' threads there is one that waits for interrupts. It never leaves the boot stack. */
#define IDLE_THREAD (POK_CONFIG_NB_THREADS - 1)

#define POK_EFLAGS_AT_START 0x202 /* IF; bit 1 is always 1 */

typedef struct {
  uint8_t priority; /* the larger, the sooner */
  uint64_t period;  /* 0 = not periodic */
  uint64_t next_activation; /* the end of the present period */
  uint64_t wakeup_time;
  pok_state_t state;
  uint32_t entry;
  uint32_t partition;
  uint32_t sp;              /* kernel stack pointer while it does not run */
  uint32_t init_stack_addr; /* where its stack in the partition began */
  uint32_t argument;        /* in EAX at its entry */
  bool suspended;           /* by another thread; besides whatever else it waits for */
  bool fresh;               /* it has begun anew in its own system call, which has no result then */

  uint64_t relative_deadline, time_capacity; /* 0 = none */
  uint64_t deadline;                         /* of the present activation; 0 = none, or missed and reported */
  uint64_t consumed;                         /* ticks of the present activation */

  const void *waiting_for; /* in POK_STATE_LOCK; see wait.h */
  uint32_t wait_order;
  pok_ret_t wait_result;
  void *wait_buffer;
  uint32_t wait_length;
} pok_thread_t;

extern pok_thread_t pok_threads[POK_CONFIG_NB_THREADS];

/* The address the processor is given as esp0 while thread `id` runs; it tells threads apart. */
uint32_t pok_thread_kernel_stack_top(uint32_t id);

/* Makes the partition's first thread, which is released by the scheduler. */
void pok_thread_start_main(uint32_t partition);

/* Makes a further thread that begins at `attr->entry` with `argument` in EAX, unless attr->state is POK_STATE_DORMANT. */
pok_ret_t pok_thread_create(uint32_t partition, const pok_thread_attr_t *attr, uint32_t argument, uint32_t *id);

/* The thread begins anew at its entry, at the time `when`; the current one when the kernel returns to it. */
void pok_thread_begin(uint32_t id, uint64_t when);
void pok_thread_stop(uint32_t id);

/* Ends the present activation of a periodic thread: when the next one begins. Those it is too late for are lost. */
uint64_t pok_thread_next_activation(uint32_t id);

/* A tick of the current partition's slot has passed: the first thread that has overrun its time; IDLE_THREAD if none has. */
uint32_t pok_thread_overrun(void);

/* Begins in the partition at `entry`: with its segments, the stack at `esp`, interrupts on and nothing in the other registers. */
void pok_thread_enter(struct pok_frame *user, uint32_t partition, uint32_t entry, uint32_t esp);

/* Below this offset no thread of the partition has its stack. */
uint32_t pok_thread_stacks_begin(const pok_partition_t *partition);

/* The thread is to be woken at `when`, whatever it waits for. */
void pok_thread_wake_at(uint32_t id, uint64_t when);

/* Makes the threads runnable whose time has come; were there any? */
bool pok_thread_wake(uint64_t now);
