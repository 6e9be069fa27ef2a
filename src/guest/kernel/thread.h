/* Threads: each has a stack in its partition and one in the kernel. */
#pragma once
#include "config.h"
#include "partition.h"
#include "pok.h"
#include "trap.h"

/* Besides the partitions' threads there is one that waits for interrupts. It never leaves the boot stack. */
#define IDLE_THREAD (POK_CONFIG_NB_THREADS - 1)

#define POK_KERNEL_STACK_SIZE 8192

#define POK_EFLAGS_AT_START 0x202 /* IF; bit 1 is always 1 */

typedef struct {
  uint8_t priority; /* the larger, the sooner */
  uint64_t period;  /* 0 = not periodic */
  uint64_t next_activation;
  uint64_t wakeup_time;
  pok_state_t state;
  uint32_t entry;
  uint32_t partition;
  uint32_t sp;              /* kernel stack pointer while it does not run */
  uint32_t init_stack_addr; /* where its stack in the partition began */
} pok_thread_t;

extern pok_thread_t pok_threads[POK_CONFIG_NB_THREADS];

/* The address the processor is given as esp0 while thread `id` runs; it tells threads apart. */
uint32_t pok_thread_kernel_stack_top(uint32_t id);

/* Makes the partition's first thread, which is released by the scheduler. */
void pok_thread_start_main(uint32_t partition);

/* Makes a further thread that begins at `attr->entry` with `argument` in EAX. */
pok_ret_t pok_thread_create(uint32_t partition, const pok_thread_attr_t *attr, uint32_t argument, uint32_t *id);

/* Begins in the partition at `entry`: with its segments, the stack at `esp`, interrupts on and nothing in the other registers. */
void pok_thread_enter(struct pok_frame *user, uint32_t partition, uint32_t entry, uint32_t esp);

/* Below this offset no thread of the partition has its stack. */
uint32_t pok_thread_stacks_begin(const pok_partition_t *partition);

/* The thread is to be woken at `when`, if it is POK_STATE_WAITING then. */
void pok_thread_wake_at(uint32_t id, uint64_t when);

/* Makes the threads runnable whose time has come; were there any? */
bool pok_thread_wake(uint64_t now);
