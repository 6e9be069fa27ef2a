/**
 * gdb's own test suite against this stub: `npm run gdb-suite -- --help`. The suite is Debian's gdb-source, unpacked outside of the repository;
 * the board and what its programs are linked with are in test/gdb-suite.
 */
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import {
  clearProgress,
  counts,
  explain,
  Kept,
  printResult,
  progress,
  row,
  sumsOf,
  unexplained,
  writeResults,
  writeSums,
} from "./gdb-suite-report.mjs";
import { defaultCache, prepare, readList, runTest, SuiteError, suiteFolder, testsOf } from "./gdb-suite-run.mjs";

/** An odd one, so that no page or paragraph boundary helps. */
const BASES = { based: "0x412340", flat: "0" };
const RECOMMENDED = join(suiteFolder, "recommended.txt");
const REVERSE = join(suiteFolder, "reverse.txt");
const TRACING = join(suiteFolder, "tracing.txt");
const SERVER = join(suiteFolder, "server.txt");
/** A folder of the suite, and what of it is about this processor's family. */
const ALL = [["gdb.base"], ["gdb.arch", /^i386-/], ["gdb.mi"], ["gdb.python"]];
const HELP = `usage: npm run gdb-suite -- [--based|--flat] [--list FILE | --all | TEST.exp...]

Runs tests of gdb 13.1's own suite (gdb.base/break.exp and the like; without any, the 60 of test/gdb-suite/recommended.txt) with programs
in ring 3 of a pok386 machine, and prints a table: test, passes, FAILs, other results, seconds, and what gdbserver and QEMU have (passes/FAILs).
Exit status 1 if there is a FAIL that test/gdb-suite/known.json does not explain.

  --based        the program's segments begin at ${BASES.based} (default)
  --flat         they begin at 0
  --list FILE    the tests named in this file, one a line (in test/gdb-suite: tracing.txt, branches.txt, server.txt)
  --reverse      those of test/gdb-suite/reverse.txt: execution backwards
  --all          all of gdb.base, gdb.arch/i386-*, gdb.mi and gdb.python: 810 files, about an hour
  --resume       with --all: goes on where a run of the same mode broke off
  --smoke        of the list, those marked for the tests of this repository
  --cache DIR    where gdb's sources are unpacked and run (default ${defaultCache})
  --json FILE    the results as JSON as well (of --all their sums); one of the same kind that is there keeps the other mode's results
  --help         this text

It needs: apt-get install gdb gdb-source dejagnu expect gcc libc6-dev make`;

function usage(problem) {
  console.error(`gdb-suite: ${problem}; npm run gdb-suite -- --help says more`);
  process.exit(2);
}
function commandLine() {
  const flag = { type: "boolean" };
  const value = { type: "string" };
  const flags = { based: flag, flat: flag, smoke: flag, reverse: flag, all: flag, resume: flag, help: flag };
  try {
    return parseArgs({ options: { ...flags, list: value, cache: value, json: value }, allowPositionals: true });
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
if ([values.list, values.all, positionals.length > 0].filter(Boolean).length > 1) usage("one of --list FILE, --all and tests");
if (values.resume && !values.all) usage("--resume goes with --all");
const mode = values.flat ? "flat" : "based";
const listed = orUsage(() => readList(values.list ?? RECOMMENDED));
const references = new Map(orUsage(() => [RECOMMENDED, REVERSE, TRACING, SERVER].flatMap(readList)).map((test) => [test.name, test]));

const cache = values.cache ?? defaultCache;
const suite = orUsage(() => prepare(cache));
function chosen() {
  if (positionals.length > 0) return positionals;
  if (values.all) return ALL.flatMap(([folder, pattern]) => testsOf(suite, folder, pattern));
  return listed.filter(({ smoke }) => smoke || !values.smoke).map(({ name }) => name);
}
const names = chosen();
const kept = values.all ? new Kept(join(cache, `all-${mode}.json`), values.resume) : undefined;

/** What known.json says is asked anew of results of a run before. */
function resultOf(name) {
  const before = kept?.get(name);
  const result = before ?? orUsage(() => runTest(suite, name, BASES[mode]));
  if (!before) kept?.add(result);
  return explain(result, mode);
}

row(`${mode} segments`, ["PASS", "FAIL", "others", "seconds", "gdbserver", "QEMU"]);
const results = [];
for (const [n, name] of names.entries()) {
  progress(n, names.length, name);
  results.push(resultOf(name));
  clearProgress();
  printResult(results.at(-1), references.get(name));
}
progress(names.length, names.length);

const total = (field) => {
  const found = names.map((name) => references.get(name)?.[field]);
  if (found.includes(undefined)) return "";
  return counts({ passes: found.reduce((t, c) => t + c.passes, 0), failures: found.reduce((t, c) => t + c.failures, 0) });
};
const sums = sumsOf(results);
row("all", [sums.passes, sums.failures, sums.others, sums.seconds, total("gdbserver"), total("qemu")]);
const open = unexplained(results);
if (open > 0) console.log(`${open} FAILs are not explained; gdb.log of each test is below ${suite.board}/outputs`);

// Results of another list stand beside those of the recommended tests.
if (values.json && values.all) writeSums(values.json, mode, results);
else if (values.json) writeResults(values.json, values.list ? `${mode}, ${basename(values.list, ".txt")}` : mode, results);
process.exitCode = open > 0 ? 1 : 0;
