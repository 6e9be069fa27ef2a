#include "console.h"
#include "power.h"
#include "release.h"
#include "sched.h"
#include "service.h"

pok_ret_t partition_set_mode(pok_partition_t *partition, const uint32_t *arg)
{
  switch (arg[0]) {
  case POK_PARTITION_MODE_NORMAL:
    partition->mode = POK_PARTITION_MODE_NORMAL;
    break;
  case POK_PARTITION_MODE_INIT_COLD:
  case POK_PARTITION_MODE_INIT_WARM:
    pok_partition_restart(partition, arg[0], POK_START_CONDITION_PARTITION_RESTART);
    break;
  case POK_PARTITION_MODE_RESTART:
    pok_partition_restart(partition, POK_PARTITION_MODE_INIT_COLD, POK_START_CONDITION_PARTITION_RESTART);
    break;
  case POK_PARTITION_MODE_IDLE:
  case POK_PARTITION_MODE_STOPPED:
    pok_partition_stop(partition);
    pok_partition_end_if_all_stopped();
    break;
  default:
    return POK_ERRNO_EINVAL;
  }
  pok_sched();
  return POK_ERRNO_OK;
}

pok_ret_t partition_get_id(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], index_of(partition));
}

pok_ret_t partition_get_period(pok_partition_t *partition, const uint32_t *arg)
{
  return give64(partition, arg[0], pok_release_period());
}

pok_ret_t partition_get_duration(pok_partition_t *partition, const uint32_t *arg)
{
  return give64(partition, arg[0], partition->duration);
}

pok_ret_t partition_get_operating_mode(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], partition->mode);
}

pok_ret_t partition_get_start_condition(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], partition->start_condition);
}

pok_ret_t partition_get_lock_level(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], partition->lock_level);
}

/* Whoever raises the level is alone until it is 0 again, or waits for something. */
pok_ret_t partition_set_lock_level(pok_partition_t *partition, const uint32_t *arg)
{
  if (partition->lock_level != 0 && partition->locker != pok_current_thread)
    return POK_ERRNO_MODE;
  partition->lock_level = arg[0];
  partition->locker = pok_current_thread;
  pok_sched();
  return POK_ERRNO_OK;
}
