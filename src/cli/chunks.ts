/**
 * The program as users start it: a few large files that the build made of the compiled modules (scripts/bundle.mjs), each with what V8 made
 * of it in a first run. Without that, V8 spends more time reading the program, and each function again when it is first called, than a small
 * guest takes to run; and the first compilation of hot code would be in many functions for the first time.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { Script } from "node:vm";

export interface Chunk {
  readonly script: Script;
  readonly exports: object;
}

/** Those that have been loaded, by path. */
export const chunks = new Map<string, Chunk>();

/** Where V8's part of a chunk is. */
export const cacheOf = (path: string): string => `${path}.cache`;

const requireBuiltin = createRequire(import.meta.url);
const PARAMETERS = "exports, require, module, __filename, __dirname";

/** V8 itself sees whether it can use what is there: another version of it, or one with other flags, reads the program instead. */
function cached(path: string): Buffer | undefined {
  try {
    return readFileSync(cacheOf(path));
  } catch {
    return undefined;
  }
}

/**
 * Runs a CommonJS file once, and says what it exports.
 * @param path absolute; the file is ASCII, and what it requires is beside it or Node's own
 */
export function loadChunk(path: string): unknown {
  const known = chunks.get(path);
  if (known) return known.exports;
  // The line that is added is none in messages. V8 keeps the name as well, so it is one that holds wherever the file comes to lie.
  const source = `(function (${PARAMETERS}) {\n${readFileSync(path, "latin1")}\n})`;
  const script = new Script(source, { filename: `pok386/${basename(path)}`, lineOffset: -1, cachedData: cached(path) });
  const module = { exports: {} };
  chunks.set(path, { script, exports: module.exports });
  const here = dirname(path);
  const require = (id: string): unknown => (id.startsWith("./") ? loadChunk(join(here, id)) : requireBuiltin(id));
  script.runInThisContext()(module.exports, require, module, path, here);
  return module.exports;
}
