/* The board half: console, clock and memory. */
#include "virtualizationlayerbsp.h"
#include "irq.h"
#include "layer.h"
#include "libpok.h"

/* Console -------------------------------------------------------------------------------------------------------------------- */

/* Lines are sent whole, so that those of several partitions do not mix, and a character does not cost a system call. */
static char line[128];
static uint32_t length;

void virt_console_flush(void)
{
  if (length > 0)
    pok_cons_write(line, length);
  length = 0;
}

void _BSP_Virtual_Console_flush(void)
{
  virt_console_flush();
}

int _BSP_Virtual_Console_init(void)
{
  return 0;
}

void _BSP_Virtual_Console_write(char c)
{
  line[length++] = c;
  if (c == '\n' || length == sizeof line)
    virt_console_flush();
}

void _BSP_Virtual_Char_write(char *c)
{
  _BSP_Virtual_Console_write(*c);
}

int _BSP_Virtual_Console_read(void)
{
  char c;
  uint32_t count = 0;

  virt_console_flush();
  if (pok_cons_read(&c, 1, &count) != POK_ERRNO_OK || count == 0)
    return -1;
  return (uint8_t)c;
}

char _BSP_Virtual_Char_read(void)
{
  return (char)_BSP_Virtual_Console_read();
}

/* Clock ---------------------------------------------------------------------------------------------------------------------- */

#define DEFAULT_RATE 100 /* RTEMS's own default: a tick of 10 ms */

static uint32_t rate = DEFAULT_RATE;
static uint32_t passed; /* of the next tick, in parts of 1 / host's rate */

void _BSP_Virtual_Clock_set_rate(unsigned int hertz)
{
  rate = hertz;
}

uint32_t virt_clock_due(uint32_t host_ticks)
{
  passed += host_ticks * rate;

  uint32_t due = passed / pok_vcpu.tick_rate;
  passed -= due * pok_vcpu.tick_rate;
  return due;
}

int _BSP_Virtual_Clock_init(void)
{
  pok_vcpu_init();
  return pok_vcpu.tick_rate != 0 ? 0 : -1;
}

int _BSP_Virtual_Clock_read(void)
{
  uint64_t tick = 0;

  pok_time_gettick(&tick);
  return (int)tick;
}

/* Faults --------------------------------------------------------------------------------------------------------------------- */

int _BSP_Virtual_faulthandler(void)
{
  pok_error_status_t status;

  return pok_error_get(&status) == POK_ERRNO_OK ? (int)status.error_kind : -1;
}

/* Memory --------------------------------------------------------------------------------------------------------------------- */

extern char _end[]; /* the linker's: where the image ends */

void *_BSP_Virtual_getworkspacestart(void)
{
  return (void *)(((uint32_t)_end + 15) & ~15u);
}

int _BSP_Virtual_getworkspacearea(void)
{
  pok_vcpu_init();
  return (int)(pok_vcpu.stacks_begin - (uint32_t)_BSP_Virtual_getworkspacestart());
}
