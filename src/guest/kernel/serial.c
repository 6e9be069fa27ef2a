#include "serial.h"
#include "cpu.h"

#define COM1 0x3f8
#define DATA (COM1 + 0)
#define DIVISOR_LOW (COM1 + 0) /* while LCR.DLAB = 1 */
#define INTERRUPT_ENABLE (COM1 + 1)
#define DIVISOR_HIGH (COM1 + 1)
#define FIFO_CONTROL (COM1 + 2)
#define LINE_CONTROL (COM1 + 3)
#define MODEM_CONTROL (COM1 + 4)
#define LINE_STATUS (COM1 + 5)

#define LCR_DLAB 0x80
#define LCR_8N1 0x03
#define FCR_ENABLE_AND_CLEAR 0x07
#define MCR_DTR_RTS 0x03
#define LSR_TRANSMITTER_EMPTY 0x20
#define DIVISOR_115200 1

void pok_serial_init(void)
{
  outb(INTERRUPT_ENABLE, 0);
  outb(LINE_CONTROL, LCR_DLAB);
  outb(DIVISOR_LOW, DIVISOR_115200);
  outb(DIVISOR_HIGH, 0);
  outb(LINE_CONTROL, LCR_8N1);
  outb(FIFO_CONTROL, FCR_ENABLE_AND_CLEAR);
  outb(MODEM_CONTROL, MCR_DTR_RTS);
}

void pok_serial_put(char c)
{
  while ((inb(LINE_STATUS) & LSR_TRANSMITTER_EMPTY) == 0)
    ;
  outb(DATA, (uint8_t)c);
}
