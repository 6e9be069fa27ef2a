/* Lock objects: all that threads of one partition wait for each other with. */
#pragma once
#include "config.h"
#include "partition.h"
#include "pok.h"

#if POK_CONFIG_NB_LOCKOBJECTS > 0

pok_ret_t pok_lockobj_create(uint32_t partition, const pok_lockobj_attr_t *attr, uint32_t *id);

/* `data` is the message of `operation`, checked to be the partition's; null if it has none. */
pok_ret_t pok_lockobj_operation(uint32_t partition, uint32_t id, pok_lockobj_operation_t *operation, void *data);

/* How long messages of the object may be; 0 if it has none, or does not exist. */
uint32_t pok_lockobj_message_size(uint32_t partition, uint32_t id);

/* A thread has stopped: mutexes it holds go to whoever waits for them. */
void pok_lockobj_abandon(uint32_t thread);

/* The partition has none any more. */
void pok_lockobj_reset(uint32_t partition);

#else

static inline void pok_lockobj_abandon(uint32_t thread)
{
  (void)thread;
}

static inline void pok_lockobj_reset(uint32_t partition)
{
  (void)partition;
}

#endif
