/* Text formatting shared by the kernel and libpok. */
#pragma once
#include <stdarg.h>
#include <stdint.h>

/**
 * Writes at most `size` characters, without a terminating NUL, and returns how many. Knows %s %c %d %u %x and %%, each of the
 * numbers with an optional width, zero-filled if the width starts with 0. Arguments are 32 bits wide.
 */
uint32_t format(char *out, uint32_t size, const char *text, va_list args);
