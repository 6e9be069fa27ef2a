#include "ports.h"

const char *why(pok_ret_t result)
{
  switch (result) {
  case POK_ERRNO_OK:
    return "ok";
  case POK_ERRNO_PORT:
    return "no such port";
  case POK_ERRNO_DIRECTION:
    return "wrong direction";
  case POK_ERRNO_SIZE:
    return "wrong size";
  case POK_ERRNO_EMPTY:
    return "empty";
  case POK_ERRNO_FULL:
    return "full";
  case POK_ERRNO_TIMEOUT:
    return "timed out";
  default:
    return "another error";
  }
}

uint32_t size_of(const char *text)
{
  uint32_t size = 1;

  while (*text++ != '\0')
    size++;
  return size;
}

uint32_t open_sampling(const char *who, const char *name, pok_port_direction_t direction)
{
  uint32_t id = 0;
  pok_ret_t result = pok_port_sampling_create(name, ALTITUDE_SIZE, direction, REFRESH, &id);

  if (result != POK_ERRNO_OK)
    pok_printf("%s: port %s: %s\n", who, name, why(result));
  return id;
}

uint32_t open_queue(const char *who, const char *name, uint32_t size, uint32_t messages, pok_port_direction_t direction)
{
  uint32_t id = 0;
  pok_ret_t result = pok_port_queueing_create(name, size, messages, direction, POK_DISCIPLINE_FIFO, &id);

  if (result != POK_ERRNO_OK)
    pok_printf("%s: port %s: %s\n", who, name, why(result));
  return id;
}

void send_text(uint32_t queue, const char *text)
{
  pok_port_queueing_send(queue, text, size_of(text), POK_FOREVER);
}

void receive_text(uint32_t queue, char *text, uint32_t size)
{
  uint32_t length;

  pok_port_queueing_receive(queue, POK_FOREVER, size, text, &length);
}
