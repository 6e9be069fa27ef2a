#include "classic.h"
#include "critical.h"

typedef struct {
  Objects_Control object;
  rtems_attribute attributes;
  uint32_t count;
  uint32_t ceiling;
  Thread_Control *holder; /* of a binary one */
  uint32_t nest;          /* how often its holder has obtained it */
  Thread_queue_Control queue;
} Semaphore_Control;

static Objects_Information information;

void _Semaphore_Manager_initialization(void)
{
  _Objects_Initialize(&information, OBJECTS_SEMAPHORE, Configuration.maximum_semaphores, sizeof(Semaphore_Control));
}

static bool is_mutex(const Semaphore_Control *semaphore)
{
  return semaphore->attributes & RTEMS_BINARY_SEMAPHORE;
}

static bool changes_priority(const Semaphore_Control *semaphore)
{
  return semaphore->attributes & (RTEMS_INHERIT_PRIORITY | RTEMS_PRIORITY_CEILING);
}

static void take(Semaphore_Control *semaphore, Thread_Control *thread)
{
  semaphore->holder = thread;
  semaphore->nest = 1;
  if (!changes_priority(semaphore))
    return;
  thread->resources++;
  if (semaphore->attributes & RTEMS_PRIORITY_CEILING && semaphore->ceiling < thread->current_priority)
    _Thread_Change_priority(thread, semaphore->ceiling, true);
}

rtems_status_code rtems_semaphore_create(rtems_name name, uint32_t count, rtems_attribute attributes, rtems_task_priority ceiling,
                                         rtems_id *id)
{
  bool binary = attributes & (RTEMS_BINARY_SEMAPHORE | RTEMS_SIMPLE_BINARY_SEMAPHORE);
  rtems_attribute protocol = attributes & (RTEMS_INHERIT_PRIORITY | RTEMS_PRIORITY_CEILING);
  ISR_Level level;

  if (name == 0)
    return RTEMS_INVALID_NAME;
  if (id == NULL)
    return RTEMS_INVALID_ADDRESS;
  /* Both protocols need an owner, and the waiting threads in the order of their priorities. */
  if (protocol != 0 && (!(attributes & RTEMS_BINARY_SEMAPHORE) || !(attributes & RTEMS_PRIORITY) ||
                        protocol == (RTEMS_INHERIT_PRIORITY | RTEMS_PRIORITY_CEILING)))
    return RTEMS_NOT_DEFINED;
  if (binary && count > 1)
    return RTEMS_INVALID_NUMBER;
  if (protocol == RTEMS_PRIORITY_CEILING && (ceiling < RTEMS_MINIMUM_PRIORITY || ceiling > RTEMS_MAXIMUM_PRIORITY))
    return RTEMS_INVALID_PRIORITY;

  _CPU_ISR_Disable(level);
  Semaphore_Control *semaphore = _Objects_Allocate(&information, name);
  if (semaphore == NULL)
    return leave_with(level, RTEMS_TOO_MANY);
  semaphore->attributes = attributes;
  semaphore->count = count;
  semaphore->ceiling = ceiling;
  _Thread_queue_Initialize(&semaphore->queue, attributes);
  if (is_mutex(semaphore) && count == 0)
    take(semaphore, _Thread_Executing);
  *id = semaphore->object.id;
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_semaphore_ident(rtems_name name, uint32_t node, rtems_id *id)
{
  (void)node;
  return _Objects_Name_to_id(&information, name, id);
}

rtems_status_code rtems_semaphore_delete(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Semaphore_Control *semaphore = _Objects_Get(&information, id);
  if (semaphore == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (is_mutex(semaphore) && semaphore->holder != NULL)
    return leave_with(level, RTEMS_RESOURCE_IN_USE);
  _Thread_queue_Flush(&semaphore->queue, RTEMS_OBJECT_WAS_DELETED);
  _Objects_Free(semaphore);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_semaphore_obtain(rtems_id id, rtems_option options, rtems_interval timeout)
{
  Thread_Control *executing = _Thread_Executing;
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Semaphore_Control *semaphore = _Objects_Get(&information, id);
  if (semaphore == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (semaphore->count > 0) {
    if (semaphore->attributes & RTEMS_PRIORITY_CEILING && executing->current_priority < semaphore->ceiling)
      return leave_with(level, RTEMS_INVALID_PRIORITY);
    semaphore->count--;
    if (is_mutex(semaphore))
      take(semaphore, executing);
    return leave_with(level, RTEMS_SUCCESSFUL);
  }
  if (is_mutex(semaphore) && semaphore->holder == executing) {
    semaphore->nest++;
    return leave_with(level, RTEMS_SUCCESSFUL);
  }
  if (!may_wait(options))
    return leave_with(level, RTEMS_UNSATISFIED);
  if (semaphore->attributes & RTEMS_INHERIT_PRIORITY && executing->current_priority < semaphore->holder->current_priority)
    _Thread_Change_priority(semaphore->holder, executing->current_priority, false);
  _Thread_queue_Enqueue(&semaphore->queue, timeout);
  return leave_and_wait(level);
}

/* What the holder had for holding it, it has no longer. */
static void give_back(Semaphore_Control *semaphore)
{
  Thread_Control *holder = semaphore->holder;

  semaphore->holder = NULL;
  if (!changes_priority(semaphore) || --holder->resources > 0)
    return;
  if (holder->current_priority != holder->real_priority)
    _Thread_Change_priority(holder, holder->real_priority, true);
}

rtems_status_code rtems_semaphore_release(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Semaphore_Control *semaphore = _Objects_Get(&information, id);
  if (semaphore == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (is_mutex(semaphore)) {
    if (semaphore->holder != _Thread_Executing)
      return leave_with(level, RTEMS_NOT_OWNER_OF_RESOURCE);
    if (--semaphore->nest > 0)
      return leave_with(level, RTEMS_SUCCESSFUL);
    give_back(semaphore);
  }
  Thread_Control *next = _Thread_queue_Dequeue(&semaphore->queue, RTEMS_SUCCESSFUL);
  if (next != NULL) {
    if (is_mutex(semaphore))
      take(semaphore, next);
  } else if (!(semaphore->attributes & RTEMS_SIMPLE_BINARY_SEMAPHORE) || semaphore->count == 0)
    semaphore->count++;
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_semaphore_flush(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Semaphore_Control *semaphore = _Objects_Get(&information, id);
  if (semaphore == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  _Thread_queue_Flush(&semaphore->queue, RTEMS_UNSATISFIED);
  return leave_with(level, RTEMS_SUCCESSFUL);
}
