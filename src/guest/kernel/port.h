/* Ports between partitions. The deployment fixes all of them, and a partition opens those it declares for it; there are no others. */
#pragma once
#include "config.h"
#include "pok.h"
#include "partition.h"

#ifdef POK_CONFIG_PORTS

struct pok_port {
  const char *name;
  uint32_t partition;
  uint32_t direction;
  enum pok_port_kind kind;
  uint32_t channel;
  uint32_t message_size;
  uint32_t messages;
};

/* Null if the partition has no such port, or (for `opened`) has not created it. */
const struct pok_port *pok_port_named(uint32_t partition, const char *name, uint32_t *id);
const struct pok_port *pok_port_opened(uint32_t partition, uint32_t id, enum pok_port_kind kind);

/* Is it one of the partition's, opened or not? */
bool pok_port_of(uint32_t partition, uint32_t id);

void pok_port_init(void);
/* Opens a port; `setting` is the refresh period of a sampling port, the discipline of a queueing port. */
pok_ret_t pok_port_open(uint32_t id, uint32_t setting);
/* The partition has opened none. */
void pok_port_reset(uint32_t partition);

pok_ret_t pok_port_write(uint32_t id, const void *data, uint32_t length);
pok_ret_t pok_port_read(uint32_t id, void *data, uint32_t *length, uint32_t *valid);
void pok_port_sampling_status(uint32_t id, pok_port_sampling_status_t *status);

pok_ret_t pok_port_send(uint32_t id, const void *data, uint32_t length, uint32_t timeout);
pok_ret_t pok_port_receive(uint32_t id, void *data, uint32_t *length, uint32_t timeout);
void pok_port_queueing_status(uint32_t id, pok_port_queueing_status_t *status);

/* The n-th port that messages of this one arrive at. */
bool pok_port_destination(uint32_t id, uint32_t n, uint32_t *destination);

#else

static inline void pok_port_init(void)
{
}

static inline void pok_port_reset(uint32_t partition)
{
  (void)partition;
}

#endif
