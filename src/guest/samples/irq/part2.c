/* What is typed: the handler of the serial line collects it until the line ends. */
#include "clock.h"
#include <stdbool.h>

#define SERIAL 4
#define PATIENCE 20000 /* milliseconds */

static char line[64];
static volatile uint32_t length;
static volatile bool complete;

static void on_input(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  char c;
  uint32_t got = 0;

  (void)vector;
  (void)count;
  (void)context;
  while (pok_cons_read(&c, 1, &got) == POK_ERRNO_OK && got == 1) {
    if (c == '\r' || c == '\n')
      complete = true;
    else if (!complete && length < sizeof line - 1)
      line[length++] = c;
  }
}

int main(void)
{
  clock_start();
  pok_irq_register(SERIAL, on_input);
  pok_printf("serial: type a line\n");
  while (!complete && clock_ticks < PATIENCE)
    pok_irq_wait();
  if (complete)
    pok_printf("serial: that was \"%s\"\n", line);
  else
    pok_printf("serial: nobody typed\n");
  clock_report("serial");
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
