/* Waiting, holding back, letting in, nesting, acknowledging early; and a line typed at the console. */
#include "irq.h"
#include "../check.h"

#define CLOCK 0
#define SERIAL 4

static volatile uint32_t calls, ticks, depth, deepest;
static void (*volatile inside)(struct pok_irq_context *context); /* what a test wants done in the handler, once */

static void spin(uint32_t milliseconds)
{
  uint64_t end = pok_vcpu_ticks() + milliseconds;

  while (pok_vcpu_ticks() < end)
    ;
}

static void on_tick(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  void (*once)(struct pok_irq_context *) = inside;

  (void)vector;
  inside = 0;
  calls++;
  ticks += count;
  if (++depth > deepest)
    deepest = depth;
  if (once != 0)
    once(context);
  depth--;
}

/* For the test that counts their instructions. */
__attribute__((noinline)) uint32_t only_disable(void)
{
  return pok_irq_disable();
}

__attribute__((noinline)) void only_enable(void)
{
  pok_irq_enable(0);
}

static void test_wait(void)
{
  for (uint32_t n = 0; n < 10; n++) {
    uint32_t before = calls;
    CHECK(pok_irq_wait() == POK_ERRNO_OK);
    CHECK(calls > before);
  }
}

static void test_level(void)
{
  uint32_t level = only_disable(), before = ticks;

  CHECK(level == 0 && pok_irq_get_level() == 1 && pok_irq_disable() == 1);
  pok_thread_sleep(10);
  CHECK(ticks == before && (pok_vcpu.pending & 1) != 0 && pok_vcpu.count[CLOCK] >= 10);
  before = calls;
  pok_irq_enable(level); /* all of them come now, as one call */
  CHECK(calls == before + 1 && ticks >= 10);
  level = pok_irq_disable();
  only_enable();
  pok_irq_disable();
  spin(2); /* the clock in the page goes on */
  before = calls;
  pok_irq_flash(1);
  CHECK(calls == before + 1 && pok_irq_get_level() == 1);
  pok_irq_enable(0);
}

/* Without an acknowledgement the same vector does not come again, whatever the level. */
static void stay(struct pok_irq_context *context)
{
  uint32_t before = calls;

  pok_irq_set_level(0);
  spin(3);
  CHECK(calls == before && context->vector == CLOCK && pok_vcpu.count[CLOCK] >= 2);
}

static void nest(struct pok_irq_context *context)
{
  uint32_t before = calls;

  CHECK(pok_irq_ack(context) == POK_ERRNO_OK && context->vector == POK_IRQ_NONE);
  pok_irq_set_level(0);
  spin(3);
  CHECK(calls > before);
}

static void have_done(void (*what)(struct pok_irq_context *context))
{
  inside = what;
  while (inside != 0 || depth != 0)
    ;
  CHECK(pok_irq_get_level() == 0);
}

static void test_registration(void)
{
  uint32_t before;

  CHECK(pok_irq_register(CLOCK, on_tick) == POK_ERRNO_EXISTS);
  CHECK(pok_irq_unregister(CLOCK) == POK_ERRNO_OK && pok_irq_unregister(CLOCK) == POK_ERRNO_EINVAL);
  before = calls;
  pok_thread_sleep(5); /* the kernel's own clock goes on */
  CHECK(calls == before && pok_vcpu.count[CLOCK] == 0);
  CHECK(pok_irq_register(CLOCK, on_tick) == POK_ERRNO_OK);
  spin(2);
  CHECK(calls > before);
}

static char line[32];
static volatile uint32_t typed;

static void on_input(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  uint32_t length;

  (void)count;
  (void)context;
  CHECK(vector == SERIAL);
  while (pok_cons_read(line + typed, sizeof line - 1 - typed, &length) == POK_ERRNO_OK && length > 0)
    typed += length;
}

static void read_line(void)
{
  pok_irq_register(SERIAL, on_input);
  on_input(SERIAL, 0, 0); /* what has been typed before */
  while (typed == 0 || line[typed - 1] != '\n')
    pok_irq_wait();
  line[typed - 1] = '\0';
  pok_printf("part1: typed \"%s\"\n", line);
}

int main(void)
{
  CHECK(pok_irq_register(CLOCK, on_tick) == POK_ERRNO_OK);
  test_wait();
  test_level();
  have_done(stay);
  CHECK(deepest == 1);
  have_done(nest);
  CHECK(deepest == 2);
  test_registration();
  read_line();
  check_end("part1");
  return 0;
}
