/**
 * The protected-mode matrix on this processor, QEMU and Bochs, with counts: `node scripts/matrix.mjs --help`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { JIT, JIT_HELP, tiersEnvironment } from "./suites.mjs";

const MACHINES = ["here", "qemu", "bochs"];
const HELP = `usage: npm run matrix -- [--json FILE] [--jit ${JIT.join("|")}] [${MACHINES.join("|")}]...

Runs every case of test/matrix on this processor, QEMU and Bochs (all unless some are named), holds them against the manual's rules, and
prints a table: group, cases, differences from the manual (but for RF, which QEMU misses in nearly every case). Behind it: which findings explain them, and in how many cases each shows.
Exit status 1 if a difference is not explained.

  --json FILE the same as JSON
  --help      this text
${JIT_HELP}`;

function usage(problem) {
  console.error(`matrix: ${problem}; node scripts/matrix.mjs --help says more`);
  process.exit(2);
}
function options() {
  try {
    const options = { json: { type: "string" }, jit: { type: "string", default: "on" }, help: { type: "boolean" } };
    return parseArgs({ options, allowPositionals: true });
  } catch (e) {
    return usage(e.message);
  }
}
const { values, positionals } = options();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const unknown = positionals.find((name) => !MACHINES.includes(name));
if (unknown !== undefined) usage(`no such machine: ${unknown}`);
if (!JIT.includes(values.jit)) usage(`--jit takes ${JIT.join(", ")}`);
const machines = positionals.length > 0 ? positionals : MACHINES;
const folder = mkdtempSync(join(tmpdir(), "pok386-matrix-"));
const root = fileURLToPath(new URL("..", import.meta.url));

function progress(done, next) {
  const full = Math.round((done / machines.length) * 40);
  process.stderr.write(`\r[${"#".repeat(full)}${".".repeat(40 - full)}] ${next.padEnd(12)}`);
}
function run(machine) {
  const report = join(folder, `${machine}.json`);
  const { status, stdout, stderr } = spawnSync("npx", ["vitest", "run", "--project", "standard", `test/matrix/${machine}.test.ts`], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", POK386_MATRIX_REPORT: report, ...tiersEnvironment(values.jit) },
  });
  if (status === 0) return JSON.parse(readFileSync(report, "utf8"));
  process.stderr.write("\n");
  console.error(stdout + stderr);
  rmSync(folder, { recursive: true });
  process.exit(1);
}

const reports = machines.map((machine, n) => {
  progress(n, machine);
  return run(machine);
});
progress(machines.length, "done");
process.stderr.write("\n");
rmSync(folder, { recursive: true });

const row = (name, cells) => console.log(`${name.padEnd(48)}${cells.map((cell) => String(cell).padStart(10)).join("")}`);
const groups = Object.keys(reports[0].groups);
row("group", ["cases", ...machines]);
for (const group of groups) row(group, [reports[0].groups[group].cases, ...reports.map((r) => r.groups[group].differences)]);
const total = (field, r) => groups.reduce((sum, group) => sum + r.groups[group][field], 0);
row("all", [total("cases", reports[0]), ...reports.map((r) => total("differences", r))]);
row("seconds", ["", ...reports.map((r) => r.seconds.toFixed(1))]);
for (const { machine, findings } of reports) {
  for (const { does, manual, cases } of findings) console.log(`${machine}: ${cases} cases: ${does} (${manual})`);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(reports, undefined, 2)}\n`);
