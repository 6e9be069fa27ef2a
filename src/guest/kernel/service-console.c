#include "console.h"
#include "sched.h"
#include "serial.h"
#include "service.h"

pok_ret_t conswrite(pok_partition_t *partition, const uint32_t *arg)
{
  const char *text = in_partition(partition, arg[0], arg[1]);

  if (text == 0)
    return POK_ERRNO_EFAULT;
  pok_console_write(text, arg[1]);
  return POK_ERRNO_OK;
}

pok_ret_t consread(pok_partition_t *partition, const uint32_t *arg)
{
  char *text = in_partition(partition, arg[0], arg[1]);

  if (index_of(partition) != POK_CONFIG_CONSOLE_OWNER)
    return POK_ERRNO_EPERM;
  if (text == 0)
    return POK_ERRNO_EFAULT;
  pok_serial_listen();
  return give32(partition, arg[2], pok_serial_take(text, arg[1]));
}

pok_ret_t gettick(pok_partition_t *partition, const uint32_t *arg)
{
  return give64(partition, arg[0], pok_tick);
}
