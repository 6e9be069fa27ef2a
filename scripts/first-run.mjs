// Runs the bundled program once, with a guest that gets hot, and keeps what V8 made of it beside its files (src/cli/chunks.ts).
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { cacheOf, chunks, loadChunk } from "../dist/cli/chunks.js";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
// V8 uses a cache only with the flags that it was made with, and the program's files are loaded before the program sets any.
createRequire(import.meta.url)("node:v8").setFlagsFromString = () => {};
process.argv.splice(2, Infinity, "run", path("src/guest/images/bench-integer.elf"), "--append", "iters=400");
process.on("exit", () => {
  let bytes = 0;
  for (const [file, { script }] of chunks) {
    const data = script.createCachedData();
    writeFileSync(cacheOf(file), data);
    bytes += data.length;
  }
  process.stderr.write(`${(bytes / 1e6).toFixed(2)} MB of V8's`);
});
await loadChunk(path("dist/commands.cjs")).main();
