/**
 * The x87's quick functions, as a module that regions and the operations in TypeScript call. They do what the operations do with numbers
 * that are normal or zero and raise nothing that is not masked; the rest, and the rules, stay in fpu/.
 */
import { buildModule } from "../binary.js";
import { generatedModule } from "../files.js";
import { Writer } from "../writer.js";
import { comparison, operation, product, quotient, registers, rounded, stored, sum } from "./arithmetic.js";
import { FUNCTIONS, type Name, PARTS, type X87Name } from "./names.js";
import type { W } from "./state.js";
import { top } from "./top.js";
import { convert, converted, double, extended, integer, move, operand, single } from "./transfers.js";

const BODIES: Record<Name, (w: W) => void> = {
  rounded,
  stored,
  sum,
  product,
  quotient,
  operation,
  comparison,
  operand,
  x87Registers: registers,
  x87Single: single,
  x87Double: double,
  x87Integer: integer,
  x87Extended: extended,
  x87Move: move,
  x87Top: top,
  x87Convert: convert,
  x87Converted: converted,
};

export function generateX87(): Uint8Array {
  const types = { ...PARTS, ...FUNCTIONS };
  const names = Object.keys(types) as Name[];
  const functions = names.map((name) => {
    const writer = new Writer<Name>(types[name], (called) => names.indexOf(called));
    BODIES[name](writer);
    return writer.finish(name);
  });
  return buildModule([], functions);
}

export const X87_NAME = "x87";
export type QuickX87 = Readonly<Record<X87Name, (...parameters: number[]) => number>>;

/** @param memory of the machine */
export function instantiateX87(memory: WebAssembly.Memory): QuickX87 {
  return new WebAssembly.Instance(generatedModule(X87_NAME, generateX87), { e: { memory } }).exports as QuickX87;
}
