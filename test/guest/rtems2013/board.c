/* A board and a bit of RTEMS in the layout of 2013: what its processor half and its board call, in the order in which they do. */
#ifdef OWN_HEADERS
#include "own-headers.h"
#else
#include <virtualizationlayerbsp.h>
#include <virtualizationlayercpu.h>
#endif

#define i386_disable_interrupts(_level) { _CPU_Virtual_Interrupts_disable(_level); }
#define i386_enable_interrupts(_level) { _CPU_Virtual_Interrupts_enable(_level); }
#define _ISR_Disable(_level) i386_disable_interrupts(_level)
#define _ISR_Enable(_level) i386_enable_interrupts(_level)

#define TICKS 50

static volatile int ticks;

void C_dispatch_isr(int vector);
void C_dispatch_isr(int vector)
{
  if (vector == 0)
    ticks++;
}

static void outbyte(char ch)
{
  _BSP_Virtual_Char_write(&ch);
}

static void print(const char *text)
{
  while (*text != '\0')
    outbyte(*text++);
}

/* Two sections inside each other: the inner one must not let interrupts in. */
static int nested(void)
{
  unsigned int outer, inner;
  int before, after;

  _ISR_Disable(outer);
  _ISR_Disable(inner);
  _ISR_Enable(inner);
  before = ticks;
  for (int begun = _BSP_Virtual_Clock_read(); _BSP_Virtual_Clock_read() - begun < 30;)
    continue;
  after = ticks;
  _ISR_Enable(outer);
  return before == after;
}

void boot_card(void);
void boot_card(void)
{
  int begun;

  _CPU_Virtual_Interrupts_close();
  _BSP_Virtual_Console_init();
  print("board: banner\n");
  print(_BSP_Virtual_getworkspacearea() > 65536 ? "board: work area from the host\n" : "board: no work area\n");
  _BSP_Virtual_Clock_init();
  if (_CPU_Virtual_Irq_request(0) != 0)
    print("board: no clock\n");
  _CPU_Virtual_Interrupts_open();
  while (ticks == 0)
    continue;
  begun = _BSP_Virtual_Clock_read();
  ticks = 0;
  while (ticks < TICKS)
    continue;
  begun = _BSP_Virtual_Clock_read() - begun;
  print(begun == TICKS * 10 ? "board: 50 ticks of 10 ms took 500 ms\n" : "board: the clock runs at another rate\n");
  print(nested() ? "board: sections nest\n" : "board: a nested section let an interrupt in\n");
  print(ticks > TICKS ? "board: what came in it was delivered behind it\n" : "board: ticks were lost\n");
  _CPU_Virtual_Irq_detach(0);
  print("board: done\n");
  _CPU_Virtual_Stop_with_error(0);
}
