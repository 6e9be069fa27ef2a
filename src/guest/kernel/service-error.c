#include "error.h"
#include "sched.h"
#include "service.h"
#include "thread.h"

/* The handler is a thread that begins anew for each error, and comes before all others. */
pok_ret_t error_handler_create(pok_partition_t *partition, const uint32_t *arg)
{
  pok_thread_attr_t attr = {.priority = UINT8_MAX, .entry = arg[0], .state = POK_STATE_DORMANT};

  if (partition->error_handler != IDLE_THREAD)
    return POK_ERRNO_EXISTS;
  return pok_thread_create(index_of(partition), &attr, arg[1], &partition->error_handler);
}

pok_ret_t error_handler_set_ready(pok_partition_t *partition, const uint32_t *arg)
{
  (void)arg;
  if (partition->error_handler == IDLE_THREAD)
    return POK_ERRNO_MODE;
  partition->error_ready = true;
  return POK_ERRNO_OK;
}

pok_ret_t error_raise(pok_partition_t *partition, const uint32_t *arg)
{
  const char *text = in_partition(partition, arg[0], arg[1]);

  if (text == 0)
    return POK_ERRNO_EFAULT;
  if (arg[1] > POK_ERROR_TEXT_MAX)
    return POK_ERRNO_SIZE;
  pok_error_application(text, arg[1]);
  return POK_ERRNO_OK;
}

pok_ret_t error_get(pok_partition_t *partition, const uint32_t *arg)
{
  pok_error_status_t *status = in_partition(partition, arg[0], sizeof *status);

  if (pok_current_thread != partition->error_handler)
    return POK_ERRNO_MODE;
  return status == 0 ? POK_ERRNO_EFAULT : pok_error_get(index_of(partition), status);
}
