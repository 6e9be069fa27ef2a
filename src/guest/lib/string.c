#include "string.h"

/* The string instructions need DF = 0, which the ABI promises at every call (System V ABI i386, 2.2.2). */

void *memcpy(void *to, const void *from, size_t n)
{
  void *d = to;
  __asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(n) : : "memory");
  return to;
}

void *memmove(void *to, const void *from, size_t n)
{
  unsigned char *d = to;
  const unsigned char *s = from;

  if (d <= s || d >= s + n)
    return memcpy(to, from, n);
  while (n-- > 0)
    d[n] = s[n];
  return to;
}

void *memset(void *to, int value, size_t n)
{
  void *d = to;
  __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(value) : "memory");
  return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
  const unsigned char *x = a, *y = b;

  for (; n > 0; n--, x++, y++)
    if (*x != *y)
      return *x - *y;
  return 0;
}
