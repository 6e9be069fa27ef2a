#include "internal.h"

/* Equals take turns: asking for the priority it has sends a process behind them. */
static void yield(void)
{
  pok_thread_attr_t attr;
  uint32_t thread = 0;

  pok_thread_id(&thread);
  if (pok_thread_status(thread, &attr) == POK_ERRNO_OK)
    pok_thread_set_priority(thread, attr.priority);
}

void TIMED_WAIT(SYSTEM_TIME_TYPE delay, RETURN_CODE_TYPE *code)
{
  *code = INVALID_MODE;
  if (!apex_may_wait())
    return;
  *code = INVALID_PARAM;
  if (delay < 0) /* nor for ever */
    return;
  *code = NO_ERROR;
  if (delay == 0)
    yield();
  else
    pok_thread_sleep(apex_milliseconds(delay));
}

void PERIODIC_WAIT(RETURN_CODE_TYPE *code)
{
  *code = INVALID_MODE;
  if (!apex_may_wait() || !apex_is_periodic(apex_process(apex_current_process())))
    return;
  *code = NO_ERROR;
  pok_thread_period();
}

void GET_TIME(SYSTEM_TIME_TYPE *time, RETURN_CODE_TYPE *code)
{
  uint64_t tick = 0;

  pok_time_gettick(&tick);
  *time = apex_time(tick);
  *code = NO_ERROR;
}

void REPLENISH(SYSTEM_TIME_TYPE budget, RETURN_CODE_TYPE *code)
{
  *code = INVALID_PARAM;
  if (!apex_is_time_out(budget))
    return;
  *code = NO_ACTION;
  if (apex_mode() != NORMAL || apex_current_process() == 0)
    return;
  *code = pok_thread_replenish(apex_milliseconds(budget)) == POK_ERRNO_MODE ? INVALID_MODE : NO_ERROR;
}
