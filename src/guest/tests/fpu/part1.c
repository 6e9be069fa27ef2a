/* A loop with values on the x87's stack and a rounding mode of its own, a handler that ruins both, and a partition that does so too. */
#include "irq.h"
#include "libpok.h"

#define TICKS 40
#define CONTROL_UP 0x0b7f /* all masked, 64 bits, round up */

static volatile uint32_t ticks, strange;
static double sum;

static void on_tick(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  uint16_t control;

  (void)vector;
  (void)context;
  __asm__ volatile("fnstcw %0" : "=m"(control));
  if (control != 0x37f) /* FNINIT's */
    strange++;
  __asm__ volatile("fldpi\n\tfldpi\n\tfldz\n\tfld1\n\tfmulp\n\tfaddp"); /* and leaves two of them behind */
  for (uint32_t i = 0; i < count; i++)
    sum += 0.5;
  ticks += count;
}

/* 1/3 + 1/3 + ... with all of it in registers; what comes out is a property of the rounding mode and of nothing else. */
static uint64_t thirds(uint32_t rounds)
{
  uint16_t control = CONTROL_UP, after;
  double result;

  __asm__ volatile("fninit\n\t"
                   "fldcw %2\n\t"
                   "fldz\n\t"
                   "fld1\n\t"
                   "fldl2e\n\t" /* something to divide by */
                   "fdivrp\n"
                   "1:\n\t"
                   "fadd %%st, %%st(1)\n\t"
                   "decl %3\n\t"
                   "jnz 1b\n\t"
                   "fnstcw %1\n\t"
                   "fstp %%st(0)\n\t"
                   "fstpl %0"
                   : "=m"(result), "=m"(after)
                   : "m"(control), "r"(rounds)
                   : "memory");
  if (after != CONTROL_UP)
    strange++;
  return *(uint64_t *)&result;
}

int main(void)
{
  uint32_t id, different = 0;

  pok_partition_get_id(&id);
  uint64_t expected = thirds(200);
  pok_irq_register(0, on_tick);
  while (ticks < TICKS)
    different += thirds(200) != expected;
  pok_irq_disable();
  pok_printf("part%u: x87 of the loop %s, of the handler %s\n", id + 1, different == 0 ? "intact" : "CHANGED",
             strange == 0 && sum == ticks / 2.0 ? "its own" : "NOT ITS OWN");
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
