#include "console.h"
#include "format.h"
#include "serial.h"
#include "vga.h"

void pok_console_init(void)
{
  pok_serial_init();
  pok_vga_init();
}

void pok_console_write(const char *text, uint32_t length)
{
  for (uint32_t i = 0; i < length; i++) {
    pok_serial_put(text[i]);
    pok_vga_put(text[i]);
  }
}

void pok_printf(const char *text, ...)
{
  char line[128];
  va_list args;

  va_start(args, text);
  pok_console_write(line, format(line, sizeof line, text, args));
  va_end(args);
}
