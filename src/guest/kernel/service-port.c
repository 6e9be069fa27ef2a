#include "port.h"
#include "service.h"

#ifdef POK_CONFIG_PORTS

/* The partition's port of the name at `offset`; null if there is no name, or no such port. */
static const struct pok_port *named(const pok_partition_t *partition, uint32_t offset, uint32_t *id)
{
  char name[POK_PORT_NAME_MAX];

  for (uint32_t i = 0; i < sizeof name; i++) {
    const char *c = in_partition(partition, offset + i, 1);

    if (c == 0)
      return 0;
    name[i] = *c;
    if (*c == '\0')
      return pok_port_named(index_of(partition), name, id);
  }
  return 0;
}

static pok_ret_t open_port(const pok_partition_t *partition, uint32_t id, uint32_t setting, uint32_t at)
{
  if (in_partition(partition, at, 4) == 0)
    return POK_ERRNO_EFAULT;
  pok_ret_t result = pok_port_open(id, setting);
  return result == POK_ERRNO_OK ? give32(partition, at, id) : result;
}

static pok_ret_t give_id(const pok_partition_t *partition, const uint32_t *arg, enum pok_port_kind kind)
{
  uint32_t id;
  const struct pok_port *port = named(partition, arg[0], &id);

  if (port == 0 || pok_port_opened(index_of(partition), id, kind) == 0)
    return POK_ERRNO_PORT;
  return give32(partition, arg[1], id);
}

pok_ret_t sampling_id(pok_partition_t *partition, const uint32_t *arg)
{
  return give_id(partition, arg, POK_PORT_SAMPLING);
}

pok_ret_t queueing_id(pok_partition_t *partition, const uint32_t *arg)
{
  return give_id(partition, arg, POK_PORT_QUEUEING);
}

pok_ret_t sampling_create(pok_partition_t *partition, const uint32_t *arg)
{
  uint32_t id;
  const struct pok_port *port = named(partition, arg[0], &id);

  if (port == 0)
    return POK_ERRNO_PORT;
  if (port->kind != POK_PORT_SAMPLING)
    return POK_ERRNO_KIND;
  if (port->message_size != arg[1])
    return POK_ERRNO_SIZE;
  if (port->direction != arg[2])
    return POK_ERRNO_DIRECTION;
  return open_port(partition, id, arg[3], arg[4]);
}

pok_ret_t queueing_create(pok_partition_t *partition, const uint32_t *arg)
{
  const pok_port_queueing_create_t *wanted = in_partition(partition, arg[0], sizeof *wanted);
  uint32_t id;

  if (wanted == 0)
    return POK_ERRNO_EFAULT;
  const struct pok_port *port = named(partition, wanted->name, &id);
  if (port == 0)
    return POK_ERRNO_PORT;
  if (port->kind != POK_PORT_QUEUEING)
    return POK_ERRNO_KIND;
  if (port->message_size != wanted->message_size || port->messages != wanted->messages)
    return POK_ERRNO_SIZE;
  if (port->direction != wanted->direction)
    return POK_ERRNO_DIRECTION;
  if (wanted->discipline != POK_DISCIPLINE_FIFO && wanted->discipline != POK_DISCIPLINE_PRIORITY)
    return POK_ERRNO_EINVAL;
  return open_port(partition, id, wanted->discipline, arg[1]);
}

/* Is it a port, opened, of that kind and direction, and is `data` a message of its size? */
static pok_ret_t check(const pok_partition_t *partition, uint32_t id, enum pok_port_kind kind, uint32_t direction, uint32_t length)
{
  const struct pok_port *port = pok_port_opened(index_of(partition), id, kind);

  if (port == 0)
    return POK_ERRNO_PORT;
  if (port->direction != direction)
    return POK_ERRNO_DIRECTION;
  return length == 0 || length > port->message_size ? POK_ERRNO_SIZE : POK_ERRNO_OK;
}

pok_ret_t sampling_write(pok_partition_t *partition, const uint32_t *arg)
{
  pok_ret_t result = check(partition, arg[0], POK_PORT_SAMPLING, POK_PORT_DIRECTION_OUT, arg[2]);
  const void *data = in_partition(partition, arg[1], arg[2]);

  if (result != POK_ERRNO_OK)
    return result;
  return data == 0 ? POK_ERRNO_EFAULT : pok_port_write(arg[0], data, arg[2]);
}

pok_ret_t sampling_read(pok_partition_t *partition, const uint32_t *arg)
{
  pok_ret_t result = check(partition, arg[0], POK_PORT_SAMPLING, POK_PORT_DIRECTION_IN, 1);
  uint32_t *length = in_partition(partition, arg[2], sizeof *length);
  uint32_t *valid = in_partition(partition, arg[3], sizeof *valid);

  if (result != POK_ERRNO_OK)
    return result;
  void *data = in_partition(partition, arg[1], pok_port_opened(index_of(partition), arg[0], POK_PORT_SAMPLING)->message_size);
  return data == 0 || length == 0 || valid == 0 ? POK_ERRNO_EFAULT : pok_port_read(arg[0], data, length, valid);
}

pok_ret_t sampling_status(pok_partition_t *partition, const uint32_t *arg)
{
  pok_port_sampling_status_t *status = in_partition(partition, arg[1], sizeof *status);

  if (pok_port_opened(index_of(partition), arg[0], POK_PORT_SAMPLING) == 0)
    return POK_ERRNO_PORT;
  if (status == 0)
    return POK_ERRNO_EFAULT;
  pok_port_sampling_status(arg[0], status);
  return POK_ERRNO_OK;
}

pok_ret_t queueing_send(pok_partition_t *partition, const uint32_t *arg)
{
  pok_ret_t result = check(partition, arg[0], POK_PORT_QUEUEING, POK_PORT_DIRECTION_OUT, arg[2]);
  const void *data = in_partition(partition, arg[1], arg[2]);

  if (result != POK_ERRNO_OK)
    return result;
  return data == 0 ? POK_ERRNO_EFAULT : pok_port_send(arg[0], data, arg[2], arg[3]);
}

pok_ret_t queueing_receive(pok_partition_t *partition, const uint32_t *arg)
{
  pok_ret_t result = check(partition, arg[0], POK_PORT_QUEUEING, POK_PORT_DIRECTION_IN, 1);
  uint32_t length = 0;

  if (result != POK_ERRNO_OK)
    return result;
  /* Room for any message: which one it will be is not known before it comes. */
  if (arg[2] < pok_port_opened(index_of(partition), arg[0], POK_PORT_QUEUEING)->message_size)
    return POK_ERRNO_SIZE;
  void *data = in_partition(partition, arg[3], arg[2]);
  if (data == 0 || in_partition(partition, arg[4], sizeof length) == 0)
    return POK_ERRNO_EFAULT;
  result = pok_port_receive(arg[0], data, &length, arg[1]);
  give32(partition, arg[4], length);
  return result;
}

pok_ret_t queueing_status(pok_partition_t *partition, const uint32_t *arg)
{
  pok_port_queueing_status_t *status = in_partition(partition, arg[1], sizeof *status);

  if (pok_port_opened(index_of(partition), arg[0], POK_PORT_QUEUEING) == 0)
    return POK_ERRNO_PORT;
  if (status == 0)
    return POK_ERRNO_EFAULT;
  pok_port_queueing_status(arg[0], status);
  return POK_ERRNO_OK;
}

/* A virtual port is a port seen from outside: where it is, and where its messages go. It need not be opened. */
static bool is_mine(const pok_partition_t *partition, uint32_t id)
{
  return pok_port_of(index_of(partition), id);
}

pok_ret_t virtual_create(pok_partition_t *partition, const uint32_t *arg)
{
  uint32_t id;

  return named(partition, arg[0], &id) == 0 ? POK_ERRNO_PORT : give32(partition, arg[1], id);
}

pok_ret_t virtual_number(pok_partition_t *partition, const uint32_t *arg)
{
  uint32_t number = 0, destination;

  if (!is_mine(partition, arg[0]))
    return POK_ERRNO_PORT;
  while (pok_port_destination(arg[0], number, &destination))
    number++;
  return give32(partition, arg[1], number);
}

pok_ret_t virtual_destination(pok_partition_t *partition, const uint32_t *arg)
{
  uint32_t destination;

  if (!is_mine(partition, arg[0]))
    return POK_ERRNO_PORT;
  return pok_port_destination(arg[0], arg[1], &destination) ? give32(partition, arg[2], destination) : POK_ERRNO_EINVAL;
}

/* One numbering serves both sides. */
pok_ret_t virtual_get_global(pok_partition_t *partition, const uint32_t *arg)
{
  return is_mine(partition, arg[0]) ? give32(partition, arg[1], arg[0]) : POK_ERRNO_PORT;
}

#endif
