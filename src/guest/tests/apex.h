/* For tests of the APEX: a call, and what it has to return. */
#pragma once
#include "check.h"
#include <apex.h>

#define MS(n) ((n) * 1000000LL)

/* For calls by hand. */
static RETURN_CODE_TYPE code __attribute__((unused));

/* EXPECT(NO_ERROR, SET_EVENT, event): the return code comes last, as everywhere in the standard. */
#define EXPECT(expected, service, ...)                                                                                                     \
  do {                                                                                                                                     \
    RETURN_CODE_TYPE returned;                                                                                                             \
    service(__VA_ARGS__ __VA_OPT__(, ) &returned);                                                                                         \
    if (returned != (expected)) {                                                                                                          \
      check_failures++;                                                                                                                    \
      pok_printf("line %u: %s returned %u, not %s\n", (uint32_t)__LINE__, #service, returned, #expected);                                  \
    }                                                                                                                                      \
  } while (0)

static inline PROCESS_ATTRIBUTE_TYPE attributes_of(const char *name, PRIORITY_TYPE priority, SYSTEM_ADDRESS_TYPE entry)
{
  PROCESS_ATTRIBUTE_TYPE attributes = {
      .PERIOD = INFINITE_TIME_VALUE,
      .TIME_CAPACITY = INFINITE_TIME_VALUE,
      .ENTRY_POINT = entry,
      .STACK_SIZE = 4096,
      .BASE_PRIORITY = priority,
      .DEADLINE = SOFT,
  };

  for (uint32_t i = 0; i < MAX_NAME_LENGTH && name[i] != '\0'; i++)
    attributes.NAME[i] = name[i];
  return attributes;
}

static inline PROCESS_ID_TYPE create_process(const char *name, PRIORITY_TYPE priority, SYSTEM_ADDRESS_TYPE entry)
{
  PROCESS_ATTRIBUTE_TYPE attributes = attributes_of(name, priority, entry);
  PROCESS_ID_TYPE id = 0;

  EXPECT(NO_ERROR, CREATE_PROCESS, &attributes, &id);
  return id;
}

static inline PROCESS_STATE_TYPE state_of(PROCESS_ID_TYPE id)
{
  PROCESS_STATUS_TYPE status;

  EXPECT(NO_ERROR, GET_PROCESS_STATUS, id, &status);
  return status.PROCESS_STATE;
}
