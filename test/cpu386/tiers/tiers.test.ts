/** The tiers against each other: random loops, cut into random slices, with the hot tier forced in at random. */
import { expect, test } from "vitest";
import type { Tiers } from "../../../src/cpu386/cpu.js";
import { TEST_TIMEOUT } from "../../support/patience.js";
import { EAGER, HOT } from "../../support/tiers.js";
import { asProgram } from "../oracle/program.js";
import { Random } from "../oracle/random.js";
import { sequence } from "./sequence.js";
import { SequenceMachine } from "./sequence-machine.js";

const CASES = Number(process.env.POK386_TIERS_CASES ?? 3000);
const SEED = Number(process.env.POK386_TIERS_SEED ?? 386);

const COLD: Tiers = { jit: false, schedule: HOT };
const schedule = (random: Random): Tiers["schedule"] =>
  random.pick([
    HOT,
    EAGER,
    { shortest: random.between(1, 60), longest: random.between(1, 400), samples: random.below(3), backoff: 1, price: 0 },
  ]);

test.each([
  { paging: false, cases: CASES },
  { paging: true, cases: Math.ceil(CASES / 3) },
])(
  "$cases random loops end alike in the cold and in the hot tier, with paging $paging",
  ({ paging, cases }) => {
    const random = new Random(SEED);
    const [cold, hot] = [new SequenceMachine(COLD, paging), new SequenceMachine(COLD, paging)];
    let executed = 0;
    for (let n = 0; n < cases; n++) {
      const c = sequence(random);
      hot.cpu.setTiers({ jit: true, schedule: schedule(random) });
      const before = hot.cpu.jit.executed;
      for (const m of [cold, hot]) m.load(c);
      const slices = Array.from({ length: random.between(1, 6) }, () => random.between(1, 300));
      for (const slice of slices) {
        const [a, b] = [cold.run(slice), hot.run(slice)];
        if (a !== b) throw new Error(`case ${n} of seed ${SEED}, ${slices}: ${c.name}\n${asProgram(c, [`cold ${a}`, `hot  ${b}`])}`);
      }
      executed += hot.cpu.jit.executed - before;
      if (Buffer.compare(hot.memory(), cold.memory()) !== 0)
        throw new Error(`case ${n} of seed ${SEED}: memory differs\n${asProgram(c, [])}`);
    }
    expect(executed / cases, "instructions of a case executed by regions").toBeGreaterThan(50);
  },
  Math.max(TEST_TIMEOUT, CASES * 20),
);
