/** The compiled interpreter: read from the file the build wrote, or generated on the spot when running from sources. */
import { readFileSync } from "node:fs";
import { TABLE } from "../definitions/index.js";
import type { DynamicOptions } from "./accesses.js";
import { generateInterpreter } from "./interpreter.js";

/** The file is written beside this module by build.ts; sources have none. */
export const interpreterFile = (options: DynamicOptions): URL => new URL(`interpreter${variantName(options)}.wasm`, import.meta.url);

export const variantName = ({ watchLoads, paging }: DynamicOptions): string => `${paging ? "-paging" : ""}${watchLoads ? "-watch" : ""}`;
export const VARIANTS: readonly DynamicOptions[] = [false, true].flatMap((paging) =>
  [false, true].map((watchLoads) => ({ watchLoads, paging })),
);

const modules = new Map<string, WebAssembly.Module>();

export function interpreterModule(options: DynamicOptions): WebAssembly.Module {
  const name = variantName(options);
  let module = modules.get(name);
  if (!module) {
    module = new WebAssembly.Module(bytes(options));
    modules.set(name, module);
  }
  return module;
}

function bytes(options: DynamicOptions): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(interpreterFile(options)));
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "ENOENT") throw e;
    return new Uint8Array(generateInterpreter(TABLE, options));
  }
}
