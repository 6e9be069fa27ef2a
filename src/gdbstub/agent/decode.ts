/** Agent expressions from bytes: decoded once, checked as far as that goes, and jumps resolved (GDB manual, "General Bytecode Design"). */
import { Malformed } from "../reader.js";
import { GOTO, IF_GOTO, INSTRUCTIONS, type Instruction, type Operand, PRINTF, REG } from "./instructions.js";
import type { Program, Step } from "./machine.js";

const hex = (n: number): string => `0x${n.toString(16).padStart(2, "0")}`;

interface Decoded {
  readonly at: number;
  readonly opcode: number;
  readonly instruction: Instruction;
  readonly lo: number;
  readonly hi: number;
  readonly text: string;
  readonly end: number;
}

/** Operands are big-endian and without a sign. */
const number = (bytes: Uint8Array): { lo: number; hi: number } => {
  let lo = 0;
  let hi = 0;
  for (const byte of bytes) {
    hi = (hi << 8) | (lo >>> 24);
    lo = (lo << 8) | byte;
  }
  return { lo, hi };
};

/** printf's format: a length of two bytes, which counts the zero at the end. */
const formatAt = (bytes: Uint8Array, at: number): { text: string; end: number } => {
  const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const end = at + 2 + length;
  if (at + 2 > bytes.length || end > bytes.length || length === 0 || bytes[end - 1] !== 0)
    throw new Malformed("printf's format has no end");
  return { text: Buffer.from(bytes.subarray(at + 2, end - 1)).toString("latin1"), end };
};

const decodeOne = (bytes: Uint8Array, at: number, registerName: (number: number) => string | undefined): Decoded => {
  const opcode = bytes[at]!;
  const instruction = INSTRUCTIONS.get(opcode);
  if (instruction === undefined) throw new Malformed(`${hex(opcode)} is no instruction of agent expressions`);
  const behind = at + 1 + instruction.operandBytes;
  if (behind > bytes.length) throw new Malformed(`${instruction.name} is cut short`);
  const { lo, hi } = number(bytes.subarray(at + 1, behind));
  const { text, end } = opcode === PRINTF ? formatAt(bytes, behind) : { text: "", end: behind };
  return { at, opcode, instruction, lo, hi, text: opcode === REG ? (registerName(lo) ?? "") : text, end };
};

const stepOf = ({ opcode, instruction, lo, hi, text }: Decoded, stepAt: ReadonlyMap<number, number>): Step => {
  const target = opcode === GOTO || opcode === IF_GOTO ? stepAt.get(lo) : 0;
  if (target === undefined) throw new Malformed(`a jump leads to ${hex(lo)}, where no instruction begins`);
  const operand: Operand = { lo, hi, target, text };
  const { name, run, pops } = instruction;
  return { name, operand, pops, run: (machine) => run(machine, operand) };
};

/** @throws Malformed */
export const decode = (bytes: Uint8Array, registerName: (number: number) => string | undefined): Program => {
  const decoded: Decoded[] = [];
  for (let at = 0; at < bytes.length; at = decoded.at(-1)!.end) decoded.push(decodeOne(bytes, at, registerName));
  if (decoded.length === 0) throw new Malformed("an expression is empty");
  const stepAt = new Map(decoded.map(({ at }, index) => [at, index]));
  return { steps: decoded.map((each) => stepOf(each, stepAt)) };
};
