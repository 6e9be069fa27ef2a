#include "pic.h"

#define SLAVE 0xa0
#define DATA 1 /* added to the command port */

#define ICW1_INIT_WITH_ICW4 0x11
#define ICW4_8086 0x01
#define OCW3_READ_ISR 0x0b

void pok_pic_init(void)
{
  outb(PIC_MASTER, ICW1_INIT_WITH_ICW4);
  outb(SLAVE, ICW1_INIT_WITH_ICW4);
  outb(PIC_MASTER + DATA, PIC_FIRST_VECTOR);
  outb(SLAVE + DATA, PIC_FIRST_VECTOR + 8);
  outb(PIC_MASTER + DATA, 1 << PIC_CASCADE);
  outb(SLAVE + DATA, PIC_CASCADE);
  outb(PIC_MASTER + DATA, ICW4_8086);
  outb(SLAVE + DATA, ICW4_8086);
  outb(PIC_MASTER + DATA, 0xff & ~(1 << PIC_CASCADE));
  outb(SLAVE + DATA, 0xff);
}

void pok_pic_unmask(uint32_t irq)
{
  uint16_t port = (irq < 8 ? PIC_MASTER : SLAVE) + DATA;

  outb(port, (uint8_t)(inb(port) & ~(1 << (irq & 7))));
}

void pok_pic_mask(uint32_t irq)
{
  uint16_t port = (irq < 8 ? PIC_MASTER : SLAVE) + DATA;

  outb(port, (uint8_t)(inb(port) | 1 << (irq & 7)));
}

/* A line that drops too early is answered with the lowest priority, 7 or 15, without its bit in ISR (8259A data sheet, p. 18). */
static bool spurious(uint16_t command, uint32_t line)
{
  if (line != 7)
    return false;
  outb(command, OCW3_READ_ISR);
  return (inb(command) & 1 << 7) == 0;
}

bool pok_pic_eoi_high(uint32_t irq)
{
  if (irq < 8) {
    if (spurious(PIC_MASTER, irq))
      return false;
  } else {
    bool forged = spurious(SLAVE, irq - 8);

    if (!forged)
      outb(SLAVE, PIC_OCW2_EOI);
    outb(PIC_MASTER, PIC_OCW2_EOI); /* the cascade line was in service even so */
    return !forged;
  }
  outb(PIC_MASTER, PIC_OCW2_EOI);
  return true;
}
