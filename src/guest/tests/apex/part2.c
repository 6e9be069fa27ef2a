/* Modes: a warm start keeps the memory and nothing else, a cold one begins anew. */
#include "../apex.h"

static uint32_t starts;

/* The error handler does the same as a process did before it. */
static void handle(void)
{
  starts++;
  SET_PARTITION_MODE(WARM_START, &code);
  CHECK(!"the handler goes on after WARM_START");
}

static void change(void)
{
  if (starts == 1) {
    starts++;
    SET_PARTITION_MODE(WARM_START, &code);
    CHECK(!"the process goes on after WARM_START");
  }
  if (starts == 2)
    RAISE_APPLICATION_ERROR(APPLICATION_ERROR, (MESSAGE_ADDR_TYPE)"again", 5, &code);
  CHECK(starts == 3);
  EXPECT(NO_ACTION, SET_PARTITION_MODE, NORMAL);
  check_end("part2");
}

int main(void)
{
  PARTITION_STATUS_TYPE status;
  PROCESS_ID_TYPE process;
  EVENT_ID_TYPE event;

  GET_PARTITION_STATUS(&status, &code);
  if (status.START_CONDITION == NORMAL_START) {
    starts = 7;
    SET_PARTITION_MODE(COLD_START, &code);
  }
  CHECK(status.START_CONDITION == PARTITION_RESTART);
  if (starts == 0) {
    CHECK(status.OPERATING_MODE == COLD_START);
    starts = 1;
  } else
    CHECK((starts == 2 || starts == 3) && status.OPERATING_MODE == WARM_START);
  process = create_process("change", 20, change);
  EXPECT(NO_ERROR, CREATE_EVENT, "event", &event);
  EXPECT(NO_ERROR, CREATE_ERROR_HANDLER, handle, 4096);
  EXPECT(NO_ERROR, START, process);
  SET_PARTITION_MODE(NORMAL, &code);
  return 0;
}
