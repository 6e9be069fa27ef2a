/* The virtualpok board: everything it has, the host gives. */
#include "classic.h"
#include "thread.h"
#include "virtualizationlayerbsp.h"
#include "wkspace.h"
#include <stdarg.h>

#include "format.h"

#define CLOCK_VECTOR 0
#define IDLE_PRIORITY 255

static rtems_isr clock_isr(void *argument)
{
  (void)argument;
  rtems_clock_tick();
}

static rtems_task idle(rtems_task_argument argument)
{
  (void)argument;
  _CPU_Thread_Idle_body();
}

static void start_clock(void)
{
  if (_BSP_Virtual_Clock_init() != 0)
    rtems_fatal_error_occurred(RTEMS_NOT_CONFIGURED);
  _BSP_Virtual_Clock_set_rate(rtems_clock_get_ticks_per_second());
  if (rtems_interrupt_handler_install(CLOCK_VECTOR, "clock", RTEMS_INTERRUPT_UNIQUE, clock_isr, NULL) != RTEMS_SUCCESSFUL)
    rtems_fatal_error_occurred(RTEMS_NOT_CONFIGURED);
}

/* A task that must exist for there to be a system. */
static void create(rtems_name name, rtems_task_entry entry, rtems_task_priority priority, size_t stack, rtems_mode modes, rtems_attribute a)
{
  rtems_id id;
  rtems_status_code status = rtems_task_create(name, priority, stack, modes, a, &id);

  if (status != RTEMS_SUCCESSFUL)
    rtems_fatal_error_occurred(status);
  rtems_task_start(id, entry, 0);
}

/* Called once by the start-up code of the partition, with interrupts held back until the first task lets them in. */
int main(void)
{
  _CPU_Virtual_Interrupts_close();
  _BSP_Virtual_Console_init();
  _Workspace_Initialize(_BSP_Virtual_getworkspacestart(), (uint32_t)_BSP_Virtual_getworkspacearea());
  _Watchdog_Handler_initialization();
  _Thread_Handler_initialization();
  _Objects_Initialize(&_Thread_Information, OBJECTS_TASK, Configuration.maximum_tasks + 1, sizeof(Thread_Control));
  _Semaphore_Manager_initialization();
  _Message_queue_Manager_initialization();
  _Timer_Manager_initialization();
  /* The application's first task gets the first id. */
  create(Configuration.init_name, Configuration.init_entry, Configuration.init_priority, Configuration.init_stack_size,
         Configuration.init_modes, Configuration.init_attributes);
  create(rtems_build_name('I', 'D', 'L', 'E'), idle, IDLE_PRIORITY, RTEMS_MINIMUM_STACK_SIZE, RTEMS_DEFAULT_MODES,
         RTEMS_DEFAULT_ATTRIBUTES);
  if (Configuration.needs_clock)
    start_clock();
  _Thread_Start_multitasking();
}

void rtems_shutdown_executive(uint32_t result)
{
  _CPU_Fatal_halt(result);
}

void rtems_fatal_error_occurred(uint32_t error)
{
  printk("fatal error %u\n", error);
  _CPU_Fatal_halt(error);
}

void printk(const char *text, ...)
{
  char line[160];
  va_list args;

  va_start(args, text);
  uint32_t length = format(line, sizeof line, text, args);
  va_end(args);

  /* A line is one thing, whoever else prints. */
  ISR_Level level;
  _CPU_ISR_Disable(level);
  for (uint32_t i = 0; i < length; i++)
    _BSP_Virtual_Console_write(line[i]);
  _CPU_ISR_Enable(level);
}
