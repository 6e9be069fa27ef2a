/**
 * Runs the suites that compare with references, writes what they report to docs/conformance.json, and the documents made of it:
 * `npm run conformance -- [--cases N] [SUITE...]`. The other suites' results stay as they were.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { progressBar, root, runSuite, SUITES, suiteNamed } from "./suites.mjs";

const usage = `usage: npm run conformance -- [--cases N] [SUITE...]
  --cases N   of each random suite; the x87 gets a tenth (default 50000)
  SUITE       ${SUITES.map((s) => s.name).join(", ")}, matrix (default: all)`;

function fail(text) {
  console.error(`conformance: ${text}\n${usage}`);
  process.exit(2);
}

function parse(args) {
  let cases = 50_000;
  const names = [];
  for (let n = 0; n < args.length; n++) {
    if (args[n] === "--help") {
      console.log(usage);
      process.exit(0);
    } else if (args[n] === "--cases") {
      cases = Number(args[++n]);
      if (!Number.isSafeInteger(cases) || cases < 1) fail("--cases takes a whole number from 1 on");
    } else if (suiteNamed(args[n]) || args[n] === "matrix") names.push(args[n]);
    else fail(`there is no suite "${args[n]}"`);
  }
  return { cases, names: names.length ? names : [...SUITES.map((s) => s.name), "matrix"] };
}

/** What answered: processor and versions. */
function references() {
  const firstLine = (command, args) => {
    try {
      return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
        .split("\n")[0]
        .trim();
    } catch {
      return undefined;
    }
  };
  const cpu = /^model name\s*: (.*)$/m.exec(existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "")?.[1];
  const bochs = firstLine("dpkg-query", ["-W", "bochs"])?.split("\t")[1];
  return {
    host: cpu,
    qemu: firstLine("qemu-system-i386", ["--version"])?.replace(/^QEMU emulator version (\S+).*/, "$1"),
    bochs: bochs?.replace(/[+-].*/, ""),
    gdb: firstLine("gdb", ["--version"])?.replace(/^.* /, ""),
  };
}

const { cases, names } = parse(process.argv.slice(2));
const path = `${root}docs/conformance.json`;
const results = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { suites: {} };
async function run(name) {
  if (name === "matrix") results.matrix = runMatrix();
  else {
    const suite = suiteNamed(name);
    const count = name === "host-x87" ? Math.ceil(cases / 10) : cases;
    results.suites[name] = await runSuite(suite, suite.random ? { cases: count } : {}, progressBar(name));
  }
}
function runMatrix() {
  const folder = mkdtempSync(join(tmpdir(), "pok386-matrix-"));
  const report = join(folder, "report.json");
  try {
    execFileSync(process.execPath, [`${root}scripts/matrix.mjs`, "--json", report], { stdio: ["ignore", "ignore", "inherit"] });
    // How long it took is nobody's business in a document.
    return JSON.parse(readFileSync(report, "utf8")).map(({ seconds: _, ...rest }) => rest);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const name of names) {
  try {
    await run(name);
  } catch (error) {
    console.error(`\n${error.message}`);
    process.exit(1);
  }
  results.references = references();
  // After each, so that what has run is not lost to a later failure.
  writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
}
execFileSync(process.execPath, [`${root}scripts/generate-docs.mjs`], { stdio: "inherit" });
