#include "call.h"

pok_ret_t pok_cons_read(char *text, uint32_t size, uint32_t *length)
{
  return CALL(POK_SYSCALL_CONSREAD, (uint32_t)text, size, (uint32_t)length);
}
