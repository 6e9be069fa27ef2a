/**
 * The processor of the host as oracle: random instructions run natively and in our processor, and must leave the same registers, flags,
 * memory and selectors, and meet the same fault. POK386_ORACLE_CASES and POK386_ORACLE_SEED choose another sample. Where the host's kernel
 * runs no 32-bit programs, QEMU's user mode stands in as far as it can (oracle/qemu-user.ts), which is said.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { faultsOf } from "../../src/cpu386/definitions/faults.js";
import { vectorName } from "../../src/cpu386/fault.js";
import { TEST_TIMEOUT } from "../support/patience.js";
import { SuiteReport } from "../support/suite-report.js";
import { differences } from "./oracle/compare.js";
import { EmulatedRunner } from "./oracle/emulated.js";
import { FORMS, generate } from "./oracle/generate.js";
import { buildNative, type Case, ENDLESS, type Outcome } from "./oracle/native.js";
import { asProgram, shrink } from "./oracle/program.js";
import { asForQemu, isForQemu } from "./oracle/qemu-user.js";
import { Random } from "./oracle/random.js";

const CASES = Number(process.env.POK386_ORACLE_CASES ?? 30_000);
const SEED = Number(process.env.POK386_ORACLE_SEED ?? 386);
const BATCH = 5_000;
const SHOWN = 10;

let native: ReturnType<typeof buildNative>;
beforeAll(() => {
  native = buildNative();
});
afterAll(() => native?.dispose());

/** The smallest case of its kind, as a program. */
function explain(c: Case, emulated: EmulatedRunner): string {
  const compare = (c: Case): string[] => differences(c, native.run([c])[0]!, emulated.run(c), () => {});
  const smallest = shrink(c, (candidate) => compare(candidate).length > 0);
  return asProgram(smallest, compare(smallest));
}

/** A fault of a single instruction that docs/OPCODES.md does not list for it. */
function isUnlisted(c: Case, { vector, eip }: Outcome): boolean {
  const fetched = c.at + 16 < 0x10000;
  const locked = c.code.includes(0xf0);
  if (c.forms.length > 1 || !fetched || locked || eip !== c.at || vector === 3 || vector === ENDLESS) return false;
  return !faultsOf(c.forms[0]!).some((name) => vectorName(vector).startsWith(`#${name} `));
}

/** Those that whoever runs them can be compared by. */
const casesFor = (cases: readonly Case[], emulated: EmulatedRunner): Case[] =>
  native.by === "host" ? [...cases] : cases.filter((c) => isForQemu(c, emulated.run(c))).map(asForQemu);

test(
  `${CASES} random cases end as on the host's processor`,
  () => {
    const random = new Random(SEED);
    const emulated = new EmulatedRunner();
    const failures: string[] = [];
    const report = new SuiteReport("host-integer");
    const unlisted = new Set<string>();
    let count = 0;
    const byName = new Map<string, number>();
    for (let done = 0; done < CASES; done += BATCH) {
      const cases = casesFor(
        Array.from({ length: Math.min(BATCH, CASES - done) }, () => generate(random)),
        emulated,
      );
      native.run(cases).forEach((host, n) => {
        const c = cases[n]!;
        report.cases++;
        for (const form of c.forms) report.covered(form);
        if (isUnlisted(c, host)) unlisted.add(`${vectorName(host.vector)} of ${c.name} ${c.forms[0]!.text}`);
        const found = differences(c, host, emulated.run(c), (d) => report.departs(d));
        if (found.length === 0) return;
        count++;
        // One example of each kind says more than many of the first.
        const first = !byName.has(c.name);
        byName.set(c.name, (byName.get(c.name) ?? 0) + 1);
        if (first && failures.length < SHOWN) failures.push(explain(c, emulated));
      });
    }
    if (native.by !== "host") {
      report.standIn = native.by;
      console.warn(`this host's kernel runs no 32-bit programs: ${report.cases} of ${CASES} cases were compared with ${native.by}`);
    }
    report.write();
    expect(report.cases).toBeGreaterThan(CASES / 2);
    const summary = [...byName].map(([name, n]) => `${name} ${n}`).join("; ");
    expect(count, `${count} of ${CASES} cases differ (seed ${SEED}, ${FORMS.length} encodings): ${summary}\n${failures.join("\n")}`).toBe(
      0,
    );
    expect([...unlisted], "faults that the definitions do not list").toEqual([]);
  },
  Math.max(TEST_TIMEOUT, CASES),
);
