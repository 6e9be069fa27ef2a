/* Works on, whatever happens to the others. */
#include "libpok.h"

#define ROUNDS 4

int main(void)
{
  for (uint32_t n = 1; n <= ROUNDS; n++) {
    pok_printf("bystander: round %u of %u\n", n, ROUNDS);
    pok_thread_sleep(100);
  }
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
