/*
 * Every service is one row of a table and one function. Pointers arrive as offsets in the partition, and each is checked against its
 * size before use: the segment limit binds the partition, not the kernel, which sees all memory.
 */
#include "syscall.h"
#include "console.h"
#include "partition.h"
#include "power.h"
#include "release.h"
#include "sched.h"
#include "thread.h"

typedef pok_ret_t service(pok_partition_t *partition, const uint32_t *arg);

/* The memory of the partition at `offset`, or null if part of [offset, offset + size) is not its own. */
static void *in_partition(const pok_partition_t *partition, uint32_t offset, uint32_t size)
{
  return pok_partition_owns(partition, offset, size) ? (void *)(partition->base_addr + offset) : 0;
}

static pok_ret_t give32(const pok_partition_t *partition, uint32_t offset, uint32_t value)
{
  uint32_t *where = in_partition(partition, offset, sizeof *where);

  if (where == 0)
    return POK_ERRNO_EFAULT;
  *where = value;
  return POK_ERRNO_OK;
}

static pok_ret_t give64(const pok_partition_t *partition, uint32_t offset, uint64_t value)
{
  uint64_t *where = in_partition(partition, offset, sizeof *where);

  if (where == 0)
    return POK_ERRNO_EFAULT;
  *where = value;
  return POK_ERRNO_OK;
}

static uint32_t index_of(const pok_partition_t *partition)
{
  return (uint32_t)(partition - pok_partitions);
}

static pok_ret_t conswrite(pok_partition_t *partition, const uint32_t *arg)
{
  const char *text = in_partition(partition, arg[0], arg[1]);

  if (text == 0)
    return POK_ERRNO_EFAULT;
  pok_console_write(text, arg[1]);
  return POK_ERRNO_OK;
}

static pok_ret_t gettick(pok_partition_t *partition, const uint32_t *arg)
{
  return give64(partition, arg[0], pok_tick);
}

static pok_ret_t thread_create(pok_partition_t *partition, const uint32_t *arg)
{
  const pok_thread_attr_t *attr = in_partition(partition, arg[1], sizeof *attr);
  uint32_t *id = in_partition(partition, arg[0], sizeof *id);

  if (attr == 0 || id == 0)
    return POK_ERRNO_EFAULT;
  return pok_thread_create(index_of(partition), attr, arg[2], id);
}

static pok_ret_t sleep_until(uint64_t when)
{
  pok_threads[pok_current_thread].wakeup_time = when;
  pok_threads[pok_current_thread].state = POK_STATE_WAITING;
  pok_sched();
  return POK_ERRNO_OK;
}

static pok_ret_t thread_sleep_until(pok_partition_t *partition, const uint32_t *arg)
{
  (void)partition;
  return arg[0] <= pok_tick ? POK_ERRNO_OK : sleep_until(arg[0]);
}

static pok_ret_t thread_sleep(pok_partition_t *partition, const uint32_t *arg)
{
  (void)partition;
  return arg[0] == 0 ? POK_ERRNO_OK : sleep_until(pok_tick + arg[0]);
}

static pok_ret_t thread_period(pok_partition_t *partition, const uint32_t *arg)
{
  pok_thread_t *thread = &pok_threads[pok_current_thread];

  (void)arg;
  if (pok_current_thread == partition->thread_main) {
    pok_release_wait(index_of(partition));
    pok_sched();
    return POK_ERRNO_OK;
  }
  if (thread->period == 0)
    return POK_ERRNO_EINVAL;
  while (thread->next_activation <= pok_tick) /* activations it was too late for are lost */
    thread->next_activation += thread->period;
  return sleep_until(thread->next_activation);
}

static pok_ret_t thread_stopself(pok_partition_t *partition, const uint32_t *arg)
{
  (void)partition;
  (void)arg;
  pok_threads[pok_current_thread].state = POK_STATE_STOPPED;
  pok_sched();
  return POK_ERRNO_OK;
}

static pok_ret_t thread_id(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], pok_current_thread);
}

static bool is_thread_of(const pok_partition_t *partition, uint32_t id)
{
  return id >= partition->thread_index_low && id < partition->thread_index;
}

static pok_ret_t thread_status(pok_partition_t *partition, const uint32_t *arg)
{
  pok_thread_attr_t *attr = in_partition(partition, arg[1], sizeof *attr);

  if (!is_thread_of(partition, arg[0]))
    return POK_ERRNO_THREAD;
  if (attr == 0)
    return POK_ERRNO_EFAULT;

  const pok_thread_t *thread = &pok_threads[arg[0]];
  *attr = (pok_thread_attr_t){
      .priority = thread->priority,
      .entry = thread->entry,
      .period = thread->period,
      .stack_size = partition->stack_size,
      .state = thread->state,
  };
  return POK_ERRNO_OK;
}

static pok_ret_t thread_set_priority(pok_partition_t *partition, const uint32_t *arg)
{
  if (!is_thread_of(partition, arg[0]))
    return POK_ERRNO_THREAD;
  if (arg[1] > UINT8_MAX)
    return POK_ERRNO_EINVAL;
  pok_threads[arg[0]].priority = (uint8_t)arg[1];
  pok_sched();
  return POK_ERRNO_OK;
}

static pok_ret_t partition_set_mode(pok_partition_t *partition, const uint32_t *arg)
{
  switch (arg[0]) {
  case POK_PARTITION_MODE_NORMAL:
    return POK_ERRNO_OK; /* partitions start in it */
  case POK_PARTITION_MODE_IDLE:
  case POK_PARTITION_MODE_STOPPED:
    pok_partition_stop(partition);
    if (pok_partition_all_stopped()) {
      pok_printf("kernel: all partitions have stopped, power off\n");
      pok_power_off();
    }
    pok_sched();
    return POK_ERRNO_OK;
  default:
    return POK_ERRNO_EINVAL;
  }
}

static pok_ret_t partition_get_id(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], index_of(partition));
}

static pok_ret_t partition_get_period(pok_partition_t *partition, const uint32_t *arg)
{
  return give64(partition, arg[0], pok_release_period());
}

static pok_ret_t partition_get_duration(pok_partition_t *partition, const uint32_t *arg)
{
  return give64(partition, arg[0], partition->duration);
}

static pok_ret_t partition_get_operating_mode(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], partition->mode);
}

/* Preemption locks and restarts do not exist yet: the level is 0 and every start is a normal one, which is 0 too. */
static pok_ret_t give_zero(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], 0);
}

static const struct {
  uint32_t id, nargs;
  service *service;
} services[] = {
    {POK_SYSCALL_CONSWRITE, 2, conswrite},
    {POK_SYSCALL_GETTICK, 1, gettick},
    {POK_SYSCALL_THREAD_CREATE, 3, thread_create},
    {POK_SYSCALL_THREAD_SLEEP_UNTIL, 1, thread_sleep_until},
    {POK_SYSCALL_THREAD_SLEEP, 1, thread_sleep},
    {POK_SYSCALL_THREAD_PERIOD, 0, thread_period},
    {POK_SYSCALL_THREAD_STOPSELF, 0, thread_stopself},
    {POK_SYSCALL_THREAD_ID, 1, thread_id},
    {POK_SYSCALL_THREAD_STATUS, 2, thread_status},
    {POK_SYSCALL_THREAD_SET_PRIORITY, 2, thread_set_priority},
    {POK_SYSCALL_PARTITION_SET_MODE, 1, partition_set_mode},
    {POK_SYSCALL_PARTITION_GET_ID, 1, partition_get_id},
    {POK_SYSCALL_PARTITION_GET_PERIOD, 1, partition_get_period},
    {POK_SYSCALL_PARTITION_GET_DURATION, 1, partition_get_duration},
    {POK_SYSCALL_PARTITION_GET_LOCK_LEVEL, 1, give_zero},
    {POK_SYSCALL_PARTITION_GET_OPERATING_MODE, 1, partition_get_operating_mode},
    {POK_SYSCALL_PARTITION_GET_START_CONDITION, 1, give_zero},
};

static pok_ret_t dispatch(pok_partition_t *partition, uint32_t id, uint32_t args_offset)
{
  const pok_syscall_args_t *given = in_partition(partition, args_offset, sizeof *given);

  for (uint32_t i = 0; i < sizeof services / sizeof services[0]; i++) {
    if (services[i].id != id)
      continue;
    if (given == 0)
      return POK_ERRNO_EFAULT;
    if (given->nargs < services[i].nargs)
      return POK_ERRNO_EINVAL;

    /* A copy: another thread of the partition must not change what was checked. */
    pok_syscall_args_t args = *given;
    return services[i].service(partition, args.arg);
  }
  return POK_ERRNO_UNAVAILABLE;
}

void pok_syscall(struct pok_frame *frame)
{
  frame->eax = dispatch(&pok_partitions[pok_current_partition], frame->eax, frame->ebx);
}
