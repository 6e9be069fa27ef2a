/** Between the 80-bit format and what memory holds: single and double precision, integers, packed BCD. SDM volume 1, 4.2 and 4.7. */
import { toInteger } from "./arithmetic.js";
import {
  BIAS,
  bitLength,
  classify,
  type Environment,
  exact,
  type Float80,
  INTEGER_BIT,
  infinity,
  isNan,
  quiet,
  round,
  shiftRight,
  FPU_EXCEPTION as X,
  zero,
} from "./float80.js";

interface Format {
  readonly bytes: 4 | 8;
  readonly fraction: number;
  readonly exponentBits: number;
}
const SINGLE: Format = { bytes: 4, fraction: 23, exponentBits: 8 };
const DOUBLE: Format = { bytes: 8, fraction: 52, exponentBits: 11 };
export const formatOf = (bytes: 4 | 8): Format => (bytes === 4 ? SINGLE : DOUBLE);

/** Raises denormal and invalid as loading does; a signaling NaN becomes quiet. */
export function fromFormat(bits: bigint, { fraction, exponentBits }: Format, env: Environment): Float80 {
  const mask = (1n << BigInt(fraction)) - 1n;
  const top = (1 << exponentBits) - 1;
  const sign = Number((bits >> BigInt(fraction + exponentBits)) & 1n) as 0 | 1;
  const exponent = Number((bits >> BigInt(fraction)) & BigInt(top));
  const rest = bits & mask;
  const bias = top >> 1;
  if (exponent === top) {
    if (rest === 0n) return infinity(sign);
    const nan: Float80 = { sign, exponent: 0x7fff, significand: INTEGER_BIT | (rest << BigInt(63 - fraction)) };
    if (classify(nan) === "signaling") env.raised |= X.invalid;
    return quiet(nan);
  }
  if (exponent === 0) {
    if (rest === 0n) return zero(sign);
    env.raised |= X.denormal;
    return round({ sign, significand: rest, exponent: 1 - bias - fraction }, { ...env, raised: 0 }, false, 64);
  }
  return { sign, exponent: exponent - bias + BIAS, significand: INTEGER_BIT | (rest << BigInt(63 - fraction)) };
}

/** Rounds to the format; undefined: an unmasked overflow or underflow keeps memory as it is. */
export function toFormat(v: Float80, { fraction, exponentBits }: Format, env: Environment): bigint | undefined {
  const top = (1 << exponentBits) - 1;
  const bias = top >> 1;
  const assemble = (sign: 0 | 1, exponent: number, rest: bigint): bigint =>
    (BigInt(sign) << BigInt(fraction + exponentBits)) | (BigInt(exponent) << BigInt(fraction)) | rest;
  const mask = (1n << BigInt(fraction)) - 1n;
  const kind = classify(v);
  const indefinite = assemble(1, top, 1n << BigInt(fraction - 1));
  if (kind === "unsupported") {
    env.raised |= X.invalid;
    return indefinite;
  }
  if (isNan(v)) {
    if (kind === "signaling") env.raised |= X.invalid;
    return assemble(v.sign, top, (quiet(v).significand >> BigInt(63 - fraction)) & mask);
  }
  if (kind === "infinity") return assemble(v.sign, top, 0n);
  if (kind === "zero") return assemble(v.sign, 0, 0n);
  const { sign, significand, exponent } = exact(v);
  const length = bitLength(significand);
  let biased = exponent + length - 1 + bias;
  let rounded = shiftRight(significand, length - fraction - 1, sign, env.rounding);
  if (bitLength(rounded.result) > fraction + 1) {
    rounded = { ...rounded, result: rounded.result >> 1n };
    biased++;
  }
  const note = (inexact: boolean, up: boolean): void => {
    if (!inexact) return;
    env.raised |= X.precision;
    env.roundedUp = up;
  };
  if (biased >= top) {
    env.raised |= X.overflow;
    if (!(env.masks & X.overflow)) return undefined;
    env.raised |= X.precision;
    const away = env.rounding === 0 || (env.rounding === 1 && sign === 1) || (env.rounding === 2 && sign === 0);
    env.roundedUp = away;
    return away ? assemble(sign, top, 0n) : assemble(sign, top - 1, mask);
  }
  if (biased < 1) {
    if (!(env.masks & X.underflow)) {
      env.raised |= X.underflow;
      return undefined;
    }
    const tiny = shiftRight(significand, 1 - bias - fraction - exponent, sign, env.rounding);
    if (tiny.inexact) env.raised |= X.underflow;
    note(tiny.inexact, tiny.up);
    return assemble(sign, 0, 0n) + tiny.result;
  }
  note(rounded.inexact, rounded.up);
  return assemble(sign, biased, rounded.result & mask);
}

export function fromInteger(n: bigint): Float80 {
  const magnitude = n < 0n ? -n : n;
  const plain: Environment = { rounding: 0, precision: 64, masks: 0x3f, raised: 0, roundedUp: false };
  return round({ sign: n < 0n ? 1 : 0, significand: magnitude, exponent: 0 }, plain);
}

/** Rounds to a signed integer of `bytes`; out of range or not a number is invalid, and the integer indefinite. */
export function toIntegerOf(v: Float80, bytes: 2 | 4 | 8, env: Environment): bigint {
  const indefinite = -(1n << BigInt(bytes * 8 - 1));
  const n = integerOrInvalid(v, env);
  if (n === undefined || n < indefinite || n > -indefinite - 1n) {
    env.raised = (env.raised & ~X.precision) | X.invalid;
    env.roundedUp = false;
    return indefinite;
  }
  return n;
}

function integerOrInvalid(v: Float80, env: Environment): bigint | undefined {
  const kind = classify(v);
  if (kind === "unsupported" || kind === "infinity" || isNan(v)) return undefined;
  // Larger than any integer format: no need to look at all its bits.
  if (v.exponent > BIAS + 80) return undefined;
  return toInteger(v, env);
}

/** Packed BCD: 18 digits and a sign, ten bytes. Digits above 9 have no defined value; they are taken at face value, as on silicon. */
export function fromBcd(bytes: Uint8Array): Float80 {
  let n = 0n;
  for (let at = 8; at >= 0; at--) n = n * 100n + BigInt((bytes[at]! >> 4) * 10 + (bytes[at]! & 15));
  const v = fromInteger(n);
  return bytes[9]! & 0x80 ? { ...v, sign: 1 } : v;
}

const BCD_LIMIT = 10n ** 18n;
export function toBcd(v: Float80, env: Environment): Uint8Array {
  const out = new Uint8Array(10);
  const n = integerOrInvalid(v, env);
  const magnitude = n === undefined ? BCD_LIMIT : n < 0n ? -n : n;
  if (magnitude >= BCD_LIMIT) {
    env.raised = (env.raised & ~X.precision) | X.invalid;
    env.roundedUp = false;
    out.set([0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff]);
    return out;
  }
  let rest = magnitude;
  for (let at = 0; at < 9; at++) {
    const pair = Number(rest % 100n);
    out[at] = (Math.floor(pair / 10) << 4) | (pair % 10);
    rest /= 100n;
  }
  out[9] = v.sign ? 0x80 : 0;
  return out;
}

/** Ten bytes, little-endian: significand, then exponent and sign. */
export function fromBytes(bytes: Uint8Array): Float80 {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 10);
  const high = view.getUint16(8, true);
  return { sign: (high >> 15) as 0 | 1, exponent: high & 0x7fff, significand: view.getBigUint64(0, true) };
}
export function toBytes(v: Float80): Uint8Array {
  const out = new Uint8Array(10);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, v.significand, true);
  view.setUint16(8, (v.sign << 15) | v.exponent, true);
  return out;
}
