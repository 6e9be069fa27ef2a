#include "internal.h"

void GET_PARTITION_STATUS(PARTITION_STATUS_TYPE *status, RETURN_CODE_TYPE *code)
{
  uint64_t period = 0, duration = 0;
  uint32_t id = 0;
  pok_start_condition_t condition = POK_START_CONDITION_NORMAL;

  pok_partition_get_period(&period);
  pok_partition_get_duration(&duration);
  pok_partition_get_id(&id);
  pok_partition_get_start_condition(&condition);
  *status = (PARTITION_STATUS_TYPE){
      .PERIOD = apex_time(period),
      .DURATION = apex_time(duration),
      .IDENTIFIER = (PARTITION_ID_TYPE)id,
      .LOCK_LEVEL = apex_lock_level(),
      .OPERATING_MODE = apex_mode(),
      .START_CONDITION = (START_CONDITION_TYPE)condition,
  };
  *code = NO_ERROR;
}

/* Here the main thread ends. Until then no process of a greater priority may come before it. */
static void become_normal(void)
{
  uint32_t thread = 0;

  pok_thread_id(&thread);
  pok_thread_set_priority(thread, UINT8_MAX);
  apex_errors_begin();
  apex_processes_begin();
  pok_partition_set_mode(POK_PARTITION_MODE_NORMAL);
  pok_thread_stop_self();
}

static void start_again(OPERATING_MODE_TYPE mode)
{
  if (mode == WARM_START) {
    apex_processes_forget();
    apex_objects_forget();
    apex_errors_forget();
  }
  pok_partition_set_mode(mode == COLD_START ? POK_PARTITION_MODE_INIT_COLD : POK_PARTITION_MODE_INIT_WARM);
}

void SET_PARTITION_MODE(OPERATING_MODE_TYPE mode, RETURN_CODE_TYPE *code)
{
  OPERATING_MODE_TYPE present = apex_mode();

  *code = NO_ERROR;
  if (mode != IDLE && mode != COLD_START && mode != WARM_START && mode != NORMAL)
    *code = INVALID_PARAM;
  else if (mode == NORMAL && present == NORMAL)
    *code = NO_ACTION;
  else if (mode == WARM_START && present == COLD_START)
    *code = INVALID_MODE; /* there is nothing yet that a warm start could keep */
  else if (mode == NORMAL)
    become_normal();
  else if (mode == IDLE)
    pok_partition_set_mode(POK_PARTITION_MODE_IDLE);
  else
    start_again(mode);
}
