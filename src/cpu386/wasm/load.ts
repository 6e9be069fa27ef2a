/** The compiled interpreter. */
import { setFlagsFromString } from "node:v8";
import { TABLE } from "../definitions/index.js";
import type { DynamicOptions } from "./accesses.js";
import { generated } from "./files.js";
import { generateInterpreter } from "./interpreter.js";

export const interpreterName = (options: DynamicOptions): string => `interpreter${variantName(options)}`;
export const variantName = ({ watchLoads, paging }: DynamicOptions): string => `${paging ? "-paging" : ""}${watchLoads ? "-watch" : ""}`;
export const VARIANTS: readonly DynamicOptions[] = [false, true].flatMap((paging) =>
  [false, true].map((watchLoads) => ({ watchLoads, paging })),
);

/** A variant's place in the list. */
export const variantNumber = (watchLoads: boolean, paging: boolean): number => (paging ? 2 : 0) + (watchLoads ? 1 : 0);

/**
 * When V8 optimises what it first compiled quickly. A function starts with the budget that is set when its module is made, and each branch
 * backwards takes the bytes that it jumps over, but never more than a quarter of the budget that is set when the function is compiled, which
 * is at its first call. Optimising the interpreter takes V8 a third of a second, in which no region gets its turn, though each wants only a
 * few milliseconds: so regions are optimised at once (before they are entered, if compileBeside makes them), and the interpreter after about
 * 80 million instructions of its own, when a guest keeps it busy. By V8's usual budget its turn would come at once, since a branch back to
 * its dispatch jumps over most of it.
 */
const INTERPRETER_BUDGET = 0x7fffffff;
const REGION_BUDGET = 100;

/**
 * V8 reads what modules say about their branches and about how to compile them (wasm/binary.ts) if it is asked to; the versions that are
 * known to have options for it are given them. Another one would complain of them.
 */
const HINTS = [
  { option: "--experimental-wasm-branch-hinting", last: 13 },
  { option: "--experimental-wasm-compilation-hints", last: 12 },
];
for (const { option, last } of HINTS) if (Number.parseInt(process.versions.v8, 10) <= last) setFlagsFromString(option);

const modules = new Map<string, WebAssembly.Module>();

export function interpreterModule(options: DynamicOptions): WebAssembly.Module {
  const name = variantName(options);
  let module = modules.get(name);
  if (!module) {
    setFlagsFromString(`--wasm-tiering-budget=${INTERPRETER_BUDGET}`);
    module = new WebAssembly.Module(generated(interpreterName(options), () => generateInterpreter(TABLE, options)));
    setFlagsFromString(`--wasm-tiering-budget=${REGION_BUDGET}`);
    modules.set(name, module);
  }
  return module;
}

let beside = 0;
/**
 * Compiles a region's module while the run goes on: V8 does it in a thread of its own, optimised from the first (DefinedFunction.optimised).
 * Modules that others make meanwhile are compiled whole, too, but quickly.
 */
export async function compileBeside(bytes: Uint8Array): Promise<WebAssembly.Module> {
  if (beside++ === 0) setFlagsFromString("--no-wasm-lazy-compilation");
  try {
    return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  } finally {
    if (--beside === 0) setFlagsFromString("--wasm-lazy-compilation");
  }
}
