/* Threads that fail, each in its own way, and a handler that hears of it. */
#include "stray.h"

#define FAULTS 5
#define DEADLINE 20 /* milliseconds */

static uint32_t threads[FAULTS];
static volatile uint32_t handled, zero, rounds;

static const char *name_of(pok_error_kind_t kind)
{
  static const char *const names[] = {"deadline missed", "application error", "numeric error",   "illegal request",
                                      "stack overflow",  "memory violation",  "hardware fault"};

  return names[kind - POK_ERROR_KIND_DEADLINE_MISSED];
}

static uint32_t number_of(uint32_t thread)
{
  uint32_t n = 0;

  while (n < FAULTS && threads[n] != thread)
    n++;
  return n + 1;
}

static void handler(void)
{
  pok_error_status_t error;

  while (pok_error_get(&error) == POK_ERRNO_OK) {
    char text[POK_ERROR_TEXT_MAX + 1] = "";

    for (uint32_t i = 0; i < error.msg_size; i++)
      text[i] = error.msg[i];
    pok_printf("careful: the handler hears of thread %u: %s%s%s\n", number_of(error.failed_thread), name_of(error.error_kind),
               error.msg_size != 0 ? ", " : "", text);
    if (error.error_kind == POK_ERROR_KIND_DEADLINE_MISSED)
      pok_thread_stop(error.failed_thread); /* after an exception the kernel has done so */
    handled++;
  }
}

static void divide(void)
{
  rounds = 100 / zero;
}

static void go_astray(void)
{
  stray();
}

static void execute_nonsense(void)
{
  __asm__ volatile("ud2");
}

static void dawdle(void)
{
  for (;;)
    rounds++;
}

static void complain(void)
{
  static const char text[] = "out of paper";

  pok_error_raise_application_error(text, sizeof text - 1);
  pok_printf("careful: thread 5 goes on after its complaint\n");
}

static void (*const entries[FAULTS])(void) = {divide, go_astray, execute_nonsense, dawdle, complain};

int main(void)
{
  pok_error_handler_create(handler);
  pok_error_handler_set_ready();
  for (uint32_t n = 0; n < FAULTS; n++) {
    const pok_thread_attr_t attr = {.priority = 50, .state = POK_STATE_DORMANT, .deadline = entries[n] == dawdle ? DEADLINE : 0};

    pok_thread_create(&threads[n], &attr, entries[n]);
  }
  for (uint32_t n = 0; n < FAULTS; n++) {
    pok_thread_attr_t attr;

    pok_thread_restart(threads[n]);
    do {
      pok_thread_sleep(1);
      pok_thread_status(threads[n], &attr);
    } while (attr.state != POK_STATE_STOPPED);
  }
  pok_printf("careful: %u errors were handled\n", handled);
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
