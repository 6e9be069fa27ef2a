#include "internal.h"

void CREATE_QUEUING_PORT(const char *name, MESSAGE_SIZE_TYPE max_size, MESSAGE_RANGE_TYPE max_messages, PORT_DIRECTION_TYPE direction,
                         QUEUING_DISCIPLINE_TYPE discipline, QUEUING_PORT_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  char text[APEX_TEXT_SIZE];
  uint32_t port;

  apex_name_to_text(text, name);
  if (pok_port_queueing_id(text, &port) == POK_ERRNO_OK)
    *code = NO_ACTION;
  else if (max_size <= 0 || max_messages <= 0 || (direction != SOURCE && direction != DESTINATION) || !apex_is_discipline(discipline))
    *code = INVALID_PARAM;
  else if (apex_mode() == NORMAL)
    *code = INVALID_MODE;
  else if (pok_port_queueing_create(text, (uint32_t)max_size, (uint32_t)max_messages,
                                    direction == SOURCE ? POK_PORT_DIRECTION_OUT : POK_PORT_DIRECTION_IN, apex_discipline(discipline),
                                    &port) != POK_ERRNO_OK)
    *code = INVALID_CONFIG;
  else {
    *id = (QUEUING_PORT_ID_TYPE)port;
    *code = NO_ERROR;
  }
}

static RETURN_CODE_TYPE code_of(pok_ret_t result, SYSTEM_TIME_TYPE time_out)
{
  if (apex_is_in_vain(result))
    return apex_in_vain(time_out);
  switch (result) {
  case POK_ERRNO_OK:
    return NO_ERROR;
  case POK_ERRNO_DIRECTION:
    return INVALID_MODE;
  default:
    return INVALID_PARAM;
  }
}

void SEND_QUEUING_MESSAGE(QUEUING_PORT_ID_TYPE id, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE length, SYSTEM_TIME_TYPE time_out,
                          RETURN_CODE_TYPE *code)
{
  *code = INVALID_PARAM;
  if (!apex_is_time_out(time_out))
    return;

  pok_ret_t result = pok_port_queueing_send((uint32_t)id, message, length < 0 ? 0 : (uint32_t)length, apex_patience(time_out));
  *code = result == POK_ERRNO_SIZE && length > 0 ? INVALID_CONFIG : code_of(result, time_out);
}

void RECEIVE_QUEUING_MESSAGE(QUEUING_PORT_ID_TYPE id, SYSTEM_TIME_TYPE time_out, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE *length,
                             RETURN_CODE_TYPE *code)
{
  pok_port_queueing_status_t status;
  uint32_t received = 0;

  *code = INVALID_PARAM;
  if (!apex_is_time_out(time_out) || pok_port_queueing_status((uint32_t)id, &status) != POK_ERRNO_OK)
    return;

  /* As the standard has it, there has to be room for the longest message. */
  pok_ret_t result = pok_port_queueing_receive((uint32_t)id, apex_patience(time_out), status.max_message_size, message, &received);
  *length = result == POK_ERRNO_OK ? (MESSAGE_SIZE_TYPE)received : 0;
  *code = code_of(result, time_out);
}

void GET_QUEUING_PORT_ID(const char *name, QUEUING_PORT_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  char text[APEX_TEXT_SIZE];
  uint32_t port;

  apex_name_to_text(text, name);
  *code = INVALID_CONFIG;
  if (pok_port_queueing_id(text, &port) != POK_ERRNO_OK)
    return;
  *id = (QUEUING_PORT_ID_TYPE)port;
  *code = NO_ERROR;
}

void GET_QUEUING_PORT_STATUS(QUEUING_PORT_ID_TYPE id, QUEUING_PORT_STATUS_TYPE *status, RETURN_CODE_TYPE *code)
{
  pok_port_queueing_status_t kernel;

  *code = INVALID_PARAM;
  if (pok_port_queueing_status((uint32_t)id, &kernel) != POK_ERRNO_OK)
    return;
  *status = (QUEUING_PORT_STATUS_TYPE){
      .NB_MESSAGE = (MESSAGE_RANGE_TYPE)kernel.nb_message,
      .MAX_NB_MESSAGE = (MESSAGE_RANGE_TYPE)kernel.max_nb_message,
      .MAX_MESSAGE_SIZE = (MESSAGE_SIZE_TYPE)kernel.max_message_size,
      .PORT_DIRECTION = kernel.direction == POK_PORT_DIRECTION_OUT ? SOURCE : DESTINATION,
      .WAITING_PROCESSES = (WAITING_RANGE_TYPE)kernel.waiting_threads,
  };
  *code = NO_ERROR;
}
