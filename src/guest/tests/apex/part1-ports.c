#include "part1.h"

static SAMPLING_PORT_ID_TYPE samples_out, samples_in;
static QUEUING_PORT_ID_TYPE queue_out, queue_in;

void ports_before(void)
{
  APEX_INTEGER id;

  EXPECT(INVALID_CONFIG, CREATE_SAMPLING_PORT, "undeclared", 16, SOURCE, MS(40), &id);
  EXPECT(INVALID_CONFIG, CREATE_SAMPLING_PORT, "samples out", 16, DESTINATION, MS(40), &id);
  EXPECT(INVALID_CONFIG, CREATE_SAMPLING_PORT, "samples out", 15, SOURCE, MS(40), &id);
  EXPECT(INVALID_CONFIG, CREATE_SAMPLING_PORT, "queue out", 16, SOURCE, MS(40), &id);
  EXPECT(INVALID_PARAM, CREATE_SAMPLING_PORT, "samples out", 0, SOURCE, MS(40), &id);
  EXPECT(INVALID_PARAM, CREATE_SAMPLING_PORT, "samples in", 16, DESTINATION, 0, &id);
  EXPECT(INVALID_CONFIG, GET_SAMPLING_PORT_ID, "samples in", &id);
  EXPECT(NO_ERROR, CREATE_SAMPLING_PORT, "samples out", 16, SOURCE, MS(200), &samples_out);
  EXPECT(NO_ERROR, CREATE_SAMPLING_PORT, "samples in", 16, DESTINATION, MS(200), &samples_in);
  EXPECT(NO_ACTION, CREATE_SAMPLING_PORT, "samples in", 16, DESTINATION, MS(200), &id);
  EXPECT(NO_ERROR, CREATE_SAMPLING_PORT, "a name of thirty characters...", 16, SOURCE, MS(200), &id);
  EXPECT(INVALID_CONFIG, CREATE_QUEUING_PORT, "queue in", 16, 3, DESTINATION, FIFO, &id);
  EXPECT(INVALID_PARAM, CREATE_QUEUING_PORT, "queue in", 16, 2, DESTINATION, 5, &id);
  EXPECT(NO_ERROR, CREATE_QUEUING_PORT, "queue in", 16, 2, DESTINATION, FIFO, &queue_in);
  EXPECT(NO_ERROR, CREATE_QUEUING_PORT, "queue out", 16, 2, SOURCE, FIFO, &queue_out);
  EXPECT(NO_ERROR, GET_QUEUING_PORT_ID, "queue out", &id);
  CHECK(id == queue_out);
}

static void test_sampling(void)
{
  APEX_BYTE message[16];
  MESSAGE_SIZE_TYPE length;
  VALIDITY_TYPE validity;
  SAMPLING_PORT_STATUS_TYPE status;

  EXPECT(NO_ACTION, READ_SAMPLING_MESSAGE, samples_in, message, &length, &validity);
  CHECK(validity == INVALID);
  EXPECT(INVALID_MODE, READ_SAMPLING_MESSAGE, samples_out, message, &length, &validity);
  EXPECT(INVALID_PARAM, READ_SAMPLING_MESSAGE, queue_in, message, &length, &validity);
  EXPECT(INVALID_MODE, WRITE_SAMPLING_MESSAGE, samples_in, message, 1);
  EXPECT(INVALID_CONFIG, WRITE_SAMPLING_MESSAGE, samples_out, message, 17);
  EXPECT(INVALID_PARAM, WRITE_SAMPLING_MESSAGE, samples_out, message, 0);
  EXPECT(NO_ERROR, WRITE_SAMPLING_MESSAGE, samples_out, BYTES("sample"), 6);
  EXPECT(NO_ERROR, READ_SAMPLING_MESSAGE, samples_in, message, &length, &validity);
  CHECK(length == 6 && message[5] == 'e' && validity == VALID);
  EXPECT(NO_ERROR, TIMED_WAIT, MS(300));
  EXPECT(NO_ERROR, READ_SAMPLING_MESSAGE, samples_in, message, &length, &validity);
  CHECK(length == 6 && validity == INVALID);
  EXPECT(NO_ERROR, GET_SAMPLING_PORT_STATUS, samples_in, &status);
  CHECK(status.REFRESH_PERIOD == MS(200) && status.MAX_MESSAGE_SIZE == 16 && status.PORT_DIRECTION == DESTINATION);
  CHECK(status.LAST_MSG_VALIDITY == INVALID);
  EXPECT(INVALID_PARAM, GET_SAMPLING_PORT_STATUS, -1, &status);
}

static void receive(void)
{
  APEX_BYTE message[16];
  MESSAGE_SIZE_TYPE length;

  EXPECT(NO_ERROR, RECEIVE_QUEUING_MESSAGE, queue_in, INFINITE_TIME_VALUE, message, &length);
  CHECK(length == 3);
}

static void test_queuing(void)
{
  APEX_BYTE message[16];
  MESSAGE_SIZE_TYPE length;
  QUEUING_PORT_STATUS_TYPE status;

  EXPECT(NOT_AVAILABLE, RECEIVE_QUEUING_MESSAGE, queue_in, 0, message, &length);
  EXPECT(TIMED_OUT, RECEIVE_QUEUING_MESSAGE, queue_in, MS(2), message, &length);
  EXPECT(INVALID_MODE, RECEIVE_QUEUING_MESSAGE, queue_out, 0, message, &length);
  EXPECT(INVALID_PARAM, RECEIVE_QUEUING_MESSAGE, 99, 0, message, &length);
  EXPECT(INVALID_MODE, SEND_QUEUING_MESSAGE, queue_in, message, 1, 0);
  EXPECT(INVALID_CONFIG, SEND_QUEUING_MESSAGE, queue_out, message, 17, 0);
  EXPECT(INVALID_PARAM, SEND_QUEUING_MESSAGE, queue_out, message, 0, 0);
  EXPECT(INVALID_PARAM, SEND_QUEUING_MESSAGE, queue_out, message, 1, -7);
  helper_does(receive);
  EXPECT(NO_ERROR, GET_QUEUING_PORT_STATUS, queue_in, &status);
  CHECK(status.NB_MESSAGE == 0 && status.WAITING_PROCESSES == 1);
  EXPECT(NO_ERROR, GET_QUEUING_PORT_STATUS, queue_out, &status);
  CHECK(status.WAITING_PROCESSES == 0);
  EXPECT(NO_ERROR, SEND_QUEUING_MESSAGE, queue_out, BYTES("one"), 3, 0);
  CHECK(helper_is_done());
  EXPECT(NO_ERROR, SEND_QUEUING_MESSAGE, queue_out, BYTES("two"), 3, 0);
  EXPECT(NO_ERROR, SEND_QUEUING_MESSAGE, queue_out, BYTES("three"), 5, 0);
  EXPECT(NOT_AVAILABLE, SEND_QUEUING_MESSAGE, queue_out, BYTES("four"), 4, 0);
  EXPECT(TIMED_OUT, SEND_QUEUING_MESSAGE, queue_out, BYTES("four"), 4, MS(2));
  EXPECT(NO_ERROR, GET_QUEUING_PORT_STATUS, queue_in, &status);
  CHECK(status.NB_MESSAGE == 2 && status.MAX_NB_MESSAGE == 2 && status.MAX_MESSAGE_SIZE == 16 && status.PORT_DIRECTION == DESTINATION);
  EXPECT(NO_ERROR, RECEIVE_QUEUING_MESSAGE, queue_in, MS(5), message, &length);
  CHECK(length == 3 && message[1] == 'w');
}

void ports_in_normal(void)
{
  APEX_INTEGER id;

  EXPECT(INVALID_MODE, CREATE_SAMPLING_PORT, "another", 16, SOURCE, MS(40), &id);
  EXPECT(INVALID_MODE, CREATE_QUEUING_PORT, "another", 16, 1, SOURCE, FIFO, &id);
  test_sampling();
  test_queuing();
}
