/** What a definition is, how its encodings are written, and the shapes into which operand and address sizes multiply it. */
import type { Size } from "../bus.js";
import type { Emitter } from "../emitter.js";
import type { Instruction } from "../instruction.js";
import type { Generation } from "../model.js";
import type { Processor } from "../processor.js";

/** One instruction, in all its encodings. Exactly one of emit, helper and system gives its meaning. */
export interface Definition {
  readonly name: string;
  /**
   * Encodings: `OPCODE[/digit][+r] [operands] [:size]`, e.g. "80/0 Eb,Ib" or "a5 :v". The opcode is one hexadecimal byte or 0f and
   * one more; operands are written as in the manual's opcode map (SDM volume 2, appendix A.2), with the additions of OPERANDS below.
   */
  readonly forms: readonly string[];
  /** Arithmetic flags written (O S Z A P C) and left undefined (lower case). */
  readonly flags?: string;
  /** Exceptions beyond those that its operands bring with them (faults.ts), by mnemonic: "DE", "GP NP". */
  readonly faults?: string;
  /** LOCK is allowed when the destination is memory. */
  readonly lock?: boolean;
  /** The first processor that has it; absent: the 80386. */
  readonly since?: Generation;
  /** Its meaning against the abstract emitter. */
  readonly emit?: (e: Emitter, i: Shape) => void;
  /** A rare operation on data, in TypeScript; it may fault but neither branches nor changes a mode. */
  readonly helper?: (cpu: Processor, i: Instruction) => void;
  /** An operation that may change anything: it ends the block, and eip already points behind it. */
  readonly system?: (cpu: Processor, i: Instruction) => void;
  /**
   * A quick way through what a system operation does, for what it has done before: it does all of it, or leaves it to the operation
   * (requireQuick, requireDone). A contained one's is for the hot tier.
   */
  readonly quick?: (e: Emitter, i: Shape) => void;
  /** A system operation that goes on to the next instruction, with the same segments, unless something asks for attention. */
  readonly contained?: boolean;
  /** A quick path that leads to another code segment, or may. */
  readonly far?: "within-ring" | "between-rings";
  /** An emitted definition that transfers control, and so ends the block. */
  readonly ends?: boolean;
  /** It uses the stack implicitly: the size of the stack pointer makes a shape. */
  readonly stack?: boolean;
  /** It uses ecx, esi or edi by address size: that makes a shape. */
  readonly addressed?: boolean;
  /** REP makes a shape: "rep" for a plain count, "repeat-while" where F3 and F2 differ (cmps, scas). */
  readonly rep?: "rep" | "repeat-while";
}

/** How the value of an operand is found: register field r1/r2 of the record, memory by address kind, or the immediate. */
export type OperandKind = "register" | "memory" | "immediate";

/** base + disp; base + index << scale + disp; 16-bit arithmetic. */
export type AddressKind = "base" | "index" | "word";

export interface OperandShape {
  readonly kind: OperandKind;
  readonly size: Size;
  /** Which record field holds the register: 1 or 2. */
  readonly field: 1 | 2;
}

/** Everything of an instruction that its handler is specialised for. */
export interface Shape {
  readonly index: number;
  readonly definition: Definition;
  /** Operand size in bytes. */
  readonly size: Size;
  readonly operands: readonly OperandShape[];
  /** Present if there is a memory operand. */
  readonly address: AddressKind | undefined;
  readonly addressSize: 2 | 4;
  readonly stackSize: 2 | 4;
  readonly rep: 0 | 0xf2 | 0xf3;
  /** Handler number in the generated interpreter. */
  readonly handler: number;
}

/** A parsed encoding. */
export interface Form {
  readonly definition: Definition;
  readonly text: string;
  readonly twoByte: boolean;
  readonly opcode: number;
  readonly digit: number | undefined;
  /** The register is in the low three bits of the opcode. */
  readonly plusRegister: boolean;
  readonly operands: readonly string[];
  readonly sizeCode: "b" | "w" | "d" | "v";
  readonly hasModRm: boolean;
  /** Shapes by shapeSlot(). */
  readonly shapes: (Shape | undefined)[];
}

/** Sizes by the second letter of an operand code; v is the operand size. */
const SIZES: Readonly<Record<string, Size>> = { b: 1, w: 2, d: 4 };

/**
 * First letters: E r/m, R r/m that must be a register, M r/m that must be memory, G modrm.reg, Z opcode low bits, I immediate,
 * S sign-extended byte immediate, J relative target, O moffs, A far pointer, N segment register in modrm.reg, K control or debug
 * register in modrm.reg; words: AL, eAX, CL, DX, 1.
 */
const FIXED = new Set(["AL", "eAX", "CL", "DX", "1"]);
export const isModRmOperand = (code: string): boolean => "ERMGNK".includes(code[0]!) && !FIXED.has(code);

export function parseForm(definition: Definition, text: string): Form {
  const match = /^(0f)?([0-9a-f]{2})(?:\/([0-7]))?(\+r)?(?: ([^:]*?))?(?: ?:([bwdv]))?$/.exec(text);
  if (!match) throw new Error(`${definition.name}: cannot read the encoding "${text}"`);
  const operands = match[5] ? match[5].trim().split(",") : [];
  const first = operands[0];
  const sizeCode = match[6] ?? (first === "AL" ? "b" : first && !FIXED.has(first) && first.length > 1 ? first[1] : "v");
  if (!sizeCode || !"bwdv".includes(sizeCode)) throw new Error(`${definition.name}: no size in "${text}"`);
  return {
    definition,
    text,
    twoByte: match[1] !== undefined,
    opcode: Number.parseInt(match[2]!, 16),
    digit: match[3] === undefined ? undefined : Number(match[3]),
    plusRegister: match[4] !== undefined,
    operands,
    sizeCode: sizeCode as Form["sizeCode"],
    hasModRm: match[3] !== undefined || operands.some(isModRmOperand),
    shapes: [],
  };
}

/** Operand size of a code such as "Ev" under an operand size. */
export function operandSize(code: string, operand: 2 | 4): Size {
  if (code === "AL" || code === "CL" || code === "1") return 1;
  if (code === "DX") return 2;
  if (code === "eAX" || code[0] === "S") return operand;
  return SIZES[code[1] ?? ""] ?? operand;
}

/** Where a form keeps the shape for these properties. */
export function shapeSlot(
  operand: 2 | 4,
  address: AddressKind | "register",
  addressSize: 2 | 4,
  stackSize: 2 | 4,
  rep: 0 | 0xf2 | 0xf3,
): number {
  const kind = address === "register" ? 0 : address === "base" ? 1 : address === "index" ? 2 : 3;
  return (operand >> 2) | (kind << 1) | ((addressSize >> 2) << 3) | ((stackSize >> 2) << 4) | ((rep === 0 ? 0 : rep === 0xf3 ? 1 : 2) << 5);
}

function operandShapes(form: Form, operand: 2 | 4, address: AddressKind | "register"): OperandShape[] {
  return form.operands.map((code, n) => {
    const size = operandSize(code, operand);
    const field = n === 0 ? 1 : 2;
    const letter = code[0]!;
    if (code === "1" || (!FIXED.has(code) && "ISJA".includes(letter))) return { kind: "immediate", size, field };
    const memory = !FIXED.has(code) && (letter === "O" || (("EM".includes(letter) || false) && address !== "register"));
    return { kind: memory ? "memory" : "register", size, field };
  });
}

/** Handlers that belong to no instruction; definitions' handlers follow. */
export const HANDLER = { stale: 0, breakpoint: 1, stop: 2, system: 3, helper: 4, first: 5 } as const;

export interface Table {
  readonly forms: readonly Form[];
  readonly shapes: readonly Shape[];
  /** One shape for each generated handler, from HANDLER.first on. */
  readonly emitted: readonly Shape[];
}

/** Expands definitions into forms and shapes. The order, and so every index, depends on the definitions alone. */
export function buildTable(definitions: readonly Definition[]): Table {
  const forms: Form[] = [];
  const shapes: Shape[] = [];
  const emitted: Shape[] = [];
  const byKey = new Map<string, Shape>();
  for (const definition of definitions) {
    for (const text of definition.forms) {
      const form = parseForm(definition, text);
      forms.push(form);
      for (const properties of variants(form)) {
        const { operand, address, addressSize, stackSize, rep } = properties;
        const operands = operandShapes(form, operand, address);
        const size: Size = form.sizeCode === "v" ? operand : SIZES[form.sizeCode]!;
        const memory = operands.some((o) => o.kind === "memory");
        const key = [
          definition.name,
          definition.emit ? size : `${size}${operand}`,
          operands.map((o) => `${o.kind}${o.size}${o.field}`).join(),
          memory || address !== "register" ? address : "",
          addressSize,
          stackSize,
          rep,
        ].join(" ");
        let shape = byKey.get(key);
        if (!shape) {
          const own = definition.emit !== undefined || (definition.quick !== undefined && !definition.contained);
          const handler = own ? HANDLER.first + emitted.length : definition.helper ? HANDLER.helper : HANDLER.system;
          const addressKind = address === "register" ? undefined : address;
          shape = { index: shapes.length, definition, size, operands, address: addressKind, addressSize, stackSize, rep, handler };
          shapes.push(shape);
          byKey.set(key, shape);
          if (own) emitted.push(shape);
        }
        answer(form, properties, shape);
      }
    }
  }
  return { forms, shapes, emitted };
}

interface Variant {
  readonly operand: 2 | 4;
  readonly address: AddressKind | "register";
  readonly addressSize: 2 | 4;
  readonly stackSize: 2 | 4;
  readonly rep: 0 | 0xf2 | 0xf3;
}

/** Every combination that can differ for this form; properties it does not depend on are 4 and 0. */
function* variants(form: Form): Iterable<Variant> {
  const { definition } = form;
  const addresses: (AddressKind | "register")[] = [];
  const modrm = form.operands.find((code) => "ERM".includes(code[0]!) && !FIXED.has(code));
  if (form.operands.some((code) => code[0] === "O")) addresses.push("base", "word");
  else if (modrm?.[0] === "M") addresses.push("base", "index", "word");
  else if (modrm?.[0] === "E") addresses.push("register", "base", "index", "word");
  else addresses.push("register");
  const reps: (0 | 0xf2 | 0xf3)[] = definition.rep === "repeat-while" ? [0, 0xf2, 0xf3] : definition.rep ? [0, 0xf3] : [0];
  for (const operand of [4, 2] as const)
    for (const address of addresses)
      for (const addressSize of definition.addressed ? ([4, 2] as const) : ([4] as const))
        for (const stackSize of definition.stack ? ([4, 2] as const) : ([4] as const))
          for (const rep of reps) yield { operand, address, addressSize, stackSize, rep };
}

const ADDRESS_SIZES = [4, 2] as const;
const STACK_SIZES = [4, 2] as const;
const REPS = [0, 0xf2, 0xf3] as const;
const PREFIXED = [0xf2, 0xf3] as const;

/** The decoder asks with all properties of the instruction; a shape that does not depend on some of them answers for all values. */
function answer(form: Form, v: Variant, shape: Shape): void {
  const { addressed, stack, rep } = form.definition;
  const reps = !rep ? REPS : rep === "repeat-while" || !v.rep ? [v.rep] : PREFIXED;
  for (const addressSize of addressed ? [v.addressSize] : ADDRESS_SIZES)
    for (const stackSize of stack ? [v.stackSize] : STACK_SIZES)
      for (const r of reps) form.shapes[shapeSlot(v.operand, v.address, addressSize, stackSize, r)] = shape;
}
