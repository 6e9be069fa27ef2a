/* Takes the records out of their queue, once it is told to. */
#include "ports.h"

int main(void)
{
  uint32_t altitude = open_sampling("store", "altitude", POK_PORT_DIRECTION_IN);
  uint32_t records = open_queue("store", "records", RECORD_SIZE, RECORDS, POK_PORT_DIRECTION_IN);
  uint32_t go = open_queue("store", "go", WORD_SIZE, 1, POK_PORT_DIRECTION_IN);
  char text[RECORD_SIZE];
  uint32_t length, valid;

  pok_printf("store: without waiting: %s\n", why(pok_port_queueing_receive(records, 0, sizeof text, text, &length)));
  pok_printf("store: waiting a little: %s\n", why(pok_port_queueing_receive(records, 50, sizeof text, text, &length)));
  pok_printf("store: room for less than a record: %s\n", why(pok_port_queueing_receive(records, 0, 8, text, &length)));
  receive_text(go, text, sizeof text);
  for (uint32_t n = 1; n <= RECORDS + 2; n++) {
    receive_text(records, text, sizeof text);
    pok_printf("store: record %u is %s\n", n, text);
  }
  pok_port_sampling_read(altitude, text, &length, &valid);
  pok_printf("store: everybody reads the same altitude, %s\n", text);
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
