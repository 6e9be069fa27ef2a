#include "wait.h"
#include "sched.h"

static uint32_t waits; /* how many there have been: the order of a queue */

pok_ret_t pok_wait(const void *object, uint32_t timeout, void *buffer, uint32_t *length)
{
  pok_thread_t *thread = &pok_threads[pok_current_thread];

  if (timeout == 0)
    return POK_ERRNO_TIMEOUT;
  thread->waiting_for = object;
  thread->wait_order = waits++;
  thread->wait_buffer = buffer;
  thread->wait_length = length == 0 ? 0 : *length;
  thread->state = POK_STATE_LOCK;
  pok_thread_wake_at(pok_current_thread, timeout == POK_FOREVER ? UINT64_MAX : pok_tick + timeout);
  pok_sched();
  if (length != 0)
    *length = thread->wait_length;
  return thread->wait_result;
}

uint32_t pok_wait_first(const void *object, uint32_t discipline)
{
  uint32_t first = IDLE_THREAD;

  for (uint32_t i = 0; i < IDLE_THREAD; i++) {
    const pok_thread_t *thread = &pok_threads[i], *best = &pok_threads[first];

    if (thread->waiting_for != object)
      continue;
    if (first == IDLE_THREAD || (discipline == POK_DISCIPLINE_PRIORITY && thread->priority > best->priority) ||
        ((discipline != POK_DISCIPLINE_PRIORITY || thread->priority == best->priority) &&
         (int32_t)(thread->wait_order - best->wait_order) < 0))
      first = i;
  }
  return first;
}

uint32_t pok_wait_count(const void *object)
{
  uint32_t count = 0;

  for (uint32_t i = 0; i < IDLE_THREAD; i++)
    count += pok_threads[i].waiting_for == object;
  return count;
}

void pok_wait_wake(uint32_t id, pok_ret_t result)
{
  pok_threads[id].waiting_for = 0;
  pok_threads[id].wait_result = result;
  pok_threads[id].state = POK_STATE_RUNNABLE;
  pok_sched_due = true;
}

void pok_wait_wake_all(const void *object, pok_ret_t result)
{
  for (uint32_t i = 0; i < IDLE_THREAD; i++)
    if (pok_threads[i].waiting_for == object)
      pok_wait_wake(i, result);
}
