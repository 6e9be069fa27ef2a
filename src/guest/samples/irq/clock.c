#include "clock.h"

volatile uint32_t clock_ticks;
static uint64_t begun;

static void on_tick(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  (void)vector;
  (void)context;
  clock_ticks += count;
}

void clock_start(void)
{
  pok_irq_register(CLOCK, on_tick);

  uint32_t level = pok_irq_disable();
  pok_time_gettick(&begun);
  clock_ticks = 0;
  pok_irq_enable(level);
}

void clock_report(const char *who)
{
  uint64_t now;

  /* Held back, ticks are counted by the kernel: what it has not handed over is added. */
  uint32_t level = pok_irq_disable();
  pok_time_gettick(&now);
  uint32_t counted = clock_ticks + pok_vcpu.count[CLOCK];
  pok_irq_enable(level);

  if (counted == (uint32_t)(now - begun))
    pok_printf("%s: no tick of the clock is missing\n", who);
  else
    pok_printf("%s: %u ticks of the clock were counted, and there were %u\n", who, counted, (uint32_t)(now - begun));
}
