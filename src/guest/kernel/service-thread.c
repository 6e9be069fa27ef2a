#include "sched.h"
#include "service.h"
#include "release.h"
#include "thread.h"

pok_ret_t thread_create(pok_partition_t *partition, const uint32_t *arg)
{
  const pok_thread_attr_t *attr = in_partition(partition, arg[1], sizeof *attr);
  uint32_t *id = in_partition(partition, arg[0], sizeof *id);

  if (attr == 0 || id == 0)
    return POK_ERRNO_EFAULT;
  return pok_thread_create(index_of(partition), attr, arg[2], id);
}

static pok_ret_t sleep_until(uint64_t when)
{
  pok_threads[pok_current_thread].state = POK_STATE_WAITING;
  pok_thread_wake_at(pok_current_thread, when);
  pok_sched();
  return POK_ERRNO_OK;
}

pok_ret_t thread_sleep_until(pok_partition_t *partition, const uint32_t *arg)
{
  (void)partition;
  return arg[0] <= pok_tick ? POK_ERRNO_OK : sleep_until(arg[0]);
}

pok_ret_t thread_sleep(pok_partition_t *partition, const uint32_t *arg)
{
  (void)partition;
  return arg[0] == 0 ? POK_ERRNO_OK : sleep_until(pok_tick + arg[0]);
}

pok_ret_t thread_period(pok_partition_t *partition, const uint32_t *arg)
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

pok_ret_t thread_stopself(pok_partition_t *partition, const uint32_t *arg)
{
  (void)partition;
  (void)arg;
  pok_threads[pok_current_thread].state = POK_STATE_STOPPED;
  pok_sched();
  return POK_ERRNO_OK;
}

pok_ret_t thread_id(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], pok_current_thread);
}

static bool is_thread_of(const pok_partition_t *partition, uint32_t id)
{
  return id >= partition->thread_index_low && id < partition->thread_index;
}

pok_ret_t thread_status(pok_partition_t *partition, const uint32_t *arg)
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

pok_ret_t thread_set_priority(pok_partition_t *partition, const uint32_t *arg)
{
  if (!is_thread_of(partition, arg[0]))
    return POK_ERRNO_THREAD;
  if (arg[1] > UINT8_MAX)
    return POK_ERRNO_EINVAL;
  pok_threads[arg[0]].priority = (uint8_t)arg[1];
  pok_sched();
  return POK_ERRNO_OK;
}
