/** x87 operations on the top of the stack: constants, remainder, square root, transcendentals (SDM volume 1, 8.3.4 to 8.3.7). */

import * as A from "../../fpu/arithmetic.js";
import { CONSTANTS } from "../../fpu/constants.js";
import { classify, type Environment, type Float80, isNan, negate, ONE, withSign, FPU_EXCEPTION as X, ZERO } from "../../fpu/float80.js";
import { STATUS } from "../../fpu/status.js";
import * as T from "../../fpu/transcendental.js";
import type { X87 } from "../../fpu/x87.js";
import type { Instruction } from "../../instruction.js";
import type { Definition } from "../table.js";
import { compareWith } from "./arithmetic.js";
import { compute, invalidOpcode, load, type Operation, op, sti } from "./common.js";
import * as Quick from "./quick.js";

/** Operations on ST(0) alone that cannot raise but for an empty register. */
function plain(f: X87, change: (v: Float80) => Float80): void {
  f.clearC1();
  if (f.requireFull(0)) f.set(0, change(f.get(0)));
  else if (f.masksInvalid) f.set(0, f.indefinite);
}
const constant = (v: (rounding: number) => Float80) => (f: X87) => load(f, (env) => v(env.rounding));

/** fxam: the class of ST(0) in C3 C2 C0, its sign in C1. */
function examine(f: X87): void {
  const v = f.get(0);
  const kind = f.isEmpty(0) ? "empty" : classify(v);
  const bits = {
    unsupported: 0,
    quiet: STATUS.C0,
    signaling: STATUS.C0,
    normal: STATUS.C2,
    infinity: STATUS.C2 | STATUS.C0,
    zero: STATUS.C3,
    empty: STATUS.C3 | STATUS.C0,
    denormal: STATUS.C3 | STATUS.C2,
  }[kind];
  f.setConditions(bits | (v.sign ? STATUS.C1 : 0));
}

function partialRemainder(f: X87, nearest: boolean): void {
  f.clearC1();
  if (!f.requireFull(0, 1)) {
    f.status &= ~STATUS.C2;
    if (f.masksInvalid) f.set(0, f.indefinite);
    return;
  }
  const env = f.environment();
  const { result, quotient } = A.remainder(f.get(0), f.get(1), nearest, env);
  if (!f.settle(env)) return;
  f.set(0, result);
  if (env.raised & X.invalid || isNan(result)) {
    f.status &= ~STATUS.C2;
    return;
  }
  const q = quotient ?? 0;
  const bits = (q & 4 ? STATUS.C0 : 0) | (q & 1 ? STATUS.C1 : 0) | (q & 2 ? STATUS.C3 : 0);
  f.setConditions(quotient === undefined ? STATUS.C2 : bits);
}

/**
 * fptan and fsincos push a second result; out of range sets C2 and leaves the operand.
 * @param second also hears the first result
 */
function twoResults(
  f: X87,
  first: (v: Float80, env: Environment) => Float80,
  second: (v: Float80, env: Environment, first: Float80) => Float80,
): void {
  f.clearC1();
  const full = f.requireFull(0);
  const room = full && f.requireRoom();
  if (!full || !room) {
    f.status &= ~STATUS.C2;
    if (!f.masksInvalid) return;
    f.set(0, f.indefinite);
    f.push(f.indefinite);
    return;
  }
  const v = f.get(0);
  if (T.outOfRange(v)) return f.setCompared((f.status & (STATUS.C0 | STATUS.C3)) | STATUS.C2);
  const env = f.environment();
  const a = first(v, env);
  const b = second(v, env, a);
  if (!f.settle(env)) return;
  f.setCompared(f.status & (STATUS.C0 | STATUS.C3));
  f.set(0, a);
  f.push(b);
}
function angle(f: X87, function_: (v: Float80, env: Environment) => Float80): void {
  if (f.requireFull(0) && T.outOfRange(f.get(0))) {
    f.clearC1();
    return f.setCompared((f.status & (STATUS.C0 | STATUS.C3)) | STATUS.C2);
  }
  compute(f, 0, [0], false, (env) => function_(f.get(0), env));
  f.setCompared(f.status & (STATUS.C0 | STATUS.C3));
}

function extractParts(f: X87): void {
  f.clearC1();
  const full = f.requireFull(0);
  if (!full || !f.requireRoom()) {
    if (!f.masksInvalid) return;
    f.set(0, f.indefinite);
    f.push(f.indefinite);
    return;
  }
  const env = f.environment();
  const { exponent, significand } = A.extract(f.get(0), env);
  if (!f.settle(env)) return;
  f.set(0, exponent);
  f.push(significand);
}

/** The D9 register forms from E0 to FF, by the low five bits of modrm. */
const D9: Readonly<Record<number, Operation>> = {
  0: (f) => plain(f, negate),
  1: (f) => plain(f, (v) => withSign(v, 0)),
  4: (f) => compareWith(f, [0], () => ZERO, false, 0),
  5: examine,
  8: constant(() => ONE),
  9: constant(CONSTANTS.log2Ten),
  10: constant(CONSTANTS.log2E),
  11: constant(CONSTANTS.pi),
  12: constant(CONSTANTS.log10Two),
  13: constant(CONSTANTS.lnTwo),
  14: constant(() => ZERO),
  16: (f) => compute(f, 0, [0], false, (env) => T.exponentialMinusOne(f.get(0), env)),
  17: (f) => compute(f, 1, [0, 1], true, (env) => T.logarithm(f.get(0), f.get(1), env)),
  18: (f) => twoResults(f, T.tangent, (_v, _env, result) => (isNan(result) ? result : ONE)),
  19: (f) => compute(f, 1, [0, 1], true, (env) => T.arctangent(f.get(0), f.get(1), env)),
  20: extractParts,
  21: (f) => partialRemainder(f, true),
  22: (f) => {
    f.clearC1();
    f.top--;
  },
  23: (f) => {
    f.clearC1();
    f.top++;
  },
  24: (f) => partialRemainder(f, false),
  25: (f) => compute(f, 1, [0, 1], true, (env) => T.logarithmPlusOne(f.get(0), f.get(1), env)),
  26: (f) => compute(f, 0, [0], false, (env) => A.squareRoot(f.get(0), env)),
  27: (f) => twoResults(f, T.sine, T.cosineOf),
  28: (f) => compute(f, 0, [0], false, (env) => A.roundToInteger(f.get(0), env)),
  29: (f) => compute(f, 0, [0, 1], false, (env) => A.scale(f.get(0), f.get(1), env)),
  30: (f) => angle(f, T.sine),
  31: (f) => angle(f, T.cosineOf),
};
const isD9 = (i: Instruction): number => i.special & 0x1f;

export const onStack: Definition[] = [
  op("fd9", ["d9/4 Rd", "d9/5 Rd", "d9/6 Rd", "d9/7 Rd"], (f, cpu, i) => (D9[isD9(i)] ?? invalidOpcode(cpu))(f, cpu, i), Quick.top),
  op("fnop", ["d9/2 Rd"], (_f, cpu, i) => (sti(i) === 0 ? undefined : invalidOpcode(cpu))),
  op("ffree", ["dd/0 Rd"], (f, _cpu, i) => {
    f.clearC1();
    f.free(sti(i));
  }),
  op("ffreep", ["df/0 Rd"], (f, _cpu, i) => {
    f.clearC1();
    f.free(sti(i));
    f.pop();
  }),
];
