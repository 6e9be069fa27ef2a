#include "kinds.h"

__attribute__((noinline)) static uint32_t fibonacci(uint32_t n)
{
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

__attribute__((noinline)) static uint32_t rotate(uint32_t a, uint32_t by)
{
  return a << (by & 31) | a >> (-by & 31);
}
__attribute__((noinline)) static uint32_t mix(uint32_t a, uint32_t b)
{
  return rotate(a ^ b, b) + rotate(b, a);
}
static uint32_t (*const operations[])(uint32_t, uint32_t) = {rotate, mix};

uint32_t calls_work(uint32_t n)
{
  uint32_t sum = fibonacci(15);

  for (uint32_t i = 0; i < 200; i++)
    sum = operations[i & 1](mix(sum, i), n);
  return sum;
}
