#include "call.h"

pok_ret_t pok_port_sampling_create(const char *name, uint32_t size, pok_port_direction_t direction, uint32_t refresh, uint32_t *id)
{
  return CALL(POK_SYSCALL_SAMPLING_CREATE, (uint32_t)name, size, direction, refresh, (uint32_t)id);
}

pok_ret_t pok_port_sampling_write(uint32_t id, const void *data, uint32_t length)
{
  return CALL(POK_SYSCALL_SAMPLING_WRITE, id, (uint32_t)data, length);
}

pok_ret_t pok_port_sampling_read(uint32_t id, void *data, uint32_t *length, uint32_t *valid)
{
  return CALL(POK_SYSCALL_SAMPLING_READ, id, (uint32_t)data, (uint32_t)length, (uint32_t)valid);
}

pok_ret_t pok_port_sampling_id(const char *name, uint32_t *id)
{
  return CALL(POK_SYSCALL_SAMPLING_ID, (uint32_t)name, (uint32_t)id);
}

pok_ret_t pok_port_sampling_status(uint32_t id, pok_port_sampling_status_t *status)
{
  return CALL(POK_SYSCALL_SAMPLING_STATUS, id, (uint32_t)status);
}

pok_ret_t pok_port_queueing_create(const char *name, uint32_t message_size, uint32_t messages, pok_port_direction_t direction,
                                   pok_discipline_t discipline, uint32_t *id)
{
  const pok_port_queueing_create_t wanted = {
      .name = (uint32_t)name,
      .message_size = message_size,
      .messages = messages,
      .direction = direction,
      .discipline = discipline,
  };

  return CALL(POK_SYSCALL_QUEUEING_CREATE, (uint32_t)&wanted, (uint32_t)id);
}

pok_ret_t pok_port_queueing_send(uint32_t id, const void *data, uint32_t length, uint32_t timeout)
{
  return CALL(POK_SYSCALL_QUEUEING_SEND, id, (uint32_t)data, length, timeout);
}

pok_ret_t pok_port_queueing_receive(uint32_t id, uint32_t timeout, uint32_t capacity, void *data, uint32_t *length)
{
  return CALL(POK_SYSCALL_QUEUEING_RECEIVE, id, timeout, capacity, (uint32_t)data, (uint32_t)length);
}

pok_ret_t pok_port_queueing_id(const char *name, uint32_t *id)
{
  return CALL(POK_SYSCALL_QUEUEING_ID, (uint32_t)name, (uint32_t)id);
}

pok_ret_t pok_port_queueing_status(uint32_t id, pok_port_queueing_status_t *status)
{
  return CALL(POK_SYSCALL_QUEUEING_STATUS, id, (uint32_t)status);
}

pok_ret_t pok_port_virtual_create(const char *name, uint32_t *id)
{
  return CALL(POK_SYSCALL_VIRTUAL_CREATE, (uint32_t)name, (uint32_t)id);
}

pok_ret_t pok_port_virtual_nb_destinations(uint32_t id, uint32_t *number)
{
  return CALL(POK_SYSCALL_VIRTUAL_NUMBER, id, (uint32_t)number);
}

pok_ret_t pok_port_virtual_destination(uint32_t id, uint32_t which, uint32_t *destination)
{
  return CALL(POK_SYSCALL_VIRTUAL_DESTINATION, id, which, (uint32_t)destination);
}

pok_ret_t pok_port_virtual_get_global(uint32_t id, uint32_t *global)
{
  return CALL(POK_SYSCALL_VIRTUAL_GET_GLOBAL, id, (uint32_t)global);
}
