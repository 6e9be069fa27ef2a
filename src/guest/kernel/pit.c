#include "pit.h"
#include "cpu.h"
#include "irq.h"

#define CHANNEL0 0x40
#define CONTROL 0x43
#define CHANNEL0_BOTH_BYTES_RATE_GENERATOR 0x34 /* mode 2 */
#define INPUT_HZ 1193182

void pok_pit_init(void (*on_tick)(void))
{
  uint32_t divisor = INPUT_HZ / PIT_TICKS_PER_SECOND;

  outb(CONTROL, CHANNEL0_BOTH_BYTES_RATE_GENERATOR);
  outb(CHANNEL0, divisor & 0xff);
  outb(CHANNEL0, (uint8_t)(divisor >> 8));
  pok_bsp_irq_register_hw(PIT_IRQ, on_tick);
}
