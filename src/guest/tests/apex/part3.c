/* Errors: what the handler hears of exceptions, missed deadlines and applications. */
#include "../apex.h"

static PROCESS_ID_TYPE test_process, divider, late;
static ERROR_STATUS_TYPE last;
static volatile uint32_t errors, rounds;
static volatile uint32_t zero;

static void handle(void)
{
  ERROR_STATUS_TYPE status;
  LOCK_LEVEL_TYPE level;

  for (GET_ERROR_STATUS(&status, &code); code == NO_ERROR; GET_ERROR_STATUS(&status, &code)) {
    last = status;
    errors++;
    if (status.ERROR_CODE == DEADLINE_MISSED)
      EXPECT(NO_ERROR, STOP, status.FAILED_PROCESS_ID);
  }
  EXPECT(INVALID_MODE, TIMED_WAIT, MS(1));
  EXPECT(NO_ACTION, LOCK_PREEMPTION, &level);
  STOP_SELF();
}

static void divide(void)
{
  rounds = 100 / zero;
}

/* Two activations of more time than the period has, put off once. */
static void dawdle(void)
{
  PROCESS_STATUS_TYPE status;
  SYSTEM_TIME_TYPE now;

  GET_TIME(&now, &code);
  EXPECT(NO_ERROR, GET_PROCESS_STATUS, late, &status);
  CHECK(status.DEADLINE_TIME > now - MS(1) && status.DEADLINE_TIME <= now + MS(30));
  EXPECT(INVALID_PARAM, REPLENISH, -2);
  EXPECT(NO_ERROR, REPLENISH, MS(500));
  EXPECT(NO_ERROR, TIMED_WAIT, MS(100));
  CHECK(errors == 2);
  EXPECT(NO_ERROR, REPLENISH, MS(10));
  for (;;)
    rounds++;
}

static void test(void)
{
  ERROR_STATUS_TYPE status;

  EXPECT(INVALID_CONFIG, GET_ERROR_STATUS, &status);
  EXPECT(NO_ACTION, CREATE_ERROR_HANDLER, handle, 4096);
  EXPECT(INVALID_PARAM, RAISE_APPLICATION_ERROR, NUMERIC_ERROR, (MESSAGE_ADDR_TYPE)"oh", 2);
  EXPECT(INVALID_PARAM, RAISE_APPLICATION_ERROR, APPLICATION_ERROR, (MESSAGE_ADDR_TYPE)"oh", MAX_ERROR_MESSAGE_SIZE + 1);
  EXPECT(NO_ERROR, RAISE_APPLICATION_ERROR, APPLICATION_ERROR, (MESSAGE_ADDR_TYPE)"oh", 2);
  CHECK(errors == 1 && last.ERROR_CODE == APPLICATION_ERROR && last.LENGTH == 2 && last.MESSAGE[1] == 'h');
  CHECK(last.FAILED_PROCESS_ID == test_process);
  EXPECT(NO_ERROR, START, divider);
  CHECK(errors == 2 && last.ERROR_CODE == NUMERIC_ERROR && last.FAILED_PROCESS_ID == divider && state_of(divider) == DORMANT);
  EXPECT(NO_ERROR, START, late);
  EXPECT(NO_ERROR, TIMED_WAIT, MS(400));
  CHECK(errors == 3 && last.ERROR_CODE == DEADLINE_MISSED && last.FAILED_PROCESS_ID == late && state_of(late) == DORMANT);
  check_end("part3");
}

int main(void)
{
  PROCESS_ATTRIBUTE_TYPE attributes = attributes_of("late", 10, dawdle);

  test_process = create_process("test", 100, test);
  divider = create_process("divider", 200, divide);
  attributes.TIME_CAPACITY = MS(30);
  EXPECT(NO_ERROR, CREATE_PROCESS, &attributes, &late);
  EXPECT(INVALID_CONFIG, CREATE_ERROR_HANDLER, handle, 1 << 20);
  EXPECT(NO_ERROR, CREATE_ERROR_HANDLER, handle, 4096);
  EXPECT(NO_ACTION, CREATE_ERROR_HANDLER, handle, 4096);
  EXPECT(NO_ERROR, START, test_process);
  SET_PARTITION_MODE(NORMAL, &code);
  return 0;
}
