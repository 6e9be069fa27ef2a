#include "call.h"

void pok_thread_start(void); /* thread-start.S */

pok_ret_t pok_error_handler_create(void (*entry)(void))
{
  return CALL(POK_SYSCALL_ERROR_HANDLER_CREATE, (uint32_t)pok_thread_start, (uint32_t)entry);
}

pok_ret_t pok_error_handler_set_ready(void)
{
  return CALL(POK_SYSCALL_ERROR_HANDLER_SET_READY);
}

pok_ret_t pok_error_raise_application_error(const char *text, uint32_t length)
{
  return CALL(POK_SYSCALL_ERROR_RAISE_APPLICATION_ERROR, (uint32_t)text, length);
}

pok_ret_t pok_error_get(pok_error_status_t *status)
{
  return CALL(POK_SYSCALL_ERROR_GET, (uint32_t)status);
}
