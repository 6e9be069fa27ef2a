/* What gcc expects of its own library, which need not be there for 32 bits: 64-bit division and complex products and quotients. */
typedef unsigned long long u64;
typedef long long s64;

static u64 divide(u64 a, u64 b, u64 *rest) {
  u64 quotient = 0;
  u64 r = 0;
  for (int bit = 63; bit >= 0; bit--) {
    int carry = (int)(r >> 63);
    r = r << 1 | (a >> bit & 1);
    if (carry || r >= b) {
      r -= b;
      quotient |= 1ull << bit;
    }
  }
  if (rest) *rest = r;
  return quotient;
}

static u64 magnitude(s64 a) { return a < 0 ? 0 - (u64)a : (u64)a; }

u64 __udivdi3(u64 a, u64 b) { return divide(a, b, 0); }
u64 __umoddi3(u64 a, u64 b) {
  u64 rest;
  divide(a, b, &rest);
  return rest;
}
u64 __udivmoddi4(u64 a, u64 b, u64 *rest) { return divide(a, b, rest); }
s64 __divdi3(s64 a, s64 b) {
  u64 quotient = divide(magnitude(a), magnitude(b), 0);
  return (a < 0) != (b < 0) ? (s64)(0 - quotient) : (s64)quotient;
}
s64 __moddi3(s64 a, s64 b) {
  u64 rest;
  divide(magnitude(a), magnitude(b), &rest);
  return a < 0 ? (s64)(0 - rest) : (s64)rest;
}
s64 __divmoddi4(s64 a, s64 b, s64 *rest) {
  *rest = __moddi3(a, b);
  return __divdi3(a, b);
}

/* Without the care for infinities that Annex G asks for. */
#define COMPLEX(type, mode)                                                      \
  _Complex type __mul##mode##3(type a, type b, type c, type d) {                 \
    _Complex type z;                                                             \
    __real__ z = a * c - b * d;                                                  \
    __imag__ z = a * d + b * c;                                                  \
    return z;                                                                    \
  }                                                                              \
  _Complex type __div##mode##3(type a, type b, type c, type d) {                 \
    type length = c * c + d * d;                                                 \
    _Complex type z;                                                             \
    __real__ z = (a * c + b * d) / length;                                       \
    __imag__ z = (b * c - a * d) / length;                                       \
    return z;                                                                    \
  }
COMPLEX(float, sc)
COMPLEX(double, dc)
COMPLEX(long double, xc)
