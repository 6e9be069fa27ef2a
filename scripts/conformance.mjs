/**
 * Runs the suites that compare with references, writes what they report to docs/conformance.json, and the documents made of it:
 * `npm run conformance -- [--cases N] [--jit HOW] [SUITE...]`. The other suites' results stay as they were; those of another --jit than
 * "on" are noted beside them.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JIT, JIT_HELP, progressBar, root, runSuite, SUITES, suiteNamed, tiersEnvironment } from "./suites.mjs";

const usage = `usage: npm run conformance -- [--cases N] [--jit ${JIT.join("|")}] [SUITE...]
  --cases N   of each random suite; the x87 gets a tenth (default 50000)
  SUITE       ${SUITES.map((s) => s.name).join(", ")}, matrix (default: all)
${JIT_HELP}`;

function fail(text) {
  console.error(`conformance: ${text}\n${usage}`);
  process.exit(2);
}

function parse(args) {
  let cases = 50_000;
  let jit = "on";
  const names = [];
  for (let n = 0; n < args.length; n++) {
    if (args[n] === "--help") {
      console.log(usage);
      process.exit(0);
    } else if (args[n] === "--cases") {
      cases = Number(args[++n]);
      if (!Number.isSafeInteger(cases) || cases < 1) fail("--cases takes a whole number from 1 on");
    } else if (args[n] === "--jit") {
      jit = args[++n];
      if (!JIT.includes(jit)) fail(`--jit takes ${JIT.join(", ")}`);
    } else if (suiteNamed(args[n]) || args[n] === "matrix") names.push(args[n]);
    else fail(`there is no suite "${args[n]}"`);
  }
  // What compares the tiers has both of them anyway.
  const all = [...SUITES.map((s) => s.name), "matrix"].filter((name) => jit === "on" || name !== "tiers");
  return { cases, jit, names: names.length ? names : all };
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

const { cases, jit, names } = parse(process.argv.slice(2));
const path = `${root}docs/conformance.json`;
const results = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { suites: {} };
async function run(name) {
  if (name === "matrix") {
    const reports = runMatrix();
    if (jit === "on") results.matrix = reports;
    else
      note(
        name,
        Object.values(reports[0].groups).reduce((sum, group) => sum + group.cases, 0),
      );
    return;
  }
  const suite = suiteNamed(name);
  const count = name === "host-x87" ? Math.ceil(cases / 10) : cases;
  const environment = tiersEnvironment(jit);
  const report = await runSuite(suite, suite.random ? { cases: count, environment } : { environment }, progressBar(name));
  if (report.standIn) {
    console.error(`${name}: no difference by ${report.standIn}, which is not ${suite.reference}: docs/conformance.json keeps what it has`);
    return;
  }
  if (jit === "on") results.suites[name] = report;
  else note(name, report.cases);
}
/** So many cases of a suite have been seen through by these tiers. */
function note(name, cases) {
  results.tiers ??= {};
  results.tiers[jit] = { ...results.tiers[jit], [name]: cases };
}
function runMatrix() {
  const folder = mkdtempSync(join(tmpdir(), "pok386-matrix-"));
  const report = join(folder, "report.json");
  try {
    execFileSync(process.execPath, [`${root}scripts/matrix.mjs`, "--json", report, "--jit", jit, ...(jit === "on" ? [] : ["here"])], {
      stdio: ["ignore", "ignore", "inherit"],
    });
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
