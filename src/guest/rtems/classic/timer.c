#include "classic.h"
#include "critical.h"

typedef struct {
  Objects_Control object;
  Watchdog_Control watchdog;
  rtems_interval initial;
  rtems_timer_service_routine_entry routine;
  void *user_data;
} Timer_Control;

static Objects_Information information;

void _Timer_Manager_initialization(void)
{
  _Objects_Initialize(&information, OBJECTS_TIMER, Configuration.maximum_timers, sizeof(Timer_Control));
}

static void fire(void *argument)
{
  const Timer_Control *timer = argument;

  timer->routine(timer->object.id, timer->user_data);
}

rtems_status_code rtems_timer_create(rtems_name name, rtems_id *id)
{
  ISR_Level level;

  if (name == 0)
    return RTEMS_INVALID_NAME;
  if (id == NULL)
    return RTEMS_INVALID_ADDRESS;
  _CPU_ISR_Disable(level);
  Timer_Control *timer = _Objects_Allocate(&information, name);
  if (timer == NULL)
    return leave_with(level, RTEMS_TOO_MANY);
  *id = timer->object.id;
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_timer_ident(rtems_name name, rtems_id *id)
{
  return _Objects_Name_to_id(&information, name, id);
}

rtems_status_code rtems_timer_delete(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Timer_Control *timer = _Objects_Get(&information, id);
  if (timer == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  _Watchdog_Remove(&timer->watchdog);
  _Objects_Free(timer);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_timer_fire_after(rtems_id id, rtems_interval ticks, rtems_timer_service_routine_entry routine, void *user_data)
{
  ISR_Level level;

  if (ticks == 0)
    return RTEMS_INVALID_NUMBER;
  if (routine == NULL)
    return RTEMS_INVALID_ADDRESS;
  _CPU_ISR_Disable(level);
  Timer_Control *timer = _Objects_Get(&information, id);
  if (timer == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  timer->initial = ticks;
  timer->routine = routine;
  timer->user_data = user_data;
  _Watchdog_Insert(&timer->watchdog, ticks, fire, timer);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_timer_reset(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Timer_Control *timer = _Objects_Get(&information, id);
  if (timer == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  if (timer->routine == NULL)
    return leave_with(level, RTEMS_NOT_DEFINED);
  _Watchdog_Insert(&timer->watchdog, timer->initial, fire, timer);
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_timer_cancel(rtems_id id)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  Timer_Control *timer = _Objects_Get(&information, id);
  if (timer == NULL)
    return leave_with(level, RTEMS_INVALID_ID);
  _Watchdog_Remove(&timer->watchdog);
  return leave_with(level, RTEMS_SUCCESSFUL);
}
