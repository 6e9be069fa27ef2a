#include "irq.h"
#include "service.h"
#include "virtual-cpu.h"

pok_ret_t irq_register(pok_partition_t *partition, const uint32_t *arg)
{
  return pok_irq_register(index_of(partition), arg[0], arg[1]);
}

pok_ret_t irq_unregister(pok_partition_t *partition, const uint32_t *arg)
{
  return pok_irq_unregister(index_of(partition), arg[0]);
}

pok_ret_t irq_enable(pok_partition_t *partition, const uint32_t *arg)
{
  return pok_vcpu_set_level(index_of(partition), arg[0]);
}

pok_ret_t irq_disable(pok_partition_t *partition, const uint32_t *arg)
{
  return arg[0] == 0 ? POK_ERRNO_EINVAL : pok_vcpu_set_level(index_of(partition), arg[0]);
}

pok_ret_t irq_ack(pok_partition_t *partition, const uint32_t *arg)
{
  uint32_t index = index_of(partition);

  return pok_irq_acknowledge(&pok_virtual_cpus[index], index, arg[0]) ? POK_ERRNO_OK : POK_ERRNO_EINVAL;
}

pok_ret_t irq_wait(pok_partition_t *partition, const uint32_t *arg)
{
  (void)arg;
  return pok_vcpu_wait(index_of(partition));
}

pok_ret_t vcpu_register(pok_partition_t *partition, const uint32_t *arg)
{
  return pok_vcpu_register(index_of(partition), arg[0]);
}
