/* A partition that adds up the characters of a text, again and again, while the clock's interrupts come in. */
#include "call.h"
#include "irq.h"

#define TEXT "message from the partition"
#define ROUNDS 20

static volatile uint32_t ticks;

void interrupt_middleman(void); /* middleman.S, which calls the next two */

void clock_handler(uint32_t vector)
{
  (void)vector;
  ticks++;
}

void acknowledge(uint32_t vector)
{
  CALL(POK_SYSCALL_IRQ_PARTITION_ACK, vector);
}

/* Adds up until the clock has ticked. */
uint32_t checksum(const char *text);

__attribute__((noinline)) uint32_t checksum(const char *text)
{
  uint32_t sum = 0;

  pok_vcpu.level = 0; /* and wait for the next interrupt, rather than ask for one that may be pending */
  while (ticks == 0)
    for (const char *c = text; *c != '\0'; c++)
      sum = sum * 31 + (uint8_t)*c;
  pok_vcpu.level = 1;
  ticks = 0;
  return sum;
}

int main(void)
{
  pok_vcpu_init();
  pok_vcpu.level = 1;
  CALL(POK_SYSCALL_IRQ_REGISTER_HANDLER, 0, (uint32_t)interrupt_middleman);
  for (int round = 1; round <= ROUNDS; round++) {
    pok_printf("part1: round %d\n", round);
    checksum(TEXT);
  }
  pok_printf("part1: interrupts were forwarded without harm\n");
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
