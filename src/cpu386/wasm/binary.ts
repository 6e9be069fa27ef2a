/** Writes WebAssembly modules: just the encodings that the back ends need. WebAssembly Core Specification, chapter 5. */

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;
const VOID = 0x40;

/** Opcodes by their names in the specification. */
export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i32Load8S: 0x2c,
  i32Load8U: 0x2d,
  i32Load16S: 0x2e,
  i32Load16U: 0x2f,
  i64Load: 0x29,
  i32Store: 0x36,
  i64Store: 0x37,
  i32Store8: 0x3a,
  i32Store16: 0x3b,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GtU: 0x4b,
  i32GeS: 0x4e,
  i32GeU: 0x4f,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtS: 0x53,
  i64LtU: 0x54,
  i64GtU: 0x56,
  i64GeS: 0x59,
  i64GeU: 0x5a,
  i32Clz: 0x67,
  i32Ctz: 0x68,
  i32Popcnt: 0x69,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32DivS: 0x6d,
  i32DivU: 0x6e,
  i32RemS: 0x6f,
  i32RemU: 0x70,
  i32And: 0x71,
  i32Or: 0x72,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  i32Rotl: 0x77,
  i64Clz: 0x79,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64DivS: 0x7f,
  i64DivU: 0x80,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
  i32Extend8S: 0xc0,
  i32Extend16S: 0xc1,
  i64Extend8S: 0xc2,
  i64Extend16S: 0xc3,
  i64Extend32S: 0xc4,
  /** The prefix of vector instructions. */
  vector: 0xfd,
  void: VOID,
} as const;

/** Vector instructions, behind their prefix. */
export const VECTOR = {
  load: 0x00,
  store: 0x0b,
  i8x16Splat: 0x0f,
  i16x8Splat: 0x10,
  i32x4Splat: 0x11,
  i8x16Eq: 0x23,
  i16x8Eq: 0x2d,
  i32x4Eq: 0x37,
  and: 0x4e,
  or: 0x50,
  anyTrue: 0x53,
  i8x16AllTrue: 0x63,
} as const;

export function unsignedLeb(n: number): number[] {
  if (n >= 0 && n < 0x80) return [n];
  const out: number[] = [];
  let rest = n >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest ? byte | 0x80 : byte);
  } while (rest);
  return out;
}

export function signedLeb(n: number): number[] {
  const out: number[] = [];
  let rest = n | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const last = (rest === 0 && !(byte & 0x40)) || (rest === -1 && byte & 0x40);
    out.push(last ? byte : byte | 0x80);
    if (last) return out;
  }
}

/** The same pieces of code come again and again: they are made once. */
function remembered(make: (n: number) => readonly number[]): (n: number) => readonly number[] {
  const made: (readonly number[])[] = [];
  return (n) => (n >= 0 && n < 1024 ? (made[n] ??= make(n)) : make(n));
}
/** A number of up to 32 bits out of code, and where it ends. */
export function readLeb(code: ArrayLike<number>, at: number, signed: boolean): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let n = at, shift = 0; ; n++, shift += 7) {
    const byte = code[n]!;
    value |= (byte & 0x7f) << shift;
    if (byte & 0x80) continue;
    if (signed && byte & 0x40 && shift < 25) value |= -1 << (shift + 7);
    return { value, next: n + 1 };
  }
}

export const i32Const = remembered((n) => [OP.i32Const, ...signedLeb(n)]);
/** Modulo 2^64. */
export function i64Const(n: bigint): readonly number[] {
  const out: number[] = [OP.i64Const];
  for (let rest = BigInt.asIntN(64, n); ; rest >>= 7n) {
    const byte = Number(rest & 0x7fn);
    const last = rest >> 6n === 0n || rest >> 6n === -1n;
    out.push(last ? byte : byte | 0x80);
    if (last) return out;
  }
}
export const localGet = remembered((n) => [OP.localGet, ...unsignedLeb(n)]);
export const localSet = remembered((n) => [OP.localSet, ...unsignedLeb(n)]);
export const localTee = remembered((n) => [OP.localTee, ...unsignedLeb(n)]);
export const call = (n: number): readonly number[] => [OP.call, ...unsignedLeb(n)];

/** A load's or store's opcode and its memarg; alignment hint 0, since the guest's accesses have none. */
export const access = (opcode: number, offset: number): readonly number[] => [opcode, 0, ...unsignedLeb(offset)];

export const VECTOR_BYTES = 16;
/** A vector's, at any alignment. */
export const vectorAccess = (opcode: number, offset: number): readonly number[] => [OP.vector, opcode, 0, ...unsignedLeb(offset)];

/** Instructions in pieces, so that they are moved once or twice only. */
export type Code = readonly Piece[];
export type Piece = readonly number[] | Uint8Array;

export interface FunctionType {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}
export interface ImportedFunction extends FunctionType {
  readonly name: string;
}
export interface DefinedFunction extends FunctionType {
  readonly exportName: string;
  /** Locals beyond the parameters, in groups. */
  readonly locals: readonly { readonly count: number; readonly type: number }[];
  readonly body: Code;
  /** The engine is asked to optimise it before its first call: whoever has it compiled does not wait for that. */
  readonly optimised?: boolean;
}

/**
 * A module that imports `e.memory` and the given functions of `e`, and exports the defined ones. Function indices, which are type indices
 * as well: imports first.
 * @param table imports `e.table` as well, of functions
 */
export function buildModule(imports: readonly ImportedFunction[], functions: readonly DefinedFunction[], table = false): Uint8Array {
  const all = [...imports, ...functions];
  const out: Piece[] = [[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]];
  const section = (id: number, items: readonly Code[]): void => {
    const count = unsignedLeb(items.length);
    out.push([id], unsignedLeb(items.reduce((sum, item) => sum + lengthOf(item), count.length)), count);
    for (const item of items) for (const piece of item) out.push(piece);
  };
  section(
    1,
    all.map((f) => [[0x60, ...unsignedLeb(f.parameters.length), ...f.parameters, ...unsignedLeb(f.results.length), ...f.results]]),
  );
  section(2, [
    [[...name("e"), ...name("memory"), 0x02, 0x00, 0x01]],
    ...(table ? [[[...name("e"), ...name("table"), 0x01, 0x70, 0x00, 0x00]]] : []),
    ...imports.map((f, n) => [[...name("e"), ...name(f.name), 0x00, ...unsignedLeb(n)]]),
  ]);
  section(
    3,
    functions.map((_, n) => [unsignedLeb(imports.length + n)]),
  );
  section(
    7,
    functions.map((f, n) => [[...name(f.exportName), 0x00, ...unsignedLeb(imports.length + n)]]),
  );
  if (functions.some((f) => f.optimised)) out.push(compilationHints(functions.map((f) => f.optimised === true)));
  const bodies = functions.map(bodyOf);
  const hints = bodies.flatMap((body, n) => hintsOf(imports.length + n, join(body.slice(1))));
  if (hints.length > 0) {
    const section = [...name("metadata.code.branch_hint"), ...unsignedLeb(hints.length)];
    const length = hints.reduce((sum, hint) => sum + hint.length, section.length);
    out.push([0], unsignedLeb(length), section, ...hints);
  }
  section(10, bodies);
  return join(out);
}

const name = (s: string): number[] => [...unsignedLeb(s.length), ...Buffer.from(s, "latin1")];

/** The section of V8's hints: which of the functions that a module defines are to be optimised from the first. */
function compilationHints(optimised: readonly boolean[]): number[] {
  const section = [...name("compilationHints"), ...unsignedLeb(optimised.length), ...optimised.map((o) => (o ? OPTIMISED : 0))];
  return [0, ...unsignedLeb(section.length), ...section];
}

/** A module of buildModule's that has no hints, with all its functions to be optimised from the first. */
export function wholeOptimised(module: Uint8Array): Uint8Array<ArrayBuffer> {
  let at = 8;
  let functions = 0;
  for (;;) {
    const length = readLeb(module, at + 1, false);
    if (module[at] === 3) functions = readLeb(module, length.next, false).value;
    // The first section behind the exports: one of hints about branches, or the code.
    if (module[at] === 0 || module[at]! > 7) break;
    at = length.next + length.value;
  }
  const hints = compilationHints(new Array<boolean>(functions).fill(true));
  const out = new Uint8Array(module.length + hints.length);
  out.set(module.subarray(0, at));
  out.set(hints, at);
  out.set(module.subarray(at), at + hints.length);
  return out;
}
function bodyOf(f: DefinedFunction): Code {
  const locals = [...unsignedLeb(f.locals.length), ...f.locals.flatMap((l) => [...unsignedLeb(l.count), l.type])];
  const out: Piece[] = [unsignedLeb(locals.length + lengthOf(f.body) + 1), locals];
  for (const piece of f.body) out.push(piece);
  out.push([OP.end]);
  return out;
}

/** V8's compilation hint for a function: compiled with its module, by the optimising compiler from the first. */
const OPTIMISED = 0b10_10_10;

/** In front of an `if` whose condition is rarely true: two instructions that do nothing, so that it can be found in code that is put together. */
export const UNLIKELY: readonly number[] = [0x01, 0x01];
const MARKED = [...UNLIKELY, OP.if, OP.void];

/** What a function says about its branches (WebAssembly's branch hinting): where they are in its body, and that they are not taken. */
function hintsOf(index: number, body: Uint8Array): readonly (readonly number[])[] {
  const hints: number[] = [];
  let count = 0;
  for (let at = 0; (at = body.indexOf(UNLIKELY[0]!, at)) >= 0; at++) {
    if (!MARKED.every((byte, n) => body[at + n] === byte)) continue;
    hints.push(...unsignedLeb(at + UNLIKELY.length), 1, 0);
    count++;
  }
  return count > 0 ? [[...unsignedLeb(index), ...unsignedLeb(count), ...hints]] : [];
}

function lengthOf(code: Code): number {
  let sum = 0;
  for (let n = 0; n < code.length; n++) sum += code[n]!.length;
  return sum;
}

export function join(code: Code): Uint8Array {
  const out = new Uint8Array(lengthOf(code));
  let at = 0;
  for (const piece of code) {
    if (piece instanceof Uint8Array) out.set(piece, at);
    // Pieces of a few bytes: a call would take longer.
    else for (let n = 0; n < piece.length; n++) out[at + n] = piece[n]!;
    at += piece.length;
  }
  return out;
}
