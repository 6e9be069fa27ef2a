#include "lockobj.h"
#include "service.h"

#if POK_CONFIG_NB_LOCKOBJECTS > 0

pok_ret_t lockobj_create(pok_partition_t *partition, const uint32_t *arg)
{
  const pok_lockobj_attr_t *attr = in_partition(partition, arg[1], sizeof *attr);
  uint32_t *id = in_partition(partition, arg[0], sizeof *id);

  return attr == 0 || id == 0 ? POK_ERRNO_EFAULT : pok_lockobj_create(index_of(partition), attr, id);
}

pok_ret_t lockobj_operation(pok_partition_t *partition, const uint32_t *arg)
{
  pok_lockobj_operation_t *given = in_partition(partition, arg[1], sizeof *given);
  uint32_t index = index_of(partition);

  if (given == 0)
    return POK_ERRNO_EFAULT;

  /* A copy: what was checked must be what is used, even by a thread that waits in between. */
  pok_lockobj_operation_t operation = *given;
  uint32_t size = operation.action == POK_LOCKOBJ_RECEIVE ? pok_lockobj_message_size(index, arg[0]) : operation.length;
  void *data = 0;

  if (operation.action == POK_LOCKOBJ_SEND || operation.action == POK_LOCKOBJ_RECEIVE) {
    data = in_partition(partition, operation.data, size);
    if (data == 0)
      return POK_ERRNO_EFAULT;
  }
  pok_ret_t result = pok_lockobj_operation(index, arg[0], &operation, data);
  given->length = operation.length;
  given->value = operation.value;
  given->waiting = operation.waiting;
  return result;
}

#endif
