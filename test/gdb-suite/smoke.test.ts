/** A sample of gdb's own test suite; `npm run gdb-suite` runs more. */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { root } from "../support/pok386.js";

const run = (...args: readonly string[]): { status: number | null; text: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}scripts/gdb-suite.mjs`, ...args], { encoding: "utf8" });
  return { status, text: stdout + stderr };
};
/** The row of a table: passes and FAILs. */
const counts = (text: string, row: string): number[] | undefined =>
  new RegExp(`^${row} +(\\d+) +(\\d+) `, "m").exec(text)?.slice(1, 3).map(Number);

it("passes what exercises the stub, with a program in a segment of an odd base", () => {
  const { status, text } = run("--based", "--smoke");
  expect(text).not.toContain("FAIL: ");
  expect(counts(text, "all")?.[0], text).toBeGreaterThan(900);
  expect(status, text).toBe(0);
});

it("passes what goes backwards", () => {
  const { status, text } = run("--based", "--reverse", "--smoke");
  expect(counts(text, "all"), text).toEqual([45, 0]);
  expect(status).toBe(0);
});

it("passes what exercises tracepoints", () => {
  const { status, text } = run("--based", "--smoke", "--list", `${root}test/gdb-suite/tracing.txt`);
  expect(counts(text, "all"), text).toEqual([341, 0]);
  expect(status, text).toBe(0);
});

it("passes what exercises branch traces", () => {
  const { status, text } = run("--based", "--smoke", "--list", `${root}test/gdb-suite/branches.txt`);
  expect(counts(text, "all"), text).toEqual([111, 0]);
  expect(status, text).toBe(0);
});

it("passes what starts a server and connects to it, more than once", () => {
  const { status, text } = run("--based", "--smoke", "--list", `${root}test/gdb-suite/server.txt`);
  expect(counts(text, "all"), text).toEqual([39, 0]);
  expect(status, text).toBe(0);
});

it("passes in flat segments too", () => {
  const { status, text } = run("--flat", "gdb.base/step-test.exp", "gdb.base/return2.exp");
  expect(counts(text, "all"), text).toEqual([56, 0]);
  expect(status).toBe(0);
});

it("says what is wrong with a test's name", () => {
  const { status, text } = run("gdb.base/nothing.exp");
  expect(text).toContain("gdb-suite: gdb's suite has no gdb.base/nothing.exp; npm run gdb-suite -- --help says more\n");
  expect(status).toBe(2);
});

it("runs all tests or some, not both", () => {
  const { status, text } = run("--all", "gdb.base/break.exp");
  expect(text).toBe("gdb-suite: one of --list FILE, --all and tests; npm run gdb-suite -- --help says more\n");
  expect(status).toBe(2);
});

it("goes on with a run of all tests only", () => {
  const { status, text } = run("--resume");
  expect(text).toBe("gdb-suite: --resume goes with --all; npm run gdb-suite -- --help says more\n");
  expect(status).toBe(2);
});
