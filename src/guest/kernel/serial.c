#include "serial.h"
#include "cpu.h"
#include "irq.h"

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
#define MCR_OUT2 0x08 /* connects the line to the interrupt controller */
#define LSR_DATA_READY 0x01
#define LSR_TRANSMITTER_EMPTY 0x20
#define IER_DATA_READY 0x01
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

#define TYPED 256 /* a power of two */

static struct {
  char bytes[TYPED];
  uint32_t put, taken; /* how many ever */
} typed;

/* What does not fit is lost, as it would be in the device. */
static void receive(void)
{
  while ((inb(LINE_STATUS) & LSR_DATA_READY) != 0) {
    char c = (char)inb(DATA);

    if (typed.put - typed.taken < TYPED)
      typed.bytes[typed.put++ % TYPED] = c;
  }
}

void pok_serial_listen(void)
{
  if (handler_table[SERIAL_IRQ].handler[POK_IRQ_KERNEL] != 0)
    return;
  pok_bsp_irq_register_hw(SERIAL_IRQ, receive);
  outb(MODEM_CONTROL, MCR_DTR_RTS | MCR_OUT2);
  outb(INTERRUPT_ENABLE, IER_DATA_READY);
  receive(); /* what was there before the interrupt could be raised */
}

uint32_t pok_serial_take(char *text, uint32_t size)
{
  uint32_t n = 0;

  while (n < size && typed.taken != typed.put)
    text[n++] = typed.bytes[typed.taken++ % TYPED];
  return n;
}
