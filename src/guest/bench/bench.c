/*
 * Integer work of the kinds embedded programs are made of: linked lists, matrices, a state machine over text, checksums. Every iteration
 * feeds its results into a CRC-16, which is printed, so that nothing can be optimised away and every run can be compared.
 */
#include "bench.h"
#include "libpok.h"

#define DEFAULT_ITERATIONS 1000

uint16_t crc16(uint16_t crc, uint32_t value)
{
  for (int bit = 0; bit < 32; bit++) {
    uint32_t feedback = (crc ^ value) & 1;

    value >>= 1;
    crc >>= 1;
    if (feedback)
      crc ^= 0xa001;
  }
  return crc;
}

static uint16_t iteration(uint16_t crc, uint32_t n)
{
  crc = crc16(crc, list_work(n));
  crc = crc16(crc, matrix_work(n));
  return crc16(crc, scan_work(n));
}

int main(uint32_t iterations)
{
  uint16_t crc = 0xffff;

  if (iterations == 0)
    iterations = DEFAULT_ITERATIONS;
  for (uint32_t n = 0; n < iterations; n++)
    crc = iteration(crc, n);
  pok_printf("bench: %u iterations, crc 0x%04x, done\n", iterations, crc);
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
