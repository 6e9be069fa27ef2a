/* Services in one partition: processes, objects, ports. */
#include "part1.h"

static PROCESS_ID_TYPE main_process, helper;
static void (*helper_action)(void);

static void help(void)
{
  helper_action();
}

void helper_does(void (*action)(void))
{
  helper_action = action;
  EXPECT(NO_ERROR, START, helper);
}

bool helper_is_done(void)
{
  return state_of(helper) == DORMANT;
}

static void test(void)
{
  processes_in_normal();
  objects_in_normal();
  ports_in_normal();
  check_end("part1");
}

int main(void)
{
  PARTITION_STATUS_TYPE status;

  GET_PARTITION_STATUS(&status, &code);
  CHECK(status.OPERATING_MODE == COLD_START && status.START_CONDITION == NORMAL_START && status.IDENTIFIER == 0);
  CHECK(status.DURATION == MS(10) && status.LOCK_LEVEL == 0);
  main_process = create_process("main", 100, test);
  helper = create_process("helper", 200, help);
  processes_before();
  objects_before();
  ports_before();
  EXPECT(INVALID_PARAM, SET_PARTITION_MODE, 17);
  EXPECT(INVALID_MODE, SET_PARTITION_MODE, WARM_START);
  EXPECT(NO_ERROR, START, main_process);
  CHECK(state_of(main_process) == WAITING && state_of(helper) == DORMANT);
  SET_PARTITION_MODE(NORMAL, &code);
  CHECK(!"main goes on after NORMAL");
  return 0;
}
