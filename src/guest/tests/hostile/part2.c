/* Counts the lives of part1, and the clock's ticks meanwhile: none may be missing, and its own memory must be as it was. */
#include "irq.h"
#include "../check.h"

static volatile uint32_t ticks;
static uint32_t pattern[1024];

static void on_tick(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  (void)vector;
  (void)context;
  ticks += count;
}

static uint64_t start(void)
{
  uint64_t before, after;

  for (;;) {
    pok_time_gettick(&before);
    pok_irq_register(0, on_tick);
    pok_time_gettick(&after);
    if (before == after)
      return after;
    pok_irq_unregister(0);
    ticks = 0;
  }
}

/* All that has ticked since `first` has come: looked at between two ticks. */
static bool is_complete(uint64_t first)
{
  uint64_t before, after;
  uint32_t counted;

  do {
    pok_time_gettick(&before);
    counted = ticks;
    pok_time_gettick(&after);
  } while (before != after);
  return counted == after - first;
}

int main(void)
{
  uint32_t in, next, length, lives = 0;
  char text[8];

  for (uint32_t i = 0; i < 1024; i++)
    pattern[i] = i * 2654435761u;
  CHECK(pok_port_queueing_create("out", 8, 2, POK_PORT_DIRECTION_IN, POK_DISCIPLINE_FIFO, &in) == POK_ERRNO_OK);
  CHECK(pok_port_queueing_create("next", 8, 1, POK_PORT_DIRECTION_OUT, POK_DISCIPLINE_FIFO, &next) == POK_ERRNO_OK);
  uint64_t first = start();
  for (;;) {
    CHECK(pok_port_queueing_receive(in, POK_FOREVER, 8, text, &length) == POK_ERRNO_OK);
    CHECK(is_complete(first));
    if (text[0] != '?')
      break;
    CHECK(pok_port_queueing_send(next, &lives, sizeof lives, POK_FOREVER) == POK_ERRNO_OK);
    lives++;
  }
  for (uint32_t i = 0; i < 1024; i++)
    CHECK(pattern[i] == i * 2654435761u);
  pok_printf("part2: %u lives\n", lives);
  check_end("part2");
  return 0;
}
