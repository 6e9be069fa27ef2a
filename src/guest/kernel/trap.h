/* The way from an interrupt, an exception or a system call into C, and back. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Called by entry.S, which has its arguments in EAX and EDX. */
#define POK_FROM_ENTRY __attribute__((regparm(2)))

/*
 * What is on the kernel stack while the kernel works for somebody. The processor's part lies at the very top of the thread's kernel
 * stack if the trap came from ring 3. Up to `es` it is the frame POK has; fs and gs below are ours: a selector left in them would
 * keep the segment of one partition usable in the next one, P = 0 or not.
 */
struct pok_frame {
  uint32_t gs, fs, es, ds;
  uint32_t edi, esi, ebp, unused_esp, ebx, edx, ecx, eax; /* PUSHA */
  uint32_t error;                                         /* 0 where the processor pushes none */
  uint32_t eip, cs, eflags;
  uint32_t esp, ss; /* only from ring 3 */
};

void pok_idt_init(void);

/* Gives a vector behind those of the interrupt lines an entry point; false if it is not one of these. */
bool pok_idt_set_gate(uint32_t vector, uint32_t entry);

/* Exceptions and system calls; called by entry.S with interrupts off. */
POK_FROM_ENTRY void pok_trap(uint32_t vector, struct pok_frame *frame);

/* Prints where the kernel itself failed, and stops. */
_Noreturn void pok_panic(const char *why);
