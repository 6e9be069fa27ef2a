/* Which processes there are. Each is a thread of the kernel's, made dormant; an identifier is one more than the index here. */
#include "internal.h"

static struct apex_process processes[MAX_NUMBER_OF_PROCESSES];
static uint32_t created;

struct apex_process *apex_process(PROCESS_ID_TYPE id)
{
  return id >= 1 && (uint32_t)id <= created ? &processes[id - 1] : 0;
}

bool apex_is_periodic(const struct apex_process *process)
{
  return process->attributes.PERIOD != INFINITE_TIME_VALUE;
}

PROCESS_ID_TYPE apex_process_of(uint32_t thread)
{
  for (uint32_t i = 0; i < created; i++)
    if (processes[i].thread == thread)
      return (PROCESS_ID_TYPE)i + 1;
  return 0;
}

PROCESS_ID_TYPE apex_current_process(void)
{
  uint32_t thread = 0;

  pok_thread_id(&thread);
  return apex_process_of(thread);
}

static PROCESS_ID_TYPE find(const char *name)
{
  for (uint32_t i = 0; i < created; i++)
    if (apex_same_name(processes[i].attributes.NAME, name))
      return (PROCESS_ID_TYPE)i + 1;
  return 0;
}

static bool is_time(SYSTEM_TIME_TYPE time)
{
  return time > 0 || time == INFINITE_TIME_VALUE;
}

static bool is_valid(const PROCESS_ATTRIBUTE_TYPE *attributes)
{
  if (attributes->STACK_SIZE == 0 || attributes->BASE_PRIORITY < MIN_PRIORITY_VALUE || attributes->BASE_PRIORITY > MAX_PRIORITY_VALUE)
    return false;
  if (!is_time(attributes->PERIOD) || !is_time(attributes->TIME_CAPACITY))
    return false;
  if (attributes->DEADLINE != SOFT && attributes->DEADLINE != HARD)
    return false;
  return attributes->PERIOD == INFINITE_TIME_VALUE || attributes->TIME_CAPACITY <= attributes->PERIOD;
}

/* All stacks of a partition have the size the deployment gives them. */
bool apex_has_stack(STACK_SIZE_TYPE size)
{
  pok_thread_attr_t attr = {.stack_size = 0};
  uint32_t thread = 0;

  pok_thread_id(&thread);
  pok_thread_status(thread, &attr);
  return size <= attr.stack_size;
}

/* The standard's time capacity is the time in which an activation has to end: what the kernel calls its deadline. */
static pok_ret_t make(struct apex_process *process)
{
  const PROCESS_ATTRIBUTE_TYPE *attributes = &process->attributes;
  const pok_thread_attr_t attr = {
      .priority = (uint8_t)attributes->BASE_PRIORITY,
      .period = attributes->PERIOD == INFINITE_TIME_VALUE ? 0 : apex_milliseconds(attributes->PERIOD),
      .deadline = attributes->TIME_CAPACITY == INFINITE_TIME_VALUE ? 0 : apex_milliseconds(attributes->TIME_CAPACITY),
      .state = POK_STATE_DORMANT,
  };

  return pok_thread_create(&process->thread, &attr, attributes->ENTRY_POINT);
}

void CREATE_PROCESS(const PROCESS_ATTRIBUTE_TYPE *attributes, PROCESS_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  struct apex_process *process = &processes[created];

  *code = INVALID_CONFIG;
  if (created == MAX_NUMBER_OF_PROCESSES)
    return;
  if (find(attributes->NAME) != 0)
    *code = NO_ACTION;
  else if (!is_valid(attributes))
    *code = INVALID_PARAM;
  else if (apex_mode() == NORMAL)
    *code = INVALID_MODE;
  else if (apex_has_stack(attributes->STACK_SIZE)) {
    *process = (struct apex_process){.attributes = *attributes};
    apex_copy_name(process->attributes.NAME, attributes->NAME);
    if (make(process) != POK_ERRNO_OK)
      return;
    *id = (PROCESS_ID_TYPE)++created;
    *code = NO_ERROR;
  }
}

void apex_processes_forget(void)
{
  created = 0;
}

void apex_processes_begin(void)
{
  for (uint32_t i = 0; i < created; i++) {
    if (!processes[i].started)
      continue;
    pok_thread_delayed_start(processes[i].thread, apex_milliseconds(processes[i].delay));
    if (processes[i].suspended)
      pok_thread_suspend_target(processes[i].thread);
  }
}

static pok_thread_attr_t thread_of(PROCESS_ID_TYPE id)
{
  pok_thread_attr_t attr = {.state = POK_STATE_STOPPED};

  pok_thread_status(apex_process(id)->thread, &attr);
  return attr;
}

PROCESS_STATE_TYPE apex_process_state(PROCESS_ID_TYPE id)
{
  /* Before NORMAL those that have been started wait for it. */
  if (apex_mode() != NORMAL)
    return apex_process(id)->started ? WAITING : DORMANT;
  switch (thread_of(id).state) {
  case POK_STATE_STOPPED:
    return DORMANT;
  case POK_STATE_RUNNABLE:
    return id == apex_current_process() ? RUNNING : READY;
  default:
    return WAITING;
  }
}

void GET_MY_ID(PROCESS_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  PROCESS_ID_TYPE mine = apex_current_process();

  *code = mine == 0 ? INVALID_MODE : NO_ERROR;
  if (mine != 0)
    *id = mine;
}

void GET_PROCESS_ID(const char *name, PROCESS_ID_TYPE *id, RETURN_CODE_TYPE *code)
{
  PROCESS_ID_TYPE found = find(name);

  *code = found == 0 ? INVALID_CONFIG : NO_ERROR;
  if (found != 0)
    *id = found;
}

void GET_PROCESS_STATUS(PROCESS_ID_TYPE id, PROCESS_STATUS_TYPE *status, RETURN_CODE_TYPE *code)
{
  const struct apex_process *process = apex_process(id);
  uint64_t deadline = 0;

  *code = INVALID_PARAM;
  if (process == 0)
    return;
  pok_thread_deadline(process->thread, &deadline);
  *status = (PROCESS_STATUS_TYPE){
      .DEADLINE_TIME = deadline == 0 ? INFINITE_TIME_VALUE : apex_time(deadline),
      .CURRENT_PRIORITY = thread_of(id).priority,
      .PROCESS_STATE = apex_process_state(id),
      .ATTRIBUTES = process->attributes,
  };
  *code = NO_ERROR;
}
