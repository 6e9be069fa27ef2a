/* Fails last of all, so that the system ends: everybody else has stopped by then. */
#include "../check.h"

int main(void)
{
  pok_thread_sleep(2000);
  check_end("part4");
  return 0;
}
