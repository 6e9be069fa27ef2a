#include "clock.h"

volatile uint32_t clock_ticks;
static uint32_t at_first;

static void on_tick(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  (void)vector;
  (void)context;
  clock_ticks += count;
}

/* Ticks of the kernel's clock not counted here, this moment: no tick may come between looking at the one and the other. */
static uint32_t uncounted(void)
{
  uint64_t before, after;
  uint32_t counted;

  do {
    pok_time_gettick(&before);
    /* Held back, ticks are counted by the kernel: what it has not handed over is added. */
    counted = clock_ticks + pok_vcpu.count[CLOCK];
    pok_time_gettick(&after);
  } while (before != after);
  return (uint32_t)after - counted;
}

void clock_start(void)
{
  pok_irq_register(CLOCK, on_tick);

  uint32_t level = pok_irq_disable();
  at_first = uncounted();
  pok_irq_enable(level);
}

void clock_report(const char *who)
{
  uint32_t level = pok_irq_disable();
  uint32_t lost = uncounted() - at_first;
  pok_irq_enable(level);

  if (lost == 0)
    pok_printf("%s: no tick of the clock is missing\n", who);
  else
    pok_printf("%s: %u ticks of the clock are missing\n", who, lost);
}
