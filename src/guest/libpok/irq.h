/*
 * Interrupts of the machine, forwarded to the partition. A handler is an ordinary function, called on the stack of whatever it
 * interrupts with `level` at 1; when it returns, everything is as it was. While its vector is not acknowledged (by the return at the
 * latest) occurrences are counted and come as one later call.
 */
#pragma once
#include "pok.h"
#include "vcpu.h"

extern struct pok_vcpu pok_vcpu;

typedef void pok_irq_handler_t(uint32_t vector, uint32_t count, struct pok_irq_context *context);

/* Registers the virtual CPU with the kernel, once; whoever reads pok_vcpu before using any function below has to call it. */
pok_ret_t pok_vcpu_init(void);

/* pok_vcpu.ticks, whole even if a tick falls in between. */
uint64_t pok_vcpu_ticks(void);

/* Vectors are those of the interrupt lines, 0 to 15. 2 (the cascade) and 10 (in the place of the system call) are refused. */
pok_ret_t pok_irq_register(uint32_t vector, pok_irq_handler_t *handler);
pok_ret_t pok_irq_unregister(uint32_t vector);

/* Acknowledges in the midst of a handler, so that the return does not do it again. */
pok_ret_t pok_irq_ack(struct pok_irq_context *context);

/* Blocks until an interrupt is deliverable; it has been handled on return. At a level above 0 that is never. */
pok_ret_t pok_irq_wait(void);

/* If the level is 0, has the kernel deliver what is pending. */
void pok_irq_deliver_pending(void);

#define POK_IRQ_INLINE static inline __attribute__((always_inline)) /* without optimisation as well: a call would cost more than they do */

POK_IRQ_INLINE uint32_t pok_irq_get_level(void)
{
  return pok_vcpu.level;
}

/* Returns the level there was. */
POK_IRQ_INLINE uint32_t pok_irq_disable(void)
{
  uint32_t level = pok_vcpu.level;

  pok_vcpu.level = 1;
  __asm__ volatile("" : : : "memory"); /* what is to be undisturbed is done after this */
  return level;
}

/* Goes to any level. Three instructions while nothing is pending. */
POK_IRQ_INLINE void pok_irq_set_level(uint32_t level)
{
  __asm__ volatile("" : : : "memory"); /* what was done undisturbed is done before */
  pok_vcpu.level = level;
  if (pok_vcpu.pending != 0)
    pok_irq_deliver_pending();
}

/* Back to what pok_irq_disable returned. */
POK_IRQ_INLINE void pok_irq_enable(uint32_t level)
{
  pok_irq_set_level(level);
}

/* Lets in what is pending, and goes on at `level`. */
POK_IRQ_INLINE void pok_irq_flash(uint32_t level)
{
  pok_irq_set_level(0);
  pok_irq_set_level(level);
}
