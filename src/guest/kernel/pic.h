/* The pair of 8259A interrupt controllers. */
#pragma once
#include "cpu.h"

#define PIC_FIRST_VECTOR 32
#define PIC_MASTER 0x20 /* port for commands */
#define PIC_OCW2_EOI 0x20
#define PIC_CASCADE 2 /* the master's line the slave is wired to */

/* Moves IRQ 0-7 to vectors 32-39 and IRQ 8-15 to 40-47, away from the exceptions, and masks them all. */
void pok_pic_init(void);
void pok_pic_unmask(uint32_t irq);
void pok_pic_mask(uint32_t irq);

/* Ends the interrupt in service of line 7 or higher. False if there was none: the line had dropped before the acknowledge cycle. */
bool pok_pic_eoi_high(uint32_t irq);

/* The same for any line. Only the last one of a controller can have been a false alarm. */
static inline bool pok_pic_eoi(uint32_t irq)
{
  if (irq >= 7)
    return pok_pic_eoi_high(irq);
  outb(PIC_MASTER, PIC_OCW2_EOI);
  return true;
}
