// Makes one program of the compiled modules, in a few files: node finds, reads and links two hundred modules in 0.2 seconds. src/cli/chunks.ts
// loads them. The modules stay beside them for benches and scripts.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const bundle = await rolldown({
  input: `${dist}/cli/commands.js`,
  platform: "node",
  onLog(level, log, defaultHandler) {
    // yargs asks where a configuration file is that extends another; there is none.
    if (log.code !== "EMPTY_IMPORT_META") defaultHandler(level === "warn" ? "error" : level, log);
  },
});
const { output } = await bundle.write({
  // Where home.ts says that it is.
  dir: dist,
  format: "cjs",
  sourcemap: true,
  entryFileNames: "[name].cjs",
  chunkFileNames: "[name].cjs",
});
// One character beyond Latin-1 doubles what V8 has to read of a whole file; only strings and comments have such.
const escaped = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
const chunks = output.filter(({ code }) => code !== undefined);
for (const { fileName, code } of chunks) writeFileSync(`${dist}/${fileName}`, code.replace(/[^\0-\x7f]/g, escaped));

const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL("first-run.mjs", import.meta.url))], { encoding: "utf8" });
if (status !== 0) throw new Error(`first-run.mjs: ${stderr}`);
const bytes = chunks.reduce((sum, { code }) => sum + code.length, 0);
console.log(`dist/commands.cjs: ${chunks.length} files, ${(bytes / 1e6).toFixed(2)} MB; ${stderr.trim()}`);
