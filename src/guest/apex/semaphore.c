#include "internal.h"

#define KIND POK_LOCKOBJ_KIND_SEMAPHORE

void CREATE_SEMAPHORE(const char *name, SEMAPHORE_VALUE_TYPE current, SEMAPHORE_VALUE_TYPE maximum, QUEUING_DISCIPLINE_TYPE discipline,
                      SEMAPHORE_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  const pok_lockobj_attr_t attr = {
      .kind = KIND, .discipline = apex_discipline(discipline), .initial = (uint32_t)current, .maximum = (uint32_t)maximum};

  if (apex_object_exists(KIND, name))
    *code = NO_ACTION;
  else if (current < 0 || maximum < 0 || maximum > MAX_SEMAPHORE_VALUE || current > maximum || !apex_is_discipline(discipline))
    *code = INVALID_PARAM;
  else
    *code = apex_object_create(name, &attr, id);
}

void WAIT_SEMAPHORE(SEMAPHORE_ID_TYPE id, SYSTEM_TIME_TYPE time_out, RETURN_CODE_TYPE *code)
{
  *code = apex_object_wait(apex_object(KIND, id), time_out);
}

void SIGNAL_SEMAPHORE(SEMAPHORE_ID_TYPE id, RETURN_CODE_TYPE *code)
{
  const struct apex_object *semaphore = apex_object(KIND, id);

  *code = INVALID_PARAM;
  if (semaphore != 0)
    *code = apex_object_do(semaphore, POK_LOCKOBJ_UNLOCK) == POK_ERRNO_FULL ? NO_ACTION : NO_ERROR;
}

void GET_SEMAPHORE_ID(const char *name, SEMAPHORE_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  *code = apex_object_find(KIND, name, id);
}

void GET_SEMAPHORE_STATUS(SEMAPHORE_ID_TYPE id, SEMAPHORE_STATUS_TYPE *status, RETURN_CODE_TYPE *code)
{
  const struct apex_object *semaphore = apex_object(KIND, id);
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_STATUS};

  *code = INVALID_PARAM;
  if (semaphore == 0)
    return;
  apex_object_operate(semaphore, &operation);
  status->CURRENT_VALUE = (SEMAPHORE_VALUE_TYPE)operation.value;
  status->MAXIMUM_VALUE = (SEMAPHORE_VALUE_TYPE)semaphore->attr.maximum;
  status->WAITING_PROCESSES = (WAITING_RANGE_TYPE)operation.waiting;
  *code = NO_ERROR;
}
