/*
 * Threads never change while a handler runs, however handlers nest: the nest level goes up before and down after, and the change takes
 * place when the layer has acknowledged the interrupt.
 */
#include "isr.h"
#include "thread.h"

volatile uint32_t _ISR_Nest_level;

static struct {
  rtems_interrupt_handler handler;
  void *argument;
  uint32_t count;
} vectors[ISR_VECTORS];

void C_dispatch_isr(int vector)
{
  _ISR_Nest_level++;
  _Thread_Dispatch_disable_level++;
  vectors[vector].count++;
  if (vectors[vector].handler != NULL)
    vectors[vector].handler(vectors[vector].argument);
  _Thread_Dispatch_disable_level--;
  _ISR_Nest_level--;
}

void _CPU_Virtual_Isr_exit(void)
{
  if (_ISR_Nest_level == 0)
    _Thread_Dispatch();
}

rtems_status_code rtems_interrupt_handler_install(rtems_vector_number vector, const char *info, rtems_option options,
                                                  rtems_interrupt_handler handler, void *argument)
{
  (void)info;
  (void)options; /* one handler a line: each is unique */
  if (vector >= ISR_VECTORS)
    return RTEMS_INVALID_ID;
  if (handler == NULL)
    return RTEMS_INVALID_ADDRESS;
  if (vectors[vector].handler != NULL)
    return RTEMS_RESOURCE_IN_USE;
  vectors[vector].argument = argument;
  vectors[vector].handler = handler;
  if (_CPU_Virtual_Irq_request((int)vector) == 0)
    return RTEMS_SUCCESSFUL;
  vectors[vector].handler = NULL;
  return RTEMS_UNSATISFIED;
}

rtems_status_code rtems_interrupt_handler_remove(rtems_vector_number vector, rtems_interrupt_handler handler, void *argument)
{
  if (vector >= ISR_VECTORS)
    return RTEMS_INVALID_ID;
  if (vectors[vector].handler == NULL || vectors[vector].handler != handler || vectors[vector].argument != argument)
    return RTEMS_UNSATISFIED;
  _CPU_Virtual_Irq_detach((int)vector);
  vectors[vector].handler = NULL;
  return RTEMS_SUCCESSFUL;
}

bool rtems_interrupt_is_in_progress(void)
{
  return _ISR_Nest_level > 0;
}

rtems_interrupt_level rtems_interrupt_disable_level(void)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  return level;
}

void rtems_interrupt_enable_level(rtems_interrupt_level level)
{
  _CPU_ISR_Enable(level);
}
