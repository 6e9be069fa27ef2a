/* Buffers, blackboards, semaphores and events are the kernel's lock objects with a name. An identifier is one more than the index here. */
#include "internal.h"

#define MAX_NUMBER_OF_OBJECTS 32

static struct apex_object objects[MAX_NUMBER_OF_OBJECTS];

static struct apex_object *free_one(void)
{
  for (uint32_t i = 0; i < MAX_NUMBER_OF_OBJECTS; i++)
    if (objects[i].attr.kind == 0)
      return &objects[i];
  return 0;
}

RETURN_CODE_TYPE apex_object_create(const char *name, const pok_lockobj_attr_t *attr, APEX_INTEGER *id)
{
  struct apex_object *object = free_one();

  if (apex_mode() == NORMAL)
    return INVALID_MODE;
  if (object == 0 || pok_lockobj_create(&object->lockobj, attr) != POK_ERRNO_OK)
    return INVALID_CONFIG;
  object->attr = *attr;
  apex_copy_name(object->name, name);
  *id = object - objects + 1;
  return NO_ERROR;
}

RETURN_CODE_TYPE apex_object_find(pok_lockobj_kind_t kind, const char *name, APEX_INTEGER *id)
{
  for (uint32_t i = 0; i < MAX_NUMBER_OF_OBJECTS; i++)
    if (objects[i].attr.kind == kind && apex_same_name(objects[i].name, name)) {
      *id = (APEX_INTEGER)i + 1;
      return NO_ERROR;
    }
  return INVALID_CONFIG;
}

bool apex_object_exists(pok_lockobj_kind_t kind, const char *name)
{
  APEX_INTEGER id;

  return apex_object_find(kind, name, &id) == NO_ERROR;
}

const struct apex_object *apex_object(pok_lockobj_kind_t kind, APEX_INTEGER id)
{
  return id >= 1 && id <= MAX_NUMBER_OF_OBJECTS && objects[id - 1].attr.kind == kind ? &objects[id - 1] : 0;
}

pok_ret_t apex_object_operate(const struct apex_object *object, pok_lockobj_operation_t *operation)
{
  return pok_lockobj_operation(object->lockobj, operation);
}

pok_ret_t apex_object_do(const struct apex_object *object, pok_lockobj_action_t action)
{
  pok_lockobj_operation_t operation = {.action = action};

  return apex_object_operate(object, &operation);
}

/* Waiting as long as the caller may. */
static RETURN_CODE_TYPE attempt(const struct apex_object *object, pok_lockobj_operation_t *operation, SYSTEM_TIME_TYPE time_out)
{
  operation->timeout = apex_patience(time_out);
  pok_ret_t result = apex_object_operate(object, operation);

  if (apex_is_in_vain(result))
    return apex_in_vain(time_out);
  return result == POK_ERRNO_OK ? NO_ERROR : INVALID_PARAM;
}

RETURN_CODE_TYPE apex_object_wait(const struct apex_object *object, SYSTEM_TIME_TYPE time_out)
{
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_LOCK};

  return object == 0 || !apex_is_time_out(time_out) ? INVALID_PARAM : attempt(object, &operation, time_out);
}

RETURN_CODE_TYPE apex_object_send(const struct apex_object *object, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE length,
                                  SYSTEM_TIME_TYPE time_out)
{
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_SEND, .data = (uint32_t)message, .length = (uint32_t)length};

  if (object == 0 || length <= 0 || (uint32_t)length > object->attr.message_size || !apex_is_time_out(time_out))
    return INVALID_PARAM;
  return attempt(object, &operation, time_out);
}

RETURN_CODE_TYPE apex_object_receive(const struct apex_object *object, SYSTEM_TIME_TYPE time_out, MESSAGE_ADDR_TYPE message,
                                     MESSAGE_SIZE_TYPE *length)
{
  pok_lockobj_operation_t operation = {.action = POK_LOCKOBJ_RECEIVE, .data = (uint32_t)message};

  if (object == 0 || !apex_is_time_out(time_out))
    return INVALID_PARAM;
  RETURN_CODE_TYPE code = attempt(object, &operation, time_out);
  *length = code == NO_ERROR ? (MESSAGE_SIZE_TYPE)operation.length : 0;
  return code;
}

void apex_objects_forget(void)
{
  for (uint32_t i = 0; i < MAX_NUMBER_OF_OBJECTS; i++)
    objects[i].attr.kind = 0;
}
