#include "object.h"
#include "string.h"
#include "wkspace.h"

#define ID(class, index) ((uint32_t)(class) << 27 | 2u << 24 | 1u << 16 | (index))

static Objects_Control *object_at(const Objects_Information *information, uint32_t index)
{
  return (Objects_Control *)(information->objects + index * information->size);
}

void _Objects_Initialize(Objects_Information *information, Objects_Class class, uint32_t maximum, uint32_t size)
{
  *information = (Objects_Information){.class = class, .maximum = maximum, .size = size, .objects = _Workspace_Allocate(maximum * size)};
  if (information->objects == NULL)
    rtems_fatal_error_occurred(RTEMS_TOO_MANY);
  memset(information->objects, 0, maximum * size);
}

void *_Objects_Allocate(Objects_Information *information, rtems_name name)
{
  for (uint32_t i = 0; i < information->maximum; i++) {
    Objects_Control *object = object_at(information, i);

    if (object->used)
      continue;
    memset(object, 0, information->size);
    object->id = ID(information->class, i + 1);
    object->name = name;
    object->used = true;
    return object;
  }
  return NULL;
}

void _Objects_Free(void *object)
{
  ((Objects_Control *)object)->used = false;
}

void *_Objects_Get(const Objects_Information *information, rtems_id id)
{
  uint32_t index = (id & 0xffff) - 1;

  if (index >= information->maximum || id != ID(information->class, index + 1))
    return NULL;

  Objects_Control *object = object_at(information, index);
  return object->used ? object : NULL;
}

rtems_status_code _Objects_Name_to_id(const Objects_Information *information, rtems_name name, rtems_id *id)
{
  if (name == 0)
    return RTEMS_INVALID_NAME;
  if (id == NULL)
    return RTEMS_INVALID_ADDRESS;
  for (uint32_t i = 0; i < information->maximum; i++) {
    const Objects_Control *object = object_at(information, i);

    if (!object->used || object->name != name)
      continue;
    *id = object->id;
    return RTEMS_SUCCESSFUL;
  }
  return RTEMS_INVALID_NAME;
}
