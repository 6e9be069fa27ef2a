/* Keys: the handler takes their codes from the controller. The first ones the program presses itself. */
#include "clock.h"

#define KEYBOARD 1
#define DATA 0x60
#define COMMAND 0x64
#define WRITE_OUTPUT_BUFFER 0xd2 /* as if the keyboard had sent the byte that follows */
#define OUTPUT_BUFFER_FULL 1
#define KEYS 5

static volatile uint32_t codes;
static volatile uint8_t last;

static void on_key(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  uint8_t code;

  (void)vector;
  (void)count;
  (void)context;
  pok_inb(DATA, &code);
  last = code;
  codes++;
}

/* What was there before anybody listened. */
static void drain(void)
{
  uint8_t status, code;

  for (pok_inb(COMMAND, &status); status & OUTPUT_BUFFER_FULL; pok_inb(COMMAND, &status))
    pok_inb(DATA, &code);
}

int main(void)
{
  drain();
  pok_irq_register(KEYBOARD, on_key);
  clock_start();
  for (uint32_t key = 1; key <= KEYS; key++) {
    pok_outb(COMMAND, WRITE_OUTPUT_BUFFER);
    pok_outb(DATA, (uint8_t)(0x10 + key));
    while (codes < key)
      pok_irq_wait();
    pok_printf("keyboard: code 0x%02x\n", last);
  }
  clock_report("keyboard");
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
