/* Reaches for what is not its own, and is heard of no more. */
#include "stray.h"

int main(void)
{
  pok_printf("careless: reaching for the kernel's memory\n");
  stray();
  pok_printf("careless: and nothing happened\n");
  return 0;
}
