/*
 * Work of one kind each, to be timed by itself. The command line's iters= has the kind in its hundreds of millions and the number of
 * iterations below: iters=300000500 is 500 iterations of kind 3. What comes out is printed as a CRC, so that runs can be compared.
 */
#include "kinds.h"
#include "libpok.h"

#define KIND 100000000u

static uint32_t (*const kinds[])(uint32_t n) = {calls_work, loops_work, strings_work, system_calls_work, segments_work, floats_work};

int main(uint32_t iters)
{
  uint32_t kind = iters / KIND, iterations = iters % KIND;
  uint32_t crc = 0xffff;

  if (kind < 1 || kind > sizeof kinds / sizeof kinds[0])
    kind = 1;
  for (uint32_t n = 0; n < iterations; n++) {
    crc = (crc << 5 | crc >> 27) ^ kinds[kind - 1](n);
  }
  pok_printf("bench: %u iterations, crc 0x%04x, done\n", iterations, crc);
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
