#include "port.h"

#ifdef POK_CONFIG_PORTS
#include "fifo.h"
#include "sched.h"
#include "string.h"
#include "trap.h"

static const struct pok_port ports[] = POK_CONFIG_PORTS;

#define PORTS (sizeof ports / sizeof ports[0])

static struct {
  bool opened;
  uint32_t setting;  /* refresh period or discipline */
  uint32_t validity; /* of the message read last */
} states[PORTS];

/* What connects ports. A sampling channel is a queue for one message that stays there. */
static struct {
  struct pok_fifo messages;
  uint64_t written;
} channels[POK_CONFIG_NB_CHANNELS];

static uint8_t storage[POK_CONFIG_CHANNEL_BYTES] __attribute__((aligned(4)));

void pok_port_init(void)
{
  uint32_t used = 0;

  for (uint32_t i = 0; i < PORTS; i++) {
    struct pok_fifo *fifo = &channels[ports[i].channel].messages;
    uint32_t bytes = POK_FIFO_BYTES(ports[i].message_size, ports[i].messages);

    if (fifo->storage != 0)
      continue;
    if (bytes > sizeof storage - used)
      pok_panic("POK_CONFIG_CHANNEL_BYTES is too small");
    *fifo = (struct pok_fifo){.storage = storage + used, .message_size = ports[i].message_size, .capacity = ports[i].messages};
    used += bytes;
  }
}

static bool is_same(const char *a, const char *b)
{
  while (*a != '\0' && *a == *b)
    a++, b++;
  return *a == *b;
}

const struct pok_port *pok_port_named(uint32_t partition, const char *name, uint32_t *id)
{
  for (uint32_t i = 0; i < PORTS; i++)
    if (ports[i].partition == partition && is_same(ports[i].name, name)) {
      *id = i;
      return &ports[i];
    }
  return 0;
}

const struct pok_port *pok_port_opened(uint32_t partition, uint32_t id, enum pok_port_kind kind)
{
  return id < PORTS && ports[id].partition == partition && ports[id].kind == kind && states[id].opened ? &ports[id] : 0;
}

bool pok_port_of(uint32_t partition, uint32_t id)
{
  return id < PORTS && ports[id].partition == partition;
}

pok_ret_t pok_port_open(uint32_t id, uint32_t setting)
{
  if (states[id].opened)
    return POK_ERRNO_EXISTS;
  states[id].opened = true;
  states[id].setting = setting;
  return POK_ERRNO_OK;
}

void pok_port_reset(uint32_t partition)
{
  for (uint32_t i = 0; i < PORTS; i++)
    if (ports[i].partition == partition)
      states[i].opened = false;
}

pok_ret_t pok_port_write(uint32_t id, const void *data, uint32_t length)
{
  struct pok_fifo *fifo = &channels[ports[id].channel].messages;

  fifo->count = fifo->first = 0; /* the new message takes the old one's place */
  channels[ports[id].channel].written = pok_tick;
  return pok_fifo_send(fifo, POK_DISCIPLINE_FIFO, data, length, 0);
}

pok_ret_t pok_port_read(uint32_t id, void *data, uint32_t *length, uint32_t *valid)
{
  struct pok_fifo *fifo = &channels[ports[id].channel].messages;
  pok_ret_t result = pok_fifo_receive(fifo, POK_DISCIPLINE_FIFO, data, length, 0);

  *valid = result == POK_ERRNO_OK && pok_tick - channels[ports[id].channel].written <= states[id].setting;
  states[id].validity = *valid;
  if (result == POK_ERRNO_OK)
    fifo->count = 1;
  return result;
}

void pok_port_sampling_status(uint32_t id, pok_port_sampling_status_t *status)
{
  *status = (pok_port_sampling_status_t){
      .size = ports[id].message_size,
      .direction = ports[id].direction,
      .refresh = states[id].setting,
      .validity = states[id].validity,
  };
}

/* The order of threads that wait at the channel's end of that direction. */
static uint32_t discipline_at(uint32_t channel, uint32_t direction)
{
  for (uint32_t i = 0; i < PORTS; i++)
    if (ports[i].channel == channel && ports[i].direction == direction && states[i].opened)
      return states[i].setting;
  return POK_DISCIPLINE_FIFO;
}

pok_ret_t pok_port_send(uint32_t id, const void *data, uint32_t length, uint32_t timeout)
{
  uint32_t channel = ports[id].channel;

  return pok_fifo_send(&channels[channel].messages, discipline_at(channel, POK_PORT_DIRECTION_IN), data, length, timeout);
}

pok_ret_t pok_port_receive(uint32_t id, void *data, uint32_t *length, uint32_t timeout)
{
  uint32_t channel = ports[id].channel;

  return pok_fifo_receive(&channels[channel].messages, discipline_at(channel, POK_PORT_DIRECTION_OUT), data, length, timeout);
}

void pok_port_queueing_status(uint32_t id, pok_port_queueing_status_t *status)
{
  const struct pok_fifo *fifo = &channels[ports[id].channel].messages;

  *status = (pok_port_queueing_status_t){
      .nb_message = fifo->count,
      .max_nb_message = fifo->capacity,
      .max_message_size = fifo->message_size,
      .direction = ports[id].direction,
      .waiting_threads = ports[id].direction == POK_PORT_DIRECTION_OUT ? pok_fifo_senders(fifo) : pok_fifo_receivers(fifo),
  };
}

bool pok_port_destination(uint32_t id, uint32_t n, uint32_t *destination)
{
  for (uint32_t i = 0; i < PORTS; i++)
    if (ports[i].channel == ports[id].channel && ports[i].direction == POK_PORT_DIRECTION_IN && n-- == 0) {
      *destination = i;
      return true;
    }
  return false;
}

#endif
