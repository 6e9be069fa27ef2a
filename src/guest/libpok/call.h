/* How libpok's functions make a system call. */
#pragma once
#include "libpok.h"

#define CALL(id, ...)                                                                                                                      \
  ({                                                                                                                                       \
    const uint32_t values[] = {__VA_ARGS__};                                                                                               \
    pok_syscall_args_t args = {.nargs = sizeof values / sizeof values[0]};                                                                 \
    for (uint32_t i = 0; i < args.nargs; i++)                                                                                              \
      args.arg[i] = values[i];                                                                                                             \
    pok_syscall(id, &args);                                                                                                                \
  })
