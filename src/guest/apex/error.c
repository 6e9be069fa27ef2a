#include "internal.h"
#include "string.h"

static bool has_handler;

_Static_assert(POK_ERROR_TEXT_MAX == MAX_ERROR_MESSAGE_SIZE, "messages are passed on");
_Static_assert(POK_ERROR_KIND_HARDWARE_FAULT - POK_ERROR_KIND_DEADLINE_MISSED == HARDWARE_FAULT, "kinds are the codes in the same order");

void REPORT_APPLICATION_MESSAGE(MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE length, RETURN_CODE_TYPE *code)
{
  char line[MAX_ERROR_MESSAGE_SIZE + 1];

  *code = INVALID_PARAM;
  if (length < 0 || length > MAX_ERROR_MESSAGE_SIZE)
    return;
  memcpy(line, message, (size_t)length);
  line[length] = '\n';
  pok_cons_write(line, (uint32_t)length + 1);
  *code = NO_ERROR;
}

void CREATE_ERROR_HANDLER(SYSTEM_ADDRESS_TYPE entry_point, STACK_SIZE_TYPE stack_size, RETURN_CODE_TYPE *code)
{
  if (has_handler)
    *code = NO_ACTION;
  else if (stack_size == 0 || !apex_has_stack(stack_size))
    *code = INVALID_CONFIG;
  else if (apex_mode() == NORMAL)
    *code = INVALID_MODE;
  else {
    has_handler = pok_error_handler_create(entry_point) == POK_ERRNO_OK;
    *code = has_handler ? NO_ERROR : INVALID_CONFIG;
  }
}

void apex_errors_begin(void)
{
  if (has_handler)
    pok_error_handler_set_ready();
}

void apex_errors_forget(void)
{
  has_handler = false;
}

void GET_ERROR_STATUS(ERROR_STATUS_TYPE *status, RETURN_CODE_TYPE *code)
{
  pok_error_status_t kernel;

  switch (pok_error_get(&kernel)) {
  case POK_ERRNO_OK:
    status->ERROR_CODE = (ERROR_CODE_TYPE)(kernel.error_kind - POK_ERROR_KIND_DEADLINE_MISSED);
    status->LENGTH = (ERROR_MESSAGE_SIZE_TYPE)kernel.msg_size;
    status->FAILED_PROCESS_ID = apex_process_of(kernel.failed_thread);
    status->FAILED_ADDRESS = (SYSTEM_ADDRESS_TYPE)kernel.failed_addr;
    memcpy(status->MESSAGE, kernel.msg, kernel.msg_size);
    *code = NO_ERROR;
    break;
  case POK_ERRNO_EMPTY:
    *code = NO_ACTION;
    break;
  default:
    *code = INVALID_CONFIG; /* who asks is not the error handler */
  }
}

void RAISE_APPLICATION_ERROR(ERROR_CODE_TYPE error, MESSAGE_ADDR_TYPE message, ERROR_MESSAGE_SIZE_TYPE length, RETURN_CODE_TYPE *code)
{
  *code = INVALID_PARAM;
  if (length < 0 || length > MAX_ERROR_MESSAGE_SIZE || error != APPLICATION_ERROR)
    return;
  if (pok_error_raise_application_error((const char *)message, (uint32_t)length) == POK_ERRNO_OK)
    *code = NO_ERROR;
}
