/**
 * The processor of the host as oracle: random instructions run natively and in our processor, and must leave the same registers, flags,
 * memory and selectors, and meet the same fault. POK386_ORACLE_CASES and POK386_ORACLE_SEED choose another sample.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeCase, differences } from "./oracle/compare.js";
import { EmulatedRunner } from "./oracle/emulated.js";
import { FORMS, generate } from "./oracle/generate.js";
import { buildNative } from "./oracle/native.js";
import { Random } from "./oracle/random.js";

const CASES = Number(process.env.POK386_ORACLE_CASES ?? 20_000);
const SEED = Number(process.env.POK386_ORACLE_SEED ?? 386);
const BATCH = 5_000;
const SHOWN = 30;

let native: ReturnType<typeof buildNative>;
beforeAll(() => {
  native = buildNative();
});
afterAll(() => native?.dispose());

test(
  `${CASES} random cases end as on the host's processor`,
  () => {
    const random = new Random(SEED);
    const emulated = new EmulatedRunner();
    const failures: string[] = [];
    let count = 0;
    const byName = new Map<string, number>();
    for (let done = 0; done < CASES; done += BATCH) {
      const cases = Array.from({ length: Math.min(BATCH, CASES - done) }, () => generate(random));
      native.run(cases).forEach((host, n) => {
        const c = cases[n]!;
        const found = differences(c, host, emulated.run(c));
        if (found.length === 0) return;
        count++;
        // One example of each kind says more than many of the first.
        const first = !byName.has(c.name);
        byName.set(c.name, (byName.get(c.name) ?? 0) + 1);
        if (first && failures.length < SHOWN) failures.push(`${describeCase(c)}\n    ${found.join("\n    ")}`);
      });
    }
    const summary = [...byName].map(([name, n]) => `${name} ${n}`).join("; ");
    expect(count, `${count} of ${CASES} cases differ (seed ${SEED}, ${FORMS.length} encodings): ${summary}\n${failures.join("\n")}`).toBe(
      0,
    );
  },
  Math.max(60_000, CASES),
);
