#include "irq.h"
#include "call.h"

struct pok_vcpu pok_vcpu;

extern const char pok_irq_return[]; /* irq.S */

pok_ret_t pok_vcpu_init(void)
{
  if (pok_vcpu.irq_return != 0)
    return POK_ERRNO_OK;
  pok_vcpu.irq_return = (uint32_t)pok_irq_return;
  return CALL(POK_SYSCALL_VCPU_REGISTER, (uint32_t)&pok_vcpu);
}

uint64_t pok_vcpu_ticks(void)
{
  uint64_t ticks;

  do
    ticks = pok_vcpu.ticks;
  while (ticks != pok_vcpu.ticks);
  return ticks;
}

pok_ret_t pok_irq_register(uint32_t vector, pok_irq_handler_t *handler)
{
  pok_vcpu_init();
  return CALL(POK_SYSCALL_IRQ_REGISTER_HANDLER, vector, (uint32_t)handler);
}

pok_ret_t pok_irq_unregister(uint32_t vector)
{
  return CALL(POK_SYSCALL_IRQ_UNREGISTER_HANDLER, vector);
}

pok_ret_t pok_irq_ack(struct pok_irq_context *context)
{
  uint32_t vector = context->vector;

  context->vector = POK_IRQ_NONE; /* first: the next one may come before this function ends */
  return CALL(POK_SYSCALL_IRQ_PARTITION_ACK, vector);
}

pok_ret_t pok_irq_wait(void)
{
  pok_vcpu_init();
  return CALL(POK_SYSCALL_IRQ_WAIT, 0);
}

void pok_irq_deliver_pending(void)
{
  if (pok_vcpu.level == 0)
    CALL(POK_SYSCALL_IRQ_PARTITION_ENABLE, 0);
}
