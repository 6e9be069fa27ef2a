/** The chapter of docs/CONFORMANCE.md on gdb's own test suite, from the results in docs and the lists in test/gdb-suite. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { number, table } from "./document.mjs";
import { readList, suiteFolder } from "./gdb-suite-run.mjs";

const readJson = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"));
const lists = readJson("docs/gdb-suite.json");
const reverse = readJson("docs/gdb-suite-reverse.json");
const all = readJson("docs/gdb-suite-all.json");
const known = readJson("test/gdb-suite/known.json");
const nativeRecord = new Map(readList(join(suiteFolder, "reverse.txt")).map(({ name, gdbserver }) => [name, gdbserver]));

const OTHERS = "untested, unsupported, unresolved";

function listTable() {
  const rows = Object.entries(lists).map(([mode, { sums, tests }]) => [
    mode,
    tests.length,
    number(sums.passes),
    sums.failures,
    number(sums.others),
  ]);
  return table(["segments", "files", "PASS", "FAIL", OTHERS], rows);
}

function allTable() {
  const rows = Object.entries(all).flatMap(([mode, { folders }]) => {
    const sums = Object.values(folders);
    const total = (field) => sums.reduce((sum, folder) => sum + folder[field], 0);
    const row = (name, of) => [mode, name, ...["files", "passing", "passes", "failures", "others"].map((field) => number(of(field)))];
    return [...Object.entries(folders).map(([name, folder]) => row(name, (field) => folder[field])), row("all", total)];
  });
  return table(["segments", "folder", "files", "with a PASS", "PASS", "FAIL", OTHERS], rows);
}

/** Where gdb's own record has one pass more, it is the one for switching it on. */
function reverseTable() {
  const rows = reverse.based.tests.map(({ name, passes: based, failures }) => {
    const flat = reverse.flat.tests.find((test) => test.name === name);
    return [name, based, failures, flat.passes, flat.failures, nativeRecord.get(name)?.passes ?? ""];
  });
  return table(["test", "based: PASS", "FAIL", "flat: PASS", "FAIL", "gdb's record: PASS"], rows);
}

const knownTable = () =>
  table(
    ["test", "FAIL", "why"],
    known.map(({ test, fail, mode, reason }) => [test, fail.replaceAll("|", "\\|"), mode ? `${reason} (${mode} only)` : reason]),
  );

const unexplained = Object.values(all).flatMap(({ failed }) => failed.filter(({ reason }) => reason === undefined)).length;

export const gdbSuiteChapter = () => `## gdb's own test suite

\`npm run gdb-suite\` runs tests of gdb's own suite (Debian's gdb-source) with the stub, programs in a ring-3 segment whose base is 0x412340 and flat. The
60 of test/gdb-suite/recommended.txt, and what other lists of that folder name:

${listTable()}

Execution backwards, \`npm run gdb-suite -- --reverse\`, beside the passes of gdb's own \`record\` with gdbserver, which has one more where it is
switched on:

${reverseTable()}

Of the 60 gdbserver has 7,287 passes on the same machine, QEMU's stub 7,184 and 67 FAILs; of the tests of tracepoints gdbserver has 2,011
and 51 FAILs, QEMU none of those that need a target.

All files there are of gdb.base, gdb.arch/i386-*, gdb.mi and gdb.python, \`npm run gdb-suite -- --all\`. Those without a PASS need what there is not
on a board without an operating system: processes, signals, shared libraries, files, threads; or another processor's instructions.

${allTable()}

QEMU's stub has 107 FAILs in the 290 files of these folders and of gdb.opt, gdb.trace, gdb.server and gdb.dwarf2 that were run with it on a board like
this one, flat; with programs in segments of another base it stops at none of their breakpoints. FAILs here that are not explained: ${unexplained}. Those that
are, in any list:

${knownTable()}`;
