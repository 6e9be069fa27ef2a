/*
 * The CPU half, on the virtual CPU. Holding interrupts back and letting them in are writes to the page that is shared with the kernel; a
 * system call is made only to have something delivered that waits.
 */
#include "virtualizationlayercpu.h"
#include "irq.h"
#include "layer.h"
#include "libpok.h"

#define CLOCK 0

/* Called by the kernel as if from the interrupted code, below its stack pointer, with the virtual CPU's level at 1. */
static void interrupt(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  uint32_t ticks = vector == CLOCK ? virt_clock_due(count) : count;

  while (ticks-- > 0)
    C_dispatch_isr((int)vector);

  /* Acknowledged before threads change: what was interrupted may have to wait long for its return. */
  pok_irq_ack(context);
  if (_CPU_Virtual_Isr_exit != 0)
    _CPU_Virtual_Isr_exit();
}

int _CPU_Virtual_Irq_request(int vector)
{
  return pok_irq_register((uint32_t)vector, interrupt) == POK_ERRNO_OK ? 0 : -1;
}

void _CPU_Virtual_Irq_detach(int vector)
{
  pok_irq_unregister((uint32_t)vector);
}

/*
 * What disabling returns carries a mark: the tree of 2013 has declarations by which nothing is returned, and hands back whatever its
 * variable held. That must not be taken for a level, least of all 0 in a section inside another.
 */
#define MARK 0x4c560000
#define MARKED 0xffff0000

/* The level to go to: the one in what disabling has returned, or one less than now. */
static uint32_t level_to_enable(int level)
{
  uint32_t now = pok_irq_get_level();

  if (((uint32_t)level & MARKED) == MARK)
    return (uint32_t)level & ~MARKED;
  return now > 0 ? now - 1 : 0;
}

void _CPU_Virtual_Interrupts_enable(int level)
{
  pok_irq_set_level(level_to_enable(level));
}

int(_CPU_Virtual_Interrupts_disable)(int level)
{
  uint32_t before = pok_irq_get_level();

  (void)level;
  pok_irq_set_level(before + 1);
  return (int)(MARK | before);
}

void _CPU_Virtual_Interrupts_flash(int level)
{
  uint32_t before = pok_irq_get_level();

  pok_irq_set_level(level_to_enable(level));
  pok_irq_set_level(before);
}

int(_CPU_Virtual_Interrupts_get_level)(int level)
{
  (void)level;
  return (int)pok_irq_get_level();
}

void _CPU_Virtual_Interrupts_open(void)
{
  pok_irq_set_level(0);
}

void _CPU_Virtual_Interrupts_close(void)
{
  pok_irq_set_level(pok_irq_get_level() + 1);
}

void _CPU_Virtual_idle_thread(void)
{
  for (;;) {
    virt_console_flush();
    pok_irq_wait();
  }
}

void _CPU_Virtual_exec_stop_error(int error)
{
  virt_console_flush();
  if (error != 0)
    pok_printf("guest stopped with error %d (0x%x)\n", error, (uint32_t)error);
  for (;;)
    pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
}

void _CPU_Virtual_Idle_thread(void) __attribute__((alias("_CPU_Virtual_idle_thread")));
void _CPU_Virtual_Stop_with_error(int error) __attribute__((alias("_CPU_Virtual_exec_stop_error")));
