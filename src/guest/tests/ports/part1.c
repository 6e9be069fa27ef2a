/* The end that gives orders, and looks at what a port refuses. */
#include "../check.h"

static uint32_t height, orders, answers;

static void test_creation(void)
{
  uint32_t id, number;

  CHECK(pok_port_sampling_create("nowhere", 8, POK_PORT_DIRECTION_OUT, 100, &id) == POK_ERRNO_PORT);
  CHECK(pok_port_sampling_create("height", 9, POK_PORT_DIRECTION_OUT, 100, &id) == POK_ERRNO_SIZE);
  CHECK(pok_port_sampling_create("height", 8, POK_PORT_DIRECTION_IN, 100, &id) == POK_ERRNO_DIRECTION);
  CHECK(pok_port_sampling_create("orders", 8, POK_PORT_DIRECTION_OUT, 100, &id) == POK_ERRNO_KIND);
  CHECK(pok_port_sampling_create((const char *)0xfffffff0, 8, POK_PORT_DIRECTION_OUT, 100, &id) == POK_ERRNO_PORT);
  CHECK(pok_port_sampling_id("height", &id) == POK_ERRNO_PORT);
  CHECK(pok_port_sampling_write(0, "x", 1) == POK_ERRNO_PORT); /* not created yet */
  CHECK(pok_port_sampling_create("height", 8, POK_PORT_DIRECTION_OUT, 100, &height) == POK_ERRNO_OK);
  CHECK(pok_port_sampling_create("height", 8, POK_PORT_DIRECTION_OUT, 100, &id) == POK_ERRNO_EXISTS);
  CHECK(pok_port_sampling_id("height", &id) == POK_ERRNO_OK && id == height);
  CHECK(pok_port_queueing_create("orders", 8, 2, POK_PORT_DIRECTION_OUT, POK_DISCIPLINE_FIFO, &orders) == POK_ERRNO_OK);
  CHECK(pok_port_queueing_create("answers", 8, 2, POK_PORT_DIRECTION_IN, POK_DISCIPLINE_FIFO, &answers) == POK_ERRNO_OK);
  CHECK(pok_port_virtual_create("height", &id) == POK_ERRNO_OK && id == height);
  CHECK(pok_port_virtual_nb_destinations(id, &number) == POK_ERRNO_OK && number == 1);
  CHECK(pok_port_virtual_destination(id, 0, &number) == POK_ERRNO_OK && number == 1);
  CHECK(pok_port_virtual_destination(id, 1, &number) == POK_ERRNO_EINVAL && pok_port_virtual_get_global(id, &number) == POK_ERRNO_OK);
  CHECK(pok_port_virtual_get_global(1, &number) == POK_ERRNO_PORT); /* the other partition's */
}

static void test_refusals(void)
{
  char text[8];
  uint32_t length, valid;

  CHECK(pok_port_sampling_read(height, text, &length, &valid) == POK_ERRNO_DIRECTION);
  CHECK(pok_port_sampling_write(height, "far too long", 12) == POK_ERRNO_SIZE);
  CHECK(pok_port_sampling_write(height, (const char *)0x20000, 8) == POK_ERRNO_EFAULT);
  CHECK(pok_port_sampling_write(orders, "x", 1) == POK_ERRNO_PORT);
  CHECK(pok_port_queueing_receive(answers, 0, 8, text, &length) == POK_ERRNO_EMPTY);
  CHECK(pok_port_queueing_receive(answers, 0, 7, text, &length) == POK_ERRNO_SIZE);
  CHECK(pok_port_queueing_receive(answers, 3, 8, text, &length) == POK_ERRNO_TIMEOUT);
}

int main(void)
{
  uint32_t number, length, sum = 0;
  pok_port_queueing_status_t status;

  test_creation();
  test_refusals();
  pok_port_sampling_write(height, "old", 3);
  pok_port_sampling_write(height, "fresh", 5);
  /* More than there is room for: the sender has to wait for the receiver in the other partition. */
  for (uint32_t n = 0; n < 20; n += 4) {
    for (number = n + 1; number <= n + 4; number++)
      CHECK(pok_port_queueing_send(orders, &number, sizeof number, POK_FOREVER) == POK_ERRNO_OK);
    for (uint32_t k = n + 1; k <= n + 4; k++) {
      CHECK(pok_port_queueing_receive(answers, POK_FOREVER, 8, &number, &length) == POK_ERRNO_OK && length == 4 && number == k * k);
      sum += number;
    }
  }
  CHECK(sum == 2870);
  CHECK(pok_port_queueing_status(answers, &status) == POK_ERRNO_OK && status.nb_message == 0 && status.max_nb_message == 2);
  check_end("part1");
  return 0;
}
