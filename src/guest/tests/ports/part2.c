/* The end that takes orders and answers them. */
#include "../check.h"

static uint32_t orders, answers;

static void squares(void)
{
  uint32_t number, length;

  for (;;) {
    CHECK(pok_port_queueing_receive(orders, POK_FOREVER, 8, &number, &length) == POK_ERRNO_OK && length == 4);
    number *= number;
    CHECK(pok_port_queueing_send(answers, &number, sizeof number, POK_FOREVER) == POK_ERRNO_OK);
  }
}

int main(void)
{
  const pok_thread_attr_t attr = {.priority = 50};
  char text[8] = "";
  uint32_t height, length = 0, valid = 9, id;
  pok_port_sampling_status_t status;

  CHECK(pok_port_sampling_create("height", 8, POK_PORT_DIRECTION_IN, 60, &height) == POK_ERRNO_OK);
  while (pok_port_sampling_read(height, text, &length, &valid) == POK_ERRNO_EMPTY)
    pok_thread_sleep(1);
  CHECK(length == 5 && text[0] == 'f' && text[4] == 'h' && valid == 1);
  pok_thread_sleep(100);
  CHECK(pok_port_sampling_read(height, text, &length, &valid) == POK_ERRNO_OK && valid == 0);
  CHECK(pok_port_sampling_status(height, &status) == POK_ERRNO_OK && status.validity == 0 && status.size == 8);
  CHECK(pok_port_queueing_create("orders", 8, 2, POK_PORT_DIRECTION_IN, POK_DISCIPLINE_FIFO, &orders) == POK_ERRNO_OK);
  CHECK(pok_port_queueing_create("answers", 8, 2, POK_PORT_DIRECTION_OUT, POK_DISCIPLINE_PRIORITY, &answers) == POK_ERRNO_OK);
  pok_thread_create(&id, &attr, squares);
  pok_thread_sleep(1000);
  check_end("part2");
  return 0;
}
