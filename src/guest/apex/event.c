#include "internal.h"

#define KIND POK_LOCKOBJ_KIND_EVENT

void CREATE_EVENT(const char *name, EVENT_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  const pok_lockobj_attr_t attr = {.kind = KIND, .discipline = POK_DISCIPLINE_PRIORITY};

  *code = apex_object_exists(KIND, name) ? NO_ACTION : apex_object_create(name, &attr, id);
}

static RETURN_CODE_TYPE turn(EVENT_ID_TYPE id, pok_lockobj_action_t action)
{
  const struct apex_object *event = apex_object(KIND, id);

  if (event == 0)
    return INVALID_PARAM;
  apex_object_do(event, action);
  return NO_ERROR;
}

void SET_EVENT(EVENT_ID_TYPE id, RETURN_CODE_TYPE *code)
{
  *code = turn(id, POK_LOCKOBJ_UNLOCK);
}

void RESET_EVENT(EVENT_ID_TYPE id, RETURN_CODE_TYPE *code)
{
  *code = turn(id, POK_LOCKOBJ_RESET);
}

void WAIT_EVENT(EVENT_ID_TYPE id, SYSTEM_TIME_TYPE time_out, RETURN_CODE_TYPE *code)
{
  *code = apex_object_wait(apex_object(KIND, id), time_out);
}

void GET_EVENT_ID(const char *name, EVENT_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  *code = apex_object_find(KIND, name, id);
}

void GET_EVENT_STATUS(EVENT_ID_TYPE id, EVENT_STATUS_TYPE *status, RETURN_CODE_TYPE *code)
{
  const struct apex_object *event = apex_object(KIND, id);
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_STATUS};

  *code = INVALID_PARAM;
  if (event == 0)
    return;
  apex_object_operate(event, &operation);
  status->EVENT_STATE = operation.value != 0 ? UP : DOWN;
  status->WAITING_PROCESSES = (WAITING_RANGE_TYPE)operation.waiting;
  *code = NO_ERROR;
}
