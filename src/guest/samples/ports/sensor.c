/* Writes the altitude when it is asked for. */
#include "ports.h"

/* What the deployment does not have, nobody gets. */
static void try_in_vain(uint32_t altitude, uint32_t requests)
{
  char text[ALTITUDE_SIZE];
  uint32_t length, valid;

  open_sampling("sensor", "speed", POK_PORT_DIRECTION_OUT);
  open_queue("sensor", "records", RECORD_SIZE, RECORDS, POK_PORT_DIRECTION_IN);
  open_queue("sensor", "answers", WORD_SIZE, 7, POK_PORT_DIRECTION_OUT);
  open_queue("sensor", "answers", WORD_SIZE, 1, POK_PORT_DIRECTION_IN);
  pok_printf("sensor: reading what is to be written: %s\n", why(pok_port_sampling_read(altitude, text, &length, &valid)));
  pok_printf("sensor: sending to where requests come from: %s\n", why(pok_port_queueing_send(requests, "no", 3, 0)));
  pok_printf("sensor: a port of somebody else: %s\n", why(pok_port_sampling_write(altitude + 1, "0 m", 4)));
}

int main(void)
{
  uint32_t altitude = open_sampling("sensor", "altitude", POK_PORT_DIRECTION_OUT);
  uint32_t requests = open_queue("sensor", "requests", WORD_SIZE, 1, POK_PORT_DIRECTION_IN);
  static const char *const altitudes[] = {"1200 m", "1250 m"};
  char request[WORD_SIZE];

  try_in_vain(altitude, requests);
  uint32_t answers = open_queue("sensor", "answers", WORD_SIZE, 1, POK_PORT_DIRECTION_OUT);
  for (uint32_t n = 0; n < 2; n++) {
    receive_text(requests, request, sizeof request);
    pok_port_sampling_write(altitude, altitudes[n], size_of(altitudes[n]));
    pok_printf("sensor: asked to %s, %s written\n", request, altitudes[n]);
    send_text(answers, "done");
  }
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
