/**
 * Which tiers the processors of a test run use, by the environment variable POK386_TIERS: "cold" (--jit off), "hot" (everything is compiled
 * before it is executed for the first time), "eager" (early, again and again), or, if it is not set, as users get them.
 */
import { Cpu, type Tiers } from "../../src/cpu386/cpu.js";
import { type Schedule, STANDARD } from "../../src/cpu386/jit/heat.js";

export const HOT: Schedule = { shortest: 64, longest: 64, samples: 0, backoff: 1, price: 0 };
/** Compiles early, again and again, in short slices. */
export const EAGER: Schedule = { shortest: 7, longest: 1000, samples: 1, backoff: 2, price: 0 };

const TIERS: Readonly<Record<string, Tiers>> = {
  cold: { jit: false, schedule: STANDARD },
  eager: { jit: true, schedule: EAGER },
  hot: { jit: true, schedule: HOT },
};
const wanted = process.env.POK386_TIERS;
if (wanted) {
  const tiers = TIERS[wanted];
  if (!tiers) throw new Error(`POK386_TIERS=${wanted}: one of ${Object.keys(TIERS).join(", ")}`);
  Cpu.tiers = tiers;
}
