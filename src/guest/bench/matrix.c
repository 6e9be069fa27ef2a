/* 32 x 32 integer matrices: multiplications, and addresses computed from two indexes. */
#include "bench.h"

#define SIZE 32

static int16_t a[SIZE][SIZE], b[SIZE][SIZE];
static int32_t product[SIZE][SIZE];

static void fill(uint32_t n)
{
  uint32_t seed = n + 1;

  for (int row = 0; row < SIZE; row++)
    for (int column = 0; column < SIZE; column++) {
      seed = seed * 65539 + 17;
      a[row][column] = (int16_t)(seed >> 20);
      b[row][column] = (int16_t)(seed >> 12 & 0xff);
    }
}

static void multiply(void)
{
  for (int row = 0; row < SIZE; row++)
    for (int column = 0; column < SIZE; column++) {
      int32_t sum = 0;

      for (int k = 0; k < SIZE; k++)
        sum += a[row][k] * b[k][column];
      product[row][column] = sum;
    }
}

/* Sums that grow reset themselves: a branch that depends on the data. */
static uint32_t extract(int32_t clip)
{
  int32_t sum = 0, previous = 0;
  uint32_t result = 0;

  for (int row = 0; row < SIZE; row++)
    for (int column = 0; column < SIZE; column++) {
      int32_t value = product[row][column];

      sum += value >> 8;
      if (sum > clip) {
        result += 10;
        sum = 0;
      } else {
        result += value > previous;
      }
      previous = value;
    }
  return result * 65537 + (uint32_t)sum;
}

uint32_t matrix_work(uint32_t n)
{
  fill(n);
  multiply();
  return extract((int32_t)(n & 0xff) + 1000);
}
