/** The compiled interpreter. */
import { setFlagsFromString } from "node:v8";
import { TABLE } from "../definitions/index.js";
import type { DynamicOptions } from "./accesses.js";
import { wholeOptimised } from "./binary.js";
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
 * V8 reads what modules say about their branches and about how to compile them (wasm/binary.ts) if it is asked to; the versions that are
 * known to have options for it, and to read what is written, are given them.
 */
const HINTS = ["--experimental-wasm-branch-hinting", "--experimental-wasm-compilation-hints"];
const V8 = Number.parseInt(process.versions.v8, 10);
/** Whether modules can say that they are to be optimised from the first. */
const MAY_ASK = V8 <= 13;
if (MAY_ASK) HINTS.forEach(setFlagsFromString);
/** Whether the interpreter is optimised when we say so. V8 13 takes four seconds and 800 MB for it, five times what others take. */
export const OPTIMISES_INTERPRETER = MAY_ASK && V8 !== 13;

/**
 * When V8 optimises what it first compiled quickly. Regions are optimised at once, and before they are entered if compileBeside makes them.
 * Optimising the interpreter takes V8 up to three quarters of a second, in which no region gets its turn, though each wants only a few
 * milliseconds: cold-tier.ts says when, and V8 is not to count for itself, since it would look into the matter at every fourth branch until it
 * is done, which makes the interpreter ten times slower.
 * Where it counts, a function starts with the budget that is set when its module is made, and each branch backwards takes the bytes that it
 * jumps over, but never more than a quarter of the budget that is set when the function is compiled, which is at its first call: the
 * interpreter's lasts for some 80 million instructions, or with V8 13 for thousands of millions.
 */
const REGION_BUDGET = V8 === 13 ? 4 : 100;
const FOR_INTERPRETER = OPTIMISES_INTERPRETER
  ? ["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]
  : [`--wasm-tiering-budget=${0x7fffffff}`];
// Without --wasm-tier-up nothing is optimised that does not count: the interpreter is compiled at its first call.
const FOR_OTHERS = [...(OPTIMISES_INTERPRETER ? ["--wasm-dynamic-tiering"] : []), `--wasm-tiering-budget=${REGION_BUDGET}`];

const modules = new Map<string, WebAssembly.Module>();

/** The best there is now. */
export function interpreterModule(options: DynamicOptions): WebAssembly.Module {
  const name = variantName(options);
  let module = modules.get(name);
  if (!module) {
    FOR_INTERPRETER.forEach(setFlagsFromString);
    module = new WebAssembly.Module(interpreterBytes(options));
    FOR_OTHERS.forEach(setFlagsFromString);
    modules.set(name, module);
  }
  return module;
}
const interpreterBytes = (options: DynamicOptions) => generated(interpreterName(options), () => generateInterpreter(TABLE, options));

const optimised = new Map<string, Promise<void> | undefined>();

/**
 * Has the interpreter optimised, once for all machines: what interpreterModule answers then is that, at once if this gives undefined.
 * @param beside the run does not wait
 */
export function optimiseInterpreter(options: DynamicOptions, beside: boolean): Promise<void> | undefined {
  const name = variantName(options);
  if (!optimised.has(name)) {
    const bytes = wholeOptimised(interpreterBytes(options));
    const take = (module: WebAssembly.Module): void => void modules.set(name, module);
    optimised.set(name, beside ? compileBeside(bytes).then(take) : undefined);
    if (!beside) take(compileNow(bytes));
  }
  return optimised.get(name);
}

let whole = 0;
/**
 * Compiles a module while the run goes on: V8 does it in a thread of its own, optimised from the first (DefinedFunction.optimised).
 * Modules that others make meanwhile are compiled whole, too, but quickly.
 */
export async function compileBeside(bytes: Uint8Array): Promise<WebAssembly.Module> {
  beginWhole();
  try {
    return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  } finally {
    endWhole();
  }
}
function compileNow(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  beginWhole();
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    endWhole();
  }
}
function beginWhole(): void {
  if (whole++ === 0) setFlagsFromString("--no-wasm-lazy-compilation");
}
function endWhole(): void {
  if (--whole === 0) setFlagsFromString("--wasm-lazy-compilation");
}
