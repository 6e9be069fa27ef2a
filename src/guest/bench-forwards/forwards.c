/*
 * Forwarded interrupts, one after the other and as fast as the system takes them: the program has the keyboard controller send a byte as if a
 * key had been pressed, which interrupts it at once; its handler takes the byte and returns. So each is two system calls of the program,
 * the interrupt, one system call of the handler, and the return.
 */
#include "irq.h"
#include "libpok.h"

#define KEYBOARD 1
#define DATA 0x60
#define COMMAND 0x64
#define WRITE_OUTPUT_BUFFER 0xd2 /* the byte that follows comes from the keyboard */
#define OUTPUT_BUFFER_FULL 1
#define DEFAULT_ITERATIONS 1000

static volatile uint32_t handled, crc = 0xffff;

static void on_key(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  uint8_t byte;

  (void)vector;
  (void)context;
  pok_inb(DATA, &byte);
  crc = (crc << 5 | crc >> 27) ^ byte;
  handled += count;
}

/* What was there before anybody listened. */
static void drain(void)
{
  uint8_t status, byte;

  for (pok_inb(COMMAND, &status); status & OUTPUT_BUFFER_FULL; pok_inb(COMMAND, &status))
    pok_inb(DATA, &byte);
}

int main(uint32_t iterations)
{
  if (iterations == 0)
    iterations = DEFAULT_ITERATIONS;
  drain();
  pok_irq_register(KEYBOARD, on_key);
  for (uint32_t n = 0; n < iterations; n++) {
    pok_outb(COMMAND, WRITE_OUTPUT_BUFFER);
    pok_outb(DATA, (uint8_t)n);
    while (handled == n)
      ;
  }
  pok_printf("bench: %u iterations, crc 0x%04x, done\n", handled, crc);
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
