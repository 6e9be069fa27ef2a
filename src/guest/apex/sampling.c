#include "internal.h"

void CREATE_SAMPLING_PORT(const char *name, MESSAGE_SIZE_TYPE max_size, PORT_DIRECTION_TYPE direction, SYSTEM_TIME_TYPE refresh_period,
                          SAMPLING_PORT_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  char text[APEX_TEXT_SIZE];
  uint32_t port;

  apex_name_to_text(text, name);
  if (pok_port_sampling_id(text, &port) == POK_ERRNO_OK)
    *code = NO_ACTION;
  else if (max_size <= 0 || refresh_period <= 0 || (direction != SOURCE && direction != DESTINATION))
    *code = INVALID_PARAM;
  else if (apex_mode() == NORMAL)
    *code = INVALID_MODE;
  else if (pok_port_sampling_create(text, (uint32_t)max_size, direction == SOURCE ? POK_PORT_DIRECTION_OUT : POK_PORT_DIRECTION_IN,
                                    apex_milliseconds(refresh_period), &port) != POK_ERRNO_OK)
    *code = INVALID_CONFIG;
  else {
    *id = (SAMPLING_PORT_ID_TYPE)port;
    *code = NO_ERROR;
  }
}

void WRITE_SAMPLING_MESSAGE(SAMPLING_PORT_ID_TYPE id, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE length, RETURN_CODE_TYPE *code)
{
  switch (pok_port_sampling_write((uint32_t)id, message, length < 0 ? 0 : (uint32_t)length)) {
  case POK_ERRNO_OK:
    *code = NO_ERROR;
    break;
  case POK_ERRNO_DIRECTION:
    *code = INVALID_MODE;
    break;
  case POK_ERRNO_SIZE:
    *code = length <= 0 ? INVALID_PARAM : INVALID_CONFIG;
    break;
  default:
    *code = INVALID_PARAM;
  }
}

void READ_SAMPLING_MESSAGE(SAMPLING_PORT_ID_TYPE id, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE *length, VALIDITY_TYPE *validity,
                           RETURN_CODE_TYPE *code)
{
  uint32_t read = 0, valid = 0;
  pok_ret_t result = pok_port_sampling_read((uint32_t)id, message, &read, &valid);

  *validity = valid != 0 ? VALID : INVALID;
  switch (result) {
  case POK_ERRNO_OK:
    *length = (MESSAGE_SIZE_TYPE)read;
    *code = NO_ERROR;
    break;
  case POK_ERRNO_EMPTY:
    *length = 0;
    *code = NO_ACTION;
    break;
  default:
    *code = result == POK_ERRNO_DIRECTION ? INVALID_MODE : INVALID_PARAM;
  }
}

void GET_SAMPLING_PORT_ID(const char *name, SAMPLING_PORT_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  char text[APEX_TEXT_SIZE];
  uint32_t port;

  apex_name_to_text(text, name);
  *code = INVALID_CONFIG;
  if (pok_port_sampling_id(text, &port) != POK_ERRNO_OK)
    return;
  *id = (SAMPLING_PORT_ID_TYPE)port;
  *code = NO_ERROR;
}

void GET_SAMPLING_PORT_STATUS(SAMPLING_PORT_ID_TYPE id, SAMPLING_PORT_STATUS_TYPE *status, RETURN_CODE_TYPE *code)
{
  pok_port_sampling_status_t kernel;

  *code = INVALID_PARAM;
  if (pok_port_sampling_status((uint32_t)id, &kernel) != POK_ERRNO_OK)
    return;
  *status = (SAMPLING_PORT_STATUS_TYPE){
      .REFRESH_PERIOD = apex_time(kernel.refresh),
      .MAX_MESSAGE_SIZE = (MESSAGE_SIZE_TYPE)kernel.size,
      .PORT_DIRECTION = kernel.direction == POK_PORT_DIRECTION_OUT ? SOURCE : DESTINATION,
      .LAST_MSG_VALIDITY = kernel.validity != 0 ? VALID : INVALID,
  };
  *code = NO_ERROR;
}
