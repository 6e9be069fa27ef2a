#include "kinds.h"
#include "libpok.h"

uint32_t system_calls_work(uint32_t n)
{
  for (int i = 0; i < 16; i++) {
    uint32_t id = 0;

    pok_thread_id(&id);
    n += id;
  }
  return n;
}
