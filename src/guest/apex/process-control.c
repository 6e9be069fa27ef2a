/* What processes do to each other and to themselves. */
#include "internal.h"

void SET_PRIORITY(PROCESS_ID_TYPE id, PRIORITY_TYPE priority, RETURN_CODE_TYPE *code)
{
  *code = INVALID_PARAM;
  if (apex_process(id) == 0 || priority < MIN_PRIORITY_VALUE || priority > MAX_PRIORITY_VALUE)
    return;
  *code = INVALID_MODE;
  if (apex_process_state(id) == DORMANT)
    return;
  *code = NO_ERROR;
  pok_thread_set_priority(apex_process(id)->thread, (uint8_t)priority);
}

void SUSPEND_SELF(SYSTEM_TIME_TYPE time_out, RETURN_CODE_TYPE *code)
{
  *code = INVALID_MODE;
  if (!apex_may_wait())
    return;
  if (!apex_is_time_out(time_out)) {
    *code = INVALID_PARAM;
    return;
  }
  if (apex_is_periodic(apex_process(apex_current_process())))
    return;
  *code = pok_thread_suspend(apex_milliseconds(time_out)) == POK_ERRNO_TIMEOUT ? TIMED_OUT : NO_ERROR;
}

static bool is_suspended(const struct apex_process *process)
{
  pok_thread_attr_t attr = {.state = POK_STATE_STOPPED};

  pok_thread_status(process->thread, &attr);
  return process->suspended || attr.state == POK_STATE_SUSPENDED;
}

/* SUSPEND and RESUME alike: another process, which can be suspended. */
static RETURN_CODE_TYPE check_other(PROCESS_ID_TYPE id)
{
  if (apex_process(id) == 0 || id == apex_current_process())
    return INVALID_PARAM;
  return apex_process_state(id) == DORMANT || apex_is_periodic(apex_process(id)) ? INVALID_MODE : NO_ERROR;
}

void SUSPEND(PROCESS_ID_TYPE id, RETURN_CODE_TYPE *code)
{
  struct apex_process *process = apex_process(id);

  *code = check_other(id);
  if (*code != NO_ERROR)
    return;
  if (is_suspended(process))
    *code = NO_ACTION;
  else if (apex_mode() != NORMAL)
    process->suspended = true;
  else
    pok_thread_suspend_target(process->thread);
}

void RESUME(PROCESS_ID_TYPE id, RETURN_CODE_TYPE *code)
{
  struct apex_process *process = apex_process(id);

  *code = check_other(id);
  if (*code != NO_ERROR)
    return;
  if (!is_suspended(process)) {
    *code = NO_ACTION;
    return;
  }
  process->suspended = false;
  if (apex_mode() == NORMAL)
    pok_thread_resume(process->thread);
}

void STOP_SELF(void)
{
  pok_thread_stop_self();
}

void STOP(PROCESS_ID_TYPE id, RETURN_CODE_TYPE *code)
{
  struct apex_process *process = apex_process(id);

  *code = INVALID_PARAM;
  if (process == 0 || id == apex_current_process())
    return;
  *code = NO_ACTION;
  if (apex_process_state(id) == DORMANT)
    return;
  *code = NO_ERROR;
  process->started = process->suspended = false;
  if (apex_mode() == NORMAL)
    pok_thread_stop(process->thread);
}

/* With its base priority again, now or when the partition becomes NORMAL. */
static void start(struct apex_process *process, SYSTEM_TIME_TYPE delay)
{
  process->suspended = false;
  pok_thread_set_priority(process->thread, (uint8_t)process->attributes.BASE_PRIORITY);
  process->started = true;
  process->delay = delay;
  if (apex_mode() == NORMAL)
    pok_thread_delayed_start(process->thread, apex_milliseconds(delay));
}

void START(PROCESS_ID_TYPE id, RETURN_CODE_TYPE *code)
{
  DELAYED_START(id, 0, code);
}

void DELAYED_START(PROCESS_ID_TYPE id, SYSTEM_TIME_TYPE delay, RETURN_CODE_TYPE *code)
{
  struct apex_process *process = apex_process(id);

  *code = INVALID_PARAM;
  if (process == 0 || delay < 0 || (apex_is_periodic(process) && delay >= process->attributes.PERIOD))
    return;
  *code = INVALID_MODE;
  if (apex_process_state(id) != DORMANT)
    return;
  *code = NO_ERROR;
  start(process, delay);
}

/* The level counts only for processes, which alone run when the partition is NORMAL. */
static bool can_lock(void)
{
  return apex_mode() == NORMAL && apex_current_process() != 0;
}

void LOCK_PREEMPTION(LOCK_LEVEL_TYPE *level, RETURN_CODE_TYPE *code)
{
  *level = apex_lock_level();
  *code = NO_ACTION;
  if (!can_lock())
    return;
  *code = INVALID_CONFIG;
  if (*level >= MAX_LOCK_LEVEL)
    return;
  *code = NO_ERROR;
  pok_partition_set_lock_level((uint32_t)++*level);
}

void UNLOCK_PREEMPTION(LOCK_LEVEL_TYPE *level, RETURN_CODE_TYPE *code)
{
  *level = apex_lock_level();
  *code = NO_ACTION;
  if (!can_lock() || *level == 0)
    return;
  *code = NO_ERROR;
  pok_partition_set_lock_level((uint32_t)--*level);
}
