/* A queue of messages with time-outs at both ends: a buffer in a partition, or a channel of queueing ports between two. */
#pragma once
#include "wait.h"

struct pok_fifo {
  uint8_t *storage; /* `capacity` times a length and `message_size` bytes */
  uint32_t message_size, capacity;
  uint32_t first, count;
};

/* Bytes of storage for so many messages. */
#define POK_FIFO_BYTES(message_size, capacity) ((capacity) * (4 + ((message_size) + 3) / 4 * 4))

/* Threads that wait, in the order of `discipline`, are served before anybody else; a message goes to a waiting receiver directly. */
pok_ret_t pok_fifo_send(struct pok_fifo *fifo, uint32_t discipline, const void *data, uint32_t length, uint32_t timeout);
pok_ret_t pok_fifo_receive(struct pok_fifo *fifo, uint32_t discipline, void *data, uint32_t *length, uint32_t timeout);

/* Threads that wait to send, or to receive. */
uint32_t pok_fifo_senders(const struct pok_fifo *fifo);
uint32_t pok_fifo_receivers(const struct pok_fifo *fifo);
