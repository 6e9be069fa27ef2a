#include "control.h"

static QUEUING_PORT_ID_TYPE commands;
static SAMPLING_PORT_ID_TYPE level_port;
static BUFFER_ID_TYPE log;
static BLACKBOARD_ID_TYPE last_order;
static SEMAPHORE_ID_TYPE logged;
static EVENT_ID_TYPE finished;

/* Each order waits until the one before it has been logged, however fast the machine is. */
static void regulator(void)
{
  RETURN_CODE_TYPE code;

  for (APEX_INTEGER order = 1; order <= ORDERS; order++) {
    WAIT_SEMAPHORE(logged, INFINITE_TIME_VALUE, &code);
    must("WAIT_SEMAPHORE", code);
    say("control: order %d", order);
    SEND_QUEUING_MESSAGE(commands, (MESSAGE_ADDR_TYPE)&order, sizeof order, INFINITE_TIME_VALUE, &code);
    must("SEND_QUEUING_MESSAGE", code);
    SEND_BUFFER(log, (MESSAGE_ADDR_TYPE)&order, sizeof order, INFINITE_TIME_VALUE, &code);
    must("SEND_BUFFER", code);
    PERIODIC_WAIT(&code);
    must("PERIODIC_WAIT", code);
  }
  SET_EVENT(finished, &code);
  STOP_SELF();
}

static void logger(void)
{
  APEX_INTEGER order;
  MESSAGE_SIZE_TYPE length;
  RETURN_CODE_TYPE code;

  for (;;) {
    RECEIVE_BUFFER(log, INFINITE_TIME_VALUE, (MESSAGE_ADDR_TYPE)&order, &length, &code);
    must("RECEIVE_BUFFER", code);
    say("control: order %d is logged", order);
    DISPLAY_BLACKBOARD(last_order, (MESSAGE_ADDR_TYPE)&order, length, &code);
    SIGNAL_SEMAPHORE(logged, &code);
  }
}

void orders_create(void)
{
  RETURN_CODE_TYPE code;
  PROCESS_ID_TYPE id;

  CREATE_QUEUING_PORT("commands", ORDER_SIZE, MOST_COMMANDS, SOURCE, FIFO, &commands, &code);
  must("CREATE_QUEUING_PORT", code);
  CREATE_SAMPLING_PORT("level", ORDER_SIZE, DESTINATION, FRESHNESS, &level_port, &code);
  must("CREATE_SAMPLING_PORT", code);
  CREATE_BUFFER("log", ORDER_SIZE, ORDERS, FIFO, &log, &code);
  must("CREATE_BUFFER", code);
  CREATE_BLACKBOARD("last order", ORDER_SIZE, &last_order, &code);
  must("CREATE_BLACKBOARD", code);
  CREATE_SEMAPHORE("logged", 1, 1, PRIORITY, &logged, &code);
  must("CREATE_SEMAPHORE", code);
  CREATE_EVENT("finished", &finished, &code);
  must("CREATE_EVENT", code);
  id = create("regulator", 30, MS(50), INFINITE_TIME_VALUE, regulator);
  DELAYED_START(id, MS(20), &code);
  must("DELAYED_START", code);
  id = create("logger", 20, INFINITE_TIME_VALUE, INFINITE_TIME_VALUE, logger);
  START(id, &code);
  must("START", code);
}

/* The plant has its own time: it is asked until it has obeyed. */
static void show_level(void)
{
  APEX_INTEGER level = 0;
  MESSAGE_SIZE_TYPE length;
  VALIDITY_TYPE validity;
  RETURN_CODE_TYPE code;

  for (;;) {
    READ_SAMPLING_MESSAGE(level_port, (MESSAGE_ADDR_TYPE)&level, &length, &validity, &code);
    if (code == NO_ERROR && level == 100)
      break;
    TIMED_WAIT(MS(10), &code);
  }
  say("control: the plant's level is %d, %s", level, validity == VALID ? "valid" : "too old");
}

void orders_finish(void)
{
  APEX_INTEGER order = 0;
  MESSAGE_SIZE_TYPE length;
  RETURN_CODE_TYPE code;

  WAIT_EVENT(finished, INFINITE_TIME_VALUE, &code);
  WAIT_SEMAPHORE(logged, INFINITE_TIME_VALUE, &code);
  READ_BLACKBOARD(last_order, 0, (MESSAGE_ADDR_TYPE)&order, &length, &code);
  say("control: the blackboard shows order %d", order);
  CLEAR_BLACKBOARD(last_order, &code);
  READ_BLACKBOARD(last_order, MS(20), (MESSAGE_ADDR_TYPE)&order, &length, &code);
  say("control: cleared, reading it %s", code == TIMED_OUT ? "timed out" : "did not time out");
  show_level();
}

void orders_stop_plant(void)
{
  APEX_INTEGER order = STOP_ORDER;
  RETURN_CODE_TYPE code;

  SEND_QUEUING_MESSAGE(commands, (MESSAGE_ADDR_TYPE)&order, sizeof order, INFINITE_TIME_VALUE, &code);
  must("SEND_QUEUING_MESSAGE", code);
}
