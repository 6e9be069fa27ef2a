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
  /** A system operation, or a helper with a quick way, that goes on to the next instruction with the same segments, unless attention is asked for. */
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
  /** Which bits of a shapeSlot() tell its shapes apart: the decoder asks with all properties of an instruction. */
  readonly slots: number;
  /** Shapes by what `slots` leaves of shapeSlot(). */
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
    slots: slotsOf(definition),
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

/** One number for these properties. The two bits of rep are so that the lower one tells whether there is a prefix at all. */
export function shapeSlot(
  operand: 2 | 4,
  address: AddressKind | "register",
  addressSize: 2 | 4,
  stackSize: 2 | 4,
  rep: 0 | 0xf2 | 0xf3,
): number {
  const kind = address === "register" ? 0 : address === "base" ? 1 : address === "index" ? 2 : 3;
  return (operand >> 2) | (kind << 1) | ((addressSize >> 2) << 3) | ((stackSize >> 2) << 4) | ((rep === 0 ? 0 : rep === 0xf3 ? 1 : 3) << 5);
}

const IMPLICIT_SHIFT = 3;
const EXPLICIT_SLOTS = (1 << IMPLICIT_SHIFT) - 1;

/** What a definition does not depend on makes no shapes. */
function slotsOf({ addressed, stack, rep }: Definition): number {
  const reps = rep === "repeat-while" ? 3 : rep ? 1 : 0;
  return EXPLICIT_SLOTS | (addressed ? 1 << 3 : 0) | (stack ? 1 << 4 : 0) | (reps << 5);
}

function operandShapes(form: Form, operand: 2 | 4, address: AddressKind | "register"): OperandShape[] {
  return form.operands.map((code, n) => {
    const size = operandSize(code, operand);
    const field = n === 0 ? 1 : 2;
    const letter = code[0]!;
    if (code === "1" || (!FIXED.has(code) && "ISJA".includes(letter))) return { kind: "immediate", size, field };
    const memory = !FIXED.has(code) && (letter === "O" || ("EM".includes(letter) && address !== "register"));
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
  const families = new Map<string, (Shape | undefined)[]>();
  for (const definition of definitions) {
    const own = definition.emit !== undefined || (definition.quick !== undefined && !definition.contained);
    const shared = definition.helper ? HANDLER.helper : HANDLER.system;
    const implicits = implicitsOf(definition);
    for (const text of definition.forms) {
      const form = parseForm(definition, text);
      forms.push(form);
      const addresses = addressesOf(form);
      for (const operand of BOTH_SIZES) {
        const size: Size = form.sizeCode === "v" ? operand : SIZES[form.sizeCode]!;
        for (const address of addresses) {
          const operands = operandShapes(form, operand, address);
          const family = familyOf(families, definition, definition.emit ? size : `${size}${operand}`, address, operands);
          for (const implicit of implicits) {
            const { addressSize, stackSize, rep } = implicit;
            const slot = shapeSlot(operand, address, addressSize, stackSize, rep) & form.slots;
            // The family shares what is left of the slot when operand and address, which its key has, are taken away.
            const place = slot >> IMPLICIT_SHIFT;
            let shape = family[place];
            if (!shape) {
              const handler = own ? HANDLER.first + emitted.length : shared;
              const addressKind = address === "register" ? undefined : address;
              shape = { index: shapes.length, definition, size, operands, address: addressKind, addressSize, stackSize, rep, handler };
              family[place] = shape;
              shapes.push(shape);
              if (own) emitted.push(shape);
            }
            form.shapes[slot] = shape;
          }
        }
      }
    }
  }
  return { forms, shapes, emitted };
}

/** The shapes of a definition that differ in nothing but what is implicit. */
function familyOf(
  families: Map<string, (Shape | undefined)[]>,
  definition: Definition,
  size: Size | string,
  address: AddressKind | "register",
  operands: readonly OperandShape[],
): (Shape | undefined)[] {
  let key = `${definition.name} ${size} ${address}`;
  for (const { kind, size, field } of operands) key += ` ${kind}${size}${field}`;
  let family = families.get(key);
  if (!family) {
    family = [];
    families.set(key, family);
  }
  return family;
}

/** How the operand in memory may be addressed, or that there need not be one. */
function addressesOf(form: Form): readonly (AddressKind | "register")[] {
  if (form.operands.some((code) => code[0] === "O")) return ["base", "word"];
  const modrm = form.operands.find((code) => "ERM".includes(code[0]!) && !FIXED.has(code));
  if (modrm?.[0] === "M") return ["base", "index", "word"];
  if (modrm?.[0] === "E") return ["register", "base", "index", "word"];
  return ["register"];
}

const BOTH_SIZES = [4, 2] as const;
const WIDE = [4] as const;

/** Every combination of implicit properties that can differ for this definition; those it does not depend on are 4 and 0. */
function implicitsOf({ addressed, stack, rep }: Definition): readonly Pick<Shape, "addressSize" | "stackSize" | "rep">[] {
  const reps = rep === "repeat-while" ? ([0, 0xf2, 0xf3] as const) : rep ? ([0, 0xf3] as const) : ([0] as const);
  return (addressed ? BOTH_SIZES : WIDE).flatMap((addressSize) =>
    (stack ? BOTH_SIZES : WIDE).flatMap((stackSize) => reps.map((rep) => ({ addressSize, stackSize, rep }))),
  );
}
