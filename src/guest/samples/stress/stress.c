/* The same in both partitions: passes that check themselves, while interrupts are forwarded whose handler leaves nothing as it was. */
#include "irq.h"
#include "libpok.h"

#define CLOCK 0
#define LINE 5 /* nothing is attached to it: for a test to raise */

#ifndef PASSES
#define PASSES 20000
#endif
#define REPORTS 4

uint32_t stress_pass(void); /* pass.S */

static volatile uint32_t interrupts;
static volatile uint32_t occurrences;
static volatile uint32_t passes; /* not in a register, where it would make one pass differ from the next */

/* All that a handler may spoil, it does. */
static void handler(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  (void)vector;
  (void)context;
  interrupts++;
  occurrences += count;
  __asm__ volatile("movw %%ax, %%fs\n\t"
                   "movw %%ax, %%gs\n\t"
                   "fninit\n\t"
                   "fldz\n\t"
                   "fld1\n\t"
                   "fldcw %0\n\t"
                   "orl $-1, %%eax\n\t"
                   "movl %%eax, %%ecx\n\t"
                   "movl %%eax, %%edx\n\t"
                   "movl %%eax, %%ebx\n\t"
                   "movl %%eax, %%esi\n\t"
                   "movl %%eax, %%edi"
                   :
                   : "m"((const uint16_t){0x037f}), "a"(0)
                   : "ecx", "edx", "ebx", "esi", "edi", "cc");
}

int main(void)
{
  uint32_t number, failed = stress_pass();

  pok_partition_get_id(&number);
  pok_irq_register(CLOCK, handler);
  pok_irq_register(LINE, handler);
  for (passes = 1; passes <= PASSES && failed == 0; passes++) {
    failed = stress_pass();
    if (passes % (PASSES / REPORTS) == 0 && failed == 0)
      pok_printf("part%u: %u passes, all well\n", number + 1, passes);
  }
  if (failed != 0)
    pok_printf("part%u: check %u failed after %u interrupts\n", number + 1, failed, interrupts);
  else if (interrupts == 0)
    pok_printf("part%u: there was no interrupt\n", number + 1);
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
