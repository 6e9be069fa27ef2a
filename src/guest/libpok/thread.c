#include "call.h"

pok_ret_t pok_thread_suspend(uint32_t timeout)
{
  return CALL(POK_SYSCALL_THREAD_SUSPEND, timeout);
}

pok_ret_t pok_thread_suspend_target(uint32_t id)
{
  return CALL(POK_SYSCALL_THREAD_SUSPEND_TARGET, id);
}

pok_ret_t pok_thread_resume(uint32_t id)
{
  return CALL(POK_SYSCALL_THREAD_RESUME, id);
}

pok_ret_t pok_thread_restart(uint32_t id)
{
  return CALL(POK_SYSCALL_THREAD_RESTART, id);
}

pok_ret_t pok_thread_stop(uint32_t id)
{
  return CALL(POK_SYSCALL_THREAD_STOP, id);
}

pok_ret_t pok_thread_delayed_start(uint32_t id, uint32_t milliseconds)
{
  return CALL(POK_SYSCALL_THREAD_DELAYED_START, id, milliseconds);
}

pok_ret_t pok_thread_deadline(uint32_t id, uint64_t *tick)
{
  return CALL(POK_SYSCALL_THREAD_DEADLINE, id, (uint32_t)tick);
}

pok_ret_t pok_thread_replenish(uint32_t milliseconds)
{
  return CALL(POK_SYSCALL_THREAD_REPLENISH, milliseconds);
}
