/* With a handler: exceptions, errors of the application and overruns of time come to it, one after the other. */
#include "../check.h"

static pok_error_status_t seen[8];
static volatile uint32_t errors;
static uint32_t ids[3];

static void handler(void)
{
  while (pok_error_get(&seen[errors]) == POK_ERRNO_OK)
    errors++;
}

static void divides(void)
{
  __asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
}

static void dawdles(void)
{
  for (;;)
    ;
}

static void test_handler(void)
{
  const pok_thread_attr_t attr = {.priority = 50}, hasty = {.priority = 40, .period = 1000, .deadline = 500, .time_capacity = 3};

  CHECK(pok_error_handler_set_ready() == POK_ERRNO_MODE);
  CHECK(pok_error_handler_create(handler) == POK_ERRNO_OK && pok_error_handler_create(handler) == POK_ERRNO_EXISTS);
  CHECK(pok_error_handler_set_ready() == POK_ERRNO_OK && pok_error_get(&seen[0]) == POK_ERRNO_MODE);
  pok_thread_create(&ids[0], &attr, divides);
  pok_thread_sleep(30);
  CHECK(errors == 1 && seen[0].error_kind == POK_ERROR_KIND_NUMERIC_ERROR && seen[0].failed_thread == ids[0] && seen[0].vector == 0);
  CHECK(pok_error_raise_application_error("out of fuel", 11) == POK_ERRNO_OK);
  CHECK(errors == 2 && seen[1].error_kind == POK_ERROR_KIND_APPLICATION_ERROR && seen[1].msg_size == 11 && seen[1].msg[0] == 'o');
  pok_thread_create(&ids[1], &hasty, dawdles);
  pok_thread_sleep(100);
  CHECK(errors == 3 && seen[2].error_kind == POK_ERROR_KIND_DEADLINE_MISSED && seen[2].failed_thread == ids[1]);
  pok_thread_sleep(600);
  CHECK(errors == 4 && seen[3].error_kind == POK_ERROR_KIND_DEADLINE_MISSED);
}

static void test_ports(void)
{
  uint8_t value;

  CHECK(pok_outb(0x70, 0x0f) == POK_ERRNO_OK && pok_inb(0x71, &value) == POK_ERRNO_OK);
  CHECK(pok_outb(0x20, 0x20) == POK_ERRNO_EPERM && pok_inb(0x64, &value) == POK_ERRNO_EPERM);
  CHECK(pok_inb(0x71, (uint8_t *)0x10000) == POK_ERRNO_EFAULT);
}

int main(void)
{
  test_handler();
  test_ports();
  check_end("part1");
  return 0;
}
