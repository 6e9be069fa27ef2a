/* RTEMS's clock sample: three tasks that sleep 5, 10 and 15 seconds say what time it is, for half a minute. */
#include <rtems.h>

#define TASKS 3

static const rtems_name names[TASKS] = {
    rtems_build_name('T', 'A', '1', ' '), rtems_build_name('T', 'A', '2', ' '), rtems_build_name('T', 'A', '3', ' ')};

static void print_time(const char *prefix, const rtems_time_of_day *time)
{
  printk("%s%02u:%02u:%02u   %02u/%02u/%u\n", prefix, time->hour, time->minute, time->second, time->month, time->day, time->year);
}

static rtems_task sleeper(rtems_task_argument number)
{
  static const char *const prefixes[TASKS] = {"TA1  - rtems_clock_get_tod - ", "TA2  - rtems_clock_get_tod - ",
                                              "TA3  - rtems_clock_get_tod - "};

  for (;;) {
    rtems_time_of_day time;

    rtems_clock_get_tod(&time);
    if (time.second >= 35) {
      printk("*** END OF CLOCK TICK TEST ***\n");
      rtems_shutdown_executive(0);
    }
    print_time(prefixes[number], &time);
    if (time.ticks != 0)
      printk("not on the tick, but %u ticks behind it\n", time.ticks);
    rtems_task_wake_after((number + 1) * 5 * rtems_clock_get_ticks_per_second());
  }
}

rtems_task Init(rtems_task_argument argument)
{
  static const rtems_time_of_day start = {1988, 12, 31, 9, 0, 0, 0};

  (void)argument;
  printk("\n\n*** CLOCK TICK TEST ***\n");
  rtems_clock_set(&start);
  for (uint32_t i = 0; i < TASKS; i++) {
    rtems_id id;

    rtems_task_create(names[i], 1, RTEMS_MINIMUM_STACK_SIZE, RTEMS_DEFAULT_MODES, RTEMS_DEFAULT_ATTRIBUTES, &id);
    rtems_task_start(id, sleeper, i);
  }
  rtems_task_delete(RTEMS_SELF);
}

#define CONFIGURE_APPLICATION_NEEDS_CLOCK_DRIVER
#define CONFIGURE_MAXIMUM_TASKS (1 + TASKS)
#define CONFIGURE_INIT
#include <rtems/confdefs.h>
