/** The compiled interpreter: read from the file the build wrote, or generated on the spot when running from sources. */
import { readFileSync } from "node:fs";
import { TABLE } from "../definitions/index.js";
import { generateInterpreter } from "./interpreter.js";

/** The file is written beside this module by build.ts; sources have none. */
export const interpreterFile = (watchLoads: boolean): URL => new URL(watchLoads ? "interpreter-watch.wasm" : "interpreter.wasm", import.meta.url);

const modules = new Map<boolean, WebAssembly.Module>();

export function interpreterModule(watchLoads: boolean): WebAssembly.Module {
  let module = modules.get(watchLoads);
  if (!module) {
    module = new WebAssembly.Module(bytes(watchLoads));
    modules.set(watchLoads, module);
  }
  return module;
}

function bytes(watchLoads: boolean): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(interpreterFile(watchLoads)));
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "ENOENT") throw e;
    return new Uint8Array(generateInterpreter(TABLE, { watchLoads }));
  }
}
