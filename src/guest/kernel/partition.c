#include "partition.h"
#include "console.h"
#include "error.h"
#include "gdt.h"
#include "irq.h"
#include "loader.h"
#include "power.h"
#include "lockobj.h"
#include "port.h"
#include "sched.h"
#include "thread.h"
#include "trap.h"
#include "virtual-cpu.h"

#define PAGE 4096

static const struct {
  const char *name;
  uint32_t base; /* 0 = the next free page */
  uint32_t size;
  uint32_t nthreads;
  uint32_t stack_size;
} config[POK_CONFIG_NB_PARTITIONS] = POK_CONFIG_PARTITIONS;

static const enum pok_scheduler schedulers[POK_CONFIG_NB_PARTITIONS] = POK_CONFIG_SCHEDULERS;

pok_partition_t pok_partitions[POK_CONFIG_NB_PARTITIONS];

extern char pok_image_end[]; /* linker.ld */

static uint32_t free_memory;

static uint32_t allocate(uint32_t fixed_base, uint32_t size, uint32_t memory_end)
{
  uint32_t base = fixed_base != 0 ? fixed_base : (free_memory + PAGE - 1) & ~(uint32_t)(PAGE - 1);

  if (base < free_memory || base > memory_end || size > memory_end - base)
    pok_panic("not enough memory for the partitions");
  free_memory = base + size;
  return base;
}

/* From the partition's memory being there to its main thread being ready to run. */
static void start(uint32_t index)
{
  pok_partition_t *partition = &pok_partitions[index];

  partition->thread_index = partition->current_thread = partition->thread_main;
  partition->error_handler = IDLE_THREAD;
  partition->error_ready = partition->watched = false;
  partition->lock_level = 0;
  partition->completed = partition->released;
  pok_vcpu_reset(index);
  pok_thread_start_main(index);
}

static void init_one(uint32_t index, uint32_t first_thread, uint32_t memory_end)
{
  pok_partition_t *partition = &pok_partitions[index];

  partition->name = config[index].name;
  partition->size = config[index].size;
  partition->nthreads = config[index].nthreads;
  partition->stack_size = config[index].stack_size;
  partition->scheduler = schedulers[index];
  partition->duration = pok_sched_duration(index);
  partition->thread_index_low = partition->thread_main = first_thread;
  partition->thread_index_high = first_thread + partition->nthreads;
  partition->base_addr = allocate(config[index].base, partition->size, memory_end);
  partition->thread_main_entry = pok_loader_load_partition(index, partition->base_addr, partition->size);
  partition->mode = POK_CONFIG_START_MODE;
  pok_gdt_set_partition(index, partition->base_addr, partition->size);
  start(index);

  pok_printf("%s: base 0x%08x size 0x%06x entry 0x%04x, code 0x%02x data 0x%02x\n", partition->name, partition->base_addr,
             partition->size, partition->thread_main_entry, GDT_PARTITION_CODE(index), GDT_PARTITION_DATA(index));
}

void pok_partition_init(uint32_t memory_end)
{
  uint32_t first_thread = 0;

  free_memory = (uint32_t)pok_image_end;
  for (uint32_t i = 0; i < POK_CONFIG_NB_PARTITIONS; i++) {
    init_one(i, first_thread, memory_end);
    first_thread = pok_partitions[i].thread_index_high;
  }
}

void pok_partition_stop(pok_partition_t *partition)
{
  uint32_t index = (uint32_t)(partition - pok_partitions);

  partition->mode = POK_PARTITION_MODE_STOPPED;
  for (uint32_t i = partition->thread_index_low; i < partition->thread_index; i++)
    pok_thread_stop(i);
  pok_irq_unregister_all(index);
  pok_error_reset(index);
  pok_lockobj_reset(index);
  pok_port_reset(index);
}

void pok_partition_restart(pok_partition_t *partition, pok_partition_mode_t how, pok_start_condition_t why)
{
  uint32_t index = (uint32_t)(partition - pok_partitions);

  pok_partition_stop(partition);
  if (how != POK_PARTITION_MODE_INIT_WARM)
    pok_loader_load_partition(index, partition->base_addr, partition->size);
  partition->mode = POK_CONFIG_START_MODE == POK_PARTITION_MODE_NORMAL ? POK_PARTITION_MODE_NORMAL : how;
  partition->start_condition = why;
  start(index);
}

void pok_partition_end_if_all_stopped(void)
{
  for (uint32_t i = 0; i < POK_CONFIG_NB_PARTITIONS; i++)
    if (pok_partitions[i].mode != POK_PARTITION_MODE_STOPPED)
      return;
  pok_printf("kernel: all partitions have stopped, power off\n");
  pok_power_off();
}
