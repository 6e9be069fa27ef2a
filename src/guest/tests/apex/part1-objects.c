#include "part1.h"
#include "string.h"

static SEMAPHORE_ID_TYPE semaphore;
static EVENT_ID_TYPE event;
static BUFFER_ID_TYPE buffer;
static BLACKBOARD_ID_TYPE board;

void objects_before(void)
{
  APEX_INTEGER id;

  EXPECT(INVALID_PARAM, CREATE_SEMAPHORE, "semaphore", 2, 1, FIFO, &semaphore);
  EXPECT(INVALID_PARAM, CREATE_SEMAPHORE, "semaphore", 0, 1, 7, &semaphore);
  EXPECT(NO_ERROR, CREATE_SEMAPHORE, "semaphore", 1, 2, PRIORITY, &semaphore);
  EXPECT(NO_ACTION, CREATE_SEMAPHORE, "semaphore", 1, 2, PRIORITY, &id);
  EXPECT(NO_ERROR, CREATE_EVENT, "event", &event);
  EXPECT(NO_ACTION, CREATE_EVENT, "event", &id);
  EXPECT(INVALID_PARAM, CREATE_BUFFER, "buffer", 0, 2, FIFO, &buffer);
  EXPECT(INVALID_CONFIG, CREATE_BUFFER, "buffer", 16, 1000, FIFO, &buffer);
  EXPECT(NO_ERROR, CREATE_BUFFER, "buffer", 16, 2, FIFO, &buffer);
  EXPECT(NO_ERROR, CREATE_BLACKBOARD, "buffer", 16, &board); /* kinds have names of their own */
  EXPECT(NO_ERROR, GET_BUFFER_ID, "buffer", &id);
  CHECK(id == buffer);
  EXPECT(INVALID_CONFIG, GET_EVENT_ID, "events", &id);
  EXPECT(INVALID_PARAM, SET_EVENT, semaphore);
  EXPECT(NOT_AVAILABLE, WAIT_EVENT, event, 0);
  EXPECT(INVALID_MODE, WAIT_EVENT, event, INFINITE_TIME_VALUE);
}

static void take(void)
{
  EXPECT(NO_ERROR, WAIT_SEMAPHORE, semaphore, INFINITE_TIME_VALUE);
}

static void test_semaphore(void)
{
  SEMAPHORE_STATUS_TYPE status;

  EXPECT(NO_ERROR, WAIT_SEMAPHORE, semaphore, MS(1));
  EXPECT(NOT_AVAILABLE, WAIT_SEMAPHORE, semaphore, 0);
  EXPECT(TIMED_OUT, WAIT_SEMAPHORE, semaphore, MS(3));
  EXPECT(INVALID_PARAM, WAIT_SEMAPHORE, semaphore, -5);
  helper_does(take);
  EXPECT(NO_ERROR, GET_SEMAPHORE_STATUS, semaphore, &status);
  CHECK(status.CURRENT_VALUE == 0 && status.MAXIMUM_VALUE == 2 && status.WAITING_PROCESSES == 1);
  EXPECT(NO_ERROR, SIGNAL_SEMAPHORE, semaphore);
  CHECK(helper_is_done());
  EXPECT(NO_ERROR, SIGNAL_SEMAPHORE, semaphore);
  EXPECT(NO_ERROR, SIGNAL_SEMAPHORE, semaphore);
  EXPECT(NO_ACTION, SIGNAL_SEMAPHORE, semaphore);
  EXPECT(INVALID_MODE, CREATE_SEMAPHORE, "late", 1, 2, PRIORITY, &semaphore);
}

static void wait_for_event(void)
{
  EXPECT(NO_ERROR, WAIT_EVENT, event, MS(500));
}

static void test_event(void)
{
  EVENT_STATUS_TYPE status;

  EXPECT(TIMED_OUT, WAIT_EVENT, event, 1);
  helper_does(wait_for_event);
  EXPECT(NO_ERROR, GET_EVENT_STATUS, event, &status);
  CHECK(status.EVENT_STATE == DOWN && status.WAITING_PROCESSES == 1);
  EXPECT(NO_ERROR, SET_EVENT, event);
  CHECK(helper_is_done());
  EXPECT(NO_ERROR, WAIT_EVENT, event, 0);
  EXPECT(NO_ERROR, RESET_EVENT, event);
  EXPECT(NOT_AVAILABLE, WAIT_EVENT, event, 0);
}

static void send_third(void)
{
  EXPECT(NO_ERROR, SEND_BUFFER, buffer, BYTES("third"), 5, INFINITE_TIME_VALUE);
}

static bool received(const char *expected, MESSAGE_SIZE_TYPE length)
{
  APEX_BYTE message[16];
  MESSAGE_SIZE_TYPE got;

  RECEIVE_BUFFER(buffer, 0, message, &got, &code);
  return code == NO_ERROR && got == length && memcmp(message, expected, (size_t)length) == 0;
}

static void test_buffer(void)
{
  BUFFER_STATUS_TYPE status;
  APEX_BYTE message[16];
  MESSAGE_SIZE_TYPE length = 9;

  EXPECT(NOT_AVAILABLE, RECEIVE_BUFFER, buffer, 0, message, &length);
  CHECK(length == 0);
  EXPECT(TIMED_OUT, RECEIVE_BUFFER, buffer, MS(2), message, &length);
  EXPECT(INVALID_PARAM, SEND_BUFFER, buffer, message, 17, 0);
  EXPECT(INVALID_PARAM, SEND_BUFFER, buffer, message, 0, 0);
  EXPECT(NO_ERROR, SEND_BUFFER, buffer, BYTES("first"), 5, 0);
  EXPECT(NO_ERROR, SEND_BUFFER, buffer, BYTES("second"), 6, 0);
  EXPECT(NOT_AVAILABLE, SEND_BUFFER, buffer, BYTES("third"), 5, 0);
  EXPECT(TIMED_OUT, SEND_BUFFER, buffer, BYTES("third"), 5, MS(2));
  helper_does(send_third);
  EXPECT(NO_ERROR, GET_BUFFER_STATUS, buffer, &status);
  CHECK(status.NB_MESSAGE == 2 && status.MAX_NB_MESSAGE == 2 && status.MAX_MESSAGE_SIZE == 16 && status.WAITING_PROCESSES == 1);
  CHECK(received("first", 5) && received("second", 6) && received("third", 5) && helper_is_done());
}

static void read_board(void)
{
  APEX_BYTE message[16];
  MESSAGE_SIZE_TYPE length;

  EXPECT(NO_ERROR, READ_BLACKBOARD, board, INFINITE_TIME_VALUE, message, &length);
  CHECK(length == 5 && message[0] == 's');
}

static void test_blackboard(void)
{
  BLACKBOARD_STATUS_TYPE status;
  APEX_BYTE message[16];
  MESSAGE_SIZE_TYPE length;

  EXPECT(NOT_AVAILABLE, READ_BLACKBOARD, board, 0, message, &length);
  helper_does(read_board);
  EXPECT(NO_ERROR, GET_BLACKBOARD_STATUS, board, &status);
  CHECK(status.EMPTY_INDICATOR == EMPTY && status.WAITING_PROCESSES == 1);
  EXPECT(NO_ERROR, DISPLAY_BLACKBOARD, board, BYTES("shown"), 5);
  CHECK(helper_is_done());
  EXPECT(NO_ERROR, READ_BLACKBOARD, board, 0, message, &length);
  EXPECT(NO_ERROR, GET_BLACKBOARD_STATUS, board, &status);
  CHECK(length == 5 && status.EMPTY_INDICATOR == OCCUPIED && status.MAX_MESSAGE_SIZE == 16);
  EXPECT(INVALID_PARAM, DISPLAY_BLACKBOARD, board, message, 17);
  EXPECT(NO_ERROR, CLEAR_BLACKBOARD, board);
  EXPECT(TIMED_OUT, READ_BLACKBOARD, board, MS(1), message, &length);
}

void objects_in_normal(void)
{
  test_semaphore();
  test_event();
  test_buffer();
  test_blackboard();
}
