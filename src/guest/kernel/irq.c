#include "irq.h"
#include "cpu.h"
#include "partition.h"
#include "pic.h"
#include "sched.h"
#include "serial.h"
#include "trap.h"

_Static_assert(POK_CONFIG_NB_PARTITIONS <= 32, "a line has a bit for each");

struct pok_irq_line handler_table[POK_IRQ_LINES];

void pok_irq_init(void)
{
  for (uint32_t irq = 0; irq < POK_IRQ_LINES; irq++)
    handler_table[irq].vector = POK_IRQ_NONE;
}

/* Line 2 leads to the second controller, and line 10 has the vector of the system call, the number every partition is built with. */
static bool is_usable(uint32_t irq)
{
  return irq < POK_IRQ_LINES && irq != PIC_CASCADE && PIC_FIRST_VECTOR + irq != POK_SYSCALL_VECTOR;
}

static void find_sole(struct pok_irq_line *line)
{
  bool one = line->partitions != 0 && (line->partitions & (line->partitions - 1)) == 0;

  line->sole = one && line->handler[POK_IRQ_KERNEL] == 0 ? &pok_virtual_cpus[__builtin_ctz(line->partitions)] : 0;
}

static void set_handler(uint32_t irq, uint32_t who, uint32_t handler)
{
  struct pok_irq_line *line = &handler_table[irq];

  line->handler[who] = handler;
  line->waiting[who] = 1;
  if (line->vector == POK_IRQ_NONE) {
    line->vector = irq;
    pok_pic_unmask(irq);
  }
}

pok_ret_t pok_bsp_irq_register_hw(uint32_t irq, void (*handler)(void))
{
  if (!is_usable(irq) || handler == 0)
    return POK_ERRNO_EINVAL;
  set_handler(irq, POK_IRQ_KERNEL, (uint32_t)handler);
  find_sole(&handler_table[irq]);
  return POK_ERRNO_OK;
}

pok_ret_t pok_bsp_irq_register(uint32_t vector, void (*entry)(void))
{
  if (vector < POK_IRQ_LINES)
    return POK_ERRNO_EINVAL;
  return pok_idt_set_gate(PIC_FIRST_VECTOR + vector, (uint32_t)entry) ? POK_ERRNO_OK : POK_ERRNO_EINVAL;
}

POK_FROM_ENTRY void pok_irq_meta_handler(uint32_t irq, struct pok_frame *frame)
{
  const struct pok_irq_line *line = &handler_table[irq];
  uint32_t arrival, left;

  /* Whoever handles the line, it is the kernel that ends the interrupt, or a partition could keep all lower ones from everybody. */
  if (!pok_pic_eoi(irq))
    return;
  if (line->sole == pok_current_vcpu && frame->cs == pok_current_vcpu->code && pok_vcpu_deliver_at_once(irq, frame))
    return;
  arrival = time_stamp();
  if (line->handler[POK_IRQ_KERNEL] != 0)
    ((void (*)(void))line->handler[POK_IRQ_KERNEL])();
  for (left = line->partitions; left != 0; left &= left - 1) {
    uint32_t i = (uint32_t)__builtin_ctz(left);
    struct pok_virtual_cpu *vcpu = &pok_virtual_cpus[i];

    __asm__("" : "+r"(vcpu)); /* the address is computed once */
    pok_vcpu_mark(vcpu, irq, line->waiting[i], arrival);
  }
  if (pok_sched_due)
    pok_sched();
}

pok_ret_t pok_irq_register(uint32_t partition, uint32_t vector, uint32_t handler)
{
  if (!is_usable(vector) || handler == 0)
    return POK_ERRNO_EINVAL;
  if (!pok_partition_owns(&pok_partitions[partition], handler, 1))
    return POK_ERRNO_EFAULT;
  if (pok_virtual_cpus[partition].page == 0)
    return POK_ERRNO_MODE;
  if (handler_table[vector].handler[partition] != 0)
    return POK_ERRNO_EXISTS;
  if (vector == SERIAL_IRQ && partition == POK_CONFIG_CONSOLE_OWNER)
    pok_serial_listen(); /* a handler of what is typed finds it by CONSREAD */
  set_handler(vector, partition, handler);
  handler_table[vector].partitions |= 1u << partition;
  find_sole(&handler_table[vector]);
  return POK_ERRNO_OK;
}

pok_ret_t pok_irq_unregister(uint32_t partition, uint32_t vector)
{
  if (vector >= POK_IRQ_LINES || handler_table[vector].handler[partition] == 0)
    return POK_ERRNO_EINVAL;

  struct pok_irq_line *line = &handler_table[vector];
  line->handler[partition] = 0;
  line->partitions &= ~(1u << partition);
  find_sole(line);
  pok_vcpu_forget(partition, vector);
  if (line->partitions != 0 || line->handler[POK_IRQ_KERNEL] != 0)
    return POK_ERRNO_OK; /* the line is somebody else's too */
  line->vector = POK_IRQ_NONE;
  pok_pic_mask(vector);
  return POK_ERRNO_OK;
}

void pok_irq_unregister_all(uint32_t partition)
{
  for (uint32_t vector = 0; vector < POK_IRQ_LINES; vector++)
    pok_irq_unregister(partition, vector);
}
