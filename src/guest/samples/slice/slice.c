/* Two tasks of the same priority that never wait: only their time slices let the other one run. */
#include <rtems.h>

#define TICKS_PER_SLICE 10
#define SLICES 6

static volatile uint32_t turns[2];
static volatile uint32_t running = 2; /* which of them ran last */

static rtems_task spinner(rtems_task_argument number)
{
  while (turns[number] < SLICES) {
    if (running == number)
      continue;
    running = number;
    turns[number]++;
    printk("task %u: slice %u begins at tick %u\n", number + 1, turns[number], rtems_clock_get_ticks_since_boot());
  }
  if (number == 1) {
    printk("both tasks had their %u slices of %u ticks\n", SLICES, TICKS_PER_SLICE);
    rtems_shutdown_executive(0);
  }
  rtems_task_suspend(RTEMS_SELF);
}

rtems_task Init(rtems_task_argument argument)
{
  (void)argument;
  for (uint32_t i = 0; i < 2; i++) {
    rtems_id id;

    rtems_task_create(rtems_build_name('S', 'L', '1' + i, ' '), 5, RTEMS_MINIMUM_STACK_SIZE, RTEMS_TIMESLICE, RTEMS_DEFAULT_ATTRIBUTES,
                      &id);
    rtems_task_start(id, spinner, i);
  }
  rtems_task_delete(RTEMS_SELF);
}

#define CONFIGURE_APPLICATION_NEEDS_CLOCK_DRIVER
#define CONFIGURE_TICKS_PER_TIMESLICE TICKS_PER_SLICE
#define CONFIGURE_MAXIMUM_TASKS 3
#define CONFIGURE_INIT
#include <rtems/confdefs.h>
