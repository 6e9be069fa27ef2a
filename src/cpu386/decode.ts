/** Bytes to records, driven by the encodings in the definition table. SDM volume 2, chapter 2 and appendix A. */
import { TABLE } from "./definitions/index.js";
import { type Form, operandSize, type Shape, shapeSlot } from "./definitions/table.js";
import * as L from "./layout.js";
import type { Generation } from "./model.js";

/** What decoding depends on beside the bytes. */
export interface CodeContext {
  readonly base: number;
  /** Last valid offset of CS. */
  readonly limit: number;
  /** D: default operand and address size. */
  readonly size: 2 | 4;
  /** B of SS: size of the stack pointer. */
  readonly stackSize: 2 | 4;
}

/** An instruction that cannot be executed: it becomes a record that raises this fault. */
export type DecodeFault = "page-fault" | "invalid" | "beyond-limit" | "too-long" | "branch-beyond-limit";

export interface Decoded {
  length: number;
  form: Form;
  shape: Shape;
  fault: DecodeFault | undefined;
  /** Record fields, in words (see layout.R). */
  r1: number;
  r2: number;
  base: number;
  index: number;
  disp: number;
  imm: number;
  imm2: number;
  segment: number;
  target: number;
  scale: number;
  special: number;
}

interface Slot {
  form?: Form;
  /** By modrm.reg, where it selects the instruction: for memory and for register operands. */
  group?: { readonly memory: (Form | undefined)[]; readonly register: (Form | undefined)[] };
}

function buildMap(twoByte: boolean): Slot[] {
  const map: Slot[] = Array.from({ length: 256 }, () => ({}));
  for (const form of TABLE.forms) {
    if (form.twoByte !== twoByte) continue;
    const slot = map[form.opcode]!;
    if (form.digit !== undefined) {
      slot.group ??= { memory: [], register: [] };
      if (!form.operands.some((code) => code[0] === "R")) slot.group.memory[form.digit] = form;
      if (!form.operands.some((code) => code[0] === "M")) slot.group.register[form.digit] = form;
    } else if (form.plusRegister) {
      for (let n = 0; n < 8; n++) map[form.opcode + n]!.form ??= form;
    } else slot.form = form;
  }
  return map;
}
const ONE_BYTE = buildMap(false);
const TWO_BYTE = buildMap(true);

/** The shape that undecodable instructions get: the system operation of `ud`, told apart by the fault. */
const UD_FORM = TABLE.forms.find((f) => f.definition.name === "ud")!;
const UD_SHAPE = UD_FORM.shapes[shapeSlot(4, "register", 4, 4, 0) & UD_FORM.slots]!;

const MAX_LENGTH = 15;
const SEGMENT_PREFIX: Readonly<Record<number, number>> = { 38: 0, 46: 1, 54: 2, 62: 3, 100: 4, 101: 5 };

class Overrun {
  constructor(readonly fault: DecodeFault) {}
}

/** Registers of the eight 16-bit address forms: base and index, -1 for none. */
const WORD_BASE = [3, 3, 5, 5, 6, 7, 5, 3];
const WORD_INDEX = [6, 7, 6, 7, -1, -1, -1, -1];

export class Decoder {
  private context!: CodeContext;
  private ip = 0;
  private start = 0;
  private readonly out: Decoded = {
    length: 0,
    form: UD_FORM,
    shape: UD_SHAPE,
    fault: undefined,
    r1: 0,
    r2: 0,
    base: 0,
    index: 0,
    disp: 0,
    imm: 0,
    imm2: 0,
    segment: 3,
    target: 0,
    scale: 0,
    special: 0,
  };

  /**
   * @param fetch reads a byte at a linear address; undefined if reading it would be a page fault
   * @param generation which processor decodes: later ones' instructions are invalid
   */
  constructor(
    private readonly fetch: (linear: number) => number | undefined,
    private readonly generation: () => Generation = () => 686,
  ) {}

  /** Decodes the instruction at an offset. The result is overwritten by the next call. */
  decode(context: CodeContext, ip: number): Decoded {
    this.context = context;
    this.ip = this.start = ip;
    const { out } = this;
    out.fault = undefined;
    out.r1 = out.r2 = 0;
    out.base = out.index = L.ZERO;
    out.disp = out.imm = out.imm2 = out.target = out.scale = out.special = 0;
    try {
      this.instruction();
    } catch (e) {
      if (!(e instanceof Overrun)) throw e;
      out.fault = e.fault;
      out.form = UD_FORM;
      out.shape = UD_SHAPE;
    }
    out.length = (this.ip - this.start) >>> 0;
    return out;
  }

  private byte(): number {
    const { context } = this;
    if (this.ip > context.limit) throw new Overrun("beyond-limit");
    if (this.ip - this.start >= MAX_LENGTH) throw new Overrun("too-long");
    const byte = this.fetch((context.base + this.ip++) >>> 0);
    if (byte === undefined) throw new Overrun("page-fault");
    return byte;
  }
  private word(): number {
    return this.byte() | (this.byte() << 8);
  }
  private dword(): number {
    return this.word() | (this.word() << 16);
  }
  private signedByte(): number {
    return (this.byte() << 24) >> 24;
  }

  private instruction(): void {
    const { context, out } = this;
    let operand = context.size;
    let address = context.size;
    let rep: 0 | 0xf2 | 0xf3 = 0;
    let lock = false;
    let override = -1;
    let opcode = this.byte();
    for (; ; opcode = this.byte()) {
      if (opcode === 0x66) operand = context.size === 4 ? 2 : 4;
      else if (opcode === 0x67) address = context.size === 4 ? 2 : 4;
      else if (opcode === 0xf2 || opcode === 0xf3) rep = opcode;
      else if (opcode === 0xf0) lock = true;
      else if (SEGMENT_PREFIX[opcode] !== undefined) override = SEGMENT_PREFIX[opcode]!;
      else break;
    }
    const map = opcode === 0x0f ? TWO_BYTE : ONE_BYTE;
    if (opcode === 0x0f) opcode = this.byte();
    const slot = map[opcode]!;
    const needsModRm = slot.group !== undefined || slot.form?.hasModRm === true;
    const modrm = needsModRm ? this.byte() : 0;
    const form = slot.group ? slot.group[modrm < 0xc0 ? "memory" : "register"][(modrm >> 3) & 7] : slot.form;
    if (!form || (form.definition.since ?? 386) > this.generation()) throw new Overrun("invalid");

    let kind: "register" | "base" | "index" | "word" = "register";
    let defaultSegment = 3;
    // Moves of control and debug registers take modrm.rm for a register whatever mod says (SDM volume 2, MOV to and from CRn).
    const registerOnly = form.operands.some((code) => code[0] === "R");
    if (needsModRm && modrm < 0xc0 && !registerOnly) {
      const memory = address === 4 ? this.address32(modrm) : this.address16(modrm);
      kind = memory.kind;
      if (memory.stack) defaultSegment = 2;
      // pop to memory computes its address with the stack pointer already raised (SDM volume 2, POP).
      if (form.definition.name === "pop" && out.base === L.ESP) out.disp += operand;
    }
    for (let n = 0; n < form.operands.length; n++) {
      const code = form.operands[n]!;
      if (code[0] === "M" && modrm >= 0xc0) throw new Overrun("invalid");
      if (code[0] === "O") kind = address === 4 ? "base" : "word";
      this.operand(form, n, modrm, opcode, operand, address);
    }
    // The x87's opcode register: the low bits of the first byte, and modrm.
    if (map === ONE_BYTE && (opcode & 0xf8) === 0xd8) out.special = ((opcode & 7) << 8) | modrm;
    out.segment = override >= 0 ? override : defaultSegment;
    const shape = form.shapes[shapeSlot(operand, kind, address, context.stackSize, rep) & form.slots];
    if (!shape) throw new Overrun("invalid");
    if (lock && !(form.definition.lock && shape.operands[0]!.kind === "memory")) throw new Overrun("invalid");
    out.form = form;
    out.shape = shape;
    if (form.operands.some((code) => code[0] === "J")) {
      const target = this.ip + out.imm;
      out.target = operand === 2 ? target & 0xffff : target >>> 0;
      // A call or loop changes registers before it branches, so a branch that must fault is told apart here.
      if (out.target > context.limit) out.fault = "branch-beyond-limit";
    }
  }

  private operand(form: Form, n: number, modrm: number, opcode: number, size: 2 | 4, address: 2 | 4): void {
    const { out } = this;
    const code = form.operands[n]!;
    let register: number;
    switch (code) {
      case "AL":
      case "eAX":
        register = 0;
        break;
      case "CL":
        register = 1;
        break;
      case "DX":
        register = 2;
        break;
      case "1":
        out.imm = 1;
        return;
      default:
        switch (code[0]) {
          case "I":
            // enter has two immediates; the second goes where a far pointer's selector does.
            this.immediate(code[1]!, size, n === 1 && form.operands[0]![0] === "I");
            return;
          case "S":
          case "J":
            out.imm = code[1] === "b" ? this.signedByte() : size === 4 ? this.dword() : (this.word() << 16) >> 16;
            return;
          case "A":
            out.imm = size === 4 ? this.dword() : this.word();
            out.imm2 = this.word();
            return;
          case "O":
            out.disp = address === 4 ? this.dword() : this.word();
            return;
          case "N":
          case "K":
            out.special = (modrm >> 3) & 7;
            return;
          case "G":
            register = (modrm >> 3) & 7;
            break;
          case "Z":
            register = opcode & 7;
            break;
          default:
            if (modrm < 0xc0 && code[0] !== "R") return;
            register = modrm & 7;
        }
    }
    const at = operandSize(code, size) === 1 && register >= 4 ? (register - 4) * 4 + 1 : register * 4;
    if (n === 0) out.r1 = at;
    else if (n === 1) out.r2 = at;
  }

  private immediate(letter: string, size: 2 | 4, second: boolean): void {
    const value = letter === "b" ? this.signedByte() : letter === "w" ? this.word() : size === 4 ? this.dword() : (this.word() << 16) >> 16;
    if (second) this.out.imm2 = value & 0xffff;
    else this.out.imm = value;
  }

  private address32(modrm: number): { kind: "base" | "index"; stack: boolean } {
    const { out } = this;
    const mod = modrm >> 6;
    let base = modrm & 7;
    let kind: "base" | "index" = "base";
    if (base === 4) {
      const sib = this.byte();
      base = sib & 7;
      const index = (sib >> 3) & 7;
      if (index !== 4) {
        kind = "index";
        out.index = index * 4;
        out.scale = sib >> 6;
      }
    }
    const none = base === 5 && mod === 0;
    out.base = none ? L.ZERO : base * 4;
    out.disp = mod === 1 ? this.signedByte() : mod === 2 || none ? this.dword() : 0;
    return { kind, stack: !none && (base === 4 || base === 5) };
  }

  private address16(modrm: number): { kind: "word"; stack: boolean } {
    const { out } = this;
    const mod = modrm >> 6;
    const rm = modrm & 7;
    const none = rm === 6 && mod === 0;
    out.base = none ? L.ZERO : WORD_BASE[rm]! * 4;
    out.index = none || WORD_INDEX[rm]! < 0 ? L.ZERO : WORD_INDEX[rm]! * 4;
    out.disp = mod === 1 ? this.signedByte() : mod === 2 || none ? this.word() : 0;
    return { kind: "word", stack: !none && WORD_BASE[rm] === 5 };
  }
}
