/* The coprocessor: a product of matrices of doubles, the roots of a series by Newton's rule, and sums that go through integers and floats. */
#include "kinds.h"

#define SIZE 8

static double left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];

static void fill(uint32_t n)
{
  for (uint32_t i = 0; i < SIZE; i++)
    for (uint32_t j = 0; j < SIZE; j++) {
      left[i][j] = (double)(int32_t)(n + i * SIZE + j) / 7.0;
      right[i][j] = (double)(int32_t)(i - j) * 0.3125 + 1.5;
    }
}

static void multiply(void)
{
  for (uint32_t i = 0; i < SIZE; i++)
    for (uint32_t j = 0; j < SIZE; j++) {
      double sum = 0;

      for (uint32_t k = 0; k < SIZE; k++)
        sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
}

/* The root of `value` to within 1e-9 of it; it takes a few rounds. */
static double root(double value)
{
  double guess = value > 1 ? value / 2 : value;

  for (uint32_t rounds = 0; rounds < 40; rounds++) {
    double next = (guess + value / guess) * 0.5, change = next - guess;

    guess = next;
    if (change < 1e-9 && change > -1e-9)
      break;
  }
  return guess;
}

uint32_t floats_work(uint32_t n)
{
  float total = 0;
  uint32_t mixed = 0;

  fill(n);
  multiply();
  for (uint32_t i = 0; i < SIZE; i++) {
    double value = product[i][SIZE - 1 - i];

    total += (float)root(value < 0 ? 0.5 - value : value + 0.5);
    mixed = (mixed << 3 | mixed >> 29) ^ (uint32_t)(int32_t)(value * 16);
  }
  return mixed ^ (uint32_t)(int32_t)(total * 256);
}
