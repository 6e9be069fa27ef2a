#include "thread.h"
#include "fpu.h"
#include "gdt.h"
#include "options.h"
#include "partition.h"
#include "sched.h"

pok_thread_t pok_threads[POK_CONFIG_NB_THREADS];

static uint64_t next_wakeup = UINT64_MAX; /* none before that */

static uint8_t kernel_stacks[IDLE_THREAD][POK_KERNEL_STACK_SIZE] __attribute__((aligned(16)));

extern const uint8_t pok_trap_leave[]; /* entry.S */

uint32_t pok_thread_kernel_stack_top(uint32_t id)
{
  return (uint32_t)kernel_stacks[id] + POK_KERNEL_STACK_SIZE;
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

/* Lays out the kernel stack as if the thread had trapped at its first instruction. */
static uint32_t prepare_kernel_stack(uint32_t id, uint32_t argument)
{
  const pok_thread_t *thread = &pok_threads[id];
  struct first_switch *top = (struct first_switch *)pok_thread_kernel_stack_top(id) - 1;

  *top = (struct first_switch){.eip = (uint32_t)pok_trap_leave};
  pok_thread_enter(&top->frame, thread->partition, thread->entry, thread->init_stack_addr);
  top->frame.eax = argument;
  return (uint32_t)top;
}

pok_ret_t pok_thread_create(uint32_t index, const pok_thread_attr_t *attr, uint32_t argument, uint32_t *id)
{
  pok_partition_t *partition = &pok_partitions[index];
  uint32_t number = partition->thread_index - partition->thread_index_low;

  if (partition->thread_index == partition->thread_index_high)
    return POK_ERRNO_TOOMANY;
  if (!pok_partition_owns(partition, attr->entry, 1))
    return POK_ERRNO_EFAULT;

  *id = partition->thread_index++;
  pok_thread_t *thread = &pok_threads[*id];
  *thread = (pok_thread_t){
      .priority = attr->priority,
      .period = attr->period,
      .next_activation = pok_tick + attr->period,
      .state = POK_STATE_RUNNABLE,
      .entry = attr->entry,
      .partition = index,
      .init_stack_addr = partition->size - 4 - number * partition->stack_size,
  };
  pok_fpu_forget(*id);
  thread->sp = prepare_kernel_stack(*id, argument);
  return POK_ERRNO_OK;
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

bool pok_thread_wake(uint64_t now)
{
  bool any = false;

  if (now < next_wakeup)
    return false;
  next_wakeup = UINT64_MAX;
  for (uint32_t i = 0; i < IDLE_THREAD; i++) {
    if (pok_threads[i].state != POK_STATE_WAITING)
      continue;
    if (pok_threads[i].wakeup_time > now) {
      pok_thread_wake_at(i, pok_threads[i].wakeup_time);
      continue;
    }
    pok_threads[i].state = POK_STATE_RUNNABLE;
    any = true;
  }
  return any;
}
