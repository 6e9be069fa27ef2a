/* Beside the ticker: a partition that computes without a pause, and says so now and then. */
#include "libpok.h"
#include <stdbool.h>

#define PRIMES_A_LINE 20000

static bool is_prime(uint32_t n)
{
  for (uint32_t d = 3; d * d <= n; d += 2)
    if (n % d == 0)
      return false;
  return true;
}

int main(void)
{
  uint32_t found = 1;

  for (uint32_t n = 3;; n += 2) {
    if (!is_prime(n))
      continue;
    if (++found % PRIMES_A_LINE == 0)
      pok_printf("compute: prime %u is %u\n", found, n);
    if (found == 2 * PRIMES_A_LINE)
      pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  }
}
