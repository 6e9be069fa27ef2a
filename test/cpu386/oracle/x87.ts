/** x87 cases for the host's processor and ours. Formats: x87-native.c. */
import { physical } from "../../../src/cpu386/address.js";
import { Cpu, type Tiers } from "../../../src/cpu386/cpu.js";
import { TABLE } from "../../../src/cpu386/definitions/index.js";
import type { Form } from "../../../src/cpu386/definitions/table.js";
import { environmentImage, loadEnvironment, loadRegisters, registersImage } from "../../../src/cpu386/fpu/memory.js";
import * as L from "../../../src/cpu386/layout.js";
import { install, SEGMENT } from "../../../src/cpu386/segment.js";
import { COLD, requireAlike, verifies } from "../../support/tiers.js";
import type { Random } from "./random.js";

export const INPUT_BYTES = 112;
export const OUTPUT_BYTES = 128;
const CODE = 0x4000;
const MEMORY = 0x5000;

/** Everything but what the host's harness itself needs, and waits that would end in a signal. */
const LEFT_OUT = new Set(["wait", "fldenv", "frstor", "fnstenv", "fnsave", "cpuid"]);
export const X87_FORMS: readonly Form[] = TABLE.forms.filter(
  (f) => !f.twoByte && (f.opcode & 0xf8) === 0xd8 && !LEFT_OUT.has(f.definition.name),
);

export interface X87Case {
  readonly name: string;
  readonly form: Form;
  readonly code: readonly number[];
  readonly input: Uint8Array;
}

function float80(random: Random): Uint8Array {
  const out = new Uint8Array(10);
  const view = new DataView(out.buffer);
  const sign = random.below(2) << 15;
  const bits = (): bigint => (BigInt(random.word()) << 32n) | BigInt(random.word());
  const put = (exponent: number, significand: bigint): Uint8Array => {
    view.setBigUint64(0, significand, true);
    view.setUint16(8, sign | exponent, true);
    return out;
  };
  const top = 1n << 63n;
  /** Few bits, many bits, or runs of ones: what makes halves, carries and exact results. */
  const significand = (): bigint => {
    switch (random.below(4)) {
      case 0:
        return top | (bits() & (0xffffn << BigInt(random.below(48))));
      case 1:
        return (top | (top - 1n)) & ~(bits() & ((1n << BigInt(random.below(20))) - 1n));
      case 2:
        return top | (BigInt(random.below(64)) << BigInt(random.below(58)));
      default:
        return top | bits();
    }
  };
  switch (random.below(16)) {
    case 0:
      return put(0, 0n);
    case 1:
      return put(0x7fff, top);
    case 2:
      return put(0x7fff, top | (bits() & (top - 1n)));
    case 3:
      return put(0, bits() >> BigInt(random.below(63)));
    case 4:
      return put(random.below(0x7fff), bits());
    case 5:
      return put(random.below(0x7fff), significand());
    case 6:
      return put(0x7ffe - random.below(80), significand());
    case 7:
      return put(1 + random.below(80), significand());
    case 8:
      return put(0x3fff + random.below(70), significand() & ~((1n << 40n) - 1n));
    default:
      return put(0x3fff - 40 + random.below(110), significand());
  }
}

/** Register forms that are not assigned: #UD there and here, which other tests look at. */
function isAssigned(opcode: number, modrm: number): boolean {
  const low = modrm & 7;
  if (opcode === 0xd9) return modrm === 0xd0 || (modrm & 0xf8) !== 0xd0 ? ![0xe2, 0xe3, 0xe6, 0xe7, 0xef].includes(modrm) : false;
  if ((opcode === 0xde && (modrm & 0xf8) === 0xd8) || (opcode === 0xda && (modrm & 0xf8) === 0xe8)) return low === 1;
  if (opcode === 0xdf && (modrm & 0xf8) === 0xe0) return low === 0;
  return !(opcode === 0xdb && (modrm & 0xf8) === 0xe0 && low > 4);
}

function chooseCode(random: Random): { form: Form; memory: boolean; code: number[] } {
  for (;;) {
    const form = random.pick(X87_FORMS);
    const memory = form.operands.some((code) => code[0] === "M");
    const code = [form.opcode, ((form.digit ?? 0) << 3) | (memory ? 0x03 : 0xc0 | random.below(8))];
    if (memory || isAssigned(code[0]!, code[1]!)) return { form, memory, code };
  }
}

export function makeCase(random: Random): X87Case {
  const { form, memory, code } = chooseCode(random);
  const input = new Uint8Array(INPUT_BYTES);
  const view = new DataView(input.buffer);
  const masks = random.chance(75) ? 0x3f : random.below(64);
  const precision = random.chance(70) ? 3 : random.pick([0, 2, 3]);
  view.setUint16(0, 0x40 | masks | (precision << 8) | (random.below(4) << 10), true);
  view.setUint16(2, (random.below(8) << 11) | (random.below(8) << 8) | (random.below(2) << 14), true);
  let tags = 0;
  for (let n = 0; n < 8; n++) tags |= (random.chance(memory && code[0] !== 0xd8 ? 40 : 12) ? 3 : 0) << (2 * n);
  view.setUint16(4, tags, true);
  input[6] = code.length;
  input.set(code, 8);
  for (let n = 0; n < 8; n++) input.set(float80(random), 16 + n * 10);
  for (let n = 0; n < 16; n++) input[96 + n] = random.below(256);
  memoryOperand(random, form, input);
  return { name: form.definition.name, form, code, input };
}

/** Reals of memory formats near their own limits, and integers; BCD with digits only. */
function memoryOperand(random: Random, form: Form, input: Uint8Array): void {
  const view = new DataView(input.buffer, 96);
  if (form.definition.name === "fbld") for (let n = 0; n < 9; n++) input[96 + n] = random.below(10) * 16 + random.below(10);
  else if (random.chance(25)) input.set(float80(random), 96);
  else if (random.chance(40)) {
    // Half of the time something of a sensible exponent in either format.
    view.setFloat64(0, (random.word() - 0x80000000) * 2 ** (random.below(80) - 40), true);
    if ((form.opcode & 4) === 0) view.setFloat32(0, (random.word() - 0x80000000) * 2 ** (random.below(80) - 40), true);
  } else if (random.chance(20))
    view.setBigUint64(0, BigInt(random.pick([0, 1, 0x7f800000, 0x7f800001, 0x7fc00000, 0x00400000, 0xff800000])), true);
}

/** Behind the instruction: a block has an end, and so the hot tier a region that two instructions of budget are enough for. */
const JUMP_TO_ITSELF = [0xeb, 0xfe];

/** Our processor: ring 0, flat, CR0.NE set. Gives fnsave's image (32-bit form), the memory, and eflags. */
export class X87Runner {
  private readonly cpu = new Cpu(1 << 20);
  /** In a test run that verifies: one in the cold tier. */
  private readonly double: X87Runner | undefined;

  constructor(tiers?: Tiers) {
    if (tiers) this.cpu.setTiers(tiers);
    else if (verifies) this.double = new X87Runner(COLD);
    const p = this.cpu.processor;
    p.setWord(L.CR0, 0x31);
    for (const n of [SEGMENT.ES, SEGMENT.SS, SEGMENT.DS])
      install(p, n, { selector: 0x10, base: 0, limit: 0xffffffff, attributes: 0xc09300 });
    install(p, SEGMENT.CS, { selector: 8, base: 0, limit: 0xffffffff, attributes: 0xc09b00 });
  }

  /** From now on. */
  leaveToExactWays(): void {
    this.cpu.processor.x87.isQuick = false;
    this.double?.leaveToExactWays();
  }
  run(c: X87Case): Uint8Array {
    const out = this.execute(c);
    if (this.double) requireAlike(c.name, out, this.double.execute(c));
    return out;
  }
  private execute({ code, input }: X87Case): Uint8Array {
    const p = this.cpu.processor;
    const view = new DataView(input.buffer, input.byteOffset);
    const environment = new Uint8Array(28);
    const words = new DataView(environment.buffer);
    words.setUint32(0, view.getUint16(0, true), true);
    words.setUint32(4, view.getUint16(2, true), true);
    words.setUint32(8, view.getUint16(4, true), true);
    loadEnvironment(p, environment, 4);
    loadRegisters(p, input.subarray(16, 96));
    p.memory.poke(physical(MEMORY), input.subarray(96, 112));
    p.memory.poke(physical(CODE), Uint8Array.from([...code, ...JUMP_TO_ITSELF]));
    p.setWord(L.EBX, MEMORY);
    p.setWord(L.EAX, 0);
    p.setWord(L.EIP, CODE);
    p.flags = 2;
    this.cpu.run(2);
    const out = new Uint8Array(OUTPUT_BYTES);
    out.set(environmentImage(p, 4));
    out.set(registersImage(p), 28);
    out.set(p.memory.peek(physical(MEMORY), 16)!, 108);
    new DataView(out.buffer).setUint32(124, p.flags, true);
    return out;
  }
}
