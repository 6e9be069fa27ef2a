/**
 * f2xm1, fyl2x, fyl2xp1, fptan, fpatan, fsin, fcos, fsincos, in fixed point with far more bits than the result keeps, so that what comes
 * out is the exact value rounded once (SDM volume 1, 8.3.10 asks for an error below one unit in the last place).
 *
 * Angles are reduced with the processor's own pi of 66 bits (SDM volume 1, 8.3.8): a better one would give other results than silicon.
 */
import { invalid } from "./arithmetic.js";
import {
  bitLength,
  classify,
  type Environment,
  type Exact,
  exact,
  type Float80,
  infinity,
  isNan,
  ONE,
  propagate,
  round,
  FPU_EXCEPTION as X,
  zero,
} from "./float80.js";

/** Fraction bits of all fixed-point numbers here. */
const FRACTION = 224;
const F = BigInt(FRACTION);
const UNIT = 1n << F;

const mul = (a: bigint, b: bigint): bigint => (a * b) >> F;
const div = (a: bigint, b: bigint): bigint => (a << F) / b;

/** Sum of x^(2k+1) / (2k+1), with alternating signs or not, divided by x: atan(x)/x and atanh(x)/x for small x. */
function arcRatio(square: bigint, alternating: boolean): bigint {
  let sum = 0n;
  let power = UNIT;
  for (let k = 0n; power !== 0n; k++) {
    const term = power / (2n * k + 1n);
    sum += alternating && k & 1n ? -term : term;
    power = mul(power, square);
  }
  return sum;
}
const atanOfInverse = (n: bigint): bigint => mul(UNIT / n, arcRatio(UNIT / (n * n), true));
/** Machin's formula. */
const PI = 4n * (4n * atanOfInverse(5n) - atanOfInverse(239n));
/** ln 2 = 2 atanh(1/3). */
const LN2 = (2n * mul(UNIT / 3n, arcRatio(UNIT / 9n, false))) | 1n;

/** 66 bits of pi: two before the point and 64 behind it. */
const PI_66 = PI >> (F - 64n);
const PI_66_FRACTION = 64;

/** An exact value as a fixed-point number; bits below the last are dropped. */
function fixed({ significand, exponent, sign }: Exact): bigint {
  const shift = exponent + FRACTION;
  const n = shift >= 0 ? significand << BigInt(shift) : significand >> BigInt(-shift);
  return sign ? -n : n;
}

/** Rounds significand x ratio x 2^exponent: results near zero keep all their bits that way. Always inexact. */
function product(x: Exact, ratio: bigint, env: Environment, sign: 0 | 1 = x.sign): Float80 {
  const magnitude = ratio < 0n ? -ratio : ratio;
  return round({ sign, significand: x.significand * magnitude, exponent: x.exponent - FRACTION }, env, true, 64);
}
const fromFixed = (n: bigint, env: Environment): Float80 =>
  round({ sign: n < 0n ? 1 : 0, significand: n < 0n ? -n : n, exponent: -FRACTION }, env, true, 64);

function single(a: Float80, env: Environment): Float80 | undefined {
  const kind = classify(a);
  if (kind === "unsupported") return invalid(env);
  if (isNan(a)) return propagate(a, a, env);
  if (kind === "denormal") env.raised |= X.denormal;
  return undefined;
}
function pair(a: Float80, b: Float80, env: Environment): Float80 | undefined {
  if (classify(a) === "unsupported" || classify(b) === "unsupported") return invalid(env);
  if (isNan(a) || isNan(b)) return propagate(a, b, env);
  return undefined;
}
function noteDenormal(env: Environment, ...operands: Float80[]): void {
  if (operands.some((v) => classify(v) === "denormal")) env.raised |= X.denormal;
}

/** 2^x - 1 for -1 <= x <= 1; outside it the result is undefined, and x is given back as processors of today do. */
export function exponentialMinusOne(a: Float80, env: Environment): Float80 {
  const early = single(a, env);
  if (early) return early;
  if (classify(a) === "zero") return a;
  if (classify(a) === "infinity") return a.sign ? { ...ONE, sign: 1 } : a;
  if (a.exponent > ONE.exponent || (a.exponent === ONE.exponent && a.significand !== ONE.significand)) return a;
  if (a.exponent === ONE.exponent) return a.sign ? { ...ONE, sign: 1, exponent: ONE.exponent - 1 } : ONE;
  const x = exact(a);
  const at = fixed(x);
  // (e^(x ln 2) - 1) / x = sum of ln2^k x^(k-1) / k!
  let sum = 0n;
  let term = LN2;
  for (let k = 2n; term !== 0n && term !== -1n; k++) {
    sum += term;
    term = mul(mul(term, at), LN2) / k;
  }
  return product(x, sum, env);
}

/** log2 of 1 + d, d = numerator / denominator > -1, by 2 atanh(d / (2 + d)) / ln 2, as a ratio to d / (2 + d). */
const LOG2_SCALE = (): bigint => div(2n * UNIT, LN2);

/** y x log2(x) */
export function logarithm(x: Float80, y: Float80, env: Environment): Float80 {
  const early = pair(x, y, env);
  if (early) return early;
  const [cx, cy] = [classify(x), classify(y)];
  if (x.sign && cx !== "zero") return invalid(env);
  if (cx === "zero") {
    if (cy === "zero") return invalid(env);
    if (cy === "infinity") return infinity(y.sign ? 0 : 1);
    env.raised |= X.zeroDivide;
    return infinity(y.sign ? 0 : 1);
  }
  const isOne = x.exponent === ONE.exponent && x.significand === ONE.significand;
  if ((isOne && cy === "infinity") || (cx === "infinity" && cy === "zero")) return invalid(env);
  noteDenormal(env, x, y);
  const below = x.exponent < ONE.exponent;
  if (cx === "infinity") return infinity(y.sign);
  if (cy === "infinity") return infinity(below === (y.sign === 1) ? 0 : 1);
  if (isOne || cy === "zero") return zero(below === (y.sign === 1) ? 0 : 1);

  const ex = exact(x);
  const ey = exact(y);
  const length = bitLength(ex.significand);
  let power = ex.exponent + length - 1;
  // The significand as m in [1, 2), then in [0.75, 1.5), so that near 1 nothing cancels.
  let m = ex.significand << BigInt(FRACTION + 1 - length);
  if (m > (UNIT * 3n) / 2n) {
    m >>= 1n;
    power++;
  }
  const d = m - UNIT;
  if (power === 0) {
    const z = div(d, m + UNIT);
    const ratio = mul(arcRatio(mul(z, z), false), LOG2_SCALE());
    // y x z x ratio: z keeps its relative precision, for d is exact.
    const zLong = (d << (2n * F)) / (m + UNIT);
    const n = ey.significand * (zLong < 0n ? -zLong : zLong) * ratio;
    const sign = d < 0n === (y.sign === 1) ? 0 : 1;
    return round({ sign, significand: n, exponent: ey.exponent - 3 * FRACTION }, env, true, 64);
  }
  const log = BigInt(power) * UNIT + logOfFixed(m);
  const exactly = d === 0n;
  const sign = log < 0n === (y.sign === 1) ? 0 : 1;
  return round({ sign, significand: ey.significand * (log < 0n ? -log : log), exponent: ey.exponent - FRACTION }, env, !exactly, 64);
}

/** log2 of a positive fixed-point number, as one. */
function logOfFixed(n: bigint): bigint {
  let power = bitLength(n) - 1 - FRACTION;
  let m = power >= 0 ? n >> BigInt(power) : n << BigInt(-power);
  // In [0.75, 1.5), where the series is short.
  if (m > (UNIT * 3n) / 2n) {
    m >>= 1n;
    power++;
  }
  const z = div(m - UNIT, m + UNIT);
  return BigInt(power) * UNIT + mul(mul(z, arcRatio(mul(z, z), false)), LOG2_SCALE());
}

/** y x log2(x + 1), for x near 0 */
export function logarithmPlusOne(x: Float80, y: Float80, env: Environment): Float80 {
  const early = pair(x, y, env);
  if (early) return early;
  const [cx, cy] = [classify(x), classify(y)];
  if ((cx === "zero" && cy === "infinity") || (cx === "infinity" && (x.sign || cy === "zero"))) return invalid(env);
  noteDenormal(env, x, y);
  const sign = x.sign === y.sign ? 0 : 1;
  if (cx === "infinity" || cy === "infinity") return infinity(sign);
  if (cx === "zero" || cy === "zero") return zero(sign);
  const ex = exact(x);
  const ey = exact(y);
  const at = fixed(ex);
  if (at <= -UNIT) return invalid(env);
  // Far from 0 the manual leaves the result undefined; it is the logarithm here, for which the series below would take for ever.
  if (at > UNIT || at < -UNIT / 2n) {
    const log = logOfFixed(UNIT + at);
    return round({ sign, significand: ey.significand * (log < 0n ? -log : log), exponent: ey.exponent - FRACTION }, env, true, 64);
  }
  // z = x / (2 + x); its ratio to x, times that of atanh(z) to z.
  const perX = div(UNIT, 2n * UNIT + at);
  const z = mul(at, perX);
  const ratio = mul(mul(perX, arcRatio(mul(z, z), false)), LOG2_SCALE());
  return round(
    { sign, significand: ex.significand * ey.significand * ratio, exponent: ex.exponent + ey.exponent - FRACTION },
    env,
    true,
    64,
  );
}

/** |x| as quarter turns and a rest in [0, pi/4] (or counted back from the next quarter), by the 66-bit pi. */
function reduce(x: Exact): { quarter: number; rest: bigint; exactRest: Exact | undefined } {
  // In units of 2^-low, fine enough for pi's last bit and x's.
  const low = Math.max(-x.exponent, PI_66_FRACTION + 1, 0);
  if (x.exponent + bitLength(x.significand) <= -1) return { quarter: 0, rest: fixed({ ...x, sign: 0 }), exactRest: { ...x, sign: 0 } };
  const scaled = x.significand << BigInt(x.exponent + low);
  const half = PI_66 << BigInt(low - PI_66_FRACTION - 1);
  let quarter = scaled / half;
  let rest = scaled - quarter * half;
  let sign: 0 | 1 = 0;
  if (2n * rest > half) {
    quarter++;
    rest = half - rest;
    sign = 1;
  }
  const exactRest: Exact = { sign, significand: rest, exponent: -low };
  return { quarter: Number(quarter & 3n), rest: fixed(exactRest), exactRest };
}

/** sin(r)/r and cos(r) for |r| <= pi/4 */
function sineRatio(square: bigint): bigint {
  let sum = 0n;
  let term = UNIT;
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    sum += term;
    term = -(mul(term, square) / (2n * k * (2n * k + 1n)));
  }
  return sum;
}
function cosine(square: bigint): bigint {
  let sum = 0n;
  let term = UNIT;
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    sum += term;
    term = -(mul(term, square) / (2n * k * (2n * k - 1n)));
  }
  return sum;
}

/** 2^63 and above are out of range: C2 is set and the operand left. */
export const outOfRange = (a: Float80): boolean => a.exponent >= ONE.exponent + 63 && classify(a) === "normal";

export function sine(a: Float80, env: Environment): Float80 {
  return trigonometric(a, env, "sine");
}
export function cosineOf(a: Float80, env: Environment): Float80 {
  return trigonometric(a, env, "cosine");
}
function trigonometric(a: Float80, env: Environment, which: "sine" | "cosine"): Float80 {
  const early = single(a, env);
  if (early) return early;
  const kind = classify(a);
  if (kind === "infinity") return invalid(env);
  if (kind === "zero") return which === "sine" ? a : ONE;
  const { quarter, rest, exactRest } = reduce(exact(a));
  const square = mul(rest, rest);
  const turn = which === "sine" ? quarter : (quarter + 1) & 3;
  const negative = (turn >= 2 ? 1 : 0) ^ (which === "sine" ? a.sign : 0);
  // Odd quarters swap sine and cosine; only the sine carries the rest's own sign.
  if (turn & 1) {
    // Never quite 1: a cosine is below it for every rest but 0.
    const c = cosine(square) - 1n;
    return round({ sign: negative as 0 | 1, significand: c, exponent: -FRACTION }, env, true, 64);
  }
  return product(exactRest!, sineRatio(square), env, (negative ^ exactRest!.sign) as 0 | 1);
}

export function tangent(a: Float80, env: Environment): Float80 {
  const early = single(a, env);
  if (early) return early;
  const kind = classify(a);
  if (kind === "infinity") return invalid(env);
  if (kind === "zero") return a;
  const { quarter, rest, exactRest } = reduce(exact(a));
  const square = mul(rest, rest);
  const [s, c] = [sineRatio(square), cosine(square)];
  const r = exactRest!;
  const sign = (a.sign ^ r.sign ^ (quarter & 1)) as 0 | 1;
  if (!(quarter & 1)) return product(r, div(s, c), env, sign);
  // -cot: 1 / (r x s / c)
  const numerator = div(c, s) << 128n;
  return round({ sign, significand: numerator / r.significand, exponent: -FRACTION - 128 - r.exponent }, env, true, 64);
}

/** atan2(y, x): the angle of the point (x, y). */
export function arctangent(x: Float80, y: Float80, env: Environment): Float80 {
  const early = pair(x, y, env);
  if (early) return early;
  noteDenormal(env, x, y);
  const [cx, cy] = [classify(x), classify(y)];
  const angle = (n: bigint): Float80 => fromFixed(y.sign ? -n : n, env);
  if (cy === "infinity") return cx === "infinity" ? angle(x.sign ? (3n * PI) / 4n : PI / 4n) : angle(PI / 2n);
  if (cx === "infinity") return x.sign ? angle(PI) : zero(y.sign);
  if (cy === "zero") return x.sign ? angle(PI) : zero(y.sign);
  if (cx === "zero") return angle(PI / 2n);
  const [ex, ey] = [exact(x), exact(y)];
  const distance = ey.exponent + bitLength(ey.significand) - ex.exponent - bitLength(ex.significand);
  if (distance > 200) return angle(PI / 2n);
  if (distance < -200 && x.sign) return angle(PI);
  // t = |y| / |x| as significand x 2^exponent, with its own 280 bits.
  const significand = (ey.significand << 344n) / ex.significand;
  const exponent = ey.exponent - ex.exponent - 344;
  if (distance < -2) {
    const t = fixed({ sign: 0, significand, exponent });
    const ratio = arcRatio(mul(t, t), true);
    if (!x.sign) return round({ sign: y.sign, significand: significand * ratio, exponent: exponent - FRACTION }, env, true, 64);
    return angle(PI - mul(t, ratio));
  }
  const first = atanFixed(fixed({ sign: 0, significand, exponent }));
  return angle(x.sign ? PI - first : first);
}

/** atan of a fixed-point number >= 0, by three halvings of the angle. */
function atanFixed(t: bigint): bigint {
  if (t > UNIT) return PI / 2n - atanFixed(div(UNIT, t));
  let v = t;
  // tan(a/2) = t / (1 + sqrt(1 + t^2))
  for (let n = 0; n < 3; n++) v = div(v, UNIT + root(UNIT + mul(v, v)));
  return mul(v, arcRatio(mul(v, v), true)) * 8n;
}
function root(n: bigint): bigint {
  let x = UNIT;
  const target = n << F;
  for (;;) {
    const y = (x + target / x) >> 1n;
    if (y === x || y === x + 1n || y === x - 1n) return y;
    x = y;
  }
}
