/* Mutexes, semaphores, events, buffers and blackboards, with queues by arrival and by priority, and time-outs. */
#include "../check.h"
#include <stdbool.h>

static uint32_t mutex, semaphore, event, buffer, blackboard;
static char order[16];
static volatile uint32_t arrived;

static uint32_t create(pok_lockobj_kind_t kind, pok_discipline_t discipline, uint32_t initial, uint32_t maximum, uint32_t size)
{
  const pok_lockobj_attr_t attr = {kind, discipline, initial, maximum, size};
  uint32_t id = 99;

  CHECK(pok_lockobj_create(&id, &attr) == POK_ERRNO_OK);
  return id;
}

static pok_ret_t operate(uint32_t id, pok_lockobj_action_t action, uint32_t timeout)
{
  pok_lockobj_operation_t operation = {.action = action, .timeout = timeout};

  return pok_lockobj_operation(id, &operation);
}

static pok_ret_t send(uint32_t id, const char *text, uint32_t length, uint32_t timeout)
{
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_SEND, .timeout = timeout, .data = (uint32_t)text, .length = length};

  return pok_lockobj_operation(id, &operation);
}

static pok_ret_t receive(uint32_t id, char *text, uint32_t *length, uint32_t timeout)
{
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_RECEIVE, .timeout = timeout, .data = (uint32_t)text};
  pok_ret_t result = pok_lockobj_operation(id, &operation);

  *length = operation.length;
  return result;
}

static uint32_t waiting(uint32_t id)
{
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_STATUS};

  CHECK(pok_lockobj_operation(id, &operation) == POK_ERRNO_OK);
  return operation.waiting;
}

static void note(char c)
{
  order[arrived++] = c;
}

/* Threads of priority 10, 20 and 30, which wait in that order. */
static uint32_t object;

static void wait10(void)
{
  CHECK(operate(object, POK_LOCKOBJ_LOCK, POK_FOREVER) == POK_ERRNO_OK);
  note('a');
  operate(object, POK_LOCKOBJ_UNLOCK, 0);
}

static void wait20(void)
{
  CHECK(operate(object, POK_LOCKOBJ_LOCK, POK_FOREVER) == POK_ERRNO_OK);
  note('b');
  operate(object, POK_LOCKOBJ_UNLOCK, 0);
}

static void wait30(void)
{
  CHECK(operate(object, POK_LOCKOBJ_LOCK, 500) == POK_ERRNO_OK);
  note('c');
  operate(object, POK_LOCKOBJ_UNLOCK, 0);
}

static uint32_t ids[4];

static void start(uint32_t n, uint8_t priority, void (*entry)(void))
{
  const pok_thread_attr_t attr = {.priority = priority, .state = POK_STATE_DORMANT};

  CHECK(pok_thread_create(&ids[n], &attr, entry) == POK_ERRNO_OK);
}

static void queue_up(uint32_t id)
{
  object = id;
  arrived = 0;
  for (uint32_t n = 0; n < 3; n++) {
    CHECK(pok_thread_restart(ids[n]) == POK_ERRNO_OK);
    pok_thread_sleep(3);
  }
  CHECK(waiting(id) == 3 && arrived == 0);
}

static bool ran_in_order(const char *expected)
{
  pok_thread_sleep(5);
  return arrived == 3 && order[0] == expected[0] && order[1] == expected[1] && order[2] == expected[2];
}

static volatile uint32_t eager_runs;

static void eager(void)
{
  eager_runs++;
}

/* Nobody but the main thread runs before the mode is NORMAL. */
static void test_mode(void)
{
  const pok_thread_attr_t attr = {.priority = 200};
  pok_partition_mode_t mode;
  pok_start_condition_t condition;
  uint32_t id;

  CHECK(pok_partition_get_operating_mode(&mode) == POK_ERRNO_OK && mode == POK_PARTITION_MODE_INIT_COLD);
  CHECK(pok_partition_get_start_condition(&condition) == POK_ERRNO_OK && condition == POK_START_CONDITION_NORMAL);
  CHECK(pok_thread_create(&id, &attr, eager) == POK_ERRNO_OK);
  pok_thread_sleep(5);
  CHECK(eager_runs == 0);
  CHECK(pok_partition_set_mode(POK_PARTITION_MODE_NORMAL) == POK_ERRNO_OK && eager_runs == 1);
  CHECK(pok_partition_get_operating_mode(&mode) == POK_ERRNO_OK && mode == POK_PARTITION_MODE_NORMAL);
}

static void test_mutex(void)
{
  mutex = create(POK_LOCKOBJ_KIND_MUTEX, POK_DISCIPLINE_PRIORITY, 0, 0, 0);
  CHECK(operate(mutex, POK_LOCKOBJ_UNLOCK, 0) == POK_ERRNO_MODE);
  CHECK(operate(mutex, POK_LOCKOBJ_LOCK, 0) == POK_ERRNO_OK);
  CHECK(operate(mutex, POK_LOCKOBJ_LOCK, 0) == POK_ERRNO_MODE);
  queue_up(mutex);
  CHECK(operate(mutex, POK_LOCKOBJ_UNLOCK, 0) == POK_ERRNO_OK);
  CHECK(ran_in_order("cba"));
  CHECK(operate(mutex, POK_LOCKOBJ_SEND, 0) == POK_ERRNO_KIND);
}

static void test_semaphore(void)
{
  semaphore = create(POK_LOCKOBJ_KIND_SEMAPHORE, POK_DISCIPLINE_FIFO, 1, 1, 0);
  CHECK(operate(semaphore, POK_LOCKOBJ_LOCK, 0) == POK_ERRNO_OK);
  CHECK(operate(semaphore, POK_LOCKOBJ_LOCK, 0) == POK_ERRNO_TIMEOUT);
  CHECK(operate(semaphore, POK_LOCKOBJ_LOCK, 5) == POK_ERRNO_TIMEOUT);
  queue_up(semaphore);
  CHECK(operate(semaphore, POK_LOCKOBJ_UNLOCK, 0) == POK_ERRNO_OK);
  CHECK(ran_in_order("abc"));
  CHECK(operate(semaphore, POK_LOCKOBJ_UNLOCK, 0) == POK_ERRNO_FULL);
}

static void test_event(void)
{
  event = create(POK_LOCKOBJ_KIND_EVENT, POK_DISCIPLINE_FIFO, 0, 0, 0);
  queue_up(event);
  CHECK(operate(event, POK_LOCKOBJ_UNLOCK, 0) == POK_ERRNO_OK);
  pok_thread_sleep(5);
  CHECK(arrived == 3 && operate(event, POK_LOCKOBJ_LOCK, 0) == POK_ERRNO_OK);
  CHECK(operate(event, POK_LOCKOBJ_RESET, 0) == POK_ERRNO_OK && operate(event, POK_LOCKOBJ_LOCK, 0) == POK_ERRNO_TIMEOUT);
}

static void producer(void)
{
  CHECK(send(buffer, "third", 5, POK_FOREVER) == POK_ERRNO_OK);
  note('p');
}

static void test_buffer(void)
{
  char text[8];
  uint32_t length;

  buffer = create(POK_LOCKOBJ_KIND_BUFFER, POK_DISCIPLINE_FIFO, 0, 2, 8);
  CHECK(receive(buffer, text, &length, 0) == POK_ERRNO_EMPTY);
  CHECK(send(buffer, "much too long", 13, 0) == POK_ERRNO_SIZE);
  CHECK(send(buffer, "first", 5, 0) == POK_ERRNO_OK && send(buffer, "second", 6, 0) == POK_ERRNO_OK);
  CHECK(send(buffer, "third", 5, 0) == POK_ERRNO_FULL && send(buffer, "third", 5, 3) == POK_ERRNO_TIMEOUT);
  arrived = 0;
  CHECK(pok_thread_restart(ids[3]) == POK_ERRNO_OK); /* the producer */
  pok_thread_sleep(3);
  CHECK(arrived == 0);
  CHECK(receive(buffer, text, &length, 0) == POK_ERRNO_OK && length == 5 && text[0] == 'f');
  pok_thread_sleep(3);
  CHECK(arrived == 1);
  CHECK(receive(buffer, text, &length, 0) == POK_ERRNO_OK && length == 6 && text[0] == 's');
  CHECK(receive(buffer, text, &length, 0) == POK_ERRNO_OK && length == 5 && text[0] == 't');
}

static void test_blackboard(void)
{
  char text[16];
  uint32_t length;

  blackboard = create(POK_LOCKOBJ_KIND_BLACKBOARD, POK_DISCIPLINE_FIFO, 0, 0, 16);
  CHECK(receive(blackboard, text, &length, 0) == POK_ERRNO_EMPTY && receive(blackboard, text, &length, 3) == POK_ERRNO_TIMEOUT);
  CHECK(send(blackboard, "shown", 5, 0) == POK_ERRNO_OK);
  for (int i = 0; i < 2; i++)
    CHECK(receive(blackboard, text, &length, 0) == POK_ERRNO_OK && length == 5 && text[4] == 'n');
  CHECK(send(blackboard, "instead", 7, 0) == POK_ERRNO_OK);
  CHECK(receive(blackboard, text, &length, 0) == POK_ERRNO_OK && length == 7 && text[0] == 'i');
  CHECK(operate(blackboard, POK_LOCKOBJ_RESET, 0) == POK_ERRNO_OK && receive(blackboard, text, &length, 0) == POK_ERRNO_EMPTY);
}

int main(void)
{
  const pok_lockobj_attr_t large = {POK_LOCKOBJ_KIND_BUFFER, POK_DISCIPLINE_FIFO, 0, 1000, 1000}, strange = {9, 1, 0, 0, 0};
  uint32_t id;

  start(0, 10, wait10);
  start(1, 20, wait20);
  start(2, 30, wait30);
  start(3, 40, producer);
  test_mode();
  test_mutex();
  test_semaphore();
  test_event();
  test_buffer();
  test_blackboard();
  CHECK(pok_lockobj_create(&id, &large) == POK_ERRNO_TOOMANY && pok_lockobj_create(&id, &strange) == POK_ERRNO_EINVAL);
  CHECK(operate(77, POK_LOCKOBJ_LOCK, 0) == POK_ERRNO_EINVAL);
  CHECK(pok_lockobj_create((uint32_t *)0xfffffff0, &strange) == POK_ERRNO_EFAULT);
  check_end("part1");
  return 0;
}
