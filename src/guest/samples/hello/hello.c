/* RTEMS's first sample. */
#include <rtems.h>

rtems_task Init(rtems_task_argument argument)
{
  (void)argument;
  printk("\n\n*** HELLO WORLD TEST ***\n");
  printk("Hello World\n");
  printk("*** END OF HELLO WORLD TEST ***\n");
  rtems_shutdown_executive(0);
}

#define CONFIGURE_APPLICATION_NEEDS_CLOCK_DRIVER
#define CONFIGURE_INIT
#include <rtems/confdefs.h>
