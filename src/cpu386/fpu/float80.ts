/**
 * Double extended precision: the 80-bit format, its classes, and rounding. SDM volume 1, 4.2 and 8.2.
 *
 * Values are exact integers in between: (-1)^sign x significand x 2^exponent with a significand of any length. Only `round` makes 64,
 * 53 or 24 bits of it, and only there inexactness, overflow and underflow arise.
 */

/** A register's contents, taken apart: biased exponent (0-0x7fff), 64-bit significand with its explicit integer bit. */
export interface Float80 {
  readonly sign: 0 | 1;
  readonly exponent: number;
  readonly significand: bigint;
}

/** Exception flags, as in the status and control words. */
export const FPU_EXCEPTION = { invalid: 1, denormal: 2, zeroDivide: 4, overflow: 8, underflow: 16, precision: 32, stackFault: 64 } as const;

export const BIAS = 16383;
export const INTEGER_BIT = 1n << 63n;
const QUIET_BIT = 1n << 62n;
const MAX_EXPONENT = 0x7fff;
/** What an exponent is moved by when overflow or underflow is unmasked (SDM volume 1, 8.5.4). */
const WRAP = 24576;

export const ZERO: Float80 = { sign: 0, exponent: 0, significand: 0n };
export const ONE: Float80 = { sign: 0, exponent: BIAS, significand: INTEGER_BIT };
export const INFINITY: Float80 = { sign: 0, exponent: MAX_EXPONENT, significand: INTEGER_BIT };
/** "Real indefinite": the answer to an invalid operation. */
export const INDEFINITE: Float80 = { sign: 1, exponent: MAX_EXPONENT, significand: INTEGER_BIT | QUIET_BIT };

export type FloatClass = "zero" | "denormal" | "normal" | "infinity" | "quiet" | "signaling" | "unsupported";

export function classify({ exponent, significand }: Float80): FloatClass {
  if (exponent === 0) return significand === 0n ? "zero" : "denormal";
  if (!(significand & INTEGER_BIT)) return "unsupported";
  if (exponent < MAX_EXPONENT) return "normal";
  if (significand === INTEGER_BIT) return "infinity";
  return significand & QUIET_BIT ? "quiet" : "signaling";
}
export const isNan = (v: Float80): boolean =>
  v.exponent === MAX_EXPONENT && (v.significand & INTEGER_BIT) !== 0n && v.significand !== INTEGER_BIT;
export const negate = (v: Float80): Float80 => ({ ...v, sign: v.sign ? 0 : 1 });
export const withSign = (v: Float80, sign: 0 | 1): Float80 => ({ ...v, sign });
export const quiet = (v: Float80): Float80 => ({ ...v, significand: v.significand | QUIET_BIT });
export const zero = (sign: 0 | 1): Float80 => withSign(ZERO, sign);
export const infinity = (sign: 0 | 1): Float80 => withSign(INFINITY, sign);

/** A finite value as significand x 2^exponent, exactly. Denormals have the exponent that 1 stands for. */
export interface Exact {
  readonly sign: 0 | 1;
  readonly significand: bigint;
  readonly exponent: number;
}
export function exact(v: Float80): Exact {
  return { sign: v.sign, significand: v.significand, exponent: Math.max(v.exponent, 1) - BIAS - 63 };
}

/** The environment of an operation: control word fields in, exceptions and C1 out. */
export interface Environment {
  /** Rounding control: nearest even, down, up, toward zero. */
  readonly rounding: 0 | 1 | 2 | 3;
  /** Bits of the significand: 24, 53 or 64. */
  readonly precision: 24 | 53 | 64;
  /** Masked exceptions. */
  readonly masks: number;
  /** Exceptions raised so far; the caller takes them over. */
  raised: number;
  /** The last rounding was away from zero: C1. */
  roundedUp: boolean;
}

export function bitLength(n: bigint): number {
  let [rest, length] = [n, 0];
  for (; rest >> 64n !== 0n; rest >>= 64n) length += 64;
  const high = Number(rest >> 32n);
  return length + (high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(Number(rest)));
}

/** Whether a discarded part rounds the magnitude up. `half`: compared with half of the last place, -1, 0 or 1. */
function roundsUp(rounding: number, sign: 0 | 1, odd: boolean, half: number): boolean {
  switch (rounding) {
    case 0:
      return half > 0 || (half === 0 && odd);
    case 1:
      return sign === 1;
    case 2:
      return sign === 0;
    default:
      return false;
  }
}

/** Drops the low bits of a significand; says whether anything was lost and in which direction the rest went. */
export function shiftRight(
  significand: bigint,
  bits: number,
  sign: 0 | 1,
  rounding: number,
): { result: bigint; inexact: boolean; up: boolean } {
  if (bits <= 0) return { result: significand << BigInt(-bits), inexact: false, up: false };
  const shift = BigInt(bits);
  const result = significand >> shift;
  const rest = significand - (result << shift);
  if (rest === 0n) return { result, inexact: false, up: false };
  const middle = 1n << (shift - 1n);
  const half = rest > middle ? 1 : rest === middle ? 0 : -1;
  const up = roundsUp(rounding, sign, (result & 1n) === 1n, half);
  return { result: up ? result + 1n : result, inexact: true, up };
}

/** Rounds an exact value to the environment's precision. `sticky`: something not zero lies below the significand's last bit. */
export function round(value: Exact, env: Environment, sticky = false, precision: number = env.precision): Float80 {
  const { sign } = value;
  let { significand, exponent } = value;
  if (sticky) {
    significand = (significand << 2n) | 1n;
    exponent -= 2;
  }
  if (significand === 0n) return zero(sign);
  const length = bitLength(significand);
  let biased = exponent + length - 1 + BIAS;
  let { result, inexact, up } = shiftRight(significand, length - precision, sign, env.rounding);
  if (bitLength(result) > precision) {
    result >>= 1n;
    biased++;
  }
  if (biased < 1) return roundTiny(sign, significand, exponent, biased, result, inexact, up, precision, env);
  if (biased >= MAX_EXPONENT) return overflow(sign, biased, result, inexact, up, precision, env);
  note(env, inexact, up);
  return { sign, exponent: biased, significand: result << BigInt(64 - precision) };
}

function note(env: Environment, inexact: boolean, up: boolean): void {
  if (!inexact) return;
  env.raised |= FPU_EXCEPTION.precision;
  env.roundedUp = up;
}

/** Too small for a normal number, judged after rounding (SDM volume 1, 4.9.1.5). */
function roundTiny(
  sign: 0 | 1,
  significand: bigint,
  exponent: number,
  biased: number,
  rounded: bigint,
  inexact: boolean,
  up: boolean,
  precision: number,
  env: Environment,
): Float80 {
  if (!(env.masks & FPU_EXCEPTION.underflow)) {
    env.raised |= FPU_EXCEPTION.underflow;
    if (biased + WRAP < 1) {
      // Too small even for that (fscale only).
      env.raised |= FPU_EXCEPTION.precision;
      return zero(sign);
    }
    note(env, inexact, up);
    return { sign, exponent: biased + WRAP, significand: rounded << BigInt(64 - precision) };
  }
  // The last place is that of the smallest normal number.
  const last = 1 - BIAS - (precision - 1);
  const tiny = shiftRight(significand, last - exponent, sign, env.rounding);
  if (tiny.inexact) env.raised |= FPU_EXCEPTION.underflow;
  note(env, tiny.inexact, tiny.up);
  const scaled = tiny.result << BigInt(64 - precision);
  return { sign, exponent: scaled & INTEGER_BIT ? 1 : 0, significand: scaled };
}

function overflow(
  sign: 0 | 1,
  biased: number,
  result: bigint,
  inexact: boolean,
  up: boolean,
  precision: number,
  env: Environment,
): Float80 {
  env.raised |= FPU_EXCEPTION.overflow;
  const masked = (env.masks & FPU_EXCEPTION.overflow) !== 0;
  if (!masked && biased - WRAP < MAX_EXPONENT) {
    note(env, inexact, up);
    return { sign, exponent: biased - WRAP, significand: result << BigInt(64 - precision) };
  }
  env.raised |= FPU_EXCEPTION.precision;
  // Too large even for the moved exponent (fscale only): infinity, whatever the rounding (SDM volume 1, 8.5.4).
  const away = !masked || env.rounding === 0 || (env.rounding === 1 && sign === 1) || (env.rounding === 2 && sign === 0);
  env.roundedUp = away;
  if (away) return infinity(sign);
  return { sign, exponent: MAX_EXPONENT - 1, significand: ((1n << BigInt(precision)) - 1n) << BigInt(64 - precision) };
}

/** The NaN that an operation on these operands gives (SDM volume 1, table 4-7); raises invalid for a signaling one. */
export function propagate(a: Float80, b: Float80, env: Environment): Float80 {
  const [ca, cb] = [classify(a), classify(b)];
  const nanA = ca === "quiet" || ca === "signaling";
  const nanB = cb === "quiet" || cb === "signaling";
  if (ca === "signaling" || cb === "signaling") env.raised |= FPU_EXCEPTION.invalid;
  if (nanA && !nanB) return quiet(a);
  if (nanB && !nanA) return quiet(b);
  // A signaling and a quiet NaN give the quiet one; two of a kind the larger significand, else the positive one.
  if (ca !== cb) return ca === "quiet" ? a : b;
  if (a.significand !== b.significand) return quiet(a.significand > b.significand ? a : b);
  return quiet(a.sign === 0 ? a : b);
}
