/**
 * Quick ways of x87 instructions: for regions as code, and for the operations as a call, both by wasm/x87. They are for numbers that are
 * normal or zero and results that raise nothing unmasked; whatever else there is, they leave to the operation.
 */
import type { Size } from "../../bus.js";
import type { Emitter, Value } from "../../emitter.js";
import { FLAG } from "../../flags.js";
import type { Instruction } from "../../instruction.js";
import * as L from "../../layout.js";
import type { Processor } from "../../processor.js";
import type { QuickX87 } from "../../wasm/x87/module.js";
import { COMPARED, FORM, FORMAT, MOVE, type X87Name } from "../../wasm/x87/names.js";
import { setAll } from "../flags.js";
import type { Shape } from "../table.js";

export interface Quick {
  readonly emit: (e: Emitter, i: Shape) => void;
  /** Whether it is done; if not, nothing has changed. Errors left over by earlier instructions have been seen to. */
  readonly run: (cpu: Processor, i: Instruction) => boolean;
}

/** CR0.EM and CR0.TS; status: an error is pending. */
const TRAPS = 0xc;
const SUMMARY = 0x80;
/** Neither #NM nor an error that waits. */
export function requireReady(e: Emitter, waits = true): void {
  const traps = e.and(e.stateWord(L.CR0), e.constant(TRAPS));
  const waiting = waits ? e.and(e.stateWord(L.FPU_STATUS), e.constant(SUMMARY)) : e.constant(0);
  e.requireDone(e.eqz(e.or(traps, waiting)));
}

function onRegisters(name: X87Name, form?: number): Quick {
  return {
    emit: (e) => {
      requireReady(e);
      e.requireDone(form === undefined ? e.x87(name) : e.x87(name, e.constant(form)));
    },
    run: (cpu, i) => cpu.x87.quick[name](i.record, form!) !== 0,
  };
}
/** @param digit of D8: see FORM */
export const arithmetic = (digit: number, to: boolean, pops: 0 | 1 | 2): Quick =>
  onRegisters("x87Registers", digit | (to ? FORM.to : 0) | (pops << FORM.popsShift));
export const comparison = (pops: 0 | 1 | 2): Quick => arithmetic(2, false, pops);
export const move = (how: keyof typeof MOVE): Quick => onRegisters("x87Move", MOVE[how]);
export const top: Quick = onRegisters("x87Top");

const COMPARED_FLAGS = FLAG.ZF | FLAG.PF | FLAG.CF | FLAG.OF | FLAG.SF | FLAG.AF;
/** fcomi and its kin. */
export function comparisonToFlags(pops: 0 | 1): Quick {
  const form = 2 | FORM.flags | (pops << FORM.popsShift);
  return {
    emit: (e) => {
      requireReady(e);
      const compared = e.x87("x87Registers", e.constant(form));
      e.requireDone(compared);
      setAll(e, e.and(compared, e.constant(COMPARED_FLAGS)), e.constant(0));
    },
    run: (cpu, i) => {
      const compared = cpu.x87.quick.x87Registers(i.record, form);
      if (compared & COMPARED) cpu.setArithmeticFlags(compared & COMPARED_FLAGS, COMPARED_FLAGS);
      return compared !== 0;
    },
  };
}

// Memory operands ----------------------------------------------------------------------------------------------------------------
/** Sizes of an operand's parts, lowest first; the operations make them in twos, and each part wraps by address size. */
type Parts = readonly Size[];
type Call = (quick: QuickX87, record: number, form: number, at: number, low: number, high: number, top: number) => number;
const integer: Call = (quick, record, form, at, low, high) => quick.x87Integer(record, form, at, low, high);
const OPERANDS = {
  single: { parts: [4], name: "x87Single", call: (quick, record, form, at, low) => quick.x87Single(record, form, at, low) },
  double: { parts: [4, 4], name: "x87Double", call: (quick, record, form, at, low, high) => quick.x87Double(record, form, at, low, high) },
  integer16: { parts: [2], name: "x87Integer", call: integer },
  integer32: { parts: [4], name: "x87Integer", call: integer },
  integer64: { parts: [4, 4], name: "x87Integer", call: integer },
  extended: {
    parts: [4, 4, 2],
    name: "x87Extended",
    call: (quick, record, _, at, low, high, top) => quick.x87Extended(record, at, low, high, top),
  },
} as const satisfies Record<keyof typeof FORMAT, { parts: Parts; name: X87Name; call: Call }>;
export type OperandFormat = keyof typeof OPERANDS;

const bytesOf = (parts: Parts): number => parts.reduce((sum, size) => sum + size, 0);
/** The last offset at which an operand of so many bytes does not wrap. */
const lastOffset = ({ address }: Shape, bytes: number): number => (address === "word" ? 0x10000 : 0x100000000) - bytes;
const offsets = (parts: Parts): number[] => parts.map((_, n) => n * 4);

function locate(e: Emitter, i: Shape, parts: Parts): Value {
  requireReady(e);
  const at = e.effectiveAddress();
  e.requireDone(e.eqz(e.gtu(at, e.constant(lastOffset(i, bytesOf(parts))))));
  return at;
}

/** @param form a digit (see FORM), or to be pushed */
export function withMemory(format: OperandFormat, form: number = FORM.load): Quick {
  const { parts, name, call } = OPERANDS[format];
  const [first, second, third] = parts as Parts;
  const bytes = bytesOf(parts);
  const forms = format === "extended" ? [] : [form];
  // Integers of one part are extended to two.
  const extends_ = name === "x87Integer" && !second;
  const unused = 32 - first! * 8;
  return {
    emit: (e, i) => {
      const at = locate(e, i, parts);
      const values = offsets(parts).map((n) => e.load(undefined, e.add(at, e.constant(n)), parts[n / 4]!, extends_));
      if (extends_) values.push(e.sar(values[0]!, e.constant(31)));
      e.requireDone(e.x87(name, ...forms.map((n) => e.constant(n)), at, ...values));
    },
    run: (cpu, i) => {
      const at = i.effectiveAddress();
      if (at > lastOffset(i.shape, bytes)) return false;
      const { segment } = i;
      const low = (cpu.read(segment, at, first!) << unused) >> unused;
      const high = second ? cpu.read(segment, at + 4, second) : low >> 31;
      const top = third ? cpu.read(segment, at + 8, third) : 0;
      return call(cpu.x87.quick, i.record, form, at, low, high, top) !== 0;
    },
  };
}

/** Where x87Convert leaves the parts. */
const RESULTS = [L.X87_RESULT, L.X87_RESULT + 4, L.X87_RESULT_EXPONENT] as const;

export function store(format: OperandFormat, pops: boolean): Quick {
  const { parts } = OPERANDS[format];
  const bytes = bytesOf(parts);
  return {
    emit: (e, i) => {
      const at = locate(e, i, parts);
      e.requireDone(e.x87("x87Convert", e.constant(FORMAT[format])));
      const places = offsets(parts).map((n) => e.let(e.add(at, e.constant(n))));
      // Nothing is stored unless all can be.
      for (const [n, place] of places.entries()) if (n > 0) e.probeStore(undefined, place, parts[n]!);
      for (const [n, place] of places.entries()) e.store(undefined, place, parts[n]!, e.let(e.stateWord(RESULTS[n]!)));
      e.x87("x87Converted", at, e.constant(Number(pops)));
    },
    run: (cpu, i) => {
      const at = i.effectiveAddress();
      if (at > lastOffset(i.shape, bytes) || !cpu.x87.quick.x87Convert(i.record, FORMAT[format])) return false;
      const { segment } = i;
      // Nothing is stored unless all can be.
      for (let n = 0; n < parts.length; n++) cpu.probeWrite(segment, at + n * 4, parts[n]!);
      for (let n = 0; n < parts.length; n++) cpu.write(segment, at + n * 4, parts[n]!, cpu.i32[RESULTS[n]! >> 2]!);
      cpu.x87.quick.x87Converted(i.record, at, Number(pops));
      return true;
    },
  };
}

// Control words ------------------------------------------------------------------------------------------------------------------
/** @param word its address in the state */
export const storeWord =
  (word: number): Quick["emit"] =>
  (e) => {
    requireReady(e, false);
    e.store(undefined, e.effectiveAddress(), 2, e.let(e.stateWord(word)));
  };
export const statusToAx: Quick["emit"] = (e) => {
  requireReady(e, false);
  // The other numbers are not assigned.
  e.requireDone(e.eqz(e.and(e.segmentNumber(), e.constant(7))));
  e.setRegister(0, 2, e.stateWord(L.FPU_STATUS));
};
/** Where it does not unmask an exception that is noted. */
export const loadControl: Quick["emit"] = (e) => {
  requireReady(e);
  const control = e.load(undefined, e.effectiveAddress(), 2);
  const unmasked = e.and(e.stateWord(L.FPU_STATUS), e.xor(control, e.constant(-1)));
  e.requireDone(e.eqz(e.and(unmasked, e.constant(0x3f))));
  e.setStateWord(L.FPU_CONTROL, e.or(e.and(control, e.constant(0x1f3f)), e.constant(0x40)));
};
