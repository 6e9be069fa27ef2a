#include "virtual-cpu.h"
#include "cpu.h"
#include "error.h"
#include "fpu.h"
#include "gdt.h"
#include "irq.h"
#include "partition.h"
#include "pit.h"
#include "sched.h"
#include "thread.h"

#define EFLAGS_RESERVED 0x2
#define EFLAGS_IF 0x200
/* Arithmetic flags, TF, DF, RF, AC and ID: all that a partition may have set itself. IOPL, NT, VM and the rest stay 0. */
#define EFLAGS_OF_PARTITION 0x00250dd5

#define SHARED_WORDS (offsetof(struct pok_irq_context, has_fpu) - offsetof(struct pok_irq_context, gs)) / 4

_Static_assert(SHARED_WORDS * 4 == sizeof(struct pok_frame), "from gs to ss a context is a frame of the kernel's");

static struct pok_virtual_cpu vcpus[POK_CONFIG_NB_PARTITIONS];

struct pok_virtual_cpu *pok_current_vcpu = vcpus;

static void show_pending(const struct pok_virtual_cpu *vcpu, uint32_t vector)
{
  vcpu->page->count[vector] = vcpu->count[vector];
  vcpu->page->pending = vcpu->deliverable;
}

pok_ret_t pok_vcpu_register(uint32_t partition, uint32_t offset)
{
  const pok_partition_t *owner = &pok_partitions[partition];
  struct pok_virtual_cpu *vcpu = &vcpus[partition];

  if (offset % POK_VCPU_SIZE != 0)
    return POK_ERRNO_EINVAL;
  if (!pok_partition_owns(owner, offset, POK_VCPU_SIZE))
    return POK_ERRNO_EFAULT;

  struct pok_vcpu *page = (struct pok_vcpu *)(owner->base_addr + offset);
  vcpu->page = page;
  page->partition = partition;
  page->tick_rate = PIT_TICKS_PER_SECOND;
  page->memory_size = owner->size;
  page->stacks_begin = pok_thread_stacks_begin(owner);
  for (uint32_t vector = 0; vector < POK_IRQ_LINES; vector++)
    show_pending(vcpu, vector);
  pok_vcpu_begin_slot(partition);
  pok_vcpu_show_thread(pok_current_thread);
  return POK_ERRNO_OK;
}

void pok_vcpu_reset(uint32_t partition)
{
  vcpus[partition] = (struct pok_virtual_cpu){0};
}

bool pok_vcpu_is_registered(uint32_t partition)
{
  return vcpus[partition].page != 0;
}

void pok_vcpu_begin_slot(uint32_t partition)
{
  pok_current_vcpu = &vcpus[partition];

  struct pok_vcpu *page = pok_current_vcpu->page;
  if (page == 0)
    return;
  page->slot_begin = pok_sched_slot_begin();
  page->slot_end = pok_sched_slot_end();
  page->ticks = pok_tick;
}

void pok_vcpu_tick(void)
{
  if (pok_current_vcpu->page != 0)
    pok_current_vcpu->page->ticks = pok_tick;
}

void pok_vcpu_show_thread(uint32_t thread)
{
  if (pok_current_vcpu->page != 0)
    pok_current_vcpu->page->thread = thread;
}

void pok_vcpu_mark(uint32_t partition, uint32_t vector, bool accepting, uint32_t arrival)
{
  struct pok_virtual_cpu *vcpu = &vcpus[partition];

  if (vcpu->count[vector] == UINT32_MAX)
    return;
  if (vcpu->count[vector]++ == 0)
    vcpu->arrival[vector] = arrival;
  if (accepting)
    vcpu->deliverable |= 1u << vector;
  show_pending(vcpu, vector);
}

void pok_vcpu_accept(uint32_t partition, uint32_t vector)
{
  struct pok_virtual_cpu *vcpu = &vcpus[partition];

  if (vcpu->count[vector] == 0)
    return;
  vcpu->deliverable |= 1u << vector;
  show_pending(vcpu, vector);
}

void pok_vcpu_forget(uint32_t partition, uint32_t vector)
{
  struct pok_virtual_cpu *vcpu = &vcpus[partition];

  vcpu->count[vector] = 0;
  vcpu->deliverable &= ~(1u << vector);
  if (vcpu->page != 0)
    show_pending(vcpu, vector);
}

pok_ret_t pok_vcpu_set_level(uint32_t partition, uint32_t level)
{
  if (!pok_vcpu_is_registered(partition))
    return POK_ERRNO_MODE;
  vcpus[partition].page->level = level;
  return POK_ERRNO_OK;
}

pok_ret_t pok_vcpu_wait(uint32_t partition)
{
  if (!pok_vcpu_is_registered(partition))
    return POK_ERRNO_MODE;
  vcpus[partition].waiters++;
  pok_threads[pok_current_thread].state = POK_STATE_WAIT_IRQ;
  pok_sched();
  return POK_ERRNO_OK;
}

static void wake_all(void)
{
  const pok_partition_t *partition = &pok_partitions[pok_current_partition];

  pok_current_vcpu->waiters = 0;
  for (uint32_t i = partition->thread_index_low; i < partition->thread_index; i++)
    if (pok_threads[i].state == POK_STATE_WAIT_IRQ)
      pok_threads[i].state = POK_STATE_RUNNABLE;
}

void pok_vcpu_wake(void)
{
  if (pok_current_vcpu->waiters != 0 && pok_current_vcpu->deliverable != 0 && pok_current_vcpu->page->level == 0)
    wake_all();
}

/* Below `esp`, such that the arguments are aligned to 16 bytes, as the ABI wants them (System V ABI i386, 2.2.2). */
static uint32_t frame_below(uint32_t esp)
{
  uint32_t arguments = (esp - sizeof(struct pok_irq_frame) + 4) & ~(uint32_t)15;

  return arguments - 4;
}

static inline void copy_words(void *to, const void *from, uint32_t words)
{
  __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

/* Hands over what has come of `vector` so far: how often. */
static uint32_t take(struct pok_virtual_cpu *vcpu, uint32_t vector)
{
  struct pok_vcpu *page = vcpu->page;
  uint32_t count = vcpu->count[vector];
  uint32_t latency = time_stamp() - vcpu->arrival[vector];

  vcpu->count[vector] = 0;
  vcpu->deliverable &= ~(1u << vector);
  show_pending(vcpu, vector);
  page->delivered[vector]++;
  page->occurrences[vector] += count;
  page->latency_last[vector] = latency;
  if (latency > page->latency_worst[vector])
    page->latency_worst[vector] = latency;
  return count;
}

static void save(struct pok_irq_context *context, struct pok_frame *user, uint32_t vector)
{
  user->unused_esp = 0; /* PUSHA's, a kernel address */
  user->error = 0;
  context->vector = vector;
  context->level = 0;
  copy_words(&context->gs, user, SHARED_WORDS);
  context->has_fpu = pok_fpu_take(context->fpu);
}

void pok_vcpu_deliver(struct pok_frame *user)
{
  struct pok_virtual_cpu *vcpu = pok_current_vcpu;
  const pok_partition_t *partition = &pok_partitions[pok_current_partition];
  uint32_t offset = frame_below(user->esp);

  if (vcpu->page->level != 0)
    return;
  if (!pok_partition_owns(partition, offset, sizeof(struct pok_irq_frame))) {
    pok_error_partition(POK_ERROR_KIND_STACK_OVERFLOW, POK_IRQ_NONE, user, "no stack for an interrupt");
    return;
  }

  uint32_t vector = (uint32_t)__builtin_ctz(vcpu->deliverable);
  struct pok_irq_frame *frame = (struct pok_irq_frame *)(partition->base_addr + offset);
  save(&frame->context, user, vector);
  frame->return_address = vcpu->page->irq_return;
  frame->vector = vector;
  frame->count = take(vcpu, vector);
  frame->context_offset = offset + offsetof(struct pok_irq_frame, context);

  handler_table[vector].waiting[pok_current_partition] = 0;
  vcpu->page->level = 1;
  if (vcpu->waiters != 0)
    wake_all();
  pok_thread_enter(user, pok_current_partition, handler_table[vector].handler[pok_current_partition], offset);
}

/* Null, or one of the partition's two, whatever its RPL. */
static bool is_harmless(uint32_t selector, uint32_t partition)
{
  uint32_t entry = selector & 0xfffc;

  return entry == 0 || (entry | 3) == GDT_PARTITION_CODE(partition) || (entry | 3) == GDT_PARTITION_DATA(partition);
}

static bool is_valid(const struct pok_irq_context *context, uint32_t partition)
{
  /* IRET itself would fault, in ring 0, on an EIP beyond the limit; and so would the loads of the selectors. */
  return context->eip < pok_partitions[partition].size && is_harmless(context->ds, partition) && is_harmless(context->es, partition) &&
         is_harmless(context->fs, partition) && is_harmless(context->gs, partition);
}

void pok_vcpu_return(struct pok_frame *user)
{
  uint32_t index = pok_current_partition;
  const pok_partition_t *partition = &pok_partitions[index];
  const struct pok_irq_context *context = (const struct pok_irq_context *)(partition->base_addr + user->esp);

  if (!pok_vcpu_is_registered(index) || !pok_partition_owns(partition, user->esp, sizeof *context) || !is_valid(context, index)) {
    pok_error_partition(POK_ERROR_KIND_ILLEGAL_REQUEST, POK_IRQ_NONE, user, "return to no context");
    return;
  }
  copy_words(user, &context->gs, SHARED_WORDS);
  user->cs = GDT_PARTITION_CODE(index);
  user->ss = GDT_PARTITION_DATA(index);
  user->eflags = (user->eflags & EFLAGS_OF_PARTITION) | EFLAGS_RESERVED | EFLAGS_IF;
  pok_fpu_give(context->has_fpu ? context->fpu : 0);
  pok_current_vcpu->page->level = context->level;
  if (context->vector != POK_IRQ_NONE)
    pok_irq_acknowledge(index, context->vector);
}
