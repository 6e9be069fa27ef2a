/** A decoded instruction as the TypeScript operations see it: a view of its record. */
import type { Offset } from "./address.js";
import { offset } from "./address.js";
import type { Size } from "./bus.js";
import type { Shape } from "./definitions/table.js";
import { R, SEGMENT_BYTES, SEGMENTS } from "./layout.js";
import type { Processor } from "./processor.js";

export class Instruction {
  /** Address of the record. */
  record = 0;

  constructor(
    private readonly cpu: Processor,
    private readonly shapes: readonly Shape[],
  ) {}

  private field(at: number): number {
    return this.cpu.i32[(this.record + at) >> 2]!;
  }
  get shape(): Shape {
    return this.shapes[this.field(R.shape) & 0xffff]!;
  }
  /** Operand size in bytes. */
  get size(): Size {
    return this.shape.size;
  }
  get immediate(): number {
    return this.field(R.imm);
  }
  /** The second immediate, unsigned 16 bits: a far pointer's selector, enter's level. */
  get immediate2(): number {
    return this.field(R.shape) >>> 16;
  }
  get ip(): Offset {
    return offset(this.field(R.ip));
  }
  get next(): Offset {
    return offset(this.field(R.next));
  }
  get target(): Offset {
    return offset(this.field(R.target));
  }
  /** The number of a segment, control or debug register named by modrm.reg; of an x87 instruction, the eleven bits of its opcode. */
  get special(): number {
    return this.field(R.scale) >> 8;
  }
  get segment(): number {
    return (this.field(R.seg) - SEGMENTS) / SEGMENT_BYTES;
  }
  get isMemory(): boolean {
    return this.shape.address !== undefined;
  }

  /** The offset of the memory operand, or of its part `displacement` bytes on: parts wrap by address size, each on its own. */
  effectiveAddress(displacement = 0): Offset {
    const { i32 } = this.cpu;
    const index = i32[this.field(R.index) >> 2]! << (this.field(R.scale) & 0xff);
    const sum = this.field(R.disp) + i32[this.field(R.base) >> 2]! + index + displacement;
    return offset(this.shape.address === "word" ? sum & 0xffff : sum);
  }

  /** Operand n, unsigned. */
  read(n: 1 | 2 | 3): number {
    const operand = this.shape.operands[n - 1]!;
    if (operand.kind === "immediate") return this.immediate >>> 0;
    if (operand.kind === "memory") return this.cpu.read(this.segment, this.effectiveAddress(), operand.size);
    return this.cpu.getRegister(this.field(operand.field === 1 ? R.r1 : R.r2), operand.size);
  }
  /** As read, checked for writing as well, for an operand that is written next. */
  readForUpdate(n: 1 | 2): number {
    const operand = this.shape.operands[n - 1]!;
    if (operand.kind === "memory") this.cpu.probeWrite(this.segment, this.effectiveAddress(), operand.size);
    return this.read(n);
  }
  write(n: 1 | 2, value: number): void {
    const operand = this.shape.operands[n - 1]!;
    if (operand.kind === "memory") this.cpu.write(this.segment, this.effectiveAddress(), operand.size, value);
    else this.cpu.setRegister(this.field(operand.field === 1 ? R.r1 : R.r2), operand.size, value);
  }
}
