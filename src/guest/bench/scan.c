/* A state machine that tells kinds of numbers apart in text, a byte at a time: short loads and a jump table. */
#include "bench.h"

enum state { START, INTEGER, FRACTION, EXPONENT, HEXADECIMAL, WORD, STATES };

static const char text[] = "12 0x3fa 3.1415 alpha 6.02e23 -17 beta7 0xcafe 1e9 .5 gamma 99 2.5e-3 0x10 delta -0.001 42,";

static int is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static enum state step(enum state state, char c)
{
  switch (state) {
  case START:
    if (is_digit(c) || c == '-')
      return INTEGER;
    return c == '.' ? FRACTION : WORD;
  case INTEGER:
    if (is_digit(c))
      return INTEGER;
    if (c == '.')
      return FRACTION;
    if (c == 'x')
      return HEXADECIMAL;
    return c == 'e' ? EXPONENT : WORD;
  case FRACTION:
    if (is_digit(c))
      return FRACTION;
    return c == 'e' ? EXPONENT : WORD;
  case EXPONENT:
    return is_digit(c) || c == '-' ? EXPONENT : WORD;
  case HEXADECIMAL:
    return is_digit(c) || (c >= 'a' && c <= 'f') ? HEXADECIMAL : WORD;
  default:
    return WORD;
  }
}

uint32_t scan_work(uint32_t n)
{
  uint32_t counts[STATES] = {0};
  uint32_t sum = n;

  for (int pass = 0; pass < 16; pass++) {
    enum state state = START;

    for (uint32_t i = 0; i < sizeof text - 1; i++) {
      if (text[i] == ' ' || text[i] == ',') {
        counts[state]++;
        state = START;
        continue;
      }
      state = step(state, (char)(text[i] ^ (pass & n & 1))); /* now and then another text */
    }
  }
  for (int state = 0; state < STATES; state++)
    sum = sum * 31 + counts[state];
  return sum;
}
