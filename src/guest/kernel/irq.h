/* Interrupt lines, and who handles each: the kernel first, then every partition that has registered. */
#pragma once
#include "config.h"
#include "pok.h"
#include "virtual-cpu.h"

#define POK_IRQ_KERNEL POK_CONFIG_NB_PARTITIONS /* the last handler of each line is the kernel's own */

/* Handlers are addresses in the kernel, offsets in a partition; 0 = none. */
struct pok_irq_line {
  uint32_t vector; /* POK_IRQ_NONE while nobody handles the line */
  uint32_t handler[POK_CONFIG_NB_PARTITIONS + 1];
  uint32_t waiting[POK_CONFIG_NB_PARTITIONS + 1]; /* 1 = for the next one; 0 from its delivery to its acknowledgement */
  uint32_t partitions;                            /* bit i: partition i has a handler */
  struct pok_virtual_cpu *sole; /* of the only one that has a handler, if the kernel has none either; null: there are more, or none */
};

extern struct pok_irq_line handler_table[POK_IRQ_LINES];

void pok_irq_init(void);

/* The kernel's handler of an interrupt line, 0-15. It must not switch threads: that comes after the partitions have been told. */
pok_ret_t pok_bsp_irq_register_hw(uint32_t irq, void (*handler)(void));
/* An entry point of the kernel for an interrupt no line raises: vectors from 16 on, which have the gates behind the lines'. */
pok_ret_t pok_bsp_irq_register(uint32_t vector, void (*entry)(void));

/* Whatever line it is, an interrupt comes here, from entry.S. */
POK_FROM_ENTRY void pok_irq_meta_handler(uint32_t irq, struct pok_frame *frame);

pok_ret_t pok_irq_register(uint32_t partition, uint32_t vector, uint32_t handler);
pok_ret_t pok_irq_unregister(uint32_t partition, uint32_t vector);

/* The partition accepts the vector's next occurrence; what has come since the last one is deliverable. False: it does not handle it. */
static inline bool pok_irq_acknowledge(struct pok_virtual_cpu *vcpu, uint32_t partition, uint32_t vector)
{
  if (vector >= POK_IRQ_LINES || handler_table[vector].handler[partition] == 0)
    return false;
  handler_table[vector].waiting[partition] = 1;
  if (vcpu->count[vector] != 0)
    vcpu->page->pending = vcpu->deliverable |= 1u << vector;
  return true;
}

void pok_irq_unregister_all(uint32_t partition);
