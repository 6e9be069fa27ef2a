/* Numeric errors are ignored: the thread that made one is lost, and nothing else. Anything else stops the partition. */
#include "../check.h"

static volatile uint32_t reached;

static void divides(void)
{
  __asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
  reached = 1;
}

int main(void)
{
  const pok_thread_attr_t attr = {.priority = 50};
  pok_thread_attr_t status;
  uint32_t id;

  pok_thread_create(&id, &attr, divides);
  pok_thread_sleep(50);
  CHECK(pok_thread_status(id, &status) == POK_ERRNO_OK && status.state == POK_STATE_STOPPED && reached == 0);
  pok_printf("part3: goes on\n");
  __asm__ volatile("cli");
  CHECK(reached == 2); /* not reached */
  return 0;
}
