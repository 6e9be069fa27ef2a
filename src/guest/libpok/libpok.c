#include "call.h"
#include "format.h"

pok_ret_t pok_syscall(enum pok_syscall_id id, const pok_syscall_args_t *args)
{
  pok_ret_t result;

  __asm__ volatile("int %1" : "=a"(result) : "i"(POK_SYSCALL_VECTOR), "a"(id), "b"(args) : "memory");
  return result;
}

pok_ret_t pok_cons_write(const char *text, uint32_t length)
{
  return CALL(POK_SYSCALL_CONSWRITE, (uint32_t)text, length);
}

pok_ret_t pok_time_gettick(uint64_t *tick)
{
  return CALL(POK_SYSCALL_GETTICK, (uint32_t)tick);
}

void pok_thread_start(void); /* thread-start.S */

pok_ret_t pok_thread_create(uint32_t *id, const pok_thread_attr_t *attr, void (*entry)(void))
{
  pok_thread_attr_t with_trampoline = *attr;

  /* The kernel hands the third argument to the new thread in EAX, where pok_thread_start looks for it. */
  with_trampoline.entry = (uint32_t)pok_thread_start;
  return CALL(POK_SYSCALL_THREAD_CREATE, (uint32_t)id, (uint32_t)&with_trampoline, (uint32_t)entry);
}

pok_ret_t pok_thread_sleep_until(uint32_t tick)
{
  return CALL(POK_SYSCALL_THREAD_SLEEP_UNTIL, tick);
}

pok_ret_t pok_thread_sleep(uint32_t milliseconds)
{
  return CALL(POK_SYSCALL_THREAD_SLEEP, milliseconds);
}

pok_ret_t pok_thread_period(void)
{
  return CALL(POK_SYSCALL_THREAD_PERIOD);
}

pok_ret_t pok_thread_stop_self(void)
{
  return CALL(POK_SYSCALL_THREAD_STOPSELF);
}

pok_ret_t pok_thread_id(uint32_t *id)
{
  return CALL(POK_SYSCALL_THREAD_ID, (uint32_t)id);
}

pok_ret_t pok_thread_status(uint32_t id, pok_thread_attr_t *attr)
{
  return CALL(POK_SYSCALL_THREAD_STATUS, id, (uint32_t)attr);
}

pok_ret_t pok_thread_set_priority(uint32_t id, uint8_t priority)
{
  return CALL(POK_SYSCALL_THREAD_SET_PRIORITY, id, priority);
}

pok_ret_t pok_partition_set_mode(pok_partition_mode_t mode)
{
  return CALL(POK_SYSCALL_PARTITION_SET_MODE, mode);
}

pok_ret_t pok_partition_get_id(uint32_t *id)
{
  return CALL(POK_SYSCALL_PARTITION_GET_ID, (uint32_t)id);
}

pok_ret_t pok_partition_get_period(uint64_t *milliseconds)
{
  return CALL(POK_SYSCALL_PARTITION_GET_PERIOD, (uint32_t)milliseconds);
}

pok_ret_t pok_partition_get_duration(uint64_t *milliseconds)
{
  return CALL(POK_SYSCALL_PARTITION_GET_DURATION, (uint32_t)milliseconds);
}

void pok_printf(const char *text, ...)
{
  char line[127];
  va_list args;

  va_start(args, text);
  pok_cons_write(line, format(line, sizeof line, text, args));
  va_end(args);
}
