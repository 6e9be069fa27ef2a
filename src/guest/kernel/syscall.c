/* Every service is one row of a table and one function. */
#include "syscall.h"
#include "sched.h"
#include "service.h"
#include "thread.h"

pok_ret_t give32(const pok_partition_t *partition, uint32_t offset, uint32_t value)
{
  uint32_t *where = in_partition(partition, offset, sizeof *where);

  if (where == 0)
    return POK_ERRNO_EFAULT;
  *where = value;
  return POK_ERRNO_OK;
}

pok_ret_t give64(const pok_partition_t *partition, uint32_t offset, uint64_t value)
{
  uint64_t *where = in_partition(partition, offset, sizeof *where);

  if (where == 0)
    return POK_ERRNO_EFAULT;
  *where = value;
  return POK_ERRNO_OK;
}

uint32_t index_of(const pok_partition_t *partition)
{
  return (uint32_t)(partition - pok_partitions);
}

/* Number, arguments, function. What the deployment has no use for is left out, and refused. */
#ifdef POK_CONFIG_PORTS
#define PORT_SERVICES(ROW)                                                                                                                 \
  ROW(SAMPLING_ID, 2, sampling_id)                                                                                                         \
  ROW(SAMPLING_READ, 4, sampling_read)                                                                                                     \
  ROW(SAMPLING_STATUS, 2, sampling_status)                                                                                                 \
  ROW(SAMPLING_WRITE, 3, sampling_write)                                                                                                   \
  ROW(SAMPLING_CREATE, 5, sampling_create)                                                                                                 \
  ROW(QUEUEING_CREATE, 2, queueing_create)                                                                                                 \
  ROW(QUEUEING_SEND, 4, queueing_send)                                                                                                     \
  ROW(QUEUEING_RECEIVE, 5, queueing_receive)                                                                                               \
  ROW(QUEUEING_ID, 2, queueing_id)                                                                                                         \
  ROW(QUEUEING_STATUS, 2, queueing_status)                                                                                                 \
  ROW(VIRTUAL_CREATE, 2, virtual_create)                                                                                                   \
  ROW(VIRTUAL_NUMBER, 2, virtual_number)                                                                                                   \
  ROW(VIRTUAL_DESTINATION, 3, virtual_destination)                                                                                         \
  ROW(VIRTUAL_GET_GLOBAL, 2, virtual_get_global)
#else
#define PORT_SERVICES(ROW)
#endif

#if POK_CONFIG_NB_LOCKOBJECTS > 0
#define LOCKOBJ_SERVICES(ROW)                                                                                                              \
  ROW(LOCKOBJ_CREATE, 2, lockobj_create)                                                                                                   \
  ROW(LOCKOBJ_OPERATION, 2, lockobj_operation)
#else
#define LOCKOBJ_SERVICES(ROW)
#endif

#ifdef POK_CONFIG_IO_PORTS
#define IO_SERVICES(ROW)                                                                                                                   \
  ROW(INB, 2, port_inb)                                                                                                                    \
  ROW(OUTB, 2, port_outb)
#else
#define IO_SERVICES(ROW)
#endif

#define SERVICES(ROW)                                                                                                                      \
  ROW(CONSWRITE, 2, conswrite)                                                                                                             \
  ROW(CONSREAD, 3, consread)                                                                                                               \
  ROW(GETTICK, 1, gettick)                                                                                                                 \
  ROW(IRQ_REGISTER_HANDLER, 2, irq_register)                                                                                               \
  ROW(IRQ_UNREGISTER_HANDLER, 1, irq_unregister)                                                                                           \
  ROW(IRQ_PARTITION_ENABLE, 1, irq_enable)                                                                                                 \
  ROW(IRQ_PARTITION_DISABLE, 1, irq_disable)                                                                                               \
  ROW(IRQ_PARTITION_ACK, 1, irq_ack)                                                                                                       \
  ROW(IRQ_WAIT, 0, irq_wait)                                                                                                               \
  ROW(VCPU_REGISTER, 1, vcpu_register)                                                                                                     \
  ROW(THREAD_CREATE, 3, thread_create)                                                                                                     \
  ROW(THREAD_SLEEP_UNTIL, 1, thread_sleep_until)                                                                                           \
  ROW(THREAD_SLEEP, 1, thread_sleep)                                                                                                       \
  ROW(THREAD_SUSPEND, 1, thread_suspend)                                                                                                   \
  ROW(THREAD_RESTART, 1, thread_restart)                                                                                                   \
  ROW(THREAD_STOP, 1, thread_stop)                                                                                                         \
  ROW(THREAD_PERIOD, 0, thread_period)                                                                                                     \
  ROW(THREAD_STOPSELF, 0, thread_stopself)                                                                                                 \
  ROW(THREAD_ID, 1, thread_id)                                                                                                             \
  ROW(THREAD_STATUS, 2, thread_status)                                                                                                     \
  ROW(THREAD_SET_PRIORITY, 2, thread_set_priority)                                                                                         \
  ROW(THREAD_RESUME, 1, thread_resume)                                                                                                     \
  ROW(THREAD_SUSPEND_TARGET, 1, thread_suspend_target)                                                                                     \
  ROW(THREAD_DEADLINE, 2, thread_deadline)                                                                                                 \
  ROW(THREAD_DELAYED_START, 2, thread_delayed_start)                                                                                       \
  ROW(THREAD_REPLENISH, 1, thread_replenish)                                                                                               \
  ROW(ERROR_HANDLER_CREATE, 2, error_handler_create)                                                                                       \
  ROW(ERROR_HANDLER_SET_READY, 0, error_handler_set_ready)                                                                                 \
  ROW(ERROR_RAISE_APPLICATION_ERROR, 2, error_raise)                                                                                       \
  ROW(ERROR_GET, 1, error_get)                                                                                                             \
  ROW(PARTITION_SET_MODE, 1, partition_set_mode)                                                                                           \
  ROW(PARTITION_GET_ID, 1, partition_get_id)                                                                                               \
  ROW(PARTITION_GET_PERIOD, 1, partition_get_period)                                                                                       \
  ROW(PARTITION_GET_DURATION, 1, partition_get_duration)                                                                                   \
  ROW(PARTITION_GET_LOCK_LEVEL, 1, partition_get_lock_level)                                                                               \
  ROW(PARTITION_GET_OPERATING_MODE, 1, partition_get_operating_mode)                                                                       \
  ROW(PARTITION_GET_START_CONDITION, 1, partition_get_start_condition)                                                                     \
  ROW(PARTITION_SET_LOCK_LEVEL, 1, partition_set_lock_level)                                                                               \
  PORT_SERVICES(ROW)                                                                                                                       \
  LOCKOBJ_SERVICES(ROW)                                                                                                                    \
  IO_SERVICES(ROW)

#define NUMBER(name, nargs, function) ROW_##name,
enum { NO_ROW, SERVICES(NUMBER) };

#define SERVICE(name, nargs, function) [ROW_##name] = {nargs, function},
static const struct {
  uint32_t nargs;
  service *service;
} services[] = {SERVICES(SERVICE)};

#define INDEX(name, nargs, function) [POK_SYSCALL_##name] = ROW_##name,
static const uint8_t row_of[POK_SYSCALL_LAST + 1] = {SERVICES(INDEX)};

static pok_ret_t dispatch(pok_partition_t *partition, uint32_t id, uint32_t args_offset)
{
  uint32_t row = id <= POK_SYSCALL_LAST ? row_of[id] : NO_ROW;
  const pok_syscall_args_t *given = in_partition(partition, args_offset, sizeof *given);

  if (row == NO_ROW)
    return POK_ERRNO_UNAVAILABLE;
  if (given == 0)
    return POK_ERRNO_EFAULT;
  if (given->nargs < services[row].nargs)
    return POK_ERRNO_EINVAL;

  /* A copy: another thread of the partition must not change what was checked. */
  pok_syscall_args_t args = *given;
  return services[row].service(partition, args.arg);
}

void pok_syscall(struct pok_frame *frame)
{
  /* IRQ_RETURN alone is not among them: it never comes back with a result, and has an entry of its own in entry.S. */
  pok_thread_t *thread = &pok_threads[pok_current_thread];

  thread->fresh = false;
  pok_ret_t result = dispatch(&pok_partitions[pok_current_partition], frame->eax, frame->ebx);
  if (!thread->fresh)
    frame->eax = result;
}
