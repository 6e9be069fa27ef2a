#include "kinds.h"

#define LENGTH 65536

static uint8_t from[LENGTH], to[LENGTH];

uint32_t strings_work(uint32_t n)
{
  uint32_t left;
  void *at = from;
  void *behind = to;

  __asm__ volatile("cld; rep stosb" : "+D"(at), "=c"(left) : "a"(n | 1), "1"(LENGTH) : "memory");
  at = from;
  __asm__ volatile("rep movsb" : "+S"(at), "+D"(behind), "=c"(left) : "2"(LENGTH) : "memory");
  at = from;
  behind = to;
  from[LENGTH - 1 - (n & 63)] ^= 0x80;
  __asm__ volatile("repe cmpsb" : "+S"(at), "+D"(behind), "=c"(left) : "2"(LENGTH) : "cc", "memory");
  uint32_t sum = left;
  at = to;
  __asm__ volatile("repne scasb" : "+D"(at), "=c"(left) : "a"(0), "1"(LENGTH) : "cc", "memory");
  return sum ^ left;
}
