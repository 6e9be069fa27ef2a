/* Rate monotonic here, earliest deadline first in part4, which is the same program: who comes first when two periods begin at once? */
#include "../check.h"

#define LOG 9

static char log[LOG + 1];
static volatile uint32_t logged;

static void note(char c)
{
  if (logged < LOG)
    log[logged++] = c;
}

static void slow(void)
{
  for (;;) {
    note('1');
    pok_thread_period();
  }
}

static void fast(void)
{
  for (;;) {
    note('2');
    pok_thread_period();
  }
}

int main(void)
{
  /* The slow one has the greater priority, which counts for nothing, and the earlier deadline, which counts for EDF. */
  const pok_thread_attr_t slow_one = {.priority = 200, .state = POK_STATE_DORMANT, .period = 80, .deadline = 35};
  const pok_thread_attr_t fast_one = {.priority = 50, .state = POK_STATE_DORMANT, .period = 40};
  uint32_t a, b, id;

  pok_partition_get_id(&id);
  pok_thread_create(&a, &slow_one, slow);
  pok_thread_create(&b, &fast_one, fast);
  pok_thread_sleep(1); /* to the begin of a tick */
  CHECK(pok_thread_delayed_start(a, 1) == POK_ERRNO_OK && pok_thread_delayed_start(b, 1) == POK_ERRNO_OK);
  while (logged < LOG)
    pok_thread_sleep(10);
  pok_printf("part%u: %s\n", id + 1, log);
  check_end(id == 2 ? "part3" : "part4");
  return 0;
}
