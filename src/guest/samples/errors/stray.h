/*
 * A wild pointer, and a far one: its selector is the kernel's. A near one beyond the partition's limit is caught here as well, but not by
 * QEMU, which does not know limits, and where this sample has to print the same.
 */
#pragma once
#include "libpok.h"

static inline void stray(void)
{
  static const struct {
    uint32_t offset;
    uint16_t selector;
  } kernel = {0, 0x10};

  __asm__ volatile("lgs %0, %%eax" : : "m"(kernel) : "eax", "memory");
}
