#include "thread.h"

static Thread_Control *thread_of(Chain_Node *node)
{
  return CONTAINER_OF(node, Thread_Control, node);
}

void _Thread_queue_Initialize(Thread_queue_Control *queue, rtems_attribute attributes)
{
  _Chain_Initialize(&queue->waiting);
  queue->by_priority = attributes & RTEMS_PRIORITY;
}

static void insert(Thread_queue_Control *queue, Thread_Control *thread)
{
  Chain_Node *place = &queue->waiting;

  if (queue->by_priority) {
    place = queue->waiting.next;
    while (place != &queue->waiting && thread_of(place)->current_priority <= thread->current_priority)
      place = place->next;
  }
  _Chain_Insert_before(place, &thread->node);
}

void _Thread_queue_Enqueue(Thread_queue_Control *queue, rtems_interval timeout)
{
  Thread_Control *executing = _Thread_Executing;

  _Thread_Block(STATES_WAITING_ON_QUEUE, timeout);
  executing->wait.queue = queue;
  insert(queue, executing);
}

Thread_Control *_Thread_queue_First(Thread_queue_Control *queue)
{
  return _Chain_Is_empty(&queue->waiting) ? NULL : thread_of(queue->waiting.next);
}

void _Thread_queue_Extract(Thread_Control *thread)
{
  _Chain_Extract(&thread->node);
  thread->wait.queue = NULL;
}

void _Thread_queue_Requeue(Thread_Control *thread)
{
  if (thread->wait.queue == NULL || !thread->wait.queue->by_priority)
    return;
  _Chain_Extract(&thread->node);
  insert(thread->wait.queue, thread);
}

Thread_Control *_Thread_queue_Dequeue(Thread_queue_Control *queue, rtems_status_code status)
{
  Thread_Control *first = _Thread_queue_First(queue);

  if (first == NULL)
    return NULL;
  _Thread_queue_Extract(first);
  _Watchdog_Remove(&first->timer);
  first->wait.status = status;
  _Thread_Clear_state(first, STATES_WAITING_ON_QUEUE);
  return first;
}

void _Thread_queue_Flush(Thread_queue_Control *queue, rtems_status_code status)
{
  while (_Thread_queue_Dequeue(queue, status) != NULL)
    continue;
}
