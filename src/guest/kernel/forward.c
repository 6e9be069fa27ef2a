/*
 * Delivery of an interrupt to a partition: below the stack pointer of what it interrupts goes all that was interrupted, and the way back
 * to ring 3 becomes a call of the partition's handler. Nothing at or above that stack pointer is touched.
 */
#include "cpu.h"
#include "error.h"
#include "fpu.h"
#include "irq.h"
#include "sched.h"
#include "thread.h"
#include "virtual-cpu.h"

/* Below `esp`, such that the arguments are aligned to 16 bytes, as the ABI wants them (System V ABI i386, 2.2.2). */
static uint32_t frame_below(uint32_t esp)
{
  uint32_t arguments = (esp - sizeof(struct pok_irq_frame) + 4) & ~(uint32_t)15;

  return arguments - 4;
}

/* What is left of a delivery when the frame has its own part: the handler is entered when the kernel is left. */
static inline void enter(struct pok_virtual_cpu *vcpu, struct pok_vcpu *page, struct pok_irq_line *line, struct pok_frame *user, uint32_t offset)
{
  struct pok_irq_frame *frame = (struct pok_irq_frame *)(vcpu->base + offset);

  frame->return_address = page->irq_return;
  frame->context_offset = offset + offsetof(struct pok_irq_frame, context);
  line->waiting[pok_current_partition] = 0;
  page->level = 1;

  /* CS and SS are the partition's, as they are, and the general registers hold nothing but its own: they stay. */
  user->ds = user->es = vcpu->data;
  user->eip = line->handler[pok_current_partition];
  user->eflags = POK_EFLAGS_AT_START;
  user->esp = offset;
}

/* Hands over what has come of `vector` so far: how often. */
static inline uint32_t take(struct pok_virtual_cpu *vcpu, struct pok_vcpu *page, uint32_t vector)
{
  uint32_t count = vcpu->count[vector];
  uint32_t latency = time_stamp() - vcpu->arrival[vector];

  vcpu->count[vector] = page->count[vector] = 0;
  page->pending = vcpu->deliverable &= vcpu->deliverable - 1; /* it is the lowest one */
  page->delivered[vector]++;
  page->occurrences[vector] += count;
  page->latency_last[vector] = latency;
  if (latency > page->latency_worst[vector])
    page->latency_worst[vector] = latency;
  return count;
}

static inline void save(struct pok_irq_context *context, struct pok_frame *user, uint32_t vector)
{
  user->unused_esp = 0; /* PUSHA's, a kernel address */
  user->error = 0;
  context->vector = vector;
  context->level = 0;
  copy_words(&context->gs, user, POK_FRAME_WORDS);
  context->has_fpu = pok_fpu_is_used() && pok_fpu_take(context->fpu);
}

static __attribute__((noinline, cold)) void refuse_stack(struct pok_frame *user)
{
  pok_error_partition(POK_ERROR_KIND_STACK_OVERFLOW, POK_IRQ_NONE, user, "no stack for an interrupt");
}

POK_FROM_ENTRY void pok_vcpu_deliver(struct pok_frame *user)
{
  struct pok_virtual_cpu *vcpu = pok_current_vcpu;
  struct pok_vcpu *page = vcpu->page;
  uint32_t offset = frame_below(user->esp);

  if (page->level != 0)
    return;
  if (!pok_vcpu_owns(vcpu, offset, sizeof(struct pok_irq_frame))) {
    refuse_stack(user);
    return;
  }

  uint32_t vector = (uint32_t)__builtin_ctz(vcpu->deliverable);
  struct pok_irq_frame *frame = (struct pok_irq_frame *)(vcpu->base + offset);
  save(&frame->context, user, vector);
  /* From here on the page may have changed: the frame can lie in it. */
  frame->vector = vector;
  frame->count = take(vcpu, page, vector);
  enter(vcpu, page, &handler_table[vector], user, offset);
  if (vcpu->waiters != 0)
    pok_vcpu_wake_all();
}

POK_FROM_ENTRY bool pok_vcpu_deliver_at_once(uint32_t vector, struct pok_frame *user)
{
  struct pok_virtual_cpu *vcpu = pok_current_vcpu;
  struct pok_irq_line *line = &handler_table[vector];
  struct pok_vcpu *page = vcpu->page;
  uint32_t offset = frame_below(user->esp);

  if ((page->level | vcpu->deliverable | vcpu->waiters | vcpu->count[vector]) != 0 || line->waiting[pok_current_partition] == 0)
    return false;
  if (!pok_vcpu_owns_some(vcpu, offset, sizeof(struct pok_irq_frame)))
    return false;

  struct pok_irq_frame *frame = (struct pok_irq_frame *)(vcpu->base + offset);
  save(&frame->context, user, vector);
  frame->vector = vector;
  frame->count = 1;
  page->delivered[vector]++;
  page->occurrences[vector]++;
  page->latency_last[vector] = 0;
  enter(vcpu, page, line, user, offset);
  return true;
}
