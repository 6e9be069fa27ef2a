/* What a partition program links with: the system calls as C functions. All return POK_ERRNO_OK or why not. */
#pragma once
#include "pok.h"

/* Offset of a variable in the partition is what the kernel takes for an address: the partition's segment begins at 0 for it. */
pok_ret_t pok_syscall(enum pok_syscall_id id, const pok_syscall_args_t *args);

pok_ret_t pok_cons_write(const char *text, uint32_t length);
pok_ret_t pok_cons_read(char *text, uint32_t size, uint32_t *length); /* what has been typed so far; never waits */
pok_ret_t pok_time_gettick(uint64_t *tick);

/* A thread that begins in `entry` and stops when that returns. attr->entry is ignored. */
pok_ret_t pok_thread_create(uint32_t *id, const pok_thread_attr_t *attr, void (*entry)(void));
pok_ret_t pok_thread_sleep_until(uint32_t tick);
pok_ret_t pok_thread_sleep(uint32_t milliseconds);
pok_ret_t pok_thread_period(void); /* waits for the next activation */
pok_ret_t pok_thread_stop_self(void);
pok_ret_t pok_thread_id(uint32_t *id);
pok_ret_t pok_thread_status(uint32_t id, pok_thread_attr_t *attr);
pok_ret_t pok_thread_set_priority(uint32_t id, uint8_t priority);
pok_ret_t pok_thread_suspend(uint32_t timeout); /* itself */
pok_ret_t pok_thread_suspend_target(uint32_t id);
pok_ret_t pok_thread_resume(uint32_t id);
pok_ret_t pok_thread_restart(uint32_t id);
pok_ret_t pok_thread_stop(uint32_t id);
pok_ret_t pok_thread_delayed_start(uint32_t id, uint32_t milliseconds);
pok_ret_t pok_thread_deadline(uint32_t id, uint64_t *tick);   /* 0 = none */
pok_ret_t pok_thread_replenish(uint32_t milliseconds); /* from now to its own deadline */

pok_ret_t pok_partition_set_mode(pok_partition_mode_t mode);
pok_ret_t pok_partition_get_id(uint32_t *id);
pok_ret_t pok_partition_get_period(uint64_t *milliseconds);
pok_ret_t pok_partition_get_duration(uint64_t *milliseconds);
pok_ret_t pok_partition_get_lock_level(uint32_t *level);
pok_ret_t pok_partition_set_lock_level(uint32_t level);
pok_ret_t pok_partition_get_operating_mode(pok_partition_mode_t *mode);
pok_ret_t pok_partition_get_start_condition(pok_start_condition_t *condition);

/* Ports, by the names the deployment gives them. Times in milliseconds, POK_FOREVER for ever, 0 not to wait. */
pok_ret_t pok_port_sampling_create(const char *name, uint32_t size, pok_port_direction_t direction, uint32_t refresh, uint32_t *id);
pok_ret_t pok_port_sampling_write(uint32_t id, const void *data, uint32_t length);
pok_ret_t pok_port_sampling_read(uint32_t id, void *data, uint32_t *length, uint32_t *valid);
pok_ret_t pok_port_sampling_id(const char *name, uint32_t *id);
pok_ret_t pok_port_sampling_status(uint32_t id, pok_port_sampling_status_t *status);
pok_ret_t pok_port_queueing_create(const char *name, uint32_t message_size, uint32_t messages, pok_port_direction_t direction,
                                   pok_discipline_t discipline, uint32_t *id);
pok_ret_t pok_port_queueing_send(uint32_t id, const void *data, uint32_t length, uint32_t timeout);
pok_ret_t pok_port_queueing_receive(uint32_t id, uint32_t timeout, uint32_t capacity, void *data, uint32_t *length);
pok_ret_t pok_port_queueing_id(const char *name, uint32_t *id);
pok_ret_t pok_port_queueing_status(uint32_t id, pok_port_queueing_status_t *status);
pok_ret_t pok_port_virtual_create(const char *name, uint32_t *id);
pok_ret_t pok_port_virtual_nb_destinations(uint32_t id, uint32_t *number);
pok_ret_t pok_port_virtual_destination(uint32_t id, uint32_t which, uint32_t *destination);
pok_ret_t pok_port_virtual_get_global(uint32_t id, uint32_t *global);

/* Lock objects. */
pok_ret_t pok_lockobj_create(uint32_t *id, const pok_lockobj_attr_t *attr);
pok_ret_t pok_lockobj_operation(uint32_t id, pok_lockobj_operation_t *operation);

/* `entry` runs in a thread of its own, above all others, each time something of the partition has failed. */
pok_ret_t pok_error_handler_create(void (*entry)(void));
pok_ret_t pok_error_handler_set_ready(void);
pok_ret_t pok_error_raise_application_error(const char *text, uint32_t length);
pok_ret_t pok_error_get(pok_error_status_t *status);

pok_ret_t pok_inb(uint16_t port, uint8_t *value);
pok_ret_t pok_outb(uint16_t port, uint8_t value);

/* One system call a line, so lines of different partitions never mix. At most 127 characters. */
void pok_printf(const char *text, ...) __attribute__((format(printf, 1, 2)));
