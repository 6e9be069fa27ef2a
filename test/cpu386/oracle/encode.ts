/** Machine code for a random instance of an encoding, with registers chosen so that memory operands land where they should. */
import { type Form, operandSize } from "../../../src/cpu386/definitions/table.js";
import type { Random } from "./random.js";

export interface Encoding {
  readonly form: Form;
  readonly operand: 2 | 4;
  readonly address: 2 | 4;
  readonly prefixes: readonly number[];
  /** Where the memory operand should lie, an offset in its segment. */
  readonly target: number;
  /** False if registers no longer hold what `regs` says: addresses are then absolute. */
  readonly known: boolean;
  /** modrm.reg where it is free, and the source register for a register operand. */
  readonly reg: number;
  readonly immediates: readonly number[];
  readonly memory: boolean;
}

const little = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, n) => (value >>> (8 * n)) & 0xff);

/** Operands found through modrm, unless their name is a fixed register's. */
const FIXED = new Set(["AL", "eAX", "CL", "DX", "1"]);
const letterOf = (code: string): string => (FIXED.has(code) ? "" : code[0]!);
export const usesModRm = (form: Form): boolean => form.hasModRm;
export const hasLetter = (form: Form, letters: string): boolean => form.operands.some((code) => letters.includes(letterOf(code) || "?"));

/** May change base registers in `regs` to make the address come out. */
export function encode(random: Random, e: Encoding, regs: number[]): number[] {
  const { form } = e;
  const bytes = [...e.prefixes];
  if (form.twoByte) bytes.push(0x0f);
  const low = form.plusRegister ? e.reg : 0;
  bytes.push(form.opcode + low);
  if (form.hasModRm) {
    const reg = form.digit ?? e.reg;
    const isMemory = e.memory && !hasLetter(form, "R");
    bytes.push(...(isMemory ? memoryOperand(random, e, reg, regs) : [0xc0 | (reg << 3) | random.below(8)]));
  }
  let immediate = 0;
  for (const code of form.operands) {
    const value = (): number => e.immediates[immediate++] ?? 0;
    switch (letterOf(code)) {
      case "I":
        bytes.push(...little(value(), operandSize(code, e.operand)));
        break;
      case "S":
        bytes.push(...little(value(), 1));
        break;
      case "J":
        bytes.push(...little(value(), code[1] === "b" ? 1 : e.operand));
        break;
      case "A":
        bytes.push(...little(value(), e.operand), ...little(value(), 2));
        break;
      case "O":
        bytes.push(...little(e.target, e.address));
        break;
    }
  }
  return bytes;
}

function memoryOperand(random: Random, e: Encoding, reg: number, regs: number[]): number[] {
  return e.address === 4 ? address32(random, e, reg, regs) : address16(random, e, reg, regs);
}

function address32(random: Random, e: Encoding, reg: number, regs: number[]): number[] {
  if (!e.known) return [(reg << 3) | 5, ...little(e.target, 4)];
  const mod = random.below(3);
  const rm = random.below(8);
  const scale = random.below(4);
  const index = rm === 4 ? random.below(8) : 4;
  const base = rm === 4 ? random.below(8) : rm;
  const hasBase = !(base === 5 && mod === 0);
  const scaled = index === 4 ? 0 : regs[index]! << scale;
  let displacement = mod === 1 ? random.below(256) : 0;
  if (mod === 2 || !hasBase) displacement = e.target - scaled - (hasBase ? regs[base]! : 0);
  else if (base !== index) regs[base] = (e.target - scaled - ((displacement << 24) >> 24)) >>> 0;
  const bytes = [(mod << 6) | (reg << 3) | rm];
  if (rm === 4) bytes.push((scale << 6) | (index << 3) | base);
  if (mod === 1) bytes.push(displacement);
  else if (mod === 2 || !hasBase) bytes.push(...little(displacement, 4));
  return bytes;
}

const [BX, BP, SI, DI] = [3, 5, 6, 7];
const WORD_FORMS: readonly (readonly number[])[] = [[BX, SI], [BX, DI], [BP, SI], [BP, DI], [SI], [DI], [BP], [BX]];

function address16(random: Random, e: Encoding, reg: number, regs: number[]): number[] {
  const target = e.target & 0xffff;
  if (!e.known) return [(reg << 3) | 6, ...little(target, 2)];
  const mod = random.below(3);
  const rm = random.below(8);
  if (mod === 0 && rm === 6) return [(reg << 3) | 6, ...little(target, 2)];
  const [base, ...others] = WORD_FORMS[rm]!;
  const rest = others.reduce((sum, n) => sum + regs[n]!, 0);
  const displacement = mod === 2 ? target - rest - regs[base!]! : mod === 1 ? random.below(256) : 0;
  if (mod !== 2) {
    const low = (target - rest - (mod === 1 ? (displacement << 24) >> 24 : 0)) & 0xffff;
    regs[base!] = ((regs[base!]! & 0xffff0000) | low) >>> 0;
  }
  return [(mod << 6) | (reg << 3) | rm, ...little(displacement, mod)];
}
