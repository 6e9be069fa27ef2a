/* Every call of the API is one critical section: what interrupt handlers may call can then not see anything half done. */
#pragma once
#include "thread.h"

/* Interrupts in again, and the heir runs if it is another: back when the caller runs again. */
static inline void leave(ISR_Level level)
{
  _CPU_ISR_Enable(level);
  _Thread_Dispatch();
}

static inline rtems_status_code leave_with(ISR_Level level, rtems_status_code status)
{
  leave(level);
  return status;
}

/* After the executing thread was made to wait: what came of it. */
static inline rtems_status_code leave_and_wait(ISR_Level level)
{
  leave(level);
  return _Thread_Executing->wait.status;
}

/* Waiting needs a thread that may be changed for another: not in a handler. */
static inline bool may_wait(rtems_option options)
{
  return !(options & RTEMS_NO_WAIT) && _Thread_Dispatch_disable_level == 0;
}
