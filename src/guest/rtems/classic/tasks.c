#include "critical.h"
#include "wkspace.h"

#define FPU_STATE_SIZE 108

static Thread_Control *get(rtems_id id)
{
  return id == RTEMS_SELF ? _Thread_Executing : _Objects_Get(&_Thread_Information, id);
}

rtems_id rtems_task_self(void)
{
  return _Thread_Executing->object.id;
}

rtems_status_code rtems_task_create(rtems_name name, rtems_task_priority initial_priority, size_t stack_size, rtems_mode initial_modes,
                                    rtems_attribute attributes, rtems_id *id)
{
  if (name == 0)
    return RTEMS_INVALID_NAME;
  if (id == NULL)
    return RTEMS_INVALID_ADDRESS;
  if (initial_priority < RTEMS_MINIMUM_PRIORITY || initial_priority > RTEMS_MAXIMUM_PRIORITY)
    return RTEMS_INVALID_PRIORITY;
  if (stack_size < RTEMS_MINIMUM_STACK_SIZE)
    stack_size = RTEMS_MINIMUM_STACK_SIZE;

  ISR_Level level;
  _CPU_ISR_Disable(level);
  void *stack = _Workspace_Allocate(stack_size);
  void *fpu = attributes & RTEMS_FLOATING_POINT ? _Workspace_Allocate(FPU_STATE_SIZE) : NULL;
  Thread_Control *thread = _Objects_Allocate(&_Thread_Information, name);
  if (thread == NULL || stack == NULL || (attributes & RTEMS_FLOATING_POINT && fpu == NULL)) {
    if (thread != NULL)
      _Objects_Free(thread);
    _Workspace_Free(stack);
    _Workspace_Free(fpu);
    return leave_with(level, thread == NULL ? RTEMS_TOO_MANY : RTEMS_UNSATISFIED);
  }
  thread->state = STATES_DORMANT;
  thread->initial_priority = thread->current_priority = thread->real_priority = initial_priority;
  thread->initial_modes = initial_modes;
  thread->stack = stack;
  thread->stack_size = stack_size;
  thread->fpu = fpu;
  *id = thread->object.id;
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_task_start(rtems_id id, rtems_task_entry entry, rtems_task_argument argument)
{
  ISR_Level level;

  if (entry == NULL)
    return RTEMS_INVALID_ADDRESS;
  _CPU_ISR_Disable(level);
  Thread_Control *thread = get(id);
  if (thread == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (thread->state != STATES_DORMANT)
    return leave_with(level, RTEMS_INCORRECT_STATE);
  thread->entry = entry;
  thread->argument = argument;
  _Thread_Load_environment(thread);
  _Thread_Clear_state(thread, STATES_DORMANT);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

/* Takes a thread out of whatever it waits in, for good. */
static void withdraw(Thread_Control *thread)
{
  if (thread->state & STATES_WAITING_ON_QUEUE)
    _Thread_queue_Extract(thread);
  _Watchdog_Remove(&thread->timer);
  _Thread_Set_state(thread, STATES_DORMANT);
}

rtems_status_code rtems_task_restart(rtems_id id, rtems_task_argument argument)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Thread_Control *thread = get(id);
  if (thread == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (thread->state & STATES_DORMANT)
    return leave_with(level, RTEMS_INCORRECT_STATE);
  withdraw(thread);
  thread->argument = argument;
  _Thread_Load_environment(thread);
  _Thread_Clear_state(thread, ~0u);
  if (thread == _Thread_Executing) {
    Context_Control nowhere;

    /* Its present stack is gone: to be executing is all that it keeps. */
    _CPU_Context_switch(&nowhere, &thread->context);
  }
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_task_delete(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Thread_Control *thread = get(id);
  if (thread == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  withdraw(thread);
  /* A stack that is freed while it is still in use: interrupts, and so all allocation, wait until the last switch away from it. */
  _Workspace_Free(thread->stack);
  _Workspace_Free(thread->fpu);
  thread->fpu = NULL;
  _Objects_Free(thread);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_task_ident(rtems_name name, uint32_t node, rtems_id *id)
{
  (void)node;
  if (id != NULL && name == RTEMS_SELF) {
    *id = rtems_task_self();
    return RTEMS_SUCCESSFUL;
  }
  return _Objects_Name_to_id(&_Thread_Information, name, id);
}

rtems_status_code rtems_task_suspend(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Thread_Control *thread = get(id);
  if (thread == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (thread->state & STATES_SUSPENDED)
    return leave_with(level, RTEMS_ALREADY_SUSPENDED);
  _Thread_Set_state(thread, STATES_SUSPENDED);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_task_resume(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Thread_Control *thread = get(id);
  if (thread == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (!(thread->state & STATES_SUSPENDED))
    return leave_with(level, RTEMS_INCORRECT_STATE);
  _Thread_Clear_state(thread, STATES_SUSPENDED);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_task_is_suspended(rtems_id id)
{
  const Thread_Control *thread = get(id);

  if (thread == NULL)
    return RTEMS_INVALID_ID;
  return thread->state & STATES_SUSPENDED ? RTEMS_ALREADY_SUSPENDED : RTEMS_SUCCESSFUL;
}

rtems_status_code rtems_task_set_priority(rtems_id id, rtems_task_priority new_priority, rtems_task_priority *old_priority)
{
  ISR_Level level;

  if (new_priority > RTEMS_MAXIMUM_PRIORITY)
    return RTEMS_INVALID_PRIORITY;
  if (old_priority == NULL)
    return RTEMS_INVALID_ADDRESS;
  _CPU_ISR_Disable(level);
  Thread_Control *thread = get(id);
  if (thread == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  *old_priority = thread->current_priority;
  if (new_priority != RTEMS_CURRENT_PRIORITY) {
    thread->real_priority = new_priority;
    /* What it has inherited it keeps until it releases the last of what it holds. */
    if (thread->resources == 0 || new_priority < thread->current_priority)
      _Thread_Change_priority(thread, new_priority, false);
  }
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_task_mode(rtems_mode mode_set, rtems_mode mask, rtems_mode *previous_mode_set)
{
  Thread_Control *executing = _Thread_Executing;
  ISR_Level level;

  if (previous_mode_set == NULL)
    return RTEMS_INVALID_ADDRESS;
  bool held_back = _CPU_ISR_Get_level() != 0;
  _CPU_ISR_Disable(level);
  *previous_mode_set = (executing->modes & ~RTEMS_INTERRUPT_MASK) | held_back;
  executing->modes = (executing->modes & ~mask) | (mode_set & mask);
  if (mask & RTEMS_TIMESLICE_MASK)
    executing->ticks_left = Configuration.ticks_per_timeslice;
  _Thread_Evaluate_heir();
  _CPU_ISR_Enable(level);
  if (mask & RTEMS_INTERRUPT_MASK)
    _CPU_ISR_Set_level(mode_set & RTEMS_INTERRUPT_MASK);
  _Thread_Dispatch();
  return RTEMS_SUCCESSFUL;
}

rtems_status_code rtems_task_wake_after(rtems_interval ticks)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  if (ticks == RTEMS_YIELD_PROCESSOR)
    _Thread_Yield();
  else
    _Thread_Block(STATES_DELAYING, ticks);
  return leave_with(level, RTEMS_SUCCESSFUL);
}
