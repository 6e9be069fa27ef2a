#include "call.h"

pok_ret_t pok_inb(uint16_t port, uint8_t *value)
{
  return CALL(POK_SYSCALL_INB, port, (uint32_t)value);
}

pok_ret_t pok_outb(uint16_t port, uint8_t value)
{
  return CALL(POK_SYSCALL_OUTB, port, value);
}
