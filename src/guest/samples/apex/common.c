#include "common.h"
#include "format.h"

void say(const char *text, ...)
{
  char line[MAX_ERROR_MESSAGE_SIZE];
  RETURN_CODE_TYPE code;
  va_list args;

  va_start(args, text);
  REPORT_APPLICATION_MESSAGE((MESSAGE_ADDR_TYPE)line, (MESSAGE_SIZE_TYPE)format(line, sizeof line, text, args), &code);
  va_end(args);
}

void must(const char *service, RETURN_CODE_TYPE code)
{
  if (code != NO_ERROR)
    say("%s failed: %d", service, code);
}

PROCESS_ID_TYPE create(const char *name, PRIORITY_TYPE priority, SYSTEM_TIME_TYPE period, SYSTEM_TIME_TYPE capacity,
                       SYSTEM_ADDRESS_TYPE entry)
{
  PROCESS_ATTRIBUTE_TYPE attributes = {
      .PERIOD = period,
      .TIME_CAPACITY = capacity,
      .ENTRY_POINT = entry,
      .STACK_SIZE = STACK_SIZE_OF_ALL,
      .BASE_PRIORITY = priority,
      .DEADLINE = SOFT,
  };
  PROCESS_ID_TYPE id = 0;
  RETURN_CODE_TYPE code;

  for (uint32_t i = 0; i < MAX_NAME_LENGTH && name[i] != '\0'; i++)
    attributes.NAME[i] = name[i];
  CREATE_PROCESS(&attributes, &id, &code);
  must("CREATE_PROCESS", code);
  return id;
}
