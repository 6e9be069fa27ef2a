/* Gives orders to the plant, and survives its own errors. */
#include "control.h"

static PROCESS_ID_TYPE urgent;

static void hurry(void)
{
  say("control: the urgent process runs");
}

/* Who locks preemption is not interrupted, not even by the most urgent. */
static void show_preemption(void)
{
  LOCK_LEVEL_TYPE level;
  RETURN_CODE_TYPE code;

  LOCK_PREEMPTION(&level, &code);
  START(urgent, &code);
  say("control: preemption is locked, level %d", level);
  TIMED_WAIT(MS(1), &code);
  say("control: waiting is %s", code == INVALID_MODE ? "refused" : "possible");
  UNLOCK_PREEMPTION(&level, &code);
  say("control: preemption is unlocked, level %d", level);
}

static void supervisor(void)
{
  PARTITION_STATUS_TYPE status;
  RETURN_CODE_TYPE code;

  GET_PARTITION_STATUS(&status, &code);
  say("control: partition %d has %d ms of each frame", status.IDENTIFIER, (int)((uint32_t)status.DURATION / 1000000));
  orders_finish();
  show_preemption();
  errors_show();
  orders_stop_plant();
  SET_PARTITION_MODE(IDLE, &code);
}

int main(void)
{
  RETURN_CODE_TYPE code;
  PROCESS_ID_TYPE id;

  orders_create();
  errors_create();
  urgent = create("urgent", 100, INFINITE_TIME_VALUE, INFINITE_TIME_VALUE, hurry);
  id = create("supervisor", 10, INFINITE_TIME_VALUE, INFINITE_TIME_VALUE, supervisor);
  START(id, &code);
  must("START", code);
  SET_PARTITION_MODE(NORMAL, &code);
  return 0;
}
