/* Threads by static priority: all that one can do to another. */
#include "../check.h"

static volatile uint32_t runs, spins, periods, restarts;

static void once(void)
{
  runs++;
}

static void again_and_again(void)
{
  for (;;) {
    runs++;
    pok_thread_suspend(POK_FOREVER);
  }
}

static void spin(void)
{
  for (;;)
    spins++;
}

static void periodic(void)
{
  for (;;) {
    periods++;
    pok_thread_period();
  }
}

static void itself(void)
{
  uint32_t id;

  pok_thread_id(&id);
  if (restarts++ == 0)
    pok_thread_restart(id);
  runs = 100;
}

static uint32_t create(uint8_t priority, pok_state_t state, uint64_t period, void (*entry)(void))
{
  const pok_thread_attr_t attr = {.priority = priority, .state = state, .period = period};
  uint32_t id = 0;

  CHECK(pok_thread_create(&id, &attr, entry) == POK_ERRNO_OK);
  return id;
}

static pok_state_t state_of(uint32_t id)
{
  pok_thread_attr_t attr = {.state = POK_STATE_DORMANT};

  CHECK(pok_thread_status(id, &attr) == POK_ERRNO_OK);
  return attr.state;
}

static void test_start(void)
{
  uint32_t id = create(50, POK_STATE_DORMANT, 0, once);

  CHECK(state_of(id) == POK_STATE_STOPPED && runs == 0);
  CHECK(pok_thread_delayed_start(id, 5) == POK_ERRNO_OK);
  CHECK(state_of(id) == POK_STATE_WAITING && runs == 0);
  CHECK(pok_thread_delayed_start(id, 5) == POK_ERRNO_MODE);
  pok_thread_sleep(100);
  CHECK(state_of(id) == POK_STATE_STOPPED && runs == 1);
  CHECK(pok_thread_restart(id) == POK_ERRNO_OK);
  pok_thread_sleep(100);
  CHECK(runs == 2);
}

static void test_suspend(void)
{
  uint32_t id = create(150, 0, 0, again_and_again);

  runs = 0;
  pok_thread_sleep(1);
  CHECK(runs == 1 && state_of(id) == POK_STATE_SUSPENDED);
  CHECK(pok_thread_resume(id) == POK_ERRNO_OK && runs == 2);
  CHECK(pok_thread_restart(id) == POK_ERRNO_OK && runs == 3);
  CHECK(pok_thread_stop(id) == POK_ERRNO_OK && state_of(id) == POK_STATE_STOPPED);
  CHECK(pok_thread_resume(id) == POK_ERRNO_MODE);
  CHECK(pok_thread_suspend(5) == POK_ERRNO_TIMEOUT);
  CHECK(pok_thread_suspend(0) == POK_ERRNO_OK);
}

static void test_suspend_target(void)
{
  uint32_t id = create(10, 0, 0, spin), before;

  pok_thread_sleep(50);
  CHECK(spins > 0);
  CHECK(pok_thread_suspend_target(id) == POK_ERRNO_OK && state_of(id) == POK_STATE_SUSPENDED);
  CHECK(pok_thread_suspend_target(id) == POK_ERRNO_MODE);
  before = spins;
  pok_thread_sleep(50);
  CHECK(spins == before);
  CHECK(pok_thread_resume(id) == POK_ERRNO_OK && state_of(id) == POK_STATE_RUNNABLE);
  pok_thread_sleep(50);
  CHECK(spins > before);
  CHECK(pok_thread_set_priority(id, 300 & 0xff) == POK_ERRNO_OK);
  CHECK(pok_thread_stop(id) == POK_ERRNO_OK);
}

static void test_period(void)
{
  uint32_t id = create(120, 0, 40, periodic);

  pok_thread_sleep(400);
  CHECK(periods >= 10 && periods <= 11);
  CHECK(pok_thread_suspend_target(id) == POK_ERRNO_MODE);
  CHECK(pok_thread_stop(id) == POK_ERRNO_OK);
}

static void test_lock_level(void)
{
  uint32_t level, id = create(200, POK_STATE_DORMANT, 0, once);

  runs = 0;
  CHECK(pok_partition_set_lock_level(1) == POK_ERRNO_OK);
  CHECK(pok_thread_delayed_start(id, 0) == POK_ERRNO_OK && runs == 0);
  CHECK(pok_partition_get_lock_level(&level) == POK_ERRNO_OK && level == 1);
  CHECK(pok_partition_set_lock_level(0) == POK_ERRNO_OK && runs == 1);
}

int main(void)
{
  uint64_t before, after;

  test_start();
  test_suspend();
  test_suspend_target();
  test_period();
  test_lock_level();
  create(200, 0, 0, itself);
  pok_thread_sleep(1);
  CHECK(restarts == 2 && runs == 100);
  CHECK(pok_thread_stop(99) == POK_ERRNO_THREAD && pok_thread_restart(8) == POK_ERRNO_THREAD);
  pok_time_gettick(&before);
  CHECK(pok_thread_sleep_until((uint32_t)before + 7) == POK_ERRNO_OK);
  pok_time_gettick(&after);
  CHECK(after >= before + 7);
  check_end("part1");
  return 0;
}
