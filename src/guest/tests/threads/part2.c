/* Round robin: priorities count for nothing, and everybody has a turn. */
#include "../check.h"

static volatile uint32_t spins[3];

static void spin0(void)
{
  for (;;)
    spins[0]++;
}

static void spin1(void)
{
  for (;;)
    spins[1]++;
}

static void spin2(void)
{
  for (;;)
    spins[2]++;
}

int main(void)
{
  pok_thread_attr_t attr = {.priority = 1};
  uint32_t id;

  pok_thread_create(&id, &attr, spin0);
  attr.priority = 100;
  pok_thread_create(&id, &attr, spin1);
  attr.priority = 200;
  pok_thread_create(&id, &attr, spin2);
  pok_thread_sleep(200);
  CHECK(spins[0] > 0 && spins[1] > 0 && spins[2] > 0);
  check_end("part2");
  return 0;
}
