#include "thread.h"
#include "fpu.h"
#include "gdt.h"
#include "lockobj.h"
#include "options.h"
#include "partition.h"
#include "sched.h"

pok_thread_t pok_threads[POK_CONFIG_NB_THREADS];

static uint64_t next_wakeup = UINT64_MAX; /* none before that */

static uint8_t kernel_stacks[IDLE_THREAD][POK_CONFIG_KERNEL_STACK_SIZE] __attribute__((aligned(16)));

extern const uint8_t pok_trap_leave[]; /* entry.S */

uint32_t pok_thread_kernel_stack_top(uint32_t id)
{
  return (uint32_t)kernel_stacks[id] + POK_CONFIG_KERNEL_STACK_SIZE;
}

/* What pok_context_switch finds on the stack of a thread that has not run yet. */
struct first_switch {
  uint32_t edi, esi, ebx, ebp, eip;
  struct pok_frame frame;
};

void pok_thread_enter(struct pok_frame *user, uint32_t partition, uint32_t entry, uint32_t esp)
{
  uint32_t data = GDT_PARTITION_DATA(partition);

  *user = (struct pok_frame){
      .gs = data,
      .fs = data,
      .es = data,
      .ds = data,
      .eip = entry,
      .cs = GDT_PARTITION_CODE(partition),
      .eflags = POK_EFLAGS_AT_START,
      .esp = esp,
      .ss = data,
  };
}

uint32_t pok_thread_stacks_begin(const pok_partition_t *partition)
{
  return partition->size - 4 - partition->nthreads * partition->stack_size;
}

static void enter_thread(struct pok_frame *user, const pok_thread_t *thread)
{
  pok_thread_enter(user, thread->partition, thread->entry, thread->init_stack_addr);
  user->eax = thread->argument;
}

/* Lays out the kernel stack as if the thread had trapped at its first instruction. */
static void prepare_kernel_stack(uint32_t id)
{
  struct first_switch *top = (struct first_switch *)pok_thread_kernel_stack_top(id) - 1;

  /* The current thread has a frame there, through which it will leave; what lies below is in use. */
  enter_thread(&top->frame, &pok_threads[id]);
  pok_threads[id].fresh = id == pok_current_thread;
  if (id == pok_current_thread)
    return;
  top->eip = (uint32_t)pok_trap_leave;
  top->ebp = 0;
  pok_threads[id].sp = (uint32_t)top;
}

pok_ret_t pok_thread_create(uint32_t index, const pok_thread_attr_t *attr, uint32_t argument, uint32_t *id)
{
  pok_partition_t *partition = &pok_partitions[index];
  uint32_t number = partition->thread_index - partition->thread_index_low;

  if (partition->thread_index == partition->thread_index_high)
    return POK_ERRNO_TOOMANY;
  if (!pok_partition_owns(partition, attr->entry, 1))
    return POK_ERRNO_EFAULT;

  uint32_t mine = partition->thread_index++;
  pok_threads[mine] = (pok_thread_t){
      .priority = attr->priority,
      .period = attr->period,
      .relative_deadline = attr->deadline,
      .time_capacity = attr->time_capacity,
      .state = POK_STATE_STOPPED,
      .entry = attr->entry,
      .partition = index,
      .argument = argument,
      .init_stack_addr = partition->size - 4 - number * partition->stack_size,
  };
  partition->watched |= attr->deadline != 0 || attr->time_capacity != 0;
  if (attr->state != POK_STATE_DORMANT)
    pok_thread_begin(mine, pok_tick);
  *id = mine; /* last: it may lie in the attributes */
  return POK_ERRNO_OK;
}

static void activate(pok_thread_t *thread, uint64_t when)
{
  thread->next_activation = when + thread->period;
  thread->deadline = thread->relative_deadline == 0 ? 0 : when + thread->relative_deadline;
  thread->consumed = 0;
}

void pok_thread_begin(uint32_t id, uint64_t when)
{
  pok_thread_t *thread = &pok_threads[id];

  pok_thread_stop(id);
  thread->suspended = false;
  prepare_kernel_stack(id);
  activate(thread, when);
  if (when > pok_tick) {
    thread->state = POK_STATE_WAITING;
    pok_thread_wake_at(id, when);
  } else {
    thread->state = POK_STATE_RUNNABLE;
    pok_sched_due = true;
  }
}

void pok_thread_stop(uint32_t id)
{
  pok_partition_t *partition = &pok_partitions[pok_threads[id].partition];

  pok_threads[id].state = POK_STATE_STOPPED;
  pok_threads[id].waiting_for = 0;
  pok_threads[id].deadline = 0;
  pok_fpu_forget(id);
  pok_lockobj_abandon(id);
  if (partition->lock_level != 0 && partition->locker == id)
    partition->lock_level = 0;
}

uint64_t pok_thread_next_activation(uint32_t id)
{
  pok_thread_t *thread = &pok_threads[id];
  uint64_t when = thread->next_activation;

  while (when < pok_tick)
    when += thread->period;
  activate(thread, when);
  return when;
}

uint32_t pok_thread_overrun(void)
{
  const pok_partition_t *partition = &pok_partitions[pok_current_partition];
  pok_thread_t *running = &pok_threads[pok_current_thread];

  if (!partition->watched)
    return IDLE_THREAD;
  if (pok_current_thread != IDLE_THREAD && running->time_capacity != 0 && ++running->consumed == running->time_capacity + 1)
    return pok_current_thread;
  for (uint32_t i = partition->thread_index_low; i < partition->thread_index; i++)
    if (pok_threads[i].deadline != 0 && pok_threads[i].deadline < pok_tick) {
      pok_threads[i].deadline = 0;
      return i;
    }
  return IDLE_THREAD;
}

void pok_thread_start_main(uint32_t index)
{
  pok_thread_attr_t attr = {.priority = 100, .entry = pok_partitions[index].thread_main_entry};
  uint32_t id;

  pok_thread_create(index, &attr, pok_options.iters, &id);
}

void pok_thread_wake_at(uint32_t id, uint64_t when)
{
  pok_threads[id].wakeup_time = when;
  if (when < next_wakeup)
    next_wakeup = when;
}

/* Does the thread wait for its time, among other things? */
static bool is_timed(const pok_thread_t *thread)
{
  return thread->state == POK_STATE_WAITING || thread->state == POK_STATE_LOCK || thread->state == POK_STATE_SUSPENDED;
}

bool pok_thread_wake(uint64_t now)
{
  bool any = false;

  if (now < next_wakeup)
    return false;
  next_wakeup = UINT64_MAX;
  for (uint32_t i = 0; i < IDLE_THREAD; i++) {
    if (!is_timed(&pok_threads[i]))
      continue;
    if (pok_threads[i].wakeup_time > now) {
      pok_thread_wake_at(i, pok_threads[i].wakeup_time);
      continue;
    }
    pok_threads[i].state = POK_STATE_RUNNABLE;
    pok_threads[i].waiting_for = 0;
    pok_threads[i].wait_result = POK_ERRNO_TIMEOUT;
    any = true;
  }
  return any;
}
