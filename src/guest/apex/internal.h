/* What the services share: conversions, and the processes and objects behind the identifiers. */
#pragma once
#include "apex.h"
#include "libpok.h"

/* Milliseconds, rounded up; INFINITE_TIME_VALUE is POK_FOREVER. */
uint32_t apex_milliseconds(SYSTEM_TIME_TYPE time);
SYSTEM_TIME_TYPE apex_time(uint64_t milliseconds);

/* Infinite, or not negative. */
bool apex_is_time_out(SYSTEM_TIME_TYPE time);

bool apex_same_name(const char *a, const char *b);
void apex_copy_name(NAME_TYPE to, const char *from);

/* The name ended by a NUL, as the kernel wants it. */
#define APEX_TEXT_SIZE (MAX_NAME_LENGTH + 1)
void apex_name_to_text(char text[APEX_TEXT_SIZE], const char *name);

OPERATING_MODE_TYPE apex_mode(void);
LOCK_LEVEL_TYPE apex_lock_level(void);

/* May the caller wait? Not before NORMAL, not in the error handler, and not while it locks preemption. */
bool apex_may_wait(void);

/* The time-out for the kernel: whoever may not wait finds out by not waiting. */
uint32_t apex_patience(SYSTEM_TIME_TYPE time_out);
/* What it means that with that time-out there was nothing to be had. */
RETURN_CODE_TYPE apex_in_vain(SYSTEM_TIME_TYPE time_out);
bool apex_is_in_vain(pok_ret_t result);

pok_discipline_t apex_discipline(QUEUING_DISCIPLINE_TYPE discipline);
bool apex_is_discipline(QUEUING_DISCIPLINE_TYPE discipline);

/* Processes, from 1 on; 0 = none: the main thread before NORMAL, the error handler after. */
PROCESS_ID_TYPE apex_process_of(uint32_t thread);
PROCESS_ID_TYPE apex_current_process(void);

struct apex_process {
  PROCESS_ATTRIBUTE_TYPE attributes;
  uint32_t thread;
  /* Before NORMAL: is it to begin then, how long after, and suspended? */
  bool started, suspended;
  SYSTEM_TIME_TYPE delay;
};

/* Null if there is no such process. */
struct apex_process *apex_process(PROCESS_ID_TYPE id);
PROCESS_STATE_TYPE apex_process_state(PROCESS_ID_TYPE id);
bool apex_is_periodic(const struct apex_process *process);
bool apex_has_stack(STACK_SIZE_TYPE size);

/* The partition becomes NORMAL: what has been started before begins now. */
void apex_processes_begin(void);
/* The error handler, if there is one, hears of errors from now on. */
void apex_errors_begin(void);

/* Buffers, blackboards, semaphores and events. */
struct apex_object {
  NAME_TYPE name;
  pok_lockobj_attr_t attr; /* kind 0: not created */
  uint32_t lockobj;
};

RETURN_CODE_TYPE apex_object_create(const char *name, const pok_lockobj_attr_t *attr, APEX_INTEGER *id);
bool apex_object_exists(pok_lockobj_kind_t kind, const char *name);
RETURN_CODE_TYPE apex_object_find(pok_lockobj_kind_t kind, const char *name, APEX_INTEGER *id);
/* Null if no object of that kind has the identifier. */
const struct apex_object *apex_object(pok_lockobj_kind_t kind, APEX_INTEGER id);
pok_ret_t apex_object_operate(const struct apex_object *object, pok_lockobj_operation_t *operation);
/* What needs neither message nor time: POK_LOCKOBJ_UNLOCK and RESET. */
pok_ret_t apex_object_do(const struct apex_object *object, pok_lockobj_action_t action);

/* What kinds have in common, with all checks. */
RETURN_CODE_TYPE apex_object_wait(const struct apex_object *object, SYSTEM_TIME_TYPE time_out);
RETURN_CODE_TYPE apex_object_send(const struct apex_object *object, MESSAGE_ADDR_TYPE message, MESSAGE_SIZE_TYPE length,
                                  SYSTEM_TIME_TYPE time_out);
RETURN_CODE_TYPE apex_object_receive(const struct apex_object *object, SYSTEM_TIME_TYPE time_out, MESSAGE_ADDR_TYPE message,
                                     MESSAGE_SIZE_TYPE *length);

/* A warm start keeps the memory, but not what was created. */
void apex_processes_forget(void);
void apex_objects_forget(void);
void apex_errors_forget(void);
