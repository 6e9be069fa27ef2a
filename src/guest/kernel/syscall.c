/* Every service is one row of a table and one function. */
#include "syscall.h"
#include "sched.h"
#include "service.h"

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

/* Number, arguments, function. */
#define SERVICES(ROW)                                                                                                                      \
  ROW(CONSWRITE, 2, conswrite)                                                                                                             \
  ROW(CONSREAD, 3, consread)                                                                                                                 \
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
  ROW(THREAD_PERIOD, 0, thread_period)                                                                                                     \
  ROW(THREAD_STOPSELF, 0, thread_stopself)                                                                                                 \
  ROW(THREAD_ID, 1, thread_id)                                                                                                             \
  ROW(THREAD_STATUS, 2, thread_status)                                                                                                     \
  ROW(THREAD_SET_PRIORITY, 2, thread_set_priority)                                                                                         \
  ROW(PARTITION_SET_MODE, 1, partition_set_mode)                                                                                           \
  ROW(PARTITION_GET_ID, 1, partition_get_id)                                                                                               \
  ROW(PARTITION_GET_PERIOD, 1, partition_get_period)                                                                                       \
  ROW(PARTITION_GET_DURATION, 1, partition_get_duration)                                                                                   \
  ROW(PARTITION_GET_LOCK_LEVEL, 1, give_zero)                                                                                              \
  ROW(PARTITION_GET_OPERATING_MODE, 1, partition_get_operating_mode)                                                                       \
  ROW(PARTITION_GET_START_CONDITION, 1, give_zero)

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
  frame->eax = dispatch(&pok_partitions[pok_current_partition], frame->eax, frame->ebx);
}
