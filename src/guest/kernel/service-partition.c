#include "console.h"
#include "power.h"
#include "release.h"
#include "sched.h"
#include "service.h"

pok_ret_t partition_set_mode(pok_partition_t *partition, const uint32_t *arg)
{
  switch (arg[0]) {
  case POK_PARTITION_MODE_NORMAL:
    return POK_ERRNO_OK; /* partitions start in it */
  case POK_PARTITION_MODE_IDLE:
  case POK_PARTITION_MODE_STOPPED:
    pok_partition_stop(partition);
    if (pok_partition_all_stopped()) {
      pok_printf("kernel: all partitions have stopped, power off\n");
      pok_power_off();
    }
    pok_sched();
    return POK_ERRNO_OK;
  default:
    return POK_ERRNO_EINVAL;
  }
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

/* Preemption locks and restarts do not exist yet: the level is 0 and every start is a normal one, which is 0 too. */
pok_ret_t give_zero(pok_partition_t *partition, const uint32_t *arg)
{
  return give32(partition, arg[0], 0);
}
