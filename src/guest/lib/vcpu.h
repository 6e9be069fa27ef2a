/*
 * The virtual CPU of a partition: one page that it shares with the kernel, and the frame an interrupt comes in. The kernel reads `level`
 * and `irq_return` only, and believes neither; all else it writes, as a copy of what it keeps for itself.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define POK_IRQ_LINES 16
#define POK_IRQ_NONE 0xfff
#define POK_VCPU_SIZE 4096

struct pok_vcpu {
  volatile uint32_t level;   /* 0 = interrupts are delivered; any other value holds them back */
  volatile uint32_t pending; /* bit v: vector v would be delivered if `level` were 0 */
  uint32_t irq_return;       /* offset the handler returns to: pok_irq_return */
  uint32_t partition;        /* its number */
  uint32_t tick_rate;        /* clock ticks (vector 0) in a second */
  uint32_t memory_size;      /* of the partition: its segments' limit + 1 */
  uint32_t stacks_begin;     /* the lowest of its threads' stacks; from the end of .bss to here is free */
  uint32_t thread;           /* that runs, or ran last */
  volatile uint64_t ticks;   /* since the machine was started; while the partition runs. Use pok_vcpu_ticks to read it */
  uint64_t slot_begin, slot_end; /* of the present slot, in ticks */

  /* For each vector. */
  volatile uint32_t count[POK_IRQ_LINES]; /* occurrences not yet handed over */
  uint32_t delivered[POK_IRQ_LINES];      /* calls of the handler */
  uint32_t occurrences[POK_IRQ_LINES];    /* handed over by these calls */

  /*
   * Cycles of the time-stamp counter, modulo 2^32, from the arrival of the first occurrence in the kernel to its frame being complete, some
   * dozens of instructions before the handler's first; 0 if nothing held it back at all, or on a processor without the counter.
   */
  uint32_t latency_last[POK_IRQ_LINES];
  uint32_t latency_worst[POK_IRQ_LINES];
} __attribute__((aligned(POK_VCPU_SIZE)));

/* All that was interrupted. IRQ_RETURN takes it from wherever ESP points to: frames may come back in any order, from any stack. */
struct pok_irq_context {
  uint32_t vector; /* acknowledged by the return, unless a handler that has done so itself puts POK_IRQ_NONE here */
  uint32_t level;  /* put back by the return */
  uint32_t gs, fs, es, ds;
  uint32_t edi, esi, ebp, unused0, ebx, edx, ecx, eax;
  uint32_t unused1;
  uint32_t eip, cs, eflags, esp, ss;
  uint32_t has_fpu;  /* 1: `fpu` is the x87's state; 0: it was not in use, or had been initialised */
  uint8_t fpu[108];  /* as FNSAVE writes it */
};

/* What the kernel puts below the interrupted ESP: to the handler, a call from pok_irq_return with three arguments. */
struct pok_irq_frame {
  uint32_t return_address;
  uint32_t vector;
  uint32_t count; /* occurrences handed over by this call, at least 1 */
  uint32_t context_offset;
  uint32_t unused;
  struct pok_irq_context context; /* 16-byte aligned, as the arguments are */
};

_Static_assert(offsetof(struct pok_irq_context, eip) == 60, "pok_irq_return in libpok/irq.S knows the offsets");
_Static_assert(sizeof(struct pok_irq_context) == 192, "a multiple of 16");
