#include "lockobj.h"

#if POK_CONFIG_NB_LOCKOBJECTS > 0
#include "fifo.h"
#include "sched.h"
#include "string.h"
#include "wait.h"

struct lockobj {
  uint32_t kind; /* 0 = not created */
  uint32_t discipline;
  uint32_t value;   /* semaphore: its value; event: 1 = up; mutex: 1 = held */
  uint32_t maximum; /* semaphore */
  uint32_t holder;  /* mutex */
  struct pok_fifo messages; /* buffer; a blackboard is one with room for a single message, which stays */
};

static struct {
  struct lockobj objects[POK_CONFIG_NB_LOCKOBJECTS];
  uint32_t storage[(POK_CONFIG_LOCKOBJECT_BYTES + 3) / 4];
  uint32_t used; /* bytes of it */
} owners[POK_CONFIG_NB_PARTITIONS];

static pok_ret_t take_storage(uint32_t partition, struct lockobj *object, const pok_lockobj_attr_t *attr)
{
  uint32_t messages = attr->kind == POK_LOCKOBJ_KIND_BUFFER ? attr->maximum : 1;
  uint32_t left = sizeof owners[partition].storage - owners[partition].used;

  if (attr->message_size == 0 || messages == 0)
    return POK_ERRNO_SIZE;
  if (attr->message_size > left || messages > left / POK_FIFO_BYTES(attr->message_size, 1))
    return POK_ERRNO_TOOMANY;
  object->messages = (struct pok_fifo){
      .storage = (uint8_t *)owners[partition].storage + owners[partition].used,
      .message_size = attr->message_size,
      .capacity = messages,
  };
  owners[partition].used += POK_FIFO_BYTES(attr->message_size, messages);
  return POK_ERRNO_OK;
}

static bool is_valid(const pok_lockobj_attr_t *attr)
{
  if (attr->discipline != POK_DISCIPLINE_FIFO && attr->discipline != POK_DISCIPLINE_PRIORITY)
    return false;
  if (attr->kind == POK_LOCKOBJ_KIND_SEMAPHORE)
    return attr->initial <= attr->maximum;
  return attr->kind >= POK_LOCKOBJ_KIND_MUTEX && attr->kind <= POK_LOCKOBJ_KIND_BLACKBOARD;
}

pok_ret_t pok_lockobj_create(uint32_t partition, const pok_lockobj_attr_t *attr, uint32_t *id)
{
  if (!is_valid(attr))
    return POK_ERRNO_EINVAL;
  for (uint32_t i = 0; i < POK_CONFIG_NB_LOCKOBJECTS; i++) {
    struct lockobj *object = &owners[partition].objects[i];
    struct lockobj made = {.kind = attr->kind, .discipline = attr->discipline, .maximum = attr->maximum};

    if (object->kind != 0)
      continue;
    if (attr->kind == POK_LOCKOBJ_KIND_SEMAPHORE || attr->kind == POK_LOCKOBJ_KIND_EVENT)
      made.value = attr->initial;
    if (attr->kind >= POK_LOCKOBJ_KIND_BUFFER) {
      pok_ret_t result = take_storage(partition, &made, attr);
      if (result != POK_ERRNO_OK)
        return result;
    }
    *object = made;
    *id = i;
    return POK_ERRNO_OK;
  }
  return POK_ERRNO_TOOMANY;
}

static pok_ret_t lock(struct lockobj *object, uint32_t timeout)
{
  if (object->kind == POK_LOCKOBJ_KIND_MUTEX) {
    if (object->value != 0)
      return object->holder == pok_current_thread ? POK_ERRNO_MODE : pok_wait(object, timeout, 0, 0);
    object->value = 1;
    object->holder = pok_current_thread;
    return POK_ERRNO_OK;
  }
  if (object->value == 0)
    return pok_wait(object, timeout, 0, 0);
  if (object->kind == POK_LOCKOBJ_KIND_SEMAPHORE)
    object->value--;
  return POK_ERRNO_OK;
}

/* A mutex goes to the next thread, without being free in between. */
static void pass_on(struct lockobj *object)
{
  object->holder = pok_wait_first(object, object->discipline);
  object->value = object->holder != IDLE_THREAD;
  if (object->value != 0)
    pok_wait_wake(object->holder, POK_ERRNO_OK);
}

static pok_ret_t unlock(struct lockobj *object)
{
  uint32_t next = pok_wait_first(object, object->discipline);

  switch (object->kind) {
  case POK_LOCKOBJ_KIND_MUTEX:
    if (object->value == 0 || object->holder != pok_current_thread)
      return POK_ERRNO_MODE;
    pass_on(object);
    break;
  case POK_LOCKOBJ_KIND_SEMAPHORE:
    if (next != IDLE_THREAD)
      pok_wait_wake(next, POK_ERRNO_OK);
    else if (object->value == object->maximum)
      return POK_ERRNO_FULL;
    else
      object->value++;
    break;
  default:
    object->value = 1;
    pok_wait_wake_all(object, POK_ERRNO_OK);
  }
  pok_sched();
  return POK_ERRNO_OK;
}

/* Everybody who waits for a message gets it, and it stays for those to come. */
static pok_ret_t display(struct lockobj *object, const void *data, uint32_t length)
{
  struct pok_fifo *board = &object->messages;

  while (pok_wait_first(&board->first, POK_DISCIPLINE_FIFO) != IDLE_THREAD) {
    uint32_t reader = pok_wait_first(&board->first, POK_DISCIPLINE_FIFO);

    memcpy(pok_threads[reader].wait_buffer, data, length);
    pok_threads[reader].wait_length = length;
    pok_wait_wake(reader, POK_ERRNO_OK);
  }
  board->count = board->first = 0;
  pok_fifo_send(board, POK_DISCIPLINE_FIFO, data, length, 0);
  pok_sched();
  return POK_ERRNO_OK;
}

static pok_ret_t read_board(struct lockobj *object, void *data, uint32_t *length, uint32_t timeout)
{
  struct pok_fifo *board = &object->messages;
  bool shown = board->count != 0;
  pok_ret_t result = pok_fifo_receive(board, POK_DISCIPLINE_FIFO, data, length, timeout);

  if (shown)
    board->count = 1;
  return result;
}

static pok_ret_t exchange(struct lockobj *object, pok_lockobj_operation_t *operation, void *data)
{
  bool is_board = object->kind == POK_LOCKOBJ_KIND_BLACKBOARD;

  if (operation->action == POK_LOCKOBJ_RECEIVE)
    return is_board ? read_board(object, data, &operation->length, operation->timeout)
                    : pok_fifo_receive(&object->messages, object->discipline, data, &operation->length, operation->timeout);
  if (operation->length == 0 || operation->length > object->messages.message_size)
    return POK_ERRNO_SIZE;
  return is_board ? display(object, data, operation->length)
                  : pok_fifo_send(&object->messages, object->discipline, data, operation->length, operation->timeout);
}

static pok_ret_t status(const struct lockobj *object, pok_lockobj_operation_t *operation)
{
  bool has_messages = object->kind >= POK_LOCKOBJ_KIND_BUFFER;

  operation->value = has_messages ? object->messages.count : object->value;
  operation->waiting = has_messages ? pok_fifo_senders(&object->messages) + pok_fifo_receivers(&object->messages) : pok_wait_count(object);
  return POK_ERRNO_OK;
}

pok_ret_t pok_lockobj_operation(uint32_t partition, uint32_t id, pok_lockobj_operation_t *operation, void *data)
{
  struct lockobj *object = &owners[partition].objects[id];

  if (id >= POK_CONFIG_NB_LOCKOBJECTS || object->kind == 0)
    return POK_ERRNO_EINVAL;
  bool has_messages = object->kind >= POK_LOCKOBJ_KIND_BUFFER;

  switch (operation->action) {
  case POK_LOCKOBJ_LOCK:
    return has_messages ? POK_ERRNO_KIND : lock(object, operation->timeout);
  case POK_LOCKOBJ_UNLOCK:
    return has_messages ? POK_ERRNO_KIND : unlock(object);
  case POK_LOCKOBJ_RESET:
    if (object->kind != POK_LOCKOBJ_KIND_EVENT && object->kind != POK_LOCKOBJ_KIND_BLACKBOARD)
      return POK_ERRNO_KIND;
    object->value = object->messages.count = 0;
    return POK_ERRNO_OK;
  case POK_LOCKOBJ_SEND:
  case POK_LOCKOBJ_RECEIVE:
    return has_messages ? exchange(object, operation, data) : POK_ERRNO_KIND;
  case POK_LOCKOBJ_STATUS:
    return status(object, operation);
  default:
    return POK_ERRNO_EINVAL;
  }
}

uint32_t pok_lockobj_message_size(uint32_t partition, uint32_t id)
{
  return id < POK_CONFIG_NB_LOCKOBJECTS ? owners[partition].objects[id].messages.message_size : 0;
}

void pok_lockobj_abandon(uint32_t thread)
{
  struct lockobj *objects = owners[pok_threads[thread].partition].objects;

  for (uint32_t i = 0; i < POK_CONFIG_NB_LOCKOBJECTS; i++)
    if (objects[i].kind == POK_LOCKOBJ_KIND_MUTEX && objects[i].value != 0 && objects[i].holder == thread)
      pass_on(&objects[i]);
}

void pok_lockobj_reset(uint32_t partition)
{
  memset(&owners[partition], 0, sizeof owners[partition]);
}

#endif
