/** Searches of memory for string instructions, 64 bytes at a time: a small WebAssembly module of its own, since definitions know no vectors. */
import type { Size } from "../bus.js";
import {
  access,
  buildModule,
  type Code,
  type DefinedFunction,
  I32,
  i32Const,
  localGet,
  localSet,
  OP,
  V128,
  VECTOR,
  VECTOR_BYTES,
  vectorAccess,
} from "./binary.js";
import { LOADS } from "./expressions.js";
import { generatedModule } from "./files.js";

/** What an element is compared with: the one at the same place of another stretch, or a value. */
export type Second = "memory" | "value";
/** Whether the search ends at the first element that is equal, or the first that is not. */
export type End = "equal" | "different";
/**
 * How many elements come before the one that ends the search, `elements` if none does.
 * @param at address in the WebAssembly memory
 * @param second the same of the other stretch, or the value, zero-extended
 */
export type Scan = (at: number, second: number, elements: number) => number;

const [AT, OTHER, ELEMENTS, DONE, BYTES, PATTERN] = [0, 1, 2, 3, 4, 5];
const STRIDE = 64;
const SPLAT: Record<Size, number> = { 1: VECTOR.i8x16Splat, 2: VECTOR.i16x8Splat, 4: VECTOR.i32x4Splat };
const EQUAL: Record<Size, number> = { 1: VECTOR.i8x16Eq, 2: VECTOR.i16x8Eq, 4: VECTOR.i32x4Eq };

const simd = (opcode: number): readonly number[] => [OP.vector, opcode];
const place = (base: number): Code => [localGet(base), localGet(DONE), [OP.i32Add]];

/** Leaves the loop and the block around it if so. */
const leaveIf: readonly number[] = [OP.brIf, 1];

/** Four vectors at once, as long as none has the element. */
function strides(second: Second, until: End, size: Size): Code {
  const vectors = Array.from({ length: STRIDE / VECTOR_BYTES }, (_, n) => [
    ...place(AT),
    vectorAccess(VECTOR.load, n * VECTOR_BYTES),
    ...(second === "memory" ? [...place(OTHER), vectorAccess(VECTOR.load, n * VECTOR_BYTES)] : [localGet(PATTERN)]),
    simd(EQUAL[size]),
    ...(n === 0 ? [] : [simd(until === "equal" ? VECTOR.or : VECTOR.and)]),
  ]);
  return [
    [OP.block, OP.void, OP.loop, OP.void],
    [...localGet(DONE), ...i32Const(STRIDE), OP.i32Add, ...localGet(BYTES), OP.i32GtU, ...leaveIf],
    ...vectors.flat(),
    until === "equal" ? simd(VECTOR.anyTrue) : [...simd(VECTOR.i8x16AllTrue), OP.i32Eqz],
    leaveIf,
    [...localGet(DONE), ...i32Const(STRIDE), OP.i32Add, ...localSet(DONE), OP.br, 0, OP.end, OP.end],
  ];
}

/** One element after the other: to the one in the stride that has it, or to the end. */
function elementwise(second: Second, until: End, size: Size): Code {
  const load = access(LOADS[size].unsigned, 0);
  return [
    [OP.block, OP.void, OP.loop, OP.void],
    [...localGet(DONE), ...localGet(BYTES), OP.i32GeU, ...leaveIf],
    ...place(AT),
    load,
    ...(second === "memory" ? [...place(OTHER), load] : [localGet(OTHER)]),
    [until === "equal" ? OP.i32Eq : OP.i32Ne, ...leaveIf],
    [...localGet(DONE), ...i32Const(size), OP.i32Add, ...localSet(DONE), OP.br, 0, OP.end, OP.end],
  ];
}

const exportName = (second: Second, until: End, size: Size): string => `${second}-${until}-${size}`;

function scan(second: Second, until: End, size: Size): DefinedFunction {
  const shift = i32Const(Math.log2(size));
  return {
    exportName: exportName(second, until, size),
    parameters: [I32, I32, I32],
    results: [I32],
    locals: [
      { count: 2, type: I32 },
      { count: 1, type: V128 },
    ],
    body: [
      [...localGet(ELEMENTS), ...shift, OP.i32Shl, ...localSet(BYTES)],
      ...(second === "value" ? [[...localGet(OTHER), ...simd(SPLAT[size]), ...localSet(PATTERN)]] : []),
      ...strides(second, until, size),
      ...elementwise(second, until, size),
      [...localGet(DONE), ...shift, OP.i32ShrU],
    ],
  };
}

const SIZES: readonly Size[] = [1, 2, 4];

export function generateScans(): Uint8Array {
  const functions = (["memory", "value"] as const).flatMap((second) =>
    (["equal", "different"] as const).flatMap((until) => SIZES.map((size) => scan(second, until, size))),
  );
  return buildModule([], functions);
}

export const SCANS_NAME = "scans";

export type Scans = (second: Second, until: End, size: Size) => Scan;

export function scansOf(memory: WebAssembly.Memory): Scans {
  const { exports } = new WebAssembly.Instance(generatedModule(SCANS_NAME, generateScans), { e: { memory } });
  return (second, until, size) => exports[exportName(second, until, size)] as Scan;
}
