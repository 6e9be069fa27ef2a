/*
 * Virtual CPUs: which interrupts each partition has coming, their delivery on the way out of the kernel, and the way back. What counts
 * is kept here; the page that the partition sees (lib/vcpu.h) is a copy, of which only `level` and `irq_return` are ever read.
 */
#pragma once
#include "config.h"
#include "pok.h"
#include "sched.h"
#include "trap.h"
#include "vcpu.h"
#include <stddef.h>
#include <stdbool.h>

/* From gs to ss a context is a frame of the kernel's. */
#define POK_FRAME_WORDS (sizeof(struct pok_frame) / 4)
_Static_assert(sizeof(struct pok_frame) == offsetof(struct pok_irq_context, has_fpu) - offsetof(struct pok_irq_context, gs), "so it is");

struct pok_virtual_cpu {
  uint32_t deliverable; /* bit v: vector v is pending, and the one before it has been acknowledged. entry.S tests it */
  uint32_t waiters;     /* threads in POK_STATE_WAIT_IRQ */
  struct pok_vcpu *page; /* null until the partition registers it, and nothing is pending before that */
  uint32_t count[POK_IRQ_LINES];   /* occurrences not handed over yet */
  uint32_t arrival[POK_IRQ_LINES]; /* time stamp of the first of them */
  uint32_t base, size, code, data; /* the partition's memory and selectors */
} __attribute__((aligned(256))); /* a power of two is cheap to index by */

extern struct pok_virtual_cpu pok_virtual_cpus[POK_CONFIG_NB_PARTITIONS];
extern struct pok_virtual_cpu *pok_current_vcpu; /* of the partition whose slot it is */

/* Takes the page at `offset` of the partition for its virtual CPU. */
pok_ret_t pok_vcpu_register(uint32_t partition, uint32_t offset);

/* The partition, placed in memory by now, starts anew: no page, nothing pending. */
void pok_vcpu_reset(uint32_t partition);

/* The slot of a partition begins; a tick passes in it; one of its threads gets the processor. */
void pok_vcpu_begin_slot(uint32_t partition);
void pok_vcpu_tick(void);
void pok_vcpu_show_thread(uint32_t thread);

/* An interrupt has come. `accepting` = the one before it has been acknowledged. */
static inline void pok_vcpu_mark(struct pok_virtual_cpu *vcpu, uint32_t vector, bool accepting, uint32_t arrival)
{
  uint32_t count = vcpu->count[vector];

  if (count == UINT32_MAX)
    return;
  if (count == 0)
    vcpu->arrival[vector] = arrival;
  vcpu->count[vector] = vcpu->page->count[vector] = count + 1;
  if (!accepting)
    return;
  vcpu->deliverable |= 1u << vector;
  vcpu->page->pending = vcpu->deliverable;
  if (vcpu->waiters != 0)
    pok_sched_due = true;
}

/* One instruction and its repetitions: fewer than any other way to move so many. */
static inline void copy_words(void *to, const void *from, uint32_t words)
{
  __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

static inline bool pok_vcpu_owns(const struct pok_virtual_cpu *vcpu, uint32_t offset, uint32_t size)
{
  return size <= vcpu->size && offset <= vcpu->size - size;
}

/* The same for less than a page of a partition that has registered one, and so has at least as much memory. */
static inline bool pok_vcpu_owns_some(const struct pok_virtual_cpu *vcpu, uint32_t offset, uint32_t size)
{
  return offset <= vcpu->size - size;
}

/* The partition's threads in POK_STATE_WAIT_IRQ go on. */
void pok_vcpu_wake_all(void);

/* Nobody handles the vector any more. */
void pok_vcpu_forget(uint32_t partition, uint32_t vector);

pok_ret_t pok_vcpu_set_level(uint32_t partition, uint32_t level);

/* The current thread waits until something is deliverable; the scheduler asks whether that is so. */
pok_ret_t pok_vcpu_wait(uint32_t partition);
void pok_vcpu_wake(void);

/* On the way to ring 3: turns the way back into a call of the handler (forward.c). */
POK_FROM_ENTRY void pok_vcpu_deliver(struct pok_frame *user);
/*
 * An interrupt of a line that only this partition handles has come, out of its own code: the same without the way through what is pending.
 * False: it has to wait, or something else is unusual, and nothing has been done.
 */
POK_FROM_ENTRY bool pok_vcpu_deliver_at_once(uint32_t vector, struct pok_frame *user);
/* System call 30: turns the way back into the one of the context at ESP. */
POK_FROM_ENTRY void pok_vcpu_return(struct pok_frame *user);
/*
 * The same for what is usual: no other segments than the partition's own, no x87 state, nothing to deliver next. Returns the context at that
 * offset, fit to return from; null if it takes pok_vcpu_return to decide.
 */
POK_FROM_ENTRY struct pok_irq_context *pok_vcpu_resume(uint32_t offset);
