/** The x87's registers and words as its quick functions see them. A place is 16 times a register's physical number. */
import { STATUS } from "../../fpu/status.js";
import * as L from "../../layout.js";
import { i32, type Term, type Variable, type Writer } from "../writer.js";
import type { Name } from "./names.js";

const { R } = L;
export type W = Writer<Name>;

export const BIAS = 16383;
/** Of the highest finite exponent. */
export const MAX_EXPONENT = 0x7ffe;
export const INTEGER_BIT = 1n << 63n;
export const SIGN = 0x8000;
export const PRECISION_EXCEPTION = 32;
const TOP_SHIFT = 11;
const EXCEPTIONS = 0x3f;

/** A register's contents: 64 bits of significand, and exponent and sign. */
export interface Real {
  readonly significand: Variable;
  readonly exponent: Variable;
}
export const realOf = (w: W, significand: Term, exponent: Term): Real => ({ significand: w.let(significand), exponent: w.let(exponent) });

export const status = (w: W): Variable => w.let(w.load(L.FPU_STATUS));
const top = (word: Term): Term => word.shr(TOP_SHIFT).and(7);
const withTop = (word: Term, number: Term): Term => word.and(~STATUS.top).or(number.and(7).shl(TOP_SHIFT));
/** Rounding control: nearest even, down, up, toward zero. */
export const rounding = (w: W): Term => w.load(L.FPU_CONTROL).shr(10).and(3);

const isEmpty = (w: W, place: Term): Term => w.load(L.FPU_EMPTY).shr(place.shr(4)).and(1);
export const placeOf = (w: W, i: Term): Variable => w.let(top(w.load(L.FPU_STATUS)).add(i).and(7).shl(4));
/** ST(i)'s place; refuses if it is empty. */
export function full(w: W, i: Term): Variable {
  const place = placeOf(w, i);
  w.refuseIf(isEmpty(w, place));
  return place;
}
export const st0 = (w: W): Variable => full(w, i32(0));
/** The i of a register form. */
export const registerNumber = (w: W, record: Term): Term => w.load(record, R.scale).shr(8).and(7);
/** Its ST(i); refuses if it is empty. */
export const sti = (w: W, record: Term): Variable => full(w, registerNumber(w, record));

export const read = (w: W, place: Term): Real => realOf(w, w.load64(place, L.FPU_REGISTERS), w.load16(place, L.FPU_REGISTERS + 8));
export function write(w: W, place: Term, { significand, exponent }: { significand: Term; exponent: Term }): void {
  w.store(significand, place, L.FPU_REGISTERS);
  w.store16(exponent, place, L.FPU_REGISTERS + 8);
}
export const markFull = (w: W, place: Term): void => w.store(w.load(L.FPU_EMPTY).and(i32(1).shl(place.shr(4)).xor(-1)), L.FPU_EMPTY);

/** Refuses unless it is a normal number or zero. */
export function requirePlain(w: W, { significand, exponent }: Real): void {
  const biased = exponent.and(0x7fff);
  const normal = biased.sub(1).ltu(MAX_EXPONENT).and(significand.lts(0));
  w.refuseIf(normal.or(biased.or(significand.ne(0)).eqz()).eqz());
}
/** Refuses if one of these exceptions is not masked. @param raised other bits are not looked at */
export const requireMasked = (w: W, raised: Term): void => w.refuseIf(raised.and(w.load(L.FPU_CONTROL).xor(-1)).and(EXCEPTIONS));

/** Leaves C1 and exceptions as given, and frees registers from the top on. @param kept status bits that stay */
export function settle(w: W, raised: Term | number, pops: Term | number, kept = ~STATUS.C1): void {
  const word = status(w);
  const number = w.let(top(word));
  const count = typeof pops === "number" ? i32(pops) : pops;
  const freed = w.let(i32(1).shl(count).sub(1).shl(number));
  w.store(w.load(L.FPU_EMPTY).or(freed.or(freed.shr(8)).and(0xff)), L.FPU_EMPTY);
  w.store(withTop(word.and(kept).or(raised), number.add(count)), L.FPU_STATUS);
}
/** A new top, C1 clear. Refuses if there is no room. */
export function pushed(w: W, value: { significand: Term; exponent: Term }): void {
  const word = status(w);
  const number = w.let(top(word).sub(1).and(7));
  const place = w.let(number.shl(4));
  w.refuseIf(isEmpty(w, place).eqz());
  w.store(withTop(word.and(~STATUS.C1), number), L.FPU_STATUS);
  write(w, place, value);
  markFull(w, place);
}

/** What fstenv tells of the last instruction. */
export function note(w: W, record: Term): void {
  w.store(w.load(record, R.ip), L.FPU_IP);
  w.store(w.load(L.CS), L.FPU_CS);
  w.store(w.load(record, R.scale).shr(8), L.FPU_OPCODE);
}
/** And of its operand. */
export function noteOperand(w: W, record: Term, offset: Term): void {
  w.store(offset, L.FPU_DP);
  w.store(w.load(w.load(record, R.seg)), L.FPU_DS);
}
