#include "critical.h"

/* Of what is wanted, what is there: all of it, or any, or nothing. */
static rtems_event_set satisfied(rtems_event_set pending, rtems_event_set wanted, rtems_option options)
{
  rtems_event_set seized = pending & wanted;

  return options & RTEMS_EVENT_ANY || seized == wanted ? seized : 0;
}

rtems_status_code rtems_event_send(rtems_id id, rtems_event_set event_in)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Thread_Control *thread = id == RTEMS_SELF ? _Thread_Executing : _Objects_Get(&_Thread_Information, id);
  if (thread == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  thread->pending_events |= event_in;
  if (thread->state & STATES_WAITING_FOR_EVENT) {
    rtems_event_set seized = satisfied(thread->pending_events, thread->wait.count, thread->wait.option);

    if (seized != 0) {
      thread->pending_events &= ~seized;
      *(rtems_event_set *)thread->wait.buffer = seized;
      thread->wait.status = RTEMS_SUCCESSFUL;
      _Watchdog_Remove(&thread->timer);
      _Thread_Clear_state(thread, STATES_WAITING_FOR_EVENT);
    }
  }
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_event_receive(rtems_event_set event_in, rtems_option options, rtems_interval ticks, rtems_event_set *event_out)
{
  Thread_Control *executing = _Thread_Executing;
  ISR_Level level;

  if (event_out == NULL)
    return RTEMS_INVALID_ADDRESS;
  _CPU_ISR_Disable(level);
  if (event_in == RTEMS_PENDING_EVENTS) {
    *event_out = executing->pending_events;
    return leave_with(level, RTEMS_SUCCESSFUL);
  }
  rtems_event_set seized = satisfied(executing->pending_events, event_in, options);
  if (seized != 0) {
    executing->pending_events &= ~seized;
    *event_out = seized;
    return leave_with(level, RTEMS_SUCCESSFUL);
  }
  if (!may_wait(options))
    return leave_with(level, RTEMS_UNSATISFIED);
  executing->wait.buffer = event_out;
  executing->wait.option = options;
  executing->wait.count = event_in;
  _Thread_Block(STATES_WAITING_FOR_EVENT, ticks);
  return leave_and_wait(level);
}
