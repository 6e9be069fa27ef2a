/**
 * gdb's own test suite against this stub: `npm run gdb-suite -- --help`. The suite is Debian's gdb-source, unpacked outside of the repository;
 * the board and what its programs are linked with are in test/gdb-suite.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { defaultCache, prepare, readList, runTest, SuiteError, suiteFolder } from "./gdb-suite-run.mjs";

/** An odd one, so that no page or paragraph boundary helps. */
const BASES = { based: "0x412340", flat: "0" };
const RECOMMENDED = join(suiteFolder, "recommended.txt");
const REVERSE = join(suiteFolder, "reverse.txt");
const TRACING = join(suiteFolder, "tracing.txt");
const HELP = `usage: npm run gdb-suite -- [--based|--flat] [--list FILE | TEST.exp...]

Runs tests of gdb 13.1's own suite (gdb.base/break.exp and the like; without any, the 60 of test/gdb-suite/recommended.txt) with programs
in ring 3 of a pok386 machine, and prints a table: test, passes, FAILs, other results, seconds, and what gdbserver and QEMU have (passes/FAILs).
Exit status 1 if there is a FAIL that test/gdb-suite/known.json does not explain.

  --based        the program's segments begin at ${BASES.based} (default)
  --flat         they begin at 0
  --list FILE    the tests named in this file, one a line (test/gdb-suite/tracing.txt: of tracepoints; branches.txt: of branches)
  --reverse      those of test/gdb-suite/reverse.txt: execution backwards
  --smoke        of the list, those marked for the tests of this repository
  --cache DIR    where gdb's sources are unpacked and run (default ${defaultCache})
  --json FILE    the results as JSON as well; one of the same kind that is there keeps the other mode's results
  --help         this text

It needs: apt-get install gdb gdb-source dejagnu expect gcc libc6-dev make`;

function usage(problem) {
  console.error(`gdb-suite: ${problem}; npm run gdb-suite -- --help says more`);
  process.exit(2);
}
function commandLine() {
  const flag = { type: "boolean" };
  const value = { type: "string" };
  const options = { based: flag, flat: flag, smoke: flag, reverse: flag, list: value, cache: value, json: value, help: flag };
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (e) {
    return usage(e.message);
  }
}
function orUsage(f) {
  try {
    return f();
  } catch (e) {
    if (e instanceof SuiteError || e.code === "ENOENT") return usage(e.message);
    throw e;
  }
}

const { values, positionals } = commandLine();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
if (values.based && values.flat) usage("--based or --flat, not both");
if (values.reverse) values.list ??= REVERSE;
if (values.list && positionals.length > 0) usage("--list FILE or tests, not both");
const mode = values.flat ? "flat" : "based";
const listed = orUsage(() => readList(values.list ?? RECOMMENDED));
const references = new Map(orUsage(() => [RECOMMENDED, REVERSE, TRACING].flatMap(readList)).map((test) => [test.name, test]));
const names = positionals.length > 0 ? positionals : listed.filter(({ smoke }) => smoke || !values.smoke).map(({ name }) => name);
const known = JSON.parse(readFileSync(join(suiteFolder, "known.json"), "utf8"));

/** `pattern` is a FAIL's text, with * for anything. */
function matches(text, pattern) {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

const WIDTH = 40;
function progress(done, next) {
  if (!process.stderr.isTTY) return;
  const full = Math.round((done / names.length) * WIDTH);
  process.stderr.write(`\r[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${done}/${names.length} ${next.padEnd(48)}`);
}
const row = (name, cells) => console.log(`${name.padEnd(48)}${cells.map((cell) => String(cell).padStart(11)).join("")}`);
const reference = (counts) => (counts ? `${counts.passes}/${counts.failures}` : "");

const suite = orUsage(() => prepare(values.cache ?? defaultCache));
const results = [];
row(`${mode} segments`, ["PASS", "FAIL", "others", "seconds", "gdbserver", "QEMU"]);
for (const [n, name] of names.entries()) {
  progress(n, name);
  const result = orUsage(() => runTest(suite, name, BASES[mode]));
  const failures = result.failures.map((text) => {
    const explained = known.find((k) => k.test === name && matches(text, k.fail) && (k.mode ?? mode) === mode);
    return { text, ...(explained ? { reason: explained.reason } : {}) };
  });
  results.push({ ...result, failures });
  if (process.stderr.isTTY) process.stderr.write(`\r${" ".repeat(WIDTH + 60)}\r`);
  const ref = references.get(name);
  row(name, [result.passes, failures.length, result.others, result.seconds.toFixed(1), reference(ref?.gdbserver), reference(ref?.qemu)]);
  for (const { text, reason } of failures) console.log(`    ${reason ? "known" : "FAIL"}: ${text}${reason ? ` (${reason})` : ""}`);
}
progress(names.length, "");
if (process.stderr.isTTY) process.stderr.write("\n");

const sum = (of) => results.reduce((total, result) => total + of(result), 0);
const sums = {
  passes: sum((r) => r.passes),
  failures: sum((r) => r.failures.length),
  others: sum((r) => r.others),
  seconds: sum((r) => r.seconds),
};
const unexplained = sum((r) => r.failures.filter(({ reason }) => !reason).length);
const total = (field) => {
  const counts = names.map((name) => references.get(name)?.[field]);
  if (counts.includes(undefined)) return "";
  return reference({ passes: counts.reduce((t, c) => t + c.passes, 0), failures: counts.reduce((t, c) => t + c.failures, 0) });
};
row("all", [sums.passes, sums.failures, sums.others, sums.seconds.toFixed(1), total("gdbserver"), total("qemu")]);
if (unexplained > 0) console.log(`${unexplained} FAILs are not explained; gdb.log of each test is below ${suite.board}/outputs`);

if (values.json) {
  // Results of another list stand beside those of the recommended tests.
  const section = values.list ? `${mode}, ${basename(values.list, ".txt")}` : mode;
  let before = {};
  try {
    before = JSON.parse(readFileSync(values.json, "utf8"));
  } catch {
    // None yet, or not ours.
  }
  const tests = results.map(({ failures, seconds, ...rest }) => ({
    ...rest,
    failures: failures.length,
    seconds: Number(seconds.toFixed(1)),
    ...(failures.length > 0 ? { failed: failures } : {}),
  }));
  writeFileSync(
    values.json,
    `${JSON.stringify({ ...before, [section]: { sums: { ...sums, seconds: Math.round(sums.seconds) }, tests } }, undefined, 2)}\n`,
  );
}
process.exitCode = unexplained > 0 ? 1 : 0;
