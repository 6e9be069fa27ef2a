#include "error.h"
#include "release.h"
#include "sched.h"
#include "service.h"
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
  (void)arg;
  if (pok_current_thread == partition->thread_main) {
    pok_release_wait(index_of(partition));
    pok_sched();
    return POK_ERRNO_OK;
  }
  if (pok_threads[pok_current_thread].period == 0)
    return POK_ERRNO_EINVAL;
  uint64_t when = pok_thread_next_activation(pok_current_thread);
  return when <= pok_tick ? POK_ERRNO_OK : sleep_until(when);
}

pok_ret_t thread_stopself(pok_partition_t *partition, const uint32_t *arg)
{
  (void)arg;
  pok_thread_stop(pok_current_thread);
  if (pok_current_thread == partition->error_handler)
    pok_error_handler_done(index_of(partition));
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
      .deadline = thread->relative_deadline,
      .time_capacity = thread->time_capacity,
      .stack_size = partition->stack_size,
      .state = thread->suspended ? POK_STATE_SUSPENDED : thread->state,
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

/* Another thread of the partition, for what one cannot do to oneself; periodic threads and the error handler are left alone. */
static pok_thread_t *other(const pok_partition_t *partition, uint32_t id)
{
  return is_thread_of(partition, id) && id != pok_current_thread && id != partition->error_handler ? &pok_threads[id] : 0;
}

pok_ret_t thread_suspend(pok_partition_t *partition, const uint32_t *arg)
{
  pok_thread_t *thread = &pok_threads[pok_current_thread];

  if (thread->period != 0 || pok_current_thread == partition->error_handler || partition->lock_level != 0)
    return POK_ERRNO_MODE;
  if (arg[0] == 0)
    return POK_ERRNO_OK;
  thread->state = POK_STATE_SUSPENDED;
  pok_thread_wake_at(pok_current_thread, arg[0] == POK_FOREVER ? UINT64_MAX : pok_tick + arg[0]);
  pok_sched();
  return thread->wait_result;
}

pok_ret_t thread_suspend_target(pok_partition_t *partition, const uint32_t *arg)
{
  pok_thread_t *thread = other(partition, arg[0]);

  if (thread == 0)
    return POK_ERRNO_THREAD;
  if (thread->period != 0 || thread->state == POK_STATE_STOPPED || thread->suspended || thread->state == POK_STATE_SUSPENDED)
    return POK_ERRNO_MODE;
  thread->suspended = true;
  return POK_ERRNO_OK;
}

pok_ret_t thread_resume(pok_partition_t *partition, const uint32_t *arg)
{
  pok_thread_t *thread = other(partition, arg[0]);

  if (thread == 0)
    return POK_ERRNO_THREAD;
  if (thread->state == POK_STATE_SUSPENDED) {
    thread->state = POK_STATE_RUNNABLE;
    thread->wait_result = POK_ERRNO_OK;
  } else if (!thread->suspended)
    return POK_ERRNO_MODE;
  thread->suspended = false;
  pok_sched();
  return POK_ERRNO_OK;
}

pok_ret_t thread_restart(pok_partition_t *partition, const uint32_t *arg)
{
  if (!is_thread_of(partition, arg[0]) || arg[0] == partition->error_handler)
    return POK_ERRNO_THREAD;
  pok_thread_begin(arg[0], pok_tick);
  pok_sched();
  return POK_ERRNO_OK;
}

pok_ret_t thread_stop(pok_partition_t *partition, const uint32_t *arg)
{
  if (!is_thread_of(partition, arg[0]) || arg[0] == partition->error_handler)
    return POK_ERRNO_THREAD;
  pok_thread_stop(arg[0]);
  pok_sched();
  return POK_ERRNO_OK;
}

pok_ret_t thread_delayed_start(pok_partition_t *partition, const uint32_t *arg)
{
  pok_thread_t *thread = other(partition, arg[0]);

  if (thread == 0)
    return POK_ERRNO_THREAD;
  if (thread->state != POK_STATE_STOPPED)
    return POK_ERRNO_MODE;
  pok_thread_begin(arg[0], pok_tick + arg[1]);
  pok_sched();
  return POK_ERRNO_OK;
}

pok_ret_t thread_deadline(pok_partition_t *partition, const uint32_t *arg)
{
  return is_thread_of(partition, arg[0]) ? give64(partition, arg[1], pok_threads[arg[0]].deadline) : POK_ERRNO_THREAD;
}

/* No later than the next activation, which has a deadline of its own. Without a deadline there is nothing to put off. */
pok_ret_t thread_replenish(pok_partition_t *partition, const uint32_t *arg)
{
  pok_thread_t *thread = &pok_threads[pok_current_thread];
  uint64_t deadline = pok_tick + arg[0];

  (void)partition;
  if (thread->relative_deadline == 0)
    return POK_ERRNO_OK;
  if (thread->period != 0 && (arg[0] == POK_FOREVER || deadline > thread->next_activation))
    return POK_ERRNO_MODE;
  thread->deadline = arg[0] == POK_FOREVER ? 0 : deadline;
  return POK_ERRNO_OK;
}
