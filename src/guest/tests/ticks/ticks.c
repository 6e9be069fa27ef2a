/*
 * Counts the clock's ticks by its own handler, under all that can come between: computing, interrupts held back over several ticks, a
 * handler that takes longer than a tick, waiting, and the slots of others. At the end the kernel's own count must be the same.
 */
#include "irq.h"
#include "libpok.h"

#define CLOCK 0
#define OVERRUN_EVERY 97

static volatile uint32_t calls;
static volatile uint32_t occurrences;

static void busy(uint32_t rounds)
{
  for (volatile uint32_t i = 0; i < rounds; i++)
    continue;
}

static void on_tick(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  (void)vector;
  (void)context;
  occurrences += count;
  if (++calls % OVERRUN_EVERY == 0)
    busy(400);
}

static void one_thing(uint32_t n)
{
  uint32_t level;

  switch (n % 4) {
  case 0:
    busy(100 + n % 256);
    return;
  case 1:
    level = pok_irq_disable();
    busy(200 + n % 512); /* some ticks */
    pok_irq_enable(level);
    return;
  case 2:
    level = pok_irq_disable();
    pok_irq_flash(level);
    pok_irq_enable(level);
    return;
  default:
    pok_irq_wait();
  }
}

/* Ticks of the kernel's clock not counted so far, this moment: no tick may come between looking at the one and the other. */
static uint32_t uncounted(void)
{
  uint64_t before, after;
  uint32_t counted;

  do {
    pok_time_gettick(&before);
    counted = occurrences + pok_vcpu.count[CLOCK];
    pok_time_gettick(&after);
  } while (before != after);
  return (uint32_t)after - counted;
}

/* The argument is the kernel's option iters: how many calls of the handler are wanted. */
int main(uint32_t wanted)
{
  uint32_t number;

  pok_partition_get_id(&number);
  pok_irq_register(CLOCK, on_tick);
  pok_irq_disable();
  uint32_t at_first = uncounted();
  pok_irq_enable(0);

  for (uint32_t n = 0; calls < wanted; n++)
    one_thing(n);

  pok_irq_disable();
  uint32_t lost = uncounted() - at_first;
  pok_printf("part%u: %u calls, %u ticks counted, %u lost\n", number + 1, calls, occurrences, lost);
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
