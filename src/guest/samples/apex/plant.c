/* Obeys: orders come by a queuing port, the level goes out by a sampling port. */
#include "common.h"

#define FULL 100

static QUEUING_PORT_ID_TYPE commands;
static SAMPLING_PORT_ID_TYPE level_port;
static EVENT_ID_TYPE full;
static SEMAPHORE_ID_TYPE observed;
static APEX_INTEGER level;

static void obey(APEX_INTEGER order)
{
  RETURN_CODE_TYPE code;

  level += 10 * order;
  say("plant: order %d, the level is %d", order, level);
  WRITE_SAMPLING_MESSAGE(level_port, (MESSAGE_ADDR_TYPE)&level, sizeof level, &code);
  must("WRITE_SAMPLING_MESSAGE", code);
  if (level >= FULL)
    SET_EVENT(full, &code);
}

static void pump(void)
{
  APEX_INTEGER order;
  MESSAGE_SIZE_TYPE length;
  RETURN_CODE_TYPE code;

  for (;;) {
    RECEIVE_QUEUING_MESSAGE(commands, INFINITE_TIME_VALUE, (MESSAGE_ADDR_TYPE)&order, &length, &code);
    must("RECEIVE_QUEUING_MESSAGE", code);
    if (order == STOP_ORDER)
      break;
    obey(order);
  }
  WAIT_SEMAPHORE(observed, INFINITE_TIME_VALUE, &code);
  say("plant: told to stop");
  SET_PARTITION_MODE(IDLE, &code);
}

static void observer(void)
{
  RETURN_CODE_TYPE code;

  WAIT_EVENT(full, INFINITE_TIME_VALUE, &code);
  say("plant: full");
  SIGNAL_SEMAPHORE(observed, &code);
}

int main(void)
{
  RETURN_CODE_TYPE code;
  PROCESS_ID_TYPE id;

  CREATE_QUEUING_PORT("commands", ORDER_SIZE, MOST_COMMANDS, DESTINATION, FIFO, &commands, &code);
  must("CREATE_QUEUING_PORT", code);
  CREATE_SAMPLING_PORT("level", sizeof level, SOURCE, FRESHNESS, &level_port, &code);
  must("CREATE_SAMPLING_PORT", code);
  CREATE_EVENT("full", &full, &code);
  must("CREATE_EVENT", code);
  CREATE_SEMAPHORE("observed", 0, 1, FIFO, &observed, &code);
  must("CREATE_SEMAPHORE", code);
  id = create("pump", 20, INFINITE_TIME_VALUE, INFINITE_TIME_VALUE, pump);
  START(id, &code);
  id = create("observer", 10, INFINITE_TIME_VALUE, INFINITE_TIME_VALUE, observer);
  START(id, &code);
  SET_PARTITION_MODE(NORMAL, &code);
  return 0;
}
