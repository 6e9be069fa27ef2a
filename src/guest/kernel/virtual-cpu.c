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

/* Arithmetic flags, TF, DF, RF, AC and ID: all that a partition may have set itself. IOPL, NT, VM and the rest stay 0. */
#define EFLAGS_OF_PARTITION 0x00250dd5

struct pok_virtual_cpu pok_virtual_cpus[POK_CONFIG_NB_PARTITIONS];
struct pok_virtual_cpu *pok_current_vcpu = pok_virtual_cpus;

static inline void show_pending(const struct pok_virtual_cpu *vcpu, uint32_t vector)
{
  vcpu->page->count[vector] = vcpu->count[vector];
  vcpu->page->pending = vcpu->deliverable;
}

pok_ret_t pok_vcpu_register(uint32_t partition, uint32_t offset)
{
  struct pok_virtual_cpu *vcpu = &pok_virtual_cpus[partition];

  if (offset % POK_VCPU_SIZE != 0)
    return POK_ERRNO_EINVAL;
  if (!pok_vcpu_owns(vcpu, offset, POK_VCPU_SIZE))
    return POK_ERRNO_EFAULT;

  pok_cpu_init(); /* time stamps are for those who can read them */
  struct pok_vcpu *page = vcpu->page = (struct pok_vcpu *)(vcpu->base + offset);
  page->partition = partition;
  page->tick_rate = PIT_TICKS_PER_SECOND;
  page->memory_size = vcpu->size;
  page->stacks_begin = pok_thread_stacks_begin(&pok_partitions[partition]);
  for (uint32_t vector = 0; vector < POK_IRQ_LINES; vector++)
    show_pending(vcpu, vector);
  pok_vcpu_begin_slot(partition);
  pok_vcpu_show_thread(pok_current_thread);
  return POK_ERRNO_OK;
}

void pok_vcpu_reset(uint32_t partition)
{
  /* A warm start finds its memory as it was: nothing there may look like a page that is registered. */
  if (pok_virtual_cpus[partition].page != 0)
    pok_virtual_cpus[partition].page->irq_return = pok_virtual_cpus[partition].page->level = 0;
  pok_virtual_cpus[partition] = (struct pok_virtual_cpu){
      .base = pok_partitions[partition].base_addr,
      .size = pok_partitions[partition].size,
      .code = GDT_PARTITION_CODE(partition),
      .data = GDT_PARTITION_DATA(partition),
  };
}

void pok_vcpu_begin_slot(uint32_t partition)
{
  pok_current_vcpu = &pok_virtual_cpus[partition];

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

void pok_vcpu_forget(uint32_t partition, uint32_t vector)
{
  struct pok_virtual_cpu *vcpu = &pok_virtual_cpus[partition];

  vcpu->count[vector] = 0;
  vcpu->deliverable &= ~(1u << vector);
  if (vcpu->page != 0)
    show_pending(vcpu, vector);
}

pok_ret_t pok_vcpu_set_level(uint32_t partition, uint32_t level)
{
  if (pok_virtual_cpus[partition].page == 0)
    return POK_ERRNO_MODE;
  pok_virtual_cpus[partition].page->level = level;
  return POK_ERRNO_OK;
}

pok_ret_t pok_vcpu_wait(uint32_t partition)
{
  if (pok_virtual_cpus[partition].page == 0)
    return POK_ERRNO_MODE;
  pok_virtual_cpus[partition].waiters++;
  pok_threads[pok_current_thread].state = POK_STATE_WAIT_IRQ;
  pok_sched();
  return POK_ERRNO_OK;
}

void pok_vcpu_wake_all(void)
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
    pok_vcpu_wake_all();
}

/* Null, or one of the partition's two, whatever its RPL. */
static bool is_harmless(uint32_t selector, const struct pok_virtual_cpu *vcpu)
{
  uint32_t entry = selector & 0xfffc;

  return entry == 0 || (entry | 3) == vcpu->code || (entry | 3) == vcpu->data;
}

static __attribute__((noinline)) bool has_harmless_selectors(const struct pok_irq_context *context, const struct pok_virtual_cpu *vcpu)
{
  return is_harmless(context->ds, vcpu) && is_harmless(context->es, vcpu) && is_harmless(context->fs, vcpu) &&
         is_harmless(context->gs, vcpu);
}

/* A return to nowhere: nothing of the frame is filled in yet, and it may have to serve. */
static __attribute__((noinline, cold)) void refuse(struct pok_frame *user)
{
  pok_thread_enter(user, pok_current_partition, user->eip, user->esp);
  pok_error_partition(POK_ERROR_KIND_ILLEGAL_REQUEST, POK_IRQ_NONE, user, "return to no context");
}

POK_FROM_ENTRY void pok_vcpu_return(struct pok_frame *user)
{
  struct pok_virtual_cpu *vcpu = pok_current_vcpu;
  const struct pok_irq_context *context = (const struct pok_irq_context *)(vcpu->base + user->esp);

  if (vcpu->page == 0 || !pok_vcpu_owns(vcpu, user->esp, sizeof *context)) {
    refuse(user);
    return;
  }
  /* IRET itself would fault, in ring 0, on an EIP beyond the limit; and so would the loads of selectors. */
  uint32_t data = vcpu->data;
  bool as_ever = ((context->ds ^ data) | (context->es ^ data) | (context->fs ^ data) | (context->gs ^ data)) == 0;
  if (context->eip >= vcpu->size || (!as_ever && !has_harmless_selectors(context, vcpu))) {
    refuse(user);
    return;
  }
  copy_words(user, &context->gs, POK_FRAME_WORDS);
  user->cs = vcpu->code;
  user->ss = data;
  user->eflags = (user->eflags & EFLAGS_OF_PARTITION) | POK_EFLAGS_AT_START;
  if (context->has_fpu || pok_fpu_is_used())
    pok_fpu_give(context->has_fpu ? context->fpu : 0);
  vcpu->page->level = context->level;
  if (context->vector != POK_IRQ_NONE)
    pok_irq_acknowledge(vcpu, pok_current_partition, context->vector);
}

POK_FROM_ENTRY struct pok_irq_context *pok_vcpu_resume(uint32_t offset)
{
  struct pok_virtual_cpu *vcpu = pok_current_vcpu;
  struct pok_irq_context *context = (struct pok_irq_context *)(vcpu->base + offset);
  uint32_t data = vcpu->data;

  if (vcpu->page == 0 || !pok_vcpu_owns_some(vcpu, offset, sizeof *context))
    return 0;
  /* The context may lie in the page: what is looked at is looked at behind the last write to it. Nothing of this is wrong to do twice. */
  if (context->vector != POK_IRQ_NONE)
    pok_irq_acknowledge(vcpu, pok_current_partition, context->vector);
  vcpu->page->level = context->level;
  if (context->eip >= vcpu->size || pok_fpu_is_used())
    return 0;
  if (((context->ds ^ data) | (context->es ^ data) | (context->fs ^ data) | (context->gs ^ data) | context->has_fpu | vcpu->deliverable) != 0)
    return 0;
  context->cs = vcpu->code;
  context->ss = data;
  context->eflags = (context->eflags & EFLAGS_OF_PARTITION) | POK_EFLAGS_AT_START;
  return context;
}
