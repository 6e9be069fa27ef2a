/** The lazy arithmetic flags in terms of the emitter: how results set them, how conditions read them. Formulas: layout.ts. */
import type { Size } from "../bus.js";
import type { Emitter, Value } from "../emitter.js";
import { FLAG } from "../flags.js";

/** After a + b = r, all sign-extended. */
export function setAdd(e: Emitter, a: Value, b: Value, r: Value): void {
  e.setLazy({ fr: r, oa: a, ob: b, fx: e.constant(0), ca: r, cb: a });
}

/** After a - b = r, all sign-extended. */
export function setSubtract(e: Emitter, a: Value, b: Value, r: Value): void {
  e.setLazy({ fr: r, oa: a, ob: e.xor(b, e.constant(-1)), fx: e.constant(0x10), ca: a, cb: b }, { a, b });
}

/** With a carry that the plain compare cannot give (adc, sbb). */
export function setAddWithCarry(e: Emitter, a: Value, b: Value, r: Value, carry: Value): void {
  e.setLazy({ fr: r, oa: a, ob: b, fx: e.constant(0), ca: e.constant(0), cb: carry });
}
export function setSubtractWithCarry(e: Emitter, a: Value, b: Value, r: Value, carry: Value): void {
  e.setLazy({ fr: r, oa: a, ob: e.xor(b, e.constant(-1)), fx: e.constant(0x10), ca: e.constant(0), cb: carry });
}

/** inc and dec leave CF as it is. */
export function setIncrement(e: Emitter, a: Value, r: Value): void {
  e.setLazy({ fr: r, oa: a, ob: e.constant(1), fx: e.constant(0) });
}
export function setDecrement(e: Emitter, a: Value, r: Value): void {
  e.setLazy({ fr: r, oa: a, ob: e.constant(-2), fx: e.constant(0x10) });
}

/** and, or, xor, test: OF = CF = 0; AF, undefined in the manual, is 0. */
export function setLogic(e: Emitter, r: Value): void {
  const zero = e.constant(0);
  e.setLazy({ fr: r, oa: r, ob: zero, fx: zero, ca: zero, cb: zero }, { a: r, b: zero });
}

/** Result flags with a given carry and overflow (each 0 or 1); AF becomes 0. */
export function setResult(e: Emitter, r: Value, carry: Value, overflow: Value): void {
  const sign = e.let(e.shl(overflow, e.constant(31)));
  const top = e.and(r, e.constant(0x80000000 | 0));
  e.setLazy({ fr: r, oa: e.xor(r, sign), ob: e.xor(top, sign), fx: e.constant(0), ca: e.constant(0), cb: carry });
}

/** CF and OF only (rotates): the other flags keep their values. */
export function setCarryAndOverflow(e: Emitter, carry: Value, overflow: Value): void {
  const top = e.let(e.and(e.xor(e.lazy("fr"), e.shl(overflow, e.constant(31))), e.constant(0x80000000 | 0)));
  const low = e.constant(0x7fffffff);
  e.setLazy({
    oa: e.or(e.and(e.lazy("oa"), low), top),
    ob: e.or(e.and(e.lazy("ob"), low), top),
    ca: e.constant(0),
    cb: carry,
  });
}

export function setCarry(e: Emitter, carry: Value): void {
  e.setLazy({ ca: e.constant(0), cb: carry });
}

/** SF, ZF, AF, PF and CF from their places in EFLAGS, OF as given (0 or 1). */
export function setAll(e: Emitter, flags: Value, overflow: Value): void {
  const f = e.let(flags);
  const bit = (n: number): Value => e.and(e.shr(f, e.constant(n)), e.constant(1));
  const fr = e.let(e.eqz(bit(6)));
  const parity = e.xor(bit(2), e.eqz(fr));
  const sign = e.shl(bit(7), e.constant(31));
  const oa = e.let(e.xor(fr, e.sub(e.constant(0), overflow)));
  const fx = e.or(e.or(sign, e.shl(parity, e.constant(2))), e.and(f, e.constant(FLAG.AF)));
  e.setLazy({ fr, fx: e.let(fx), oa, ob: oa, ca: e.constant(0), cb: e.let(e.and(f, e.constant(FLAG.CF))) });
}

/** Makes ZF what it is told, without a defined value for the other result flags (bsf and bsr: SF, OF, AF, PF, CF undefined). */
export function setZeroOnly(e: Emitter, r: Value): void {
  setLogic(e, r);
}

/** The arithmetic flags in their places in EFLAGS. */
export function arithmeticFlags(e: Emitter): Value {
  const at = (flag: Value, bit: number): Value => e.shl(flag, e.constant(bit));
  const adjust = e.xor(e.xor(e.lazy("oa"), e.lazy("ob")), e.xor(e.lazy("fr"), e.lazy("fx")));
  const flags = [at(parity(e), 2), e.and(adjust, e.constant(FLAG.AF)), at(zero(e), 6), at(top(e, signBits(e)), 7), at(overflow(e), 11)];
  return e.let(flags.reduce((all, one) => e.or(all, one), carry(e)));
}

export const overflow = (e: Emitter): Value => top(e, overflowBits(e));
export const carry = (e: Emitter): Value => e.ltu(e.lazy("ca"), e.lazy("cb"));

const zero = (e: Emitter): Value => e.eqz(e.lazy("fr"));
const signBits = (e: Emitter): Value => e.xor(e.lazy("fr"), e.lazy("fx"));
const overflowBits = (e: Emitter): Value => e.and(e.xor(e.lazy("oa"), e.lazy("fr")), e.xor(e.lazy("ob"), e.lazy("fr")));
const top = (e: Emitter, v: Value): Value => e.shr(v, e.constant(31));

/** 1 if the low byte of FR has an even number of ones, flipped by FX. */
const parity = (e: Emitter): Value => {
  const ones = e.popcnt(e.and(e.lazy("fr"), e.constant(0xff)));
  return e.and(e.xor(e.xor(ones, e.constant(1)), e.shr(e.lazy("fx"), e.constant(2))), e.constant(1));
};

/** The sixteen conditions by the number in their opcodes (SDM volume 1, appendix B), as 0 or 1. */
export function condition(e: Emitter, code: number): Value {
  const positive = byCompare(e, code) ?? byFormula(e, code);
  return code & 1 ? e.eqz(positive) : positive;
}

/** After a compare or a test in sight, most conditions are one comparison. */
function byCompare(e: Emitter, code: number): Value | undefined {
  const compared = e.compared();
  if (!compared) return undefined;
  const { a, b } = compared;
  switch (code >> 1) {
    case 1:
      return e.ltu(a, b);
    case 2:
      return e.eq(a, b);
    case 3:
      return e.eqz(e.gtu(a, b));
    case 6:
      return e.lts(a, b);
    case 7:
      return e.eqz(e.lts(b, a));
    default:
      return undefined;
  }
}

function byFormula(e: Emitter, code: number): Value {
  switch (code >> 1) {
    case 0:
      return overflow(e);
    case 1:
      return carry(e);
    case 2:
      return zero(e);
    case 3:
      return e.or(carry(e), zero(e));
    case 4:
      return top(e, signBits(e));
    case 5:
      return parity(e);
    case 6:
      return top(e, e.xor(signBits(e), overflowBits(e)));
    default:
      return e.or(zero(e), top(e, e.xor(signBits(e), overflowBits(e))));
  }
}

export const CONDITION_NAMES = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"] as const;

/** Bits of an operand of that size. */
export const bits = (size: Size): number => size * 8;
