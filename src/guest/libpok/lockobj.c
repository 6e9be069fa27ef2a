#include "call.h"

pok_ret_t pok_lockobj_create(uint32_t *id, const pok_lockobj_attr_t *attr)
{
  return CALL(POK_SYSCALL_LOCKOBJ_CREATE, (uint32_t)id, (uint32_t)attr);
}

pok_ret_t pok_lockobj_operation(uint32_t id, pok_lockobj_operation_t *operation)
{
  return CALL(POK_SYSCALL_LOCKOBJ_OPERATION, id, (uint32_t)operation);
}
