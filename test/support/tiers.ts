/**
 * Which tiers the processors of a test run use, by the environment variable POK386_TIERS: "cold" (--jit off), "hot" (everything is compiled
 * before it is executed for the first time), "eager" (early, again and again), "verify" (hot, beside a double in the cold tier wherever a
 * test can have one: pok386 is started with --jit verify), or, if it is not set, as users get them.
 */
import { isDeepStrictEqual } from "node:util";
import { Cpu, type Tiers } from "../../src/cpu386/cpu.js";
import { type Schedule, STANDARD } from "../../src/cpu386/jit/heat.js";

/** Regions are as large as they come. */
export const WHOLE = { modest: 10_000, trial: 0 };
export const HOT: Schedule = { shortest: 64, longest: 16_384, samples: 0, backoff: 2, patience: 0, price: 0, ...WHOLE, exits: 50 };
/** Compiles early, again and again, in short slices. */
export const EAGER: Schedule = { shortest: 7, longest: 1000, samples: 1, backoff: 2, patience: 0, price: 0, ...WHOLE, exits: 50 };
/** For millions of instructions beside a double: what is compiled is paid for. */
export const SPARING: Schedule = {
  shortest: 500,
  longest: 100_000,
  samples: 1,
  backoff: 4,
  patience: 0,
  price: 100,
  ...WHOLE,
  exits: 2_000,
};

const TIERS: Readonly<Record<string, Tiers>> = {
  cold: { jit: false, schedule: STANDARD },
  eager: { jit: true, schedule: EAGER },
  hot: { jit: true, schedule: HOT },
  verify: { jit: true, schedule: HOT },
};
export const COLD: Tiers = TIERS.cold!;
const wanted = process.env.POK386_TIERS;
if (wanted) {
  const tiers = TIERS[wanted];
  if (!tiers) throw new Error(`POK386_TIERS=${wanted}: one of ${Object.keys(TIERS).join(", ")}`);
  Cpu.tiers = tiers;
}
/** Whether what runs here is to be compared with the cold tier. */
export const verifies = wanted === "verify";

/** @throws Error if the tiers have made something else of a case */
export function requireAlike(name: string, hot: unknown, cold: unknown): void {
  if (!isDeepStrictEqual(hot, cold)) throw new Error(`the tiers differ: ${name}: hot ${JSON.stringify(hot)}, cold ${JSON.stringify(cold)}`);
}

/** What the program is started with, with --jit where the test run wants another one than the user and the test says nothing of it. */
export function withTiers(args: readonly string[]): readonly string[] {
  const jit = wanted === "cold" ? "off" : verifies ? "verify" : undefined;
  const takesJit = args[0] === "run" || args[0] === "replay";
  return jit === undefined || !takesJit || args.includes("--jit") ? args : [...args, "--jit", jit];
}
