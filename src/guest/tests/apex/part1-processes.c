#include "part1.h"

static PROCESS_ID_TYPE spinner, periodic;
static volatile uint32_t spins, activations;

static void spin(void)
{
  for (;;)
    spins++;
}

static void tick(void)
{
  for (;;) {
    activations++;
    EXPECT(NO_ERROR, PERIODIC_WAIT);
  }
}

static void create_wrongly(void)
{
  PROCESS_ATTRIBUTE_TYPE attributes = attributes_of("wrong", MAX_PRIORITY_VALUE + 1, spin);
  PROCESS_ID_TYPE id;

  EXPECT(INVALID_PARAM, CREATE_PROCESS, &attributes, &id);
  attributes.BASE_PRIORITY = 10;
  attributes.STACK_SIZE = 1 << 20;
  EXPECT(INVALID_CONFIG, CREATE_PROCESS, &attributes, &id);
  attributes.STACK_SIZE = 4096;
  attributes.PERIOD = 0;
  EXPECT(INVALID_PARAM, CREATE_PROCESS, &attributes, &id);
  attributes.PERIOD = MS(10);
  attributes.TIME_CAPACITY = MS(11);
  EXPECT(INVALID_PARAM, CREATE_PROCESS, &attributes, &id);
  attributes = attributes_of("main", 10, spin);
  EXPECT(NO_ACTION, CREATE_PROCESS, &attributes, &id);
}

void processes_before(void)
{
  PROCESS_ATTRIBUTE_TYPE attributes = attributes_of("a name of thirty characters...", 150, tick);
  LOCK_LEVEL_TYPE level;
  PROCESS_ID_TYPE id;

  create_wrongly();
  spinner = create_process("spinner", 50, spin);
  attributes.PERIOD = MS(39) + 1; /* rounded up to 40 */
  EXPECT(NO_ERROR, CREATE_PROCESS, &attributes, &periodic);
  attributes.NAME[MAX_NAME_LENGTH - 1] = '!';
  EXPECT(INVALID_CONFIG, GET_PROCESS_ID, attributes.NAME, &id);
  EXPECT(NO_ERROR, CREATE_PROCESS, &attributes, &id);
  attributes.NAME[0] = 'b';
  EXPECT(INVALID_CONFIG, CREATE_PROCESS, &attributes, &id); /* the deployment has no further thread */
  EXPECT(INVALID_MODE, GET_MY_ID, &id);
  EXPECT(INVALID_MODE, TIMED_WAIT, MS(1));
  EXPECT(NO_ACTION, LOCK_PREEMPTION, &level);
  EXPECT(INVALID_MODE, SET_PRIORITY, spinner, 20);
  EXPECT(INVALID_PARAM, START, 99);
  EXPECT(INVALID_PARAM, DELAYED_START, periodic, MS(40));
  EXPECT(NO_ERROR, START, spinner);
  EXPECT(INVALID_MODE, START, spinner);
  EXPECT(NO_ERROR, SUSPEND, spinner);
  EXPECT(NO_ACTION, SUSPEND, spinner);
}

static void test_suspension(void)
{
  PROCESS_ID_TYPE me;
  PROCESS_STATUS_TYPE status;
  uint32_t before;

  EXPECT(NO_ERROR, GET_MY_ID, &me);
  EXPECT(NO_ERROR, TIMED_WAIT, MS(50));
  CHECK(spins == 0 && state_of(spinner) == WAITING);
  EXPECT(NO_ERROR, RESUME, spinner);
  EXPECT(NO_ACTION, RESUME, spinner);
  EXPECT(NO_ERROR, TIMED_WAIT, MS(50));
  CHECK(spins > 0 && state_of(spinner) == READY && state_of(me) == RUNNING);
  EXPECT(NO_ERROR, SET_PRIORITY, spinner, 60);
  EXPECT(NO_ERROR, GET_PROCESS_STATUS, spinner, &status);
  CHECK(status.CURRENT_PRIORITY == 60 && status.ATTRIBUTES.BASE_PRIORITY == 50 && status.DEADLINE_TIME == INFINITE_TIME_VALUE);
  EXPECT(NO_ERROR, STOP, spinner);
  EXPECT(NO_ACTION, STOP, spinner);
  EXPECT(INVALID_MODE, RESUME, spinner);
  before = spins;
  EXPECT(NO_ERROR, DELAYED_START, spinner, MS(60));
  EXPECT(NO_ERROR, TIMED_WAIT, MS(20));
  CHECK(spins == before && state_of(spinner) == WAITING);
  EXPECT(NO_ERROR, TIMED_WAIT, MS(100));
  CHECK(spins > before);
  EXPECT(NO_ERROR, GET_PROCESS_STATUS, spinner, &status);
  CHECK(status.CURRENT_PRIORITY == 50);
  EXPECT(NO_ERROR, STOP, spinner);
  EXPECT(TIMED_OUT, SUSPEND_SELF, MS(5));
  EXPECT(NO_ERROR, SUSPEND_SELF, 0);
  EXPECT(INVALID_PARAM, SUSPEND_SELF, -2);
  EXPECT(INVALID_PARAM, SUSPEND, me);
  EXPECT(INVALID_PARAM, RESUME, me);
  EXPECT(INVALID_PARAM, STOP, me);
}

static void test_periodic(void)
{
  EXPECT(INVALID_MODE, PERIODIC_WAIT);
  EXPECT(NO_ERROR, START, periodic);
  EXPECT(NO_ERROR, TIMED_WAIT, MS(400));
  CHECK(activations >= 10 && activations <= 11);
  EXPECT(INVALID_MODE, SUSPEND, periodic);
  EXPECT(NO_ERROR, STOP, periodic);
}

static bool helped;

static void help(void)
{
  helped = true;
}

static void test_preemption(void)
{
  LOCK_LEVEL_TYPE level;

  EXPECT(NO_ACTION, UNLOCK_PREEMPTION, &level);
  for (LOCK_LEVEL_TYPE n = 1; n <= MAX_LOCK_LEVEL; n++) {
    EXPECT(NO_ERROR, LOCK_PREEMPTION, &level);
    CHECK(level == n);
  }
  EXPECT(INVALID_CONFIG, LOCK_PREEMPTION, &level);
  helper_does(help);
  EXPECT(INVALID_MODE, TIMED_WAIT, MS(1));
  EXPECT(INVALID_MODE, SUSPEND_SELF, MS(1));
  for (LOCK_LEVEL_TYPE n = MAX_LOCK_LEVEL; n > 0; n--) {
    CHECK(!helped);
    EXPECT(NO_ERROR, UNLOCK_PREEMPTION, &level);
  }
  CHECK(level == 0 && helped);
}

void processes_in_normal(void)
{
  PROCESS_ATTRIBUTE_TYPE late = attributes_of("late", 10, spin);
  PROCESS_STATUS_TYPE status;
  SYSTEM_TIME_TYPE before, after;
  PROCESS_ID_TYPE id;

  EXPECT(NO_ACTION, SET_PARTITION_MODE, NORMAL);
  EXPECT(INVALID_MODE, CREATE_PROCESS, &late, &id);
  EXPECT(INVALID_PARAM, GET_PROCESS_STATUS, 0, &status);
  GET_TIME(&before, &code);
  EXPECT(NO_ERROR, TIMED_WAIT, MS(6) + 1);
  GET_TIME(&after, &code);
  CHECK(after - before >= MS(7));
  EXPECT(INVALID_PARAM, TIMED_WAIT, INFINITE_TIME_VALUE);
  EXPECT(NO_ERROR, TIMED_WAIT, 0);
  test_suspension();
  test_periodic();
  test_preemption();
}
