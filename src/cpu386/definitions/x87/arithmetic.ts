/** x87 arithmetic and comparisons (SDM volume 1, 8.3.3 and 8.3.6). */

import { FLAG } from "../../flags.js";
import * as A from "../../fpu/arithmetic.js";
import * as C from "../../fpu/convert.js";
import { type Environment, type Float80, isNan, FPU_EXCEPTION as X } from "../../fpu/float80.js";
import * as M from "../../fpu/memory.js";
import { STATUS } from "../../fpu/status.js";
import type { X87 } from "../../fpu/x87.js";
import type { Instruction } from "../../instruction.js";
import type { Processor } from "../../processor.js";
import type { Definition } from "../table.js";
import { compute, integer, invalidOpcode, type Load, op, sti } from "./common.js";
import * as Quick from "./quick.js";

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

const MEMORY: readonly (readonly [string, Load, (4 | 8) | undefined, Quick.OperandFormat])[] = [
  ["d8", realOperand(4), 4, "single"],
  ["da", integer(4), undefined, "integer32"],
  ["dc", realOperand(8), 8, "double"],
  ["de", integer(2), undefined, "integer16"],
];

export const arithmetic: Definition[] = BINARY.flatMap(([name, digit, f2]) => [
  ...MEMORY.map(([opcode, load, bytes, format]) =>
    op(
      `${name}-${opcode}`,
      [`${opcode}/${digit} Md`],
      (f, cpu, i) => {
        const operand = load(cpu, i, f.environment());
        const denormal = bytes !== undefined && denormalInMemory(cpu, i, bytes);
        compute(f, 0, [0], false, (env) => {
          const result = f2(f.get(0), operand, env);
          // Worse trouble with the operands hides the denormal.
          if (denormal && !(env.raised & (X.invalid | X.zeroDivide)) && !isNan(result)) env.raised |= X.denormal;
          return result;
        });
      },
      Quick.withMemory(format, digit),
    ),
  ),
  op(
    name,
    [`d8/${digit} Rd`],
    (f, _cpu, i) => compute(f, 0, [0, sti(i)], false, (env) => f2(f.get(0), f.get(sti(i)), env)),
    Quick.arithmetic(digit, false, 0),
  ),
  ...([0, 1] as const).map((pops) =>
    op(
      pops ? `${name}p` : `${name}-to`,
      [`${pops ? "de" : "dc"}/${SWAPPED[digit]} Rd`],
      (f, _cpu, i) => compute(f, sti(i), [0, sti(i)], pops === 1, (env) => f2(f.get(sti(i)), f.get(0), env)),
      Quick.arithmetic(digit, true, pops),
    ),
  ),
]);

/** Condition codes of a comparison: C3 C2 C0. */
const COMPARED = (order: -1 | 0 | 1 | undefined): number =>
  order === undefined ? STATUS.C3 | STATUS.C2 | STATUS.C0 : order === 0 ? STATUS.C3 : order < 0 ? STATUS.C0 : 0;

export function compareWith(f: X87, needed: number[], value: () => Float80, quietly: boolean, pops: number, denormal = false): void {
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

/** Name, forms, whether quiet NaNs are no invalid operands, registers freed. */
const COMPARISONS: readonly (readonly [string, string[], boolean, 0 | 1 | 2])[] = [
  ["fcom", ["d8/2 Rd", "dc/2 Rd"], false, 0],
  ["fcomp", ["d8/3 Rd", "dc/3 Rd", "de/2 Rd"], false, 1],
  ["fucom", ["dd/4 Rd"], true, 0],
  ["fucomp", ["dd/5 Rd"], true, 1],
  ["fcompp", ["de/3 Rd"], false, 2],
  ["fucompp", ["da/5 Rd"], true, 2],
];
const TO_FLAGS: readonly (readonly [string, string, boolean, 0 | 1])[] = [
  ["fcomi", "db/6 Rd", false, 0],
  ["fucomi", "db/5 Rd", true, 0],
  ["fcomip", "df/6 Rd", false, 1],
  ["fucomip", "df/5 Rd", true, 1],
];
export const comparisons: Definition[] = [
  ...MEMORY.flatMap(([opcode, load, bytes, format]) =>
    [0, 1].map((pops) =>
      op(
        `fcom${pops ? "p" : ""}-${opcode}`,
        [`${opcode}/${2 + pops} Md`],
        (f, cpu, i) => {
          const operand = load(cpu, i, f.environment());
          compareWith(f, [0], () => operand, false, pops, bytes !== undefined && denormalInMemory(cpu, i, bytes));
        },
        Quick.withMemory(format, 2 + pops),
      ),
    ),
  ),
  ...COMPARISONS.map(([name, forms, quietly, pops]) =>
    op(
      name,
      forms,
      (f, cpu, i) => (pops === 2 && sti(i) !== 1 ? invalidOpcode(cpu) : compareWith(f, [0, sti(i)], () => f.get(sti(i)), quietly, pops)),
      Quick.comparison(pops),
    ),
  ),
  ...TO_FLAGS.map(
    ([name, form, quietly, pops]): Definition => ({
      ...op(name, [form], (f, cpu, i) => compareFlags(f, cpu, i, quietly, pops === 1), Quick.comparisonToFlags(pops)),
      since: 686,
      flags: "OSZAPC",
    }),
  ),
];
