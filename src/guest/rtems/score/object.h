/* Objects by id, and their names. An id is a class, an API (2, classic), a node (1) and an index from 1 on, as RTEMS has it. */
#pragma once
#include <rtems.h>

typedef enum { OBJECTS_TASK = 1, OBJECTS_TIMER = 2, OBJECTS_SEMAPHORE = 3, OBJECTS_MESSAGE_QUEUE = 4 } Objects_Class;

/* Each object begins with this. */
typedef struct {
  rtems_id id;
  rtems_name name;
  bool used;
} Objects_Control;

typedef struct {
  Objects_Class class;
  uint32_t maximum;
  uint32_t size; /* of one */
  char *objects;
} Objects_Information;

/* Room for `maximum` objects. Stops the executive if there is no memory for them. */
void _Objects_Initialize(Objects_Information *information, Objects_Class class, uint32_t maximum, uint32_t size);

/* An unused object, cleared, with its id; null if there is none. */
void *_Objects_Allocate(Objects_Information *information, rtems_name name);
void _Objects_Free(void *object);

/* The object with that id; null if there is none. */
void *_Objects_Get(const Objects_Information *information, rtems_id id);
rtems_status_code _Objects_Name_to_id(const Objects_Information *information, rtems_name name, rtems_id *id);
