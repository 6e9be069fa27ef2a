/** What x87 definitions share: readiness, operands that must be there, loads. */

import * as C from "../../fpu/convert.js";
import { type Environment, type Float80, FPU_EXCEPTION as X } from "../../fpu/float80.js";
import * as M from "../../fpu/memory.js";
import type { X87 } from "../../fpu/x87.js";
import type { Instruction } from "../../instruction.js";
import * as L from "../../layout.js";
import type { Processor } from "../../processor.js";
import { SEGMENT } from "../../segment.js";
import type { Definition } from "../table.js";
import type { Quick } from "./quick.js";

export type Operation = (f: X87, cpu: Processor, i: Instruction) => void;

/** ST(i) of a register form. */
export const sti = (i: Instruction): number => i.special & 7;

/** A non-control instruction: it waits for errors and leaves its address and its operand's. */
export function op(name: string, forms: string[], operation: Operation, quick?: Quick): Definition {
  return {
    name,
    forms,
    contained: true,
    ...(quick && { quick: quick.emit }),
    system: (cpu, i) => {
      if (!ready(cpu, i, true) || (cpu.x87.isQuick && quick?.run(cpu, i))) return;
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
export function controlOp(name: string, forms: string[], waits: boolean, operation: Operation, quick?: Quick["emit"]): Definition {
  return { name, forms, contained: true, ...(quick && { quick }), system: (cpu, i) => ready(cpu, i, waits) && operation(cpu.x87, cpu, i) };
}

/** wait: #NM if both CR0.MP and CR0.TS are set, whatever EM says (SDM volume 2, WAIT). */
export function waitForErrors(cpu: Processor, i: Instruction): void {
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
export function compute(f: X87, target: number, operands: number[], pops: boolean, f2: (env: Environment) => Float80): void {
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

export function invalidOpcode(cpu: Processor): never {
  return cpu.raise(6, undefined, "an x87 opcode that is not assigned");
}

/** A memory operand as a value; loading it may raise exceptions of its own. */
export type Load = (cpu: Processor, i: Instruction, env: Environment) => Float80;
export const integer =
  (bytes: 2 | 4 | 8): Load =>
  (cpu, i) =>
    C.fromInteger(BigInt.asIntN(bytes * 8, M.readBits(cpu, i, bytes)));
/** Pushes a value that loading may raise exceptions about. */
export function load(f: X87, value: (env: Environment) => Float80): void {
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
