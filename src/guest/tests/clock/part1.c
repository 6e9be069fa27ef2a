/* Counts the clock's ticks in a handler while a loop looks after its registers. Both partitions run this program. */
#include "irq.h"
#include "libpok.h"
#include <stdbool.h>

#define TICKS 400 /* unless iters= says otherwise */
#define ROUNDS 500

int registers_survive(uint32_t rounds); /* registers.S */

static volatile uint32_t calls, ticks, greatest;
static volatile uint32_t bad; /* what was wrong with the way the handler was called */

static void on_tick(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  uint32_t flags;

  __asm__ volatile("pushfl\n\tpopl %0" : "=r"(flags));
  if ((flags & 0x500) != 0 || vector != 0 || context->vector != 0 || context->level != 0 || pok_irq_get_level() == 0)
    bad++;
  if ((uint32_t)context % 16 != 0 || (uint32_t)context > context->esp - sizeof *context)
    bad++;
  calls++;
  ticks += count;
  if (count > greatest)
    greatest = count;
}

/* When it was registered is known only if no tick falls in between. */
static uint64_t start(void)
{
  uint64_t before, after;

  pok_irq_disable();
  for (;;) {
    pok_time_gettick(&before);
    pok_irq_register(0, on_tick);
    pok_time_gettick(&after);
    if (before == after)
      break;
    pok_irq_unregister(0);
  }
  pok_irq_enable(0);
  return after;
}

/* Ticks not handed over, at the time `now`. */
static uint32_t pending(uint64_t *now)
{
  uint64_t before;
  uint32_t count;

  do {
    pok_time_gettick(&before);
    count = pok_vcpu.count[0];
    pok_time_gettick(now);
  } while (before != *now);
  return count;
}

int main(uint32_t iterations)
{
  uint32_t enough = iterations == 0 ? TICKS : iterations;
  uint64_t first, last;
  uint32_t id, wrong = 0;

  pok_partition_get_id(&id);
  pok_vcpu_init();
  first = start();
  while (ticks < enough)
    wrong += !registers_survive(ROUNDS);
  pok_irq_disable();
  uint32_t still_pending = pending(&last);
  uint32_t elapsed = (uint32_t)(last - first);

  bool as_counted = ticks == pok_vcpu.occurrences[0] && calls == pok_vcpu.delivered[0];

  pok_printf("part%u: rate %u, ticks lost %d, handed over %s, longest gap %u\n", id + 1, pok_vcpu.tick_rate,
             (int)(elapsed - ticks - still_pending), as_counted ? "as counted" : "WRONG", greatest);
  pok_printf("part%u: registers %s, calls %s\n", id + 1, wrong == 0 ? "intact" : "CHANGED", bad == 0 ? "well-formed" : "MALFORMED");
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
