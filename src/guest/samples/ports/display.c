/* Asks for the altitude, reads it while it is fresh and when it no longer is, and sends more records than fit. */
#include "ports.h"

static uint32_t altitude, requests, answers, records, go;

static void read_altitude(void)
{
  char text[ALTITUDE_SIZE];
  uint32_t length, valid;
  pok_ret_t result = pok_port_sampling_read(altitude, text, &length, &valid);

  if (result != POK_ERRNO_OK)
    pok_printf("display: altitude: %s\n", why(result));
  else
    pok_printf("display: altitude %s, %u bytes, %s\n", text, length, valid ? "valid" : "too old");
}

static void ask(void)
{
  char answer[WORD_SIZE];

  send_text(requests, "write");
  receive_text(answers, answer, sizeof answer);
  read_altitude();
}

static void show_queue(void)
{
  pok_port_queueing_status_t status;

  pok_port_queueing_status(records, &status);
  pok_printf("display: %u of %u records in the queue\n", status.nb_message, status.max_nb_message);
}

static void fill_queue(void)
{
  static const char *const texts[] = {"take-off", "climb", "cruise", "descent"};
  pok_ret_t result;

  show_queue();
  for (uint32_t n = 0; n <= RECORDS; n++) {
    result = pok_port_queueing_send(records, texts[n], size_of(texts[n]), 0);
    pok_printf("display: sending %s: %s\n", texts[n], why(result));
  }
  show_queue();
  pok_printf("display: waiting for room: %s\n", why(pok_port_queueing_send(records, texts[RECORDS], size_of(texts[RECORDS]), 50)));
  send_text(go, "go");
  result = pok_port_queueing_send(records, texts[RECORDS], size_of(texts[RECORDS]), POK_FOREVER);
  pok_printf("display: waiting until somebody takes one: %s\n", why(result));
  send_text(records, "landing");
}

int main(void)
{
  altitude = open_sampling("display", "altitude", POK_PORT_DIRECTION_IN);
  requests = open_queue("display", "requests", WORD_SIZE, 1, POK_PORT_DIRECTION_OUT);
  answers = open_queue("display", "answers", WORD_SIZE, 1, POK_PORT_DIRECTION_IN);
  records = open_queue("display", "records", RECORD_SIZE, RECORDS, POK_PORT_DIRECTION_OUT);
  go = open_queue("display", "go", WORD_SIZE, 1, POK_PORT_DIRECTION_OUT);
  read_altitude();
  ask();
  pok_thread_sleep(TOO_LONG);
  read_altitude();
  ask();
  fill_queue();
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
