#include "internal.h"

#define KIND POK_LOCKOBJ_KIND_BUFFER

void CREATE_BUFFER(const char *name, MESSAGE_SIZE_TYPE max_size, MESSAGE_RANGE_TYPE max_messages, QUEUING_DISCIPLINE_TYPE discipline,
                   BUFFER_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  const pok_lockobj_attr_t attr = {
      .kind = KIND, .discipline = apex_discipline(discipline), .maximum = (uint32_t)max_messages, .message_size = (uint32_t)max_size};

  if (apex_object_exists(KIND, name))
    *code = NO_ACTION;
  else if (max_size <= 0 || max_messages <= 0 || !apex_is_discipline(discipline))
    *code = INVALID_PARAM;
  else
    *code = apex_object_create(name, &attr, id);
}

void SEND_BUFFER(BUFFER_ID_TYPE id, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE length, SYSTEM_TIME_TYPE time_out, RETURN_CODE_TYPE *code)
{
  *code = apex_object_send(apex_object(KIND, id), message, length, time_out);
}

void RECEIVE_BUFFER(BUFFER_ID_TYPE id, SYSTEM_TIME_TYPE time_out, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE *length,
                    RETURN_CODE_TYPE *code)
{
  *code = apex_object_receive(apex_object(KIND, id), time_out, message, length);
}

void GET_BUFFER_ID(const char *name, BUFFER_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  *code = apex_object_find(KIND, name, id);
}

void GET_BUFFER_STATUS(BUFFER_ID_TYPE id, BUFFER_STATUS_TYPE *status, RETURN_CODE_TYPE *code)
{
  const struct apex_object *buffer = apex_object(KIND, id);
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_STATUS};

  *code = INVALID_PARAM;
  if (buffer == 0)
    return;
  apex_object_operate(buffer, &operation);
  status->NB_MESSAGE = (MESSAGE_RANGE_TYPE)operation.value;
  status->MAX_NB_MESSAGE = (MESSAGE_RANGE_TYPE)buffer->attr.maximum;
  status->MAX_MESSAGE_SIZE = (MESSAGE_SIZE_TYPE)buffer->attr.message_size;
  status->WAITING_PROCESSES = (WAITING_RANGE_TYPE)operation.waiting;
  *code = NO_ERROR;
}
