#include "call.h"

pok_ret_t pok_partition_get_lock_level(uint32_t *level)
{
  return CALL(POK_SYSCALL_PARTITION_GET_LOCK_LEVEL, (uint32_t)level);
}

pok_ret_t pok_partition_set_lock_level(uint32_t level)
{
  return CALL(POK_SYSCALL_PARTITION_SET_LOCK_LEVEL, level);
}

pok_ret_t pok_partition_get_operating_mode(pok_partition_mode_t *mode)
{
  return CALL(POK_SYSCALL_PARTITION_GET_OPERATING_MODE, (uint32_t)mode);
}

pok_ret_t pok_partition_get_start_condition(pok_start_condition_t *condition)
{
  return CALL(POK_SYSCALL_PARTITION_GET_START_CONDITION, (uint32_t)condition);
}
