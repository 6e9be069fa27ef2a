/* Partition 1 computes: it fills a block with numbers, sorts it and prints its checksum. */
#include "libpok.h"

#define BLOCK 64

static uint32_t block[BLOCK];
static uint32_t seed = 1;
uint32_t laps;

/* Numerical Recipes' linear congruential generator: any would do, as long as it is always the same. */
static uint32_t next_number(void)
{
  seed = seed * 1664525 + 1013904223;
  return seed;
}

static void fill_block(void)
{
  for (int i = 0; i < BLOCK; i++)
    block[i] = next_number() >> 16;
}

static void sort_block(void)
{
  for (int i = 1; i < BLOCK; i++) {
    uint32_t number = block[i];
    int place = i;

    while (place > 0 && block[place - 1] > number) {
      block[place] = block[place - 1];
      place--;
    }
    block[place] = number;
  }
}

static uint32_t crc_byte(uint32_t crc, uint8_t byte)
{
  crc ^= byte;
  for (int bit = 0; bit < 8; bit++)
    crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
  return crc;
}

/* CRC-32 of IEEE 802.3. Called once per activation; the kernel and part2 have functions of theirs at this very address. */
__attribute__((section(".shared"), noinline)) uint32_t crc_block(const uint32_t *words, int count)
{
  const uint8_t *bytes = (const uint8_t *)words;
  uint32_t crc = ~0u;

  for (int i = 0; i < count * 4; i++)
    crc = crc_byte(crc, bytes[i]);
  return ~crc;
}

int main(void)
{
  for (;;) {
    pok_thread_period();
    laps++;
    fill_block();
    sort_block();
    uint32_t crc = crc_block(block, BLOCK);
    pok_printf("part1: lap %u crc 0x%08x\n", laps, crc);
  }
}
