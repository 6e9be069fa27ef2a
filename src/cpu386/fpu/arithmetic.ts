/** The x87's exact operations: every result is that of infinite precision, rounded once. SDM volume 1, 8.3.5 to 8.3.6. */
import {
  bitLength,
  classify,
  type Environment,
  exact,
  type Float80,
  INDEFINITE,
  infinity,
  isNan,
  negate,
  propagate,
  round,
  withSign,
  FPU_EXCEPTION as X,
  zero,
} from "./float80.js";

export function invalid(env: Environment): Float80 {
  env.raised |= X.invalid;
  return INDEFINITE;
}

/**
 * What comes before any arithmetic on two operands: unsupported formats, NaNs, the denormal exception. A result if that settles it.
 * `env.raised` then tells whether an unmasked exception forbids going on.
 */
function prelude(a: Float80, b: Float80, env: Environment): Float80 | undefined {
  const [ca, cb] = [classify(a), classify(b)];
  if (ca === "unsupported" || cb === "unsupported") return invalid(env);
  if (isNan(a) || isNan(b)) return propagate(a, b, env);
  return undefined;
}
/** A denormal operand is noted once nothing worse is wrong with the operands. */
function noteDenormal(env: Environment, ...operands: Float80[]): void {
  if (operands.some((v) => classify(v) === "denormal")) env.raised |= X.denormal;
}

export function add(a: Float80, b: Float80, env: Environment): Float80 {
  const early = prelude(a, b, env);
  if (early) return early;
  const [ca, cb] = [classify(a), classify(b)];
  if (ca === "infinity" && cb === "infinity" && a.sign !== b.sign) return invalid(env);
  noteDenormal(env, a, b);
  if (ca === "infinity") return a;
  if (cb === "infinity") return b;
  const [x, y] = [exact(a), exact(b)];
  // Far apart, the smaller is only a sign of being there: 70 bits below the larger's last, whatever its size.
  const low = Math.max(Math.min(x.exponent, y.exponent), Math.max(x.exponent, y.exponent) - 140);
  const scaled = (v: typeof x): { n: bigint; sticky: boolean } => {
    const shift = v.exponent - low;
    if (shift >= 0) return { n: v.significand << BigInt(shift), sticky: false };
    const n = v.significand >> BigInt(-shift);
    return { n, sticky: n << BigInt(-shift) !== v.significand };
  };
  const [sx, sy] = [scaled(x), scaled(y)];
  // Two more bits, so that what was dropped can be told by its side: nearer to zero, never away from it.
  const term = (s: { n: bigint; sticky: boolean }, sign: 0 | 1): bigint => ((s.n << 2n) | (s.sticky ? 1n : 0n)) * (sign ? -1n : 1n);
  const sum = term(sx, a.sign) + term(sy, b.sign);
  if (sum === 0n) return zero(a.sign === b.sign ? a.sign : env.rounding === 1 ? 1 : 0);
  return round({ sign: sum < 0n ? 1 : 0, significand: sum < 0n ? -sum : sum, exponent: low - 2 }, env);
}

export function subtract(a: Float80, b: Float80, env: Environment): Float80 {
  return isNan(b) ? add(a, b, env) : add(a, negate(b), env);
}

export function multiply(a: Float80, b: Float80, env: Environment): Float80 {
  const early = prelude(a, b, env);
  if (early) return early;
  const [ca, cb] = [classify(a), classify(b)];
  const sign = a.sign === b.sign ? 0 : 1;
  if ((ca === "infinity" && cb === "zero") || (ca === "zero" && cb === "infinity")) return invalid(env);
  noteDenormal(env, a, b);
  if (ca === "infinity" || cb === "infinity") return infinity(sign);
  const [x, y] = [exact(a), exact(b)];
  return round({ sign, significand: x.significand * y.significand, exponent: x.exponent + y.exponent }, env);
}

export function divide(a: Float80, b: Float80, env: Environment): Float80 {
  const early = prelude(a, b, env);
  if (early) return early;
  const [ca, cb] = [classify(a), classify(b)];
  const sign = a.sign === b.sign ? 0 : 1;
  if ((ca === "infinity" && cb === "infinity") || (ca === "zero" && cb === "zero")) return invalid(env);
  // A division by zero hides a denormal dividend.
  if (cb === "zero" && ca !== "infinity") {
    env.raised |= X.zeroDivide;
    return infinity(sign);
  }
  noteDenormal(env, a, b);
  if (ca === "infinity") return infinity(sign);
  if (cb === "infinity") return zero(sign);
  if (ca === "zero") return zero(sign);
  const [x, y] = [exact(a), exact(b)];
  // 66 bits of quotient at the least, whatever the lengths of denormals.
  const shift = 66 + Math.max(0, bitLength(y.significand) - bitLength(x.significand));
  const dividend = x.significand << BigInt(shift);
  const quotient = dividend / y.significand;
  const sticky = quotient * y.significand !== dividend;
  return round({ sign, significand: quotient, exponent: x.exponent - y.exponent - shift }, env, sticky);
}

export function squareRoot(a: Float80, env: Environment): Float80 {
  const kind = classify(a);
  if (kind === "unsupported") return invalid(env);
  if (isNan(a)) return propagate(a, a, env);
  if (kind === "zero") return a;
  if (a.sign) return invalid(env);
  noteDenormal(env, a);
  if (kind === "infinity") return a;
  const x = exact(a);
  let shift = 134 - bitLength(x.significand);
  if ((x.exponent - shift) % 2 !== 0) shift++;
  const radicand = x.significand << BigInt(shift);
  const root = integerRoot(radicand);
  return round({ sign: 0, significand: root, exponent: (x.exponent - shift) / 2 }, env, root * root !== radicand);
}

/** The largest integer whose square is not above n. */
export function integerRoot(n: bigint): bigint {
  let x = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

/** -1, 0 or 1; undefined if unordered. `quietly`: only signaling NaNs and unsupported formats are invalid (fucom). */
export function compare(a: Float80, b: Float80, env: Environment, quietly: boolean): -1 | 0 | 1 | undefined {
  const kinds = [classify(a), classify(b)];
  if (kinds.includes("unsupported") || kinds.includes("signaling") || (!quietly && kinds.includes("quiet"))) {
    env.raised |= X.invalid;
    return undefined;
  }
  if (kinds.includes("quiet")) return undefined;
  noteDenormal(env, a, b);
  const [x, y] = [signedValue(a), signedValue(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
/** Ordered as the value is: sign, exponent, significand; both zeros alike. */
function signedValue(v: Float80): bigint {
  const magnitude = (BigInt(v.significand === 0n ? 0 : Math.max(v.exponent, 1)) << 64n) | v.significand;
  return v.sign ? -magnitude : magnitude;
}

/** To an integer by the rounding control, as a value of the format. */
export function roundToInteger(a: Float80, env: Environment): Float80 {
  const kind = classify(a);
  if (kind === "unsupported") return invalid(env);
  if (isNan(a)) return propagate(a, a, env);
  noteDenormal(env, a);
  if (kind === "zero" || kind === "infinity") return a;
  const x = exact(a);
  if (x.exponent >= 0) return a;
  const whole = toInteger(a, env);
  const result = round({ sign: a.sign, significand: whole < 0n ? -whole : whole, exponent: 0 }, { ...env, raised: 0 }, false, 64);
  return withSign(result, a.sign);
}

/** The integer nearest by the rounding control; raises precision. Finite values only. */
export function toInteger(a: Float80, env: Environment): bigint {
  const x = exact(a);
  // Everything below 2^-66 is as good as a half of a half.
  const shift = Math.max(x.exponent, -200);
  const significand = shift === x.exponent ? x.significand : x.significand === 0n ? 0n : 1n;
  if (shift >= 0) return (significand << BigInt(shift)) * (a.sign ? -1n : 1n);
  const bits = BigInt(-shift);
  const whole = significand >> bits;
  const rest = significand - (whole << bits);
  let result = whole;
  if (rest !== 0n) {
    env.raised |= X.precision;
    const half = 1n << (bits - 1n);
    const up =
      env.rounding === 0
        ? rest > half || (rest === half && (whole & 1n) === 1n)
        : env.rounding === 1
          ? a.sign === 1
          : env.rounding === 2
            ? a.sign === 0
            : false;
    env.roundedUp = up;
    if (up) result++;
  }
  return a.sign ? -result : result;
}

/** fscale: a x 2^trunc(b). */
export function scale(a: Float80, b: Float80, env: Environment): Float80 {
  const early = prelude(a, b, env);
  if (early) return early;
  const [ca, cb] = [classify(a), classify(b)];
  if (cb === "infinity") {
    if (b.sign ? ca === "infinity" : ca === "zero") return invalid(env);
    noteDenormal(env, a);
    if (b.sign) return zero(a.sign);
    return infinity(a.sign);
  }
  noteDenormal(env, a, b);
  if (ca === "zero" || ca === "infinity") return a;
  const by = toInteger(b, { ...env, rounding: 3, raised: 0 });
  // Beyond this the result overflows or vanishes in any case.
  const clamped = Number(by > 0x10000n ? 0x10000n : by < -0x10000n ? -0x10000n : by);
  const x = exact(a);
  return round({ sign: a.sign, significand: x.significand, exponent: x.exponent + clamped }, env, false, 64);
}

/** fxtract: exponent as a number, and significand in [1, 2). */
export function extract(a: Float80, env: Environment): { exponent: Float80; significand: Float80 } {
  const kind = classify(a);
  if (kind === "unsupported") {
    const r = invalid(env);
    return { exponent: r, significand: r };
  }
  if (isNan(a)) {
    const r = propagate(a, a, env);
    return { exponent: r, significand: r };
  }
  if (kind === "infinity") return { exponent: infinity(0), significand: a };
  if (kind === "zero") {
    env.raised |= X.zeroDivide;
    return { exponent: infinity(1), significand: a };
  }
  noteDenormal(env, a);
  const x = exact(a);
  const length = bitLength(x.significand);
  const power = x.exponent + length - 1;
  const plain = { ...env, raised: 0 };
  return {
    exponent: round({ sign: power < 0 ? 1 : 0, significand: BigInt(Math.abs(power)), exponent: 0 }, plain, false, 64),
    significand: round({ sign: a.sign, significand: x.significand, exponent: 1 - length }, plain, false, 64),
  };
}

/**
 * fprem (`nearest` false: quotient truncated) and fprem1 (quotient to nearest even). A reduction of more than 63 bits is partial.
 * `quotient`: its low three bits; undefined if the reduction is not complete (C2).
 */
export function remainder(a: Float80, b: Float80, nearest: boolean, env: Environment): { result: Float80; quotient: number | undefined } {
  const early = prelude(a, b, env);
  if (early) return { result: early, quotient: 0 };
  const [ca, cb] = [classify(a), classify(b)];
  if (ca === "infinity" || cb === "zero") return { result: invalid(env), quotient: 0 };
  noteDenormal(env, a, b);
  if (cb === "infinity" || ca === "zero") return { result: a, quotient: 0 };
  const [x, y] = [exact(a), exact(b)];
  const distance = x.exponent + bitLength(x.significand) - (y.exponent + bitLength(y.significand));
  const low = Math.min(x.exponent, y.exponent);
  if (distance >= 64) {
    // SDM volume 2, FPREM: subtract a multiple that lowers the exponent by N, 32 to 63.
    const n = 32 + (distance % 32);
    const unit = distance - n;
    const divisor = y.significand << BigInt(y.exponent - low + unit);
    const dividend = x.significand << BigInt(x.exponent - low);
    const rest = dividend % divisor;
    return { result: withSign(finish(rest, low, a.sign, env), a.sign), quotient: undefined };
  }
  if (distance < -1) {
    return { result: finish(x.significand, x.exponent, a.sign, env), quotient: 0 };
  }
  const dividend = x.significand << BigInt(x.exponent - low);
  const divisor = y.significand << BigInt(y.exponent - low);
  let quotient = dividend / divisor;
  let rest = dividend - quotient * divisor;
  let { sign } = a;
  if (nearest && (rest * 2n > divisor || (rest * 2n === divisor && (quotient & 1n) === 1n))) {
    quotient++;
    rest = divisor - rest;
    sign = sign ? 0 : 1;
  }
  const result = rest === 0n ? zero(a.sign) : finish(rest, low, sign, env);
  return { result, quotient: Number(quotient & 7n) };
}

const finish = (significand: bigint, exponent: number, sign: 0 | 1, env: Environment): Float80 =>
  round({ sign, significand, exponent }, env, false, 64);
