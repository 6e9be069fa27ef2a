/*
 * The services behind the system calls. Pointers arrive as offsets in the partition, and each is checked against its size before use:
 * the segment limit binds the partition, not the kernel, which sees all memory.
 */
#pragma once
#include "partition.h"

typedef pok_ret_t service(pok_partition_t *partition, const uint32_t *arg);

/* The memory of the partition at `offset`, or null if part of [offset, offset + size) is not its own. */
static inline void *in_partition(const pok_partition_t *partition, uint32_t offset, uint32_t size)
{
  return pok_partition_owns(partition, offset, size) ? (void *)(partition->base_addr + offset) : 0;
}

/* Writes a value where the partition wants it. */
pok_ret_t give32(const pok_partition_t *partition, uint32_t offset, uint32_t value);
pok_ret_t give64(const pok_partition_t *partition, uint32_t offset, uint64_t value);

uint32_t index_of(const pok_partition_t *partition);

/* service-console.c */
service conswrite, consread, gettick;

/* service-irq.c */
service irq_register, irq_unregister, irq_enable, irq_disable, irq_ack, irq_wait, vcpu_register;

/* service-thread.c */
service thread_create, thread_sleep_until, thread_sleep, thread_suspend, thread_restart, thread_stop, thread_period, thread_stopself;
service thread_id, thread_status, thread_set_priority, thread_resume, thread_suspend_target, thread_delayed_start;
service thread_deadline, thread_replenish;

/* service-port.c */
service sampling_id, sampling_read, sampling_status, sampling_write, sampling_create;
service queueing_create, queueing_send, queueing_receive, queueing_id, queueing_status;
service virtual_create, virtual_number, virtual_destination, virtual_get_global;

/* service-lockobj.c */
service lockobj_create, lockobj_operation;

/* service-error.c */
service error_handler_create, error_handler_set_ready, error_raise, error_get;

/* service-partition.c */
service partition_set_mode, partition_get_id, partition_get_period, partition_get_duration, partition_get_lock_level;
service partition_get_operating_mode, partition_get_start_condition, partition_set_lock_level;

/* service-io.c */
service port_inb, port_outb;
