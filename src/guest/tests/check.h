/* What the test programs look at: says which lines were wrong, and at the end whether there were any. */
#pragma once
#include "libpok.h"
#include <stdbool.h>

static uint32_t check_failures;

#define CHECK(condition)                                                                                                                   \
  do {                                                                                                                                     \
    if (!(condition)) {                                                                                                                    \
      check_failures++;                                                                                                                    \
      pok_printf("line %u: not %s\n", (uint32_t)__LINE__, #condition);                                                                     \
    }                                                                                                                                      \
  } while (0)

static inline void check_end(const char *who)
{
  pok_printf("%s: %s\n", who, check_failures == 0 ? "as it should be" : "WRONG");
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
}
