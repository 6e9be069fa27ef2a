#include "format.h"
#include <stdbool.h>

struct sink {
  char *out;
  uint32_t used, size;
};

static void put(struct sink *sink, char c)
{
  if (sink->used < sink->size)
    sink->out[sink->used++] = c;
}

static void put_number(struct sink *sink, uint32_t value, uint32_t base, bool negative, uint32_t width, char fill)
{
  char digits[10];
  uint32_t n = 0;

  do {
    digits[n++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);

  if (negative && fill == '0')
    put(sink, '-');
  for (uint32_t used = n + negative; used < width; used++)
    put(sink, fill);
  if (negative && fill != '0')
    put(sink, '-');
  while (n > 0)
    put(sink, digits[--n]);
}

static void put_conversion(struct sink *sink, char conversion, uint32_t width, char fill, va_list *args)
{
  int number;

  switch (conversion) {
  case 's':
    for (const char *s = va_arg(*args, const char *); *s != '\0'; s++)
      put(sink, *s);
    break;
  case 'c':
    put(sink, (char)va_arg(*args, int));
    break;
  case 'd':
    number = va_arg(*args, int);
    put_number(sink, number < 0 ? 0u - (uint32_t)number : (uint32_t)number, 10, number < 0, width, fill);
    break;
  case 'u':
    put_number(sink, va_arg(*args, uint32_t), 10, false, width, fill);
    break;
  case 'x':
    put_number(sink, va_arg(*args, uint32_t), 16, false, width, fill);
    break;
  default:
    put(sink, conversion);
  }
}

uint32_t format(char *out, uint32_t size, const char *text, va_list list)
{
  struct sink sink = {out, 0, size};
  va_list args;

  /* A parameter of type va_list may be an array that decayed to a pointer; a copy can be passed on by address everywhere. */
  va_copy(args, list);
  for (; *text != '\0'; text++) {
    uint32_t width = 0;
    char fill = ' ';

    if (*text != '%') {
      put(&sink, *text);
      continue;
    }
    text++;
    if (*text == '0')
      fill = *text++;
    while (*text >= '0' && *text <= '9')
      width = width * 10 + (uint32_t)(*text++ - '0');
    if (*text == '\0')
      break;
    put_conversion(&sink, *text, width, fill, &args);
  }
  va_end(args);
  return sink.used;
}
