#include "classic.h"
#include "critical.h"
#include "string.h"
#include "wkspace.h"

/* Messages lie in a ring of slots, each of the greatest size, with its length before it. */
typedef struct {
  Objects_Control object;
  uint32_t capacity;
  uint32_t max_size;
  uint32_t first, pending;
  char *ring;
  Thread_queue_Control receivers;
} Message_queue_Control;

static Objects_Information information;

void _Message_queue_Manager_initialization(void)
{
  _Objects_Initialize(&information, OBJECTS_MESSAGE_QUEUE, Configuration.maximum_message_queues, sizeof(Message_queue_Control));
}

static uint32_t slot_size(const Message_queue_Control *queue)
{
  return sizeof(uint32_t) + ((queue->max_size + 3) & ~3u);
}

static uint32_t *slot(const Message_queue_Control *queue, uint32_t n)
{
  return (uint32_t *)(queue->ring + n % queue->capacity * slot_size(queue));
}

rtems_status_code rtems_message_queue_create(rtems_name name, uint32_t count, size_t max_message_size, rtems_attribute attributes,
                                             rtems_id *id)
{
  ISR_Level level;

  if (name == 0)
    return RTEMS_INVALID_NAME;
  if (id == NULL)
    return RTEMS_INVALID_ADDRESS;
  if (count == 0)
    return RTEMS_INVALID_NUMBER;
  if (max_message_size == 0)
    return RTEMS_INVALID_SIZE;
  _CPU_ISR_Disable(level);
  Message_queue_Control *queue = _Objects_Allocate(&information, name);
  if (queue == NULL)
    return leave_with(level, RTEMS_TOO_MANY);
  queue->capacity = count;
  queue->max_size = max_message_size;
  queue->ring = max_message_size <= 0xffff && count <= 0xffff ? _Workspace_Allocate(count * slot_size(queue)) : NULL;
  if (queue->ring == NULL) {
    _Objects_Free(queue);
    return leave_with(level, RTEMS_UNSATISFIED);
  }
  _Thread_queue_Initialize(&queue->receivers, attributes);
  *id = queue->object.id;
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_message_queue_ident(rtems_name name, uint32_t node, rtems_id *id)
{
  (void)node;
  return _Objects_Name_to_id(&information, name, id);
}

rtems_status_code rtems_message_queue_delete(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Message_queue_Control *queue = _Objects_Get(&information, id);
  if (queue == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  _Thread_queue_Flush(&queue->receivers, RTEMS_OBJECT_WAS_DELETED);
  _Workspace_Free(queue->ring);
  _Objects_Free(queue);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

/* To the first that waits, if any does. */
static bool hand_over(Message_queue_Control *queue, const void *buffer, size_t size)
{
  Thread_Control *receiver = _Thread_queue_Dequeue(&queue->receivers, RTEMS_SUCCESSFUL);

  if (receiver == NULL)
    return false;
  memcpy(receiver->wait.buffer, buffer, size);
  receiver->wait.size = size;
  return true;
}

static rtems_status_code submit(rtems_id id, const void *buffer, size_t size, bool urgent)
{
  ISR_Level level;

  if (buffer == NULL)
    return RTEMS_INVALID_ADDRESS;
  _CPU_ISR_Disable(level);
  Message_queue_Control *queue = _Objects_Get(&information, id);
  if (queue == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (size > queue->max_size)
    return leave_with(level, RTEMS_INVALID_SIZE);
  if (hand_over(queue, buffer, size))
    return leave_with(level, RTEMS_SUCCESSFUL);
  if (queue->pending == queue->capacity)
    return leave_with(level, RTEMS_TOO_MANY);

  if (urgent)
    queue->first = (queue->first + queue->capacity - 1) % queue->capacity;
  uint32_t *place = slot(queue, urgent ? queue->first : queue->first + queue->pending);
  queue->pending++;
  place[0] = size;
  memcpy(place + 1, buffer, size);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_message_queue_send(rtems_id id, const void *buffer, size_t size)
{
  return submit(id, buffer, size, false);
}

rtems_status_code rtems_message_queue_urgent(rtems_id id, const void *buffer, size_t size)
{
  return submit(id, buffer, size, true);
}

rtems_status_code rtems_message_queue_broadcast(rtems_id id, const void *buffer, size_t size, uint32_t *count)
{
  ISR_Level level;

  if (buffer == NULL || count == NULL)
    return RTEMS_INVALID_ADDRESS;
  _CPU_ISR_Disable(level);
  Message_queue_Control *queue = _Objects_Get(&information, id);
  if (queue == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (size > queue->max_size)
    return leave_with(level, RTEMS_INVALID_SIZE);
  for (*count = 0; hand_over(queue, buffer, size);)
    ++*count;
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_message_queue_receive(rtems_id id, void *buffer, size_t *size, rtems_option options, rtems_interval timeout)
{
  Thread_Control *executing = _Thread_Executing;
  ISR_Level level;

  if (buffer == NULL || size == NULL)
    return RTEMS_INVALID_ADDRESS;
  _CPU_ISR_Disable(level);
  Message_queue_Control *queue = _Objects_Get(&information, id);
  if (queue == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (queue->pending > 0) {
    const uint32_t *message = slot(queue, queue->first);

    *size = message[0];
    memcpy(buffer, message + 1, message[0]);
    queue->first = (queue->first + 1) % queue->capacity;
    queue->pending--;
    return leave_with(level, RTEMS_SUCCESSFUL);
  }
  if (!may_wait(options))
    return leave_with(level, RTEMS_UNSATISFIED);
  executing->wait.buffer = buffer;
  executing->wait.size = 0;
  _Thread_queue_Enqueue(&queue->receivers, timeout);

  rtems_status_code status = leave_and_wait(level);
  if (status == RTEMS_SUCCESSFUL)
    *size = executing->wait.size;
  return status;
}

rtems_status_code rtems_message_queue_get_number_pending(rtems_id id, uint32_t *count)
{
  const Message_queue_Control *queue = _Objects_Get(&information, id);

  if (count == NULL)
    return RTEMS_INVALID_ADDRESS;
  if (queue == NULL)
    return RTEMS_INVALID_ID;
  *count = queue->pending;
  return RTEMS_SUCCESSFUL;
}

rtems_status_code rtems_message_queue_flush(rtems_id id, uint32_t *count)
{
  ISR_Level level;

  if (count == NULL)
    return RTEMS_INVALID_ADDRESS;
  _CPU_ISR_Disable(level);
  Message_queue_Control *queue = _Objects_Get(&information, id);
  if (queue == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  *count = queue->pending;
  queue->pending = 0;
  return leave_with(level, RTEMS_SUCCESSFUL);
}
