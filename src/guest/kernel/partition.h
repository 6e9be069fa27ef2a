/* Partitions: memory, threads and mode of each. */
#pragma once
#include "config.h"
#include "pok.h"
#include <stdbool.h>

/* Members up to `nthreads` are where POK has them. */
typedef struct {
  uint32_t base_addr;
  uint32_t base_vaddr; /* what the partition itself calls its first byte: 0 */
  uint32_t size;
  const char *name;
  uint32_t nthreads; /* at most so many */
  uint32_t duration; /* milliseconds of its slots in a major frame */

  uint32_t thread_index_low; /* its threads in pok_threads: [low, high) */
  uint32_t thread_index_high;
  uint32_t thread_index; /* the next one free */
  uint32_t current_thread;
  uint32_t thread_main;
  uint32_t thread_main_entry;
  uint32_t stack_size; /* of each thread, from the end of the memory down */

  pok_partition_mode_t mode;
  uint32_t released;  /* activations of the main thread begun */
  uint32_t completed; /* and ended */

  enum pok_scheduler scheduler;
  pok_start_condition_t start_condition;
  uint32_t lock_level; /* above 0 only `locker` runs */
  uint32_t locker;
  bool watched;           /* a thread has a deadline or a time capacity */
  bool error_ready;       /* errors go to the handler */
  uint32_t error_handler; /* its thread; IDLE_THREAD if there is none */
} pok_partition_t;

extern pok_partition_t pok_partitions[POK_CONFIG_NB_PARTITIONS];

/* Places, loads and starts all partitions; memory above `memory_end` does not exist. */
void pok_partition_init(uint32_t memory_end);

/* Is [offset, offset + size) inside the partition? */
static inline bool pok_partition_owns(const pok_partition_t *partition, uint32_t offset, uint32_t size)
{
  return size <= partition->size && offset <= partition->size - size;
}

/* Ends all threads of a partition. */
void pok_partition_stop(pok_partition_t *partition);

/* The partition begins anew: cold from its file, warm with its memory as it is. */
void pok_partition_restart(pok_partition_t *partition, pok_partition_mode_t how, pok_start_condition_t why);

/* Switches the power off when no partition is left. */
void pok_partition_end_if_all_stopped(void);
