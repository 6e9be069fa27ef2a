#include "sched.h"
#include "cpu.h"
#include "error.h"
#include "fpu.h"
#include "gdt.h"
#include "partition.h"
#include "pit.h"
#include "release.h"
#include "thread.h"
#include "virtual-cpu.h"

static const struct {
  uint32_t partition;
  uint32_t duration; /* milliseconds; 0 = for ever, without a timer */
} slots[] = POK_CONFIG_SLOTS;

#define SLOTS (sizeof slots / sizeof slots[0])

uint64_t pok_tick;
uint32_t pok_frames;
uint32_t pok_current_thread = IDLE_THREAD;
uint32_t pok_current_partition;
bool pok_sched_due;

static uint32_t current_slot;
static uint64_t slot_begin, slot_end;

void pok_context_switch(uint32_t *old_sp, uint32_t new_sp); /* entry.S */

uint32_t pok_sched_duration(uint32_t partition)
{
  uint32_t sum = 0;

  for (uint32_t i = 0; i < SLOTS; i++)
    if (slots[i].partition == partition)
      sum += slots[i].duration;
  return sum;
}

uint32_t pok_sched_major_frame(void)
{
  uint32_t sum = 0;

  for (uint32_t i = 0; i < SLOTS; i++)
    sum += slots[i].duration;
  return sum;
}

uint64_t pok_sched_slot_begin(void)
{
  return slot_begin;
}

uint64_t pok_sched_slot_end(void)
{
  return slot_end;
}

static void begin_slot(uint32_t slot)
{
  current_slot = slot;
  pok_gdt_enable_partition(pok_current_partition, false);
  pok_current_partition = slots[slot].partition;
  pok_gdt_enable_partition(pok_current_partition, true);
  slot_begin = pok_tick;
  slot_end = pok_tick + slots[slot].duration;
  pok_vcpu_begin_slot(pok_current_partition);
  pok_release(pok_current_partition);
  pok_sched_due = true;
}

static void end_slot(void)
{
  uint32_t next = (current_slot + 1) % SLOTS;

  if (next == 0) {
    pok_frames++;
    pok_release_end_of_frame();
  }
  begin_slot(next);
}

/* Among threads that may run, the one with the larger urgency runs, and among equals each in its turn. */
static uint64_t urgency(const pok_thread_t *thread, enum pok_scheduler scheduler)
{
  switch (scheduler) {
  case POK_SCHED_RR:
    return 0;
  case POK_SCHED_RMS: /* the shorter the period, the sooner; those without one when there is nothing else to do */
    return thread->period == 0 ? thread->priority : UINT64_MAX - thread->period;
  case POK_SCHED_EDF:
    if (thread->period == 0 && thread->deadline == 0)
      return thread->priority;
    return UINT64_MAX - (thread->deadline != 0 ? thread->deadline : thread->next_activation);
  default:
    return thread->priority;
  }
}

static bool may_run(const pok_partition_t *partition, uint32_t id)
{
  if (pok_threads[id].state != POK_STATE_RUNNABLE || pok_threads[id].suspended)
    return false;
  return partition->mode == POK_PARTITION_MODE_NORMAL || id == partition->thread_main || id == partition->error_handler;
}

static uint32_t elect(void)
{
  const pok_partition_t *partition = &pok_partitions[pok_current_partition];
  uint32_t elected = IDLE_THREAD;
  uint64_t most = 0;

  if (partition->error_handler != IDLE_THREAD && may_run(partition, partition->error_handler))
    return partition->error_handler;
  if (partition->lock_level != 0 && may_run(partition, partition->locker))
    return partition->locker;
  for (uint32_t i = 1; i <= partition->nthreads; i++) {
    uint32_t candidate = partition->current_thread + i;

    if (candidate >= partition->thread_index_high)
      candidate -= partition->nthreads;
    if (!may_run(partition, candidate))
      continue;
    uint64_t its = urgency(&pok_threads[candidate], partition->scheduler);
    if (elected == IDLE_THREAD || its > most) {
      elected = candidate;
      most = its;
    }
  }
  return elected;
}

void pok_sched(void)
{
  uint32_t previous = pok_current_thread;

  pok_sched_due = false;
  pok_vcpu_wake();
  uint32_t next = elect();

  if (next == previous)
    return;
  if (next != IDLE_THREAD) {
    pok_partitions[pok_current_partition].current_thread = next;
    pok_tss_set_kernel_stack(pok_thread_kernel_stack_top(next));
  }
  pok_current_thread = next;
  pok_fpu_switch(next);
  pok_vcpu_show_thread(next);
  pok_context_switch(&pok_threads[previous].sp, pok_threads[next].sp);
}

/* At the address that all three programs of the system use for a function of their own; see linker.ld. */
__attribute__((section(".shared"))) void pok_sched_tick(void)
{
  pok_tick++;
  pok_vcpu_tick();
  pok_sched_due |= pok_thread_wake(pok_tick) || pok_partitions[pok_current_partition].nthreads > 1; /* equals take turns */
  uint32_t late = pok_thread_overrun();
  if (late != IDLE_THREAD)
    pok_error_overrun(late);
  if (pok_tick == slot_end)
    end_slot();
}

void pok_sched_start(void)
{
  begin_slot(0);
  if (slots[0].duration != 0)
    pok_pit_init(pok_sched_tick);
  pok_sched();
  for (;;)
    wait_for_interrupt();
}
