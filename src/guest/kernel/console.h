/* Where text goes: the serial line, and the screen if there is one. */
#pragma once
#include <stdint.h>

void pok_console_init(void);
void pok_console_write(const char *text, uint32_t length);
void pok_printf(const char *text, ...) __attribute__((format(printf, 1, 2)));
