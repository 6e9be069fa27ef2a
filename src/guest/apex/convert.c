#include "internal.h"

#define NS_PER_MS 1000000

uint32_t apex_milliseconds(SYSTEM_TIME_TYPE time)
{
  if (time < 0)
    return POK_FOREVER;

  /* Two divisions of 32 bits: there is no library behind a partition that has one of 64. */
  uint64_t rounded = (uint64_t)time + NS_PER_MS - 1;
  uint32_t high = (uint32_t)(rounded >> 32), quotient, rest;

  if (high >= NS_PER_MS)
    return POK_FOREVER - 1; /* longer than the kernel can count: 49 days */
  __asm__("divl %4" : "=a"(quotient), "=d"(rest) : "0"((uint32_t)rounded), "1"(high), "rm"(NS_PER_MS) : "cc");
  return quotient == POK_FOREVER ? POK_FOREVER - 1 : quotient;
}

SYSTEM_TIME_TYPE apex_time(uint64_t milliseconds)
{
  return (SYSTEM_TIME_TYPE)(milliseconds * NS_PER_MS);
}

bool apex_is_time_out(SYSTEM_TIME_TYPE time)
{
  return time >= 0 || time == INFINITE_TIME_VALUE;
}

bool apex_same_name(const char *a, const char *b)
{
  for (uint32_t i = 0; i < MAX_NAME_LENGTH; i++) {
    if (a[i] != b[i])
      return false;
    if (a[i] == '\0')
      return true;
  }
  return true;
}

/* Up to its NUL: what a program passes may be a shorter text. */
void apex_copy_name(NAME_TYPE to, const char *from)
{
  uint32_t i = 0;

  while (i < MAX_NAME_LENGTH && from[i] != '\0') {
    to[i] = from[i];
    i++;
  }
  while (i < MAX_NAME_LENGTH)
    to[i++] = '\0';
}

void apex_name_to_text(char text[APEX_TEXT_SIZE], const char *name)
{
  apex_copy_name(text, name);
  text[MAX_NAME_LENGTH] = '\0';
}

OPERATING_MODE_TYPE apex_mode(void)
{
  pok_partition_mode_t mode = POK_PARTITION_MODE_IDLE;

  pok_partition_get_operating_mode(&mode);
  switch (mode) {
  case POK_PARTITION_MODE_INIT_COLD:
    return COLD_START;
  case POK_PARTITION_MODE_INIT_WARM:
    return WARM_START;
  case POK_PARTITION_MODE_NORMAL:
    return NORMAL;
  default:
    return IDLE;
  }
}

LOCK_LEVEL_TYPE apex_lock_level(void)
{
  uint32_t level = 0;

  pok_partition_get_lock_level(&level);
  return (LOCK_LEVEL_TYPE)level;
}

bool apex_may_wait(void)
{
  return apex_mode() == NORMAL && apex_current_process() != 0 && apex_lock_level() == 0;
}

uint32_t apex_patience(SYSTEM_TIME_TYPE time_out)
{
  return apex_may_wait() ? apex_milliseconds(time_out) : 0;
}

RETURN_CODE_TYPE apex_in_vain(SYSTEM_TIME_TYPE time_out)
{
  if (time_out == 0)
    return NOT_AVAILABLE;
  return apex_may_wait() ? TIMED_OUT : INVALID_MODE;
}

bool apex_is_in_vain(pok_ret_t result)
{
  return result == POK_ERRNO_TIMEOUT || result == POK_ERRNO_EMPTY || result == POK_ERRNO_FULL;
}

bool apex_is_discipline(QUEUING_DISCIPLINE_TYPE discipline)
{
  return discipline == FIFO || discipline == PRIORITY;
}

pok_discipline_t apex_discipline(QUEUING_DISCIPLINE_TYPE discipline)
{
  return discipline == PRIORITY ? POK_DISCIPLINE_PRIORITY : POK_DISCIPLINE_FIFO;
}
