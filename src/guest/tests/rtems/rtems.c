/* The executive's managers, one line each: "ok" or what went wrong. */
#include <rtems.h>

static uint32_t failures;

#define CHECK(condition)                                                                                                                   \
  do {                                                                                                                                     \
    if (!(condition)) {                                                                                                                    \
      printk("rtems: line %d: not so: %s\n", __LINE__, #condition);                                                                        \
      failures++;                                                                                                                          \
    }                                                                                                                                      \
  } while (0)

static rtems_id self;
static char trace[32]; /* what ran, in which order */
static uint32_t traced;

static void mark(char c)
{
  trace[traced++] = c;
  trace[traced] = '\0';
}

static bool traced_is(const char *expected)
{
  uint32_t i = 0;

  while (expected[i] != '\0' && expected[i] == trace[i])
    i++;
  bool same = expected[i] == trace[i];
  if (!same)
    printk("rtems: it was %s, not %s\n", trace, expected);
  traced = 0;
  trace[0] = '\0';
  return same;
}

static rtems_id start(char name, rtems_task_priority priority, rtems_task_entry entry, rtems_task_argument argument)
{
  rtems_id id = 0;

  CHECK(rtems_task_create(rtems_build_name('T', name, ' ', ' '), priority, 0, RTEMS_DEFAULT_MODES, RTEMS_FLOATING_POINT, &id) ==
        RTEMS_SUCCESSFUL);
  CHECK(rtems_task_start(id, entry, argument) == RTEMS_SUCCESSFUL);
  return id;
}

static void finish(const char *what)
{
  printk("rtems: %s ok\n", what);
}

/* Tasks ---------------------------------------------------------------------------------------------------------------------- */

static rtems_task marker(rtems_task_argument c)
{
  for (;;) {
    mark((char)c);
    rtems_task_suspend(RTEMS_SELF);
  }
}

static void tasks(void)
{
  rtems_task_priority before;
  rtems_id low = start('l', 20, marker, 'l');
  rtems_id high = start('h', 5, marker, 'h'); /* preempts at once */
  rtems_id id;

  mark('i');
  CHECK(rtems_task_wake_after(2) == RTEMS_SUCCESSFUL); /* the lower ones' turn */
  CHECK(traced_is("hil"));
  CHECK(rtems_task_resume(low) == RTEMS_SUCCESSFUL);
  CHECK(rtems_task_set_priority(low, 4, &before) == RTEMS_SUCCESSFUL && before == 20);
  CHECK(traced_is("l"));
  CHECK(rtems_task_resume(self) == RTEMS_INCORRECT_STATE);
  CHECK(rtems_task_suspend(high) == RTEMS_ALREADY_SUSPENDED && rtems_task_is_suspended(high) == RTEMS_ALREADY_SUSPENDED);
  CHECK(rtems_task_restart(high, 'r') == RTEMS_SUCCESSFUL);
  CHECK(traced_is("r"));
  CHECK(rtems_task_ident(rtems_build_name('T', 'h', ' ', ' '), RTEMS_SEARCH_ALL_NODES, &id) == RTEMS_SUCCESSFUL && id == high);
  CHECK(rtems_task_delete(high) == RTEMS_SUCCESSFUL && rtems_task_delete(high) == RTEMS_INVALID_ID);
  CHECK(rtems_task_delete(low) == RTEMS_SUCCESSFUL);
  CHECK(rtems_task_create(0, 1, 0, 0, 0, &id) == RTEMS_INVALID_NAME);
  CHECK(rtems_task_create(1, 0, 0, 0, 0, &id) == RTEMS_INVALID_PRIORITY);
  CHECK(rtems_task_create(1, 1, 0x10000000, 0, 0, &id) == RTEMS_UNSATISFIED);
  finish("tasks");
}

/* Semaphores ----------------------------------------------------------------------------------------------------------------- */

static rtems_id semaphore;

static rtems_task obtainer(rtems_task_argument c)
{
  CHECK(rtems_semaphore_obtain(semaphore, RTEMS_WAIT, RTEMS_NO_TIMEOUT) == RTEMS_SUCCESSFUL);
  mark((char)c);
  rtems_semaphore_release(semaphore);
  rtems_task_delete(RTEMS_SELF);
}

static rtems_task holder(rtems_task_argument argument)
{
  rtems_task_priority priority;

  (void)argument;
  rtems_semaphore_obtain(semaphore, RTEMS_WAIT, RTEMS_NO_TIMEOUT);
  rtems_task_wake_after(2); /* somebody sooner comes to wait for it */
  rtems_task_set_priority(RTEMS_SELF, RTEMS_CURRENT_PRIORITY, &priority);
  mark(priority == 3 ? 'H' : '?');
  rtems_semaphore_release(semaphore);
  rtems_task_set_priority(RTEMS_SELF, RTEMS_CURRENT_PRIORITY, &priority);
  mark(priority == 30 ? 'L' : '?');
  rtems_task_delete(RTEMS_SELF);
}

static void semaphores(void)
{
  rtems_interval begun;

  rtems_semaphore_create(1, 0, RTEMS_PRIORITY, 0, &semaphore);
  start('a', 30, obtainer, 'a');
  start('b', 20, obtainer, 'b');
  rtems_task_wake_after(1);
  rtems_semaphore_release(semaphore);
  rtems_task_wake_after(1);
  CHECK(traced_is("ba")); /* by priority, though a came first */
  CHECK(rtems_semaphore_obtain(semaphore, RTEMS_NO_WAIT, 0) == RTEMS_SUCCESSFUL);
  CHECK(rtems_semaphore_obtain(semaphore, RTEMS_NO_WAIT, 0) == RTEMS_UNSATISFIED);
  begun = rtems_clock_get_ticks_since_boot();
  CHECK(rtems_semaphore_obtain(semaphore, RTEMS_WAIT, 3) == RTEMS_TIMEOUT);
  CHECK(rtems_clock_get_ticks_since_boot() - begun == 3);
  rtems_semaphore_delete(semaphore);

  rtems_semaphore_create(2, 1, RTEMS_BINARY_SEMAPHORE | RTEMS_PRIORITY | RTEMS_INHERIT_PRIORITY, 0, &semaphore);
  start('h', 30, holder, 0);
  rtems_task_wake_after(1);
  start('s', 3, obtainer, 's');
  rtems_task_wake_after(3);
  CHECK(traced_is("HsL")); /* the holder at the priority of who waits, then that one, then the holder at its own */
  rtems_semaphore_obtain(semaphore, RTEMS_WAIT, 0);
  CHECK(rtems_semaphore_obtain(semaphore, RTEMS_WAIT, 0) == RTEMS_SUCCESSFUL); /* its own: nested */
  CHECK(rtems_semaphore_delete(semaphore) == RTEMS_RESOURCE_IN_USE);
  rtems_semaphore_release(semaphore);
  rtems_semaphore_release(semaphore);
  CHECK(rtems_semaphore_release(semaphore) == RTEMS_NOT_OWNER_OF_RESOURCE);
  rtems_semaphore_delete(semaphore);
  finish("semaphores");
}

/* Message queues ------------------------------------------------------------------------------------------------------------- */

static rtems_id queue;

static rtems_task receiver(rtems_task_argument argument)
{
  char c;
  size_t size;

  (void)argument;
  while (rtems_message_queue_receive(queue, &c, &size, RTEMS_WAIT, RTEMS_NO_TIMEOUT) == RTEMS_SUCCESSFUL)
    mark(c);
  mark('.');
  rtems_task_delete(RTEMS_SELF);
}

static void message_queues(void)
{
  uint32_t count;
  size_t size;
  char c;

  CHECK(rtems_message_queue_create(1, 3, 1, RTEMS_FIFO, &queue) == RTEMS_SUCCESSFUL);
  rtems_message_queue_send(queue, "a", 1);
  rtems_message_queue_send(queue, "b", 1);
  rtems_message_queue_urgent(queue, "c", 1);
  CHECK(rtems_message_queue_send(queue, "d", 1) == RTEMS_TOO_MANY);
  CHECK(rtems_message_queue_send(queue, "dd", 2) == RTEMS_INVALID_SIZE);
  CHECK(rtems_message_queue_get_number_pending(queue, &count) == RTEMS_SUCCESSFUL && count == 3);
  start('r', 5, receiver, 0);
  CHECK(traced_is("cab"));
  rtems_message_queue_send(queue, "e", 1);
  CHECK(rtems_message_queue_broadcast(queue, "f", 1, &count) == RTEMS_SUCCESSFUL && count == 1);
  rtems_message_queue_delete(queue);
  CHECK(traced_is("ef."));
  CHECK(rtems_message_queue_receive(queue, &c, &size, RTEMS_WAIT, 1) == RTEMS_INVALID_ID);
  CHECK(rtems_message_queue_create(1, 1000000, 1000000, RTEMS_FIFO, &queue) == RTEMS_UNSATISFIED);
  finish("message queues");
}

/* Events and timers ---------------------------------------------------------------------------------------------------------- */

static void fire(rtems_id timer, void *user_data)
{
  mark(*(const char *)user_data);
  CHECK(rtems_interrupt_is_in_progress());
  rtems_event_send(self, RTEMS_EVENT_0);
  (void)timer;
}

static void events_and_timers(void)
{
  rtems_event_set out;
  rtems_id timers[2];

  CHECK(rtems_event_send(RTEMS_SELF, RTEMS_EVENT_1) == RTEMS_SUCCESSFUL);
  CHECK(rtems_event_receive(RTEMS_EVENT_0 | RTEMS_EVENT_1, RTEMS_NO_WAIT, 0, &out) == RTEMS_UNSATISFIED);
  CHECK(rtems_event_receive(RTEMS_EVENT_0 | RTEMS_EVENT_1, RTEMS_EVENT_ANY, 0, &out) == RTEMS_SUCCESSFUL && out == RTEMS_EVENT_1);
  CHECK(rtems_event_receive(RTEMS_EVENT_0, RTEMS_WAIT, 2, &out) == RTEMS_TIMEOUT);
  rtems_timer_create(1, &timers[0]);
  rtems_timer_create(2, &timers[1]);
  CHECK(rtems_timer_reset(timers[0]) == RTEMS_NOT_DEFINED);
  CHECK(rtems_timer_fire_after(timers[0], 5, fire, "5") == RTEMS_SUCCESSFUL);
  CHECK(rtems_timer_fire_after(timers[1], 2, fire, "2") == RTEMS_SUCCESSFUL);
  CHECK(rtems_event_receive(RTEMS_EVENT_0, RTEMS_WAIT, 10, &out) == RTEMS_SUCCESSFUL);
  CHECK(traced_is("2"));
  CHECK(rtems_event_receive(RTEMS_EVENT_0, RTEMS_WAIT, 10, &out) == RTEMS_SUCCESSFUL);
  CHECK(traced_is("5"));
  rtems_timer_reset(timers[1]);
  rtems_timer_cancel(timers[1]);
  CHECK(rtems_event_receive(RTEMS_EVENT_0, RTEMS_WAIT, 4, &out) == RTEMS_TIMEOUT);
  finish("events and timers");
}

/* Interrupts and the clock --------------------------------------------------------------------------------------------------- */

static rtems_isr nothing(void *argument)
{
  (void)argument;
}

static void interrupts_and_clock(void)
{
  static const rtems_time_of_day leap = {2012, 2, 28, 23, 59, 59, 90};
  static const rtems_time_of_day wrong = {2013, 2, 29, 0, 0, 0, 0};
  rtems_time_of_day now;
  rtems_interrupt_level outer, inner;
  rtems_interval begun;

  CHECK(rtems_clock_get_tod(&now) == RTEMS_NOT_DEFINED);
  CHECK(rtems_clock_set(&wrong) == RTEMS_INVALID_CLOCK && rtems_clock_set(&leap) == RTEMS_SUCCESSFUL);
  rtems_task_wake_after(10);
  CHECK(rtems_clock_get_tod(&now) == RTEMS_SUCCESSFUL && now.month == 2 && now.day == 29 && now.hour == 0 && now.second == 0);
  rtems_interrupt_disable(outer);
  rtems_interrupt_disable(inner);
  rtems_interrupt_enable(inner);
  begun = rtems_clock_get_ticks_since_boot();
  for (volatile uint32_t i = 0; i < 400000; i++)
    continue;
  CHECK(rtems_clock_get_ticks_since_boot() == begun);
  rtems_interrupt_enable(outer);
  CHECK(rtems_interrupt_handler_install(16, "", 0, nothing, NULL) == RTEMS_INVALID_ID);
  CHECK(rtems_interrupt_handler_install(0, "", 0, nothing, NULL) == RTEMS_RESOURCE_IN_USE);
  CHECK(rtems_interrupt_handler_install(7, "", 0, nothing, NULL) == RTEMS_SUCCESSFUL);
  CHECK(rtems_interrupt_handler_remove(7, nothing, NULL) == RTEMS_SUCCESSFUL);
  CHECK(rtems_interrupt_handler_remove(7, nothing, NULL) == RTEMS_UNSATISFIED);
  finish("interrupts and clock");
}

rtems_task Init(rtems_task_argument argument)
{
  (void)argument;
  self = rtems_task_self();
  tasks();
  semaphores();
  message_queues();
  events_and_timers();
  interrupts_and_clock();
  printk("rtems: %u failures\n", failures);
  rtems_shutdown_executive(failures);
}

#define CONFIGURE_APPLICATION_NEEDS_CLOCK_DRIVER
#define CONFIGURE_MAXIMUM_TASKS 4
#define CONFIGURE_MAXIMUM_SEMAPHORES 1
#define CONFIGURE_MAXIMUM_MESSAGE_QUEUES 1
#define CONFIGURE_MAXIMUM_TIMERS 2
#define CONFIGURE_INIT_TASK_PRIORITY 10
#define CONFIGURE_INIT_TASK_INITIAL_MODES RTEMS_DEFAULT_MODES
#define CONFIGURE_INIT
#include <rtems/confdefs.h>
