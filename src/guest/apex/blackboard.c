#include "internal.h"

#define KIND POK_LOCKOBJ_KIND_BLACKBOARD

void CREATE_BLACKBOARD(const char *name, MESSAGE_SIZE_TYPE max_size, BLACKBOARD_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  const pok_lockobj_attr_t attr = {.kind = KIND, .discipline = POK_DISCIPLINE_FIFO, .message_size = (uint32_t)max_size};

  if (apex_object_exists(KIND, name))
    *code = NO_ACTION;
  else if (max_size <= 0)
    *code = INVALID_PARAM;
  else
    *code = apex_object_create(name, &attr, id);
}

void DISPLAY_BLACKBOARD(BLACKBOARD_ID_TYPE id, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE length, RETURN_CODE_TYPE *code)
{
  *code = apex_object_send(apex_object(KIND, id), message, length, 0);
}

void READ_BLACKBOARD(BLACKBOARD_ID_TYPE id, SYSTEM_TIME_TYPE time_out, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE *length,
                     RETURN_CODE_TYPE *code)
{
  *code = apex_object_receive(apex_object(KIND, id), time_out, message, length);
}

void CLEAR_BLACKBOARD(BLACKBOARD_ID_TYPE id, RETURN_CODE_TYPE *code)
{
  const struct apex_object *board = apex_object(KIND, id);

  *code = INVALID_PARAM;
  if (board == 0)
    return;
  apex_object_do(board, POK_LOCKOBJ_RESET);
  *code = NO_ERROR;
}

void GET_BLACKBOARD_ID(const char *name, BLACKBOARD_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  *code = apex_object_find(KIND, name, id);
}

void GET_BLACKBOARD_STATUS(BLACKBOARD_ID_TYPE id, BLACKBOARD_STATUS_TYPE *status, RETURN_CODE_TYPE *code)
{
  const struct apex_object *board = apex_object(KIND, id);
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_STATUS};

  *code = INVALID_PARAM;
  if (board == 0)
    return;
  apex_object_operate(board, &operation);
  status->EMPTY_INDICATOR = operation.value != 0 ? OCCUPIED : EMPTY;
  status->MAX_MESSAGE_SIZE = (MESSAGE_SIZE_TYPE)board->attr.message_size;
  status->WAITING_PROCESSES = (WAITING_RANGE_TYPE)operation.waiting;
  *code = NO_ERROR;
}
