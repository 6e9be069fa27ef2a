#include "cpu.h"
#include "service.h"

#ifdef POK_CONFIG_IO_PORTS

static bool may_use(uint32_t partition, uint32_t port)
{
  static const struct {
    uint32_t partition, first, last;
  } allowed[] = POK_CONFIG_IO_PORTS;

  for (uint32_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
    if (allowed[i].partition == partition && port >= allowed[i].first && port <= allowed[i].last)
      return true;
  return false;
}

pok_ret_t port_inb(pok_partition_t *partition, const uint32_t *arg)
{
  uint8_t *value = in_partition(partition, arg[1], 1);

  if (!may_use(index_of(partition), arg[0]))
    return POK_ERRNO_EPERM;
  if (value == 0)
    return POK_ERRNO_EFAULT;
  *value = inb((uint16_t)arg[0]);
  return POK_ERRNO_OK;
}

pok_ret_t port_outb(pok_partition_t *partition, const uint32_t *arg)
{
  if (!may_use(index_of(partition), arg[0]))
    return POK_ERRNO_EPERM;
  outb((uint16_t)arg[0], (uint8_t)arg[1]);
  return POK_ERRNO_OK;
}

#endif
