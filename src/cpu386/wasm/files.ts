/** Generated modules that are the same each time: read from the files the build wrote, or generated on the spot when running from sources. */
import { readFileSync } from "node:fs";
import { HOME } from "../../home.js";

/** The build (build.ts) writes it beside the compiled modules; sources have none. */
export const generatedFile = (name: string): URL => new URL(`cpu386/wasm/${name}.wasm`, HOME);

export function generated(name: string, generate: () => Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(generatedFile(name)));
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "ENOENT") throw e;
    return new Uint8Array(generate());
  }
}

const modules = new Map<string, WebAssembly.Module>();

/** The same, compiled by V8: once for all machines. */
export function generatedModule(name: string, generate: () => Uint8Array): WebAssembly.Module {
  let module = modules.get(name);
  if (!module) {
    module = new WebAssembly.Module(generated(name, generate));
    modules.set(name, module);
  }
  return module;
}
