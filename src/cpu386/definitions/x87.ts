/** The x87 instruction set (SDM volume 1, 5.2). Every one is a TypeScript operation on the state in fpu/. */

import { FLAG } from "../flags.js";
import * as A from "../fpu/arithmetic.js";
import { CONSTANTS } from "../fpu/constants.js";
import * as C from "../fpu/convert.js";
import { classify, type Environment, type Float80, isNan, negate, ONE, withSign, FPU_EXCEPTION as X, ZERO } from "../fpu/float80.js";
import * as M from "../fpu/memory.js";
import * as T from "../fpu/transcendental.js";
import { STATUS, type X87 } from "../fpu/x87.js";
import type { Instruction } from "../instruction.js";
import * as L from "../layout.js";
import type { Processor } from "../processor.js";
import { SEGMENT } from "../segment.js";
import type { Definition } from "./table.js";

type Operation = (f: X87, cpu: Processor, i: Instruction) => void;

/** ST(i) of a register form. */
const sti = (i: Instruction): number => i.special & 7;

/** A non-control instruction: it waits for errors and leaves its address and its operand's. */
function op(name: string, forms: string[], operation: Operation): Definition {
  return {
    name,
    forms,
    system: (cpu, i) => {
      if (!ready(cpu, i, true)) return;
      operation(cpu.x87, cpu, i);
      cpu.setWord(L.FPU_IP, i.ip);
      cpu.setWord(L.FPU_CS, cpu.selector(SEGMENT.CS));
      cpu.setWord(L.FPU_OPCODE, i.special);
      if (!i.isMemory) return;
      cpu.setWord(L.FPU_DP, i.effectiveAddress());
      cpu.setWord(L.FPU_DS, cpu.selector(i.segment));
    },
  };
}
/** A control instruction; those named fn... do not wait. */
function controlOp(name: string, forms: string[], waits: boolean, operation: Operation): Definition {
  return { name, forms, system: (cpu, i) => ready(cpu, i, waits) && operation(cpu.x87, cpu, i) };
}

/** wait: #NM if both CR0.MP and CR0.TS are set, whatever EM says (SDM volume 2, WAIT). */
function waitForErrors(cpu: Processor, i: Instruction): void {
  const cr0 = cpu.word(L.CR0);
  if ((cr0 & 10) === 10) cpu.raise(7, undefined, "wait with CR0.MP and CR0.TS set");
  if (cpu.x87.errorPending && !cpu.x87.report()) repeat(cpu, i);
}
function repeat(cpu: Processor, i: Instruction): void {
  cpu.setWord(L.EIP, i.ip);
  cpu.attention = true;
}

/** False: an error is pending on FERR#, and the instruction is met again until the interrupt comes. */
function ready(cpu: Processor, i: Instruction, waits: boolean): boolean {
  if (cpu.x87.check(waits)) return true;
  repeat(cpu, i);
  return false;
}

/** A result for ST(i) from ST(0) and others that must be there. */
function compute(f: X87, target: number, operands: number[], pops: boolean, f2: (env: Environment) => Float80): void {
  if (!f.requireFull(...operands)) {
    if (!f.masksInvalid) return;
    f.set(target, f.indefinite);
    if (pops) f.pop();
    return;
  }
  const env = f.environment();
  const result = f2(env);
  if (!f.settle(env)) return;
  f.set(target, result);
  if (pops) f.pop();
}

type Binary = (a: Float80, b: Float80, env: Environment) => Float80;
const BINARY: readonly (readonly [string, number, Binary])[] = [
  ["fadd", 0, A.add],
  ["fmul", 1, A.multiply],
  ["fsub", 4, A.subtract],
  ["fsubr", 5, (a, b, env) => A.subtract(b, a, env)],
  ["fdiv", 6, A.divide],
  ["fdivr", 7, (a, b, env) => A.divide(b, a, env)],
];
/** In DC and DE the register forms of sub and subr, div and divr have changed places. */
const SWAPPED: Readonly<Record<number, number>> = { 0: 0, 1: 1, 4: 5, 5: 4, 6: 7, 7: 6 };

/** A memory operand as a value; loading it may raise exceptions of its own. */
type Load = (cpu: Processor, i: Instruction, env: Environment) => Float80;
const real =
  (bytes: 4 | 8): Load =>
  (cpu, i, env) =>
    C.fromFormat(M.readBits(cpu, i, bytes), C.formatOf(bytes), env);
const integer =
  (bytes: 2 | 4 | 8): Load =>
  (cpu, i) =>
    C.fromInteger(BigInt.asIntN(bytes * 8, M.readBits(cpu, i, bytes)));
/** As an arithmetic operand: a signaling NaN must reach the operation as one, so that it, not the conversion, chooses the result. */
const realOperand =
  (bytes: 4 | 8): Load =>
  (cpu, i) => {
    const bits = M.readBits(cpu, i, bytes);
    const quiet: Environment = { rounding: 0, precision: 64, masks: 0x3f, raised: 0, roundedUp: false };
    const v = C.fromFormat(bits, C.formatOf(bytes), quiet);
    if (quiet.raised & X.invalid) return { ...v, significand: v.significand & ~(1n << 62n) };
    return v;
  };
/** Whether the bits in memory are those of a denormal: its value in a register no longer shows it. */
function denormalInMemory(cpu: Processor, i: Instruction, bytes: 4 | 8): boolean {
  const quiet: Environment = { rounding: 0, precision: 64, masks: 0x3f, raised: 0, roundedUp: false };
  C.fromFormat(M.readBits(cpu, i, bytes), C.formatOf(bytes), quiet);
  return (quiet.raised & X.denormal) !== 0;
}

const MEMORY: readonly (readonly [string, Load, (4 | 8) | undefined])[] = [
  ["d8", realOperand(4), 4],
  ["da", integer(4), undefined],
  ["dc", realOperand(8), 8],
  ["de", integer(2), undefined],
];

const arithmetic: Definition[] = BINARY.flatMap(([name, digit, f2]) => [
  ...MEMORY.map(([opcode, load, bytes]) =>
    op(`${name}-${opcode}`, [`${opcode}/${digit} Md`], (f, cpu, i) => {
      const operand = load(cpu, i, f.environment());
      const denormal = bytes !== undefined && denormalInMemory(cpu, i, bytes);
      compute(f, 0, [0], false, (env) => {
        const result = f2(f.get(0), operand, env);
        // Worse trouble with the operands hides the denormal.
        if (denormal && !(env.raised & (X.invalid | X.zeroDivide)) && !isNan(result)) env.raised |= X.denormal;
        return result;
      });
    }),
  ),
  op(name, [`d8/${digit} Rd`], (f, _cpu, i) => compute(f, 0, [0, sti(i)], false, (env) => f2(f.get(0), f.get(sti(i)), env))),
  op(`${name}-to`, [`dc/${SWAPPED[digit]} Rd`], (f, _cpu, i) =>
    compute(f, sti(i), [0, sti(i)], false, (env) => f2(f.get(sti(i)), f.get(0), env)),
  ),
  op(`${name}p`, [`de/${SWAPPED[digit]} Rd`], (f, _cpu, i) =>
    compute(f, sti(i), [0, sti(i)], true, (env) => f2(f.get(sti(i)), f.get(0), env)),
  ),
]);

/** Condition codes of a comparison: C3 C2 C0. */
const COMPARED = (order: -1 | 0 | 1 | undefined): number =>
  order === undefined ? STATUS.C3 | STATUS.C2 | STATUS.C0 : order === 0 ? STATUS.C3 : order < 0 ? STATUS.C0 : 0;

function compareWith(f: X87, needed: number[], value: () => Float80, quietly: boolean, pops: number, denormal = false): void {
  f.clearC1();
  if (!f.requireFull(...needed)) {
    if (!f.masksInvalid) return;
    f.setCompared(COMPARED(undefined));
  } else {
    const env = f.environment();
    const order = A.compare(f.get(0), value(), env, quietly);
    if (denormal && !(env.raised & X.invalid)) env.raised |= X.denormal;
    if (!f.settle(env)) return;
    f.setCompared(COMPARED(order));
  }
  for (let n = 0; n < pops; n++) f.pop();
}
/** fcomi and its kin: ZF, PF, CF by the result; OF, SF and AF clear. */
function compareFlags(f: X87, cpu: Processor, i: Instruction, quietly: boolean, pops: boolean): void {
  f.clearC1();
  let order: -1 | 0 | 1 | undefined;
  if (f.requireFull(0, sti(i))) {
    const env = f.environment();
    order = A.compare(f.get(0), f.get(sti(i)), env, quietly);
    if (!f.settle(env)) return;
  } else if (!f.masksInvalid) return;
  const bits = order === undefined ? FLAG.ZF | FLAG.PF | FLAG.CF : order === 0 ? FLAG.ZF : order < 0 ? FLAG.CF : 0;
  cpu.setArithmeticFlags(bits, FLAG.ZF | FLAG.PF | FLAG.CF | FLAG.OF | FLAG.SF | FLAG.AF);
  if (pops) f.pop();
}

const comparisons: Definition[] = [
  ...MEMORY.flatMap(([opcode, load, bytes]) =>
    [0, 1].map((pops) =>
      op(`fcom${pops ? "p" : ""}-${opcode}`, [`${opcode}/${2 + pops} Md`], (f, cpu, i) => {
        const operand = load(cpu, i, f.environment());
        compareWith(f, [0], () => operand, false, pops, bytes !== undefined && denormalInMemory(cpu, i, bytes));
      }),
    ),
  ),
  op("fcom", ["d8/2 Rd", "dc/2 Rd"], (f, _cpu, i) => compareWith(f, [0, sti(i)], () => f.get(sti(i)), false, 0)),
  op("fcomp", ["d8/3 Rd", "dc/3 Rd", "de/2 Rd"], (f, _cpu, i) => compareWith(f, [0, sti(i)], () => f.get(sti(i)), false, 1)),
  op("fucom", ["dd/4 Rd"], (f, _cpu, i) => compareWith(f, [0, sti(i)], () => f.get(sti(i)), true, 0)),
  op("fucomp", ["dd/5 Rd"], (f, _cpu, i) => compareWith(f, [0, sti(i)], () => f.get(sti(i)), true, 1)),
  op("fcompp", ["de/3 Rd"], (f, cpu, i) => (sti(i) === 1 ? compareWith(f, [0, 1], () => f.get(1), false, 2) : invalidOpcode(cpu))),
  op("fucompp", ["da/5 Rd"], (f, cpu, i) => (sti(i) === 1 ? compareWith(f, [0, 1], () => f.get(1), true, 2) : invalidOpcode(cpu))),
  { ...op("fcomi", ["db/6 Rd"], (f, cpu, i) => compareFlags(f, cpu, i, false, false)), since: 686, flags: "OSZAPC" },
  { ...op("fucomi", ["db/5 Rd"], (f, cpu, i) => compareFlags(f, cpu, i, true, false)), since: 686, flags: "OSZAPC" },
  { ...op("fcomip", ["df/6 Rd"], (f, cpu, i) => compareFlags(f, cpu, i, false, true)), since: 686, flags: "OSZAPC" },
  { ...op("fucomip", ["df/5 Rd"], (f, cpu, i) => compareFlags(f, cpu, i, true, true)), since: 686, flags: "OSZAPC" },
];

function invalidOpcode(cpu: Processor): never {
  return cpu.raise(6, undefined, "an x87 opcode that is not assigned");
}

function load(f: X87, value: (env: Environment) => Float80): void {
  f.clearC1();
  if (!f.requireRoom()) {
    if (f.masksInvalid) f.push(f.indefinite);
    return;
  }
  const env = f.environment();
  const v = value(env);
  // A denormal is loaded whether its exception is masked or not.
  if (f.settle(env) || !(env.raised & X.invalid)) f.push(v);
}

/** Stores ST(0) as `bytes` of memory: what to write, or undefined if an unmasked exception keeps memory as it is. */
function store(
  f: X87,
  cpu: Processor,
  i: Instruction,
  pops: boolean,
  indefinite: Uint8Array,
  convert: (v: Float80, env: Environment) => Uint8Array | undefined,
): void {
  f.clearC1();
  let bytes: Uint8Array | undefined = indefinite;
  // The destination is checked before the exceptions of the conversion are noted: a fault restarts the instruction.
  for (let n = 0; n < indefinite.length; n += 2) cpu.probeWrite(i.segment, (i.effectiveAddress() + n) >>> 0, 2);
  if (f.requireFull(0)) {
    const env = f.environment();
    bytes = convert(f.get(0), env);
    if (!f.settle(env) || bytes === undefined) return;
  } else if (!f.masksInvalid) return;
  M.writeBytes(cpu, i, bytes);
  if (pops) f.pop();
}
const bitsOf = (bytes: 2 | 4 | 8, value: bigint): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt.asUintN(64, value), true);
  return new Uint8Array(view.buffer, 0, bytes);
};
const storeReal = (name: string, form: string, bytes: 4 | 8, pops: boolean): Definition =>
  op(name, [form], (f, cpu, i) => {
    const indefinite = C.toFormat(f.indefinite, C.formatOf(bytes), f.environment())!;
    store(f, cpu, i, pops, bitsOf(bytes, indefinite), (v, env) => {
      const bits = C.toFormat(v, C.formatOf(bytes), env);
      return bits === undefined ? undefined : bitsOf(bytes, bits);
    });
  });
const storeInteger = (name: string, form: string, bytes: 2 | 4 | 8, pops: boolean): Definition =>
  op(name, [form], (f, cpu, i) =>
    store(f, cpu, i, pops, bitsOf(bytes, -(1n << BigInt(bytes * 8 - 1))), (v, env) => bitsOf(bytes, C.toIntegerOf(v, bytes, env))),
  );

const transfers: Definition[] = [
  op("fld-m32", ["d9/0 Md"], (f, cpu, i) => load(f, (env) => real(4)(cpu, i, env))),
  op("fld-m64", ["dd/0 Md"], (f, cpu, i) => load(f, (env) => real(8)(cpu, i, env))),
  op("fld-m80", ["db/5 Md"], (f, cpu, i) => {
    const v = C.fromBytes(M.readBytes(cpu, i, 10));
    load(f, () => v);
  }),
  op("fild-m16", ["df/0 Md"], (f, cpu, i) => load(f, (env) => integer(2)(cpu, i, env))),
  op("fild-m32", ["db/0 Md"], (f, cpu, i) => load(f, (env) => integer(4)(cpu, i, env))),
  op("fild-m64", ["df/5 Md"], (f, cpu, i) => load(f, (env) => integer(8)(cpu, i, env))),
  op("fbld", ["df/4 Md"], (f, cpu, i) => {
    const v = C.fromBcd(M.readBytes(cpu, i, 10));
    load(f, () => v);
  }),
  storeReal("fst-m32", "d9/2 Md", 4, false),
  storeReal("fstp-m32", "d9/3 Md", 4, true),
  storeReal("fst-m64", "dd/2 Md", 8, false),
  storeReal("fstp-m64", "dd/3 Md", 8, true),
  op("fstp-m80", ["db/7 Md"], (f, cpu, i) => store(f, cpu, i, true, C.toBytes(f.indefinite), (v) => C.toBytes(v))),
  storeInteger("fist-m16", "df/2 Md", 2, false),
  storeInteger("fistp-m16", "df/3 Md", 2, true),
  storeInteger("fist-m32", "db/2 Md", 4, false),
  storeInteger("fistp-m32", "db/3 Md", 4, true),
  storeInteger("fistp-m64", "df/7 Md", 8, true),
  op("fbstp", ["df/6 Md"], (f, cpu, i) => store(f, cpu, i, true, C.toBcd(f.indefinite, f.environment()), (v, env) => C.toBcd(v, env))),
  op("fld", ["d9/0 Rd"], (f, _cpu, i) => {
    f.clearC1();
    if (!f.requireFull(sti(i))) {
      if (f.masksInvalid) f.push(f.indefinite);
      return;
    }
    const v = f.get(sti(i));
    load(f, () => v);
  }),
  op("fst", ["dd/2 Rd"], (f, _cpu, i) => copyTo(f, sti(i), false)),
  op("fstp", ["dd/3 Rd", "df/2 Rd", "df/3 Rd"], (f, _cpu, i) => copyTo(f, sti(i), true)),
  // An alias that the manual does not have: it does not complain of an empty register.
  op("fstp-alias", ["d9/3 Rd"], (f, _cpu, i) => {
    f.clearC1();
    if (!f.isEmpty(0)) f.set(sti(i), f.get(0));
    f.pop();
  }),
  op("fxch", ["d9/1 Rd", "dd/1 Rd", "df/1 Rd"], (f, _cpu, i) => {
    f.clearC1();
    const n = sti(i);
    if (!f.requireFull(0, n)) {
      if (!f.masksInvalid) return;
      for (const at of [0, n]) if (f.isEmpty(at)) f.set(at, f.indefinite);
    }
    const [a, b] = [f.get(0), f.get(n)];
    f.set(0, b);
    f.set(n, a);
  }),
  ...(["b", "e", "be", "u"] as const).flatMap((condition, digit) =>
    [false, true].map(
      (negated): Definition => ({
        ...op(`fcmov${negated ? "n" : ""}${condition}`, [`${negated ? "db" : "da"}/${digit} Rd`], (f, cpu, i) => {
          const bits = [FLAG.CF, FLAG.ZF, FLAG.CF | FLAG.ZF, FLAG.PF][digit]!;
          const holds = ((cpu.flags & bits) !== 0) !== negated;
          // An empty register is an underflow even if nothing is to be moved.
          if (!f.requireFull(0, sti(i))) {
            if (f.masksInvalid) f.set(0, f.indefinite);
          } else if (holds) f.set(0, f.get(sti(i)));
        }),
        since: 686,
      }),
    ),
  ),
];

function copyTo(f: X87, n: number, pops: boolean): void {
  f.clearC1();
  if (!f.requireFull(0)) {
    if (!f.masksInvalid) return;
    f.set(n, f.indefinite);
  } else f.set(n, f.get(0));
  if (pops) f.pop();
}

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

/** fptan and fsincos push a second result; out of range sets C2 and leaves the operand. */
function twoResults(f: X87, first: (v: Float80, env: Environment) => Float80, second: (v: Float80, env: Environment) => Float80): void {
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
  if (T.outOfRange(v)) return f.setConditions(STATUS.C2);
  const env = f.environment();
  const [a, b] = [first(v, env), second(v, env)];
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
  18: (f) => twoResults(f, T.tangent, (v) => (isNan(v) ? v : ONE)),
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

const onStack: Definition[] = [
  op("fd9", ["d9/4 Rd", "d9/5 Rd", "d9/6 Rd", "d9/7 Rd"], (f, cpu, i) => (D9[isD9(i)] ?? invalidOpcode(cpu))(f, cpu, i)),
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

const control: Definition[] = [
  { name: "wait", forms: ["9b"], system: (cpu, i) => waitForErrors(cpu, i) },
  controlOp("fldcw", ["d9/5 Mw"], true, (f, cpu, i) => {
    f.control = cpu.read(i.segment, i.effectiveAddress(), 2);
  }),
  controlOp("fnstcw", ["d9/7 Mw"], false, (f, cpu, i) => cpu.write(i.segment, i.effectiveAddress(), 2, f.control)),
  controlOp("fnstsw", ["dd/7 Mw"], false, (f, cpu, i) => cpu.write(i.segment, i.effectiveAddress(), 2, f.status)),
  controlOp("fnstsw-ax", ["df/4 Rd"], false, (f, cpu, i) => (sti(i) === 0 ? cpu.setRegister(L.EAX, 2, f.status) : invalidOpcode(cpu))),
  controlOp("fndb", ["db/4 Rd"], false, (f, cpu, i) => {
    switch (sti(i)) {
      case 2:
        return f.clearExceptions();
      case 3:
        return f.init();
      case 0:
      case 1:
      case 4:
        // feni, fdisi and fsetpm of earlier coprocessors: no operation on a 387.
        return;
      default:
        return invalidOpcode(cpu);
    }
  }),
  controlOp("fldenv", ["d9/4 Mv"], true, (_f, cpu, i) => {
    const size = i.size === 2 ? 2 : 4;
    M.loadEnvironment(cpu, M.readBytes(cpu, i, size * 7), size);
  }),
  controlOp("fnstenv", ["d9/6 Mv"], false, (f, cpu, i) => {
    M.writeBytes(cpu, i, M.environmentImage(cpu, i.size === 2 ? 2 : 4));
    // All exceptions are masked behind it.
    f.control |= 0x3f;
  }),
  controlOp("frstor", ["dd/4 Mv"], true, (_f, cpu, i) => {
    const size = i.size === 2 ? 2 : 4;
    const bytes = M.readBytes(cpu, i, size * 7 + 80);
    M.loadEnvironment(cpu, bytes.subarray(0, size * 7), size);
    M.loadRegisters(cpu, bytes.subarray(size * 7));
  }),
  controlOp("fnsave", ["dd/6 Mv"], false, (f, cpu, i) => {
    const environment = M.environmentImage(cpu, i.size === 2 ? 2 : 4);
    const image = new Uint8Array(environment.length + 80);
    image.set(environment);
    image.set(M.registersImage(cpu), environment.length);
    M.writeBytes(cpu, i, image);
    f.init();
  }),
];

export const x87: readonly Definition[] = [...arithmetic, ...comparisons, ...transfers, ...onStack, ...control];
