/* What a partition program links with: the system calls as C functions. All return POK_ERRNO_OK or why not. */
#pragma once
#include "pok.h"

/* Offset of a variable in the partition is what the kernel takes for an address: the partition's segment begins at 0 for it. */
pok_ret_t pok_syscall(enum pok_syscall_id id, const pok_syscall_args_t *args);

pok_ret_t pok_cons_write(const char *text, uint32_t length);
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

pok_ret_t pok_partition_set_mode(pok_partition_mode_t mode);
pok_ret_t pok_partition_get_id(uint32_t *id);
pok_ret_t pok_partition_get_period(uint64_t *milliseconds);
pok_ret_t pok_partition_get_duration(uint64_t *milliseconds);

/* One system call a line, so lines of different partitions never mix. At most 127 characters. */
void pok_printf(const char *text, ...) __attribute__((format(printf, 1, 2)));
