#include "fifo.h"
#include "sched.h"
#include "string.h"

/* What threads wait for: addresses that are nobody else's. */
#define ROOM(fifo) (&(fifo)->count)
#define MESSAGE(fifo) (&(fifo)->first)

struct message {
  uint32_t length;
  uint8_t data[];
};

static struct message *slot(const struct pok_fifo *fifo, uint32_t n)
{
  return (struct message *)(fifo->storage + POK_FIFO_BYTES(fifo->message_size, (fifo->first + n) % fifo->capacity));
}

static void put(struct pok_fifo *fifo, const void *data, uint32_t length)
{
  struct message *message = slot(fifo, fifo->count++);

  message->length = length;
  memcpy(message->data, data, length);
}

pok_ret_t pok_fifo_send(struct pok_fifo *fifo, uint32_t discipline, const void *data, uint32_t length, uint32_t timeout)
{
  uint32_t receiver = pok_wait_first(MESSAGE(fifo), discipline);

  if (receiver != IDLE_THREAD) {
    memcpy(pok_threads[receiver].wait_buffer, data, length);
    pok_threads[receiver].wait_length = length;
    pok_wait_wake(receiver, POK_ERRNO_OK);
    pok_sched();
    return POK_ERRNO_OK;
  }
  if (fifo->count == fifo->capacity)
    return timeout == 0 ? POK_ERRNO_FULL : pok_wait(ROOM(fifo), timeout, (void *)data, &length);
  put(fifo, data, length);
  return POK_ERRNO_OK;
}

pok_ret_t pok_fifo_receive(struct pok_fifo *fifo, uint32_t discipline, void *data, uint32_t *length, uint32_t timeout)
{
  if (fifo->count == 0)
    return timeout == 0 ? POK_ERRNO_EMPTY : pok_wait(MESSAGE(fifo), timeout, data, length);

  const struct message *message = slot(fifo, 0);
  *length = message->length;
  memcpy(data, message->data, message->length);
  fifo->first = (fifo->first + 1) % fifo->capacity;
  fifo->count--;

  uint32_t sender = pok_wait_first(ROOM(fifo), discipline);
  if (sender != IDLE_THREAD) {
    put(fifo, pok_threads[sender].wait_buffer, pok_threads[sender].wait_length);
    pok_wait_wake(sender, POK_ERRNO_OK);
    pok_sched();
  }
  return POK_ERRNO_OK;
}

uint32_t pok_fifo_senders(const struct pok_fifo *fifo)
{
  return pok_wait_count(ROOM(fifo));
}

uint32_t pok_fifo_receivers(const struct pok_fifo *fifo)
{
  return pok_wait_count(MESSAGE(fifo));
}
