/*
 * Forwarding as it was done in 2013, in place of kernel/forward.c, to be debugged: docs/FINDING-THE-2013-BUG.md does it. It is wrong in
 * most of the ways there are. The partition's half is middleman.S.
 */
#include "irq.h"
#include "sched.h"
#include "thread.h"
#include "virtual-cpu.h"

#define MAGIC 0xffeeddcc

POK_FROM_ENTRY void pok_vcpu_deliver(struct pok_frame *user)
{
  struct pok_virtual_cpu *vcpu = pok_current_vcpu;
  uint32_t vector = (uint32_t)__builtin_ctz(vcpu->deliverable);
  struct pok_irq_line *line = &handler_table[vector];
  uint32_t *stack = (uint32_t *)(vcpu->base + user->esp);

  if (vcpu->page->level != 0)
    return;

  /* What the middleman takes back: first the general registers by POPA, then EIP by RET. */
  *stack = user->eip;
  *--stack = user->eax;
  *--stack = user->ecx;
  *--stack = user->edx;
  *--stack = user->ebx;
  *--stack = user->esp;
  *--stack = user->ebp;
  *--stack = user->esi;
  *--stack = user->edi;
  *--stack = vector;
  *--stack = MAGIC;
  --stack; /* a return address, if somebody wrote one */

  vcpu->count[vector] = vcpu->page->count[vector] = 0;
  vcpu->page->pending = vcpu->deliverable &= vcpu->deliverable - 1;
  vcpu->page->delivered[vector]++;
  line->waiting[pok_current_partition] = 0;
  user->eip = line->handler[pok_current_partition];
  user->esp = (uint32_t)stack - vcpu->base;
}

POK_FROM_ENTRY bool pok_vcpu_deliver_at_once(uint32_t vector, struct pok_frame *user)
{
  (void)vector;
  (void)user;
  return false;
}
