/** What came of tests of gdb's suite: explained, in a table, in sums. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suiteFolder } from "./gdb-suite-run.mjs";

const known = JSON.parse(readFileSync(join(suiteFolder, "known.json"), "utf8"));

/** `pattern` is a FAIL's text, with * for anything. */
function matches(text, pattern) {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

/** @returns the result of `runTest`, its failures as { text, reason? } by test/gdb-suite/known.json */
export function explain(result, mode) {
  const failures = result.failures.map((text) => {
    const found = known.find((k) => k.test === result.name && matches(text, k.fail) && (k.mode ?? mode) === mode);
    return { text, ...(found ? { reason: found.reason } : {}) };
  });
  return { ...result, failures };
}

const WIDTH = 40;
/** On a terminal only; the last call, without `next`, ends the line. */
export function progress(done, all, next) {
  if (!process.stderr.isTTY) return;
  const full = Math.round((done / all) * WIDTH);
  process.stderr.write(`\r[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${done}/${all} ${(next ?? "").padEnd(48)}${next ? "" : "\n"}`);
}
export function clearProgress() {
  if (process.stderr.isTTY) process.stderr.write(`\r${" ".repeat(WIDTH + 60)}\r`);
}

export const row = (name, cells) => console.log(`${name.padEnd(48)}${cells.map((cell) => String(cell).padStart(11)).join("")}`);
export const counts = (of) => (of ? `${of.passes}/${of.failures}` : "");

/** A row, and a line for each FAIL; `reference` has what gdbserver and QEMU have, if that is known. */
export function printResult({ name, passes, failures, others, seconds }, reference) {
  row(name, [passes, failures.length, others, seconds.toFixed(1), counts(reference?.gdbserver), counts(reference?.qemu)]);
  for (const { text, reason } of failures) console.log(`    ${reason ? "known" : "FAIL"}: ${text}${reason ? ` (${reason})` : ""}`);
}

export function sumsOf(results) {
  const sum = (of) => results.reduce((total, result) => total + of(result), 0);
  return {
    passes: sum((r) => r.passes),
    failures: sum((r) => r.failures.length),
    others: sum((r) => r.others),
    seconds: Math.round(sum((r) => r.seconds)),
  };
}
export const unexplained = (results) => results.flatMap((r) => r.failures).filter(({ reason }) => !reason).length;

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // None yet, or not ours.
    return {};
  }
}
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);

/** Each test with its counts, as `section` of the file; other sections stay. */
export function writeResults(path, section, results) {
  const tests = results.map(({ failures, seconds, ...rest }) => ({
    ...rest,
    failures: failures.length,
    seconds: Number(seconds.toFixed(1)),
    ...(failures.length > 0 ? { failed: failures } : {}),
  }));
  writeJson(path, { ...readJson(path), [section]: { sums: sumsOf(results), tests } });
}

/** Sums of each folder, how many tests had passes, and every FAIL, as `section` of the file; other sections stay. */
export function writeSums(path, section, results) {
  const folders = [...new Set(results.map(({ name }) => dirname(name)))];
  const sums = folders.map((folder) => {
    const of = results.filter(({ name }) => dirname(name) === folder);
    const { seconds, ...rest } = sumsOf(of);
    return [folder, { files: of.length, passing: of.filter(({ passes }) => passes > 0).length, ...rest }];
  });
  const failed = results.flatMap(({ name, failures }) => failures.map((failure) => ({ test: name, ...failure })));
  writeJson(path, { ...readJson(path), [section]: { folders: Object.fromEntries(sums), failed } });
}

/** Results kept as they come, so that a run of hours can be gone on with. */
export class Kept {
  #path;
  #results;

  constructor(path, goOn) {
    this.#path = path;
    this.#results = goOn && existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  }

  get(name) {
    return this.#results[name];
  }

  add(result) {
    this.#results[result.name] = result;
    writeFileSync(this.#path, JSON.stringify(this.#results));
  }
}
