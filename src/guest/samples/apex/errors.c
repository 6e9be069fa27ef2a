#include "control.h"

#define FAILURES 3

static PROCESS_ID_TYPE failing[FAILURES];
static EVENT_ID_TYPE handled;
static volatile APEX_INTEGER zero, rounds;

static void complainer(void)
{
  static APEX_BYTE text[] = "the valve is stuck";
  RETURN_CODE_TYPE code;

  RAISE_APPLICATION_ERROR(APPLICATION_ERROR, text, sizeof text - 1, &code);
  must("RAISE_APPLICATION_ERROR", code);
}

static void divider(void)
{
  rounds = 100 / zero;
}

static void dawdler(void)
{
  for (;;)
    rounds++;
}

static void handler(void)
{
  static const char *const names[] = {"DEADLINE_MISSED", "APPLICATION_ERROR", "NUMERIC_ERROR", "ILLEGAL_REQUEST",
                                      "STACK_OVERFLOW",  "MEMORY_VIOLATION",  "HARDWARE_FAULT"};
  ERROR_STATUS_TYPE error;
  PROCESS_STATUS_TYPE process;
  RETURN_CODE_TYPE code;

  for (GET_ERROR_STATUS(&error, &code); code == NO_ERROR; GET_ERROR_STATUS(&error, &code)) {
    GET_PROCESS_STATUS(error.FAILED_PROCESS_ID, &process, &code);
    say("control: %s of the %s", names[error.ERROR_CODE], process.ATTRIBUTES.NAME);
    STOP(error.FAILED_PROCESS_ID, &code);
    SET_EVENT(handled, &code);
  }
}

void errors_create(void)
{
  RETURN_CODE_TYPE code;

  CREATE_ERROR_HANDLER(handler, STACK_SIZE_OF_ALL, &code);
  must("CREATE_ERROR_HANDLER", code);
  CREATE_EVENT("handled", &handled, &code);
  must("CREATE_EVENT", code);
  failing[0] = create("complainer", 5, INFINITE_TIME_VALUE, INFINITE_TIME_VALUE, complainer);
  failing[1] = create("divider", 5, INFINITE_TIME_VALUE, INFINITE_TIME_VALUE, divider);
  failing[2] = create("dawdler", 5, INFINITE_TIME_VALUE, MS(30), dawdler);
}

void errors_show(void)
{
  RETURN_CODE_TYPE code;

  for (uint32_t n = 0; n < FAILURES; n++) {
    RESET_EVENT(handled, &code);
    START(failing[n], &code);
    must("START", code);
    WAIT_EVENT(handled, INFINITE_TIME_VALUE, &code);
    must("WAIT_EVENT", code);
  }
}
