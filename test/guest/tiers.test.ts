/** The whole machine in all tiers: the same state at the same count, whatever ran; and lock-step, which would find where not. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Tiers } from "../../src/cpu386/cpu.js";
import { STANDARD } from "../../src/cpu386/jit/heat.js";
import * as L from "../../src/cpu386/layout.js";
import { LockStep } from "../../src/pc/lock-step.js";
import { Machine } from "../../src/pc/machine.js";
import { stateHash } from "../../src/pc/state-hash.js";
import { image } from "../support/pok386.js";
import { EAGER } from "../support/tiers.js";

interface Way {
  readonly tiers: Tiers;
  readonly quick: boolean;
  /** Instructions of a run. */
  readonly slice: number;
  /** Counts beyond it are not looked at: to compile all the time takes long. */
  readonly until: number;
}
const COLD: Way = { tiers: { jit: false, schedule: STANDARD }, quick: false, slice: 1_000_000, until: Number.POSITIVE_INFINITY };
const WAYS: Readonly<Record<string, Way>> = {
  "as users have it": { tiers: { jit: true, schedule: STANDARD }, quick: true, slice: 2_000_000, until: Number.POSITIVE_INFINITY },
  "compiled early, in odd slices": { tiers: { jit: true, schedule: EAGER }, quick: true, slice: 77_777, until: 2_000_000 },
  "cold with quick paths": { tiers: { jit: false, schedule: STANDARD }, quick: true, slice: 1_000_000, until: Number.POSITIVE_INFINITY },
};

function machine(name: string, { tiers, quick }: Way): Machine {
  const path = image(name);
  const boot = { kind: "multiboot", path, bytes: readFileSync(path), modules: [], commandLine: "iters=100000020" } as const;
  const made = new Machine({ memoryBytes: 16 << 20, ips: 100_000_000, boot, console: () => {} });
  made.cpu.setTiers(tiers);
  made.cpu.quick.enabled = quick;
  return made;
}
/** Hashes at a few counts on the way. */
function hashes(name: string, way: Way, counts: readonly number[]): string[] {
  const made = machine(name, way);
  return counts.map((count) => {
    while (made.now < count) if (made.run(Math.min(way.slice, count - made.now)).kind === "power") break;
    return `${made.now} ${stateHash(made)}`;
  });
}

const IMAGES = readdirSync(image(".")).flatMap((name) => (name.endsWith(".elf") ? name.slice(0, -4) : []));

test.each(IMAGES)("%s has the same state at the same count", (name) => {
  const counts = [123_456, 1_234_567, 6_000_000];
  const expected = hashes(`${name}.elf`, COLD, counts);
  for (const [how, way] of Object.entries(WAYS)) {
    const own = counts.filter((count) => count < way.until);
    expect(hashes(`${name}.elf`, way, own), how).toEqual(expected.slice(0, own.length));
  }
});

test("lock-step runs alike to the end", () => {
  const hot = machine("apex.elf", WAYS["compiled early, in odd slices"]!);
  const told: string[] = [];
  new LockStep(hot, (text) => told.push(text));
  const exit = hot.run(100_000_000);
  expect(told).toEqual([]);
  expect(exit).toEqual({ kind: "power", event: { kind: "power-off" } });
  expect(hot.cpu.jit.executed).toBeGreaterThan(100_000);
});

test("lock-step names the instruction behind which something differs", () => {
  const hot = machine("slice.elf", WAYS["compiled early, in odd slices"]!);
  const told: string[] = [];
  new LockStep(hot, (text) => told.push(text));
  // A processor that gets one thing wrong: what it has in ebx at this count.
  const wrong = (): void => hot.cpu.processor.setWord(L.EBX, hot.cpu.processor.word(L.EBX) ^ 0x10);
  const run = hot.runAlone.bind(hot);
  hot.runAlone = (count, options) => {
    const before = hot.now;
    const at = 1_000_000;
    if (before >= at || before + count < at) return run(count, options);
    run(at - before, options);
    wrong();
    return run(before + count - at, options);
  };
  expect(hot.run(10_000_000)).toEqual({ kind: "power", event: { kind: "power-off" } });
  expect(told[0]).toMatch(
    /^the tiers differ at count 1000000, after the instruction at [0-9a-f]+:[0-9a-f]{8}: ebx is 0x[0-9a-f]+, and 0x[0-9a-f]+ in the cold tier/,
  );
});

test("lock-step compares what is done between two halts", () => {
  const hot = machine("pok-two.elf", WAYS["as users have it"]!);
  const told: string[] = [];
  new LockStep(hot, (text) => told.push(text));
  const { cpu } = hot;
  const run = hot.runAlone.bind(hot);
  let isWrong = false;
  hot.runAlone = (count, options) => {
    const { retired } = cpu;
    const wasHalted = cpu.processor.halted;
    const exit = run(count, options);
    if (!isWrong && wasHalted && cpu.processor.halted && cpu.retired > retired) {
      isWrong = true;
      cpu.processor.setWord(L.EBX, cpu.processor.word(L.EBX) ^ 0x10);
    }
    return exit;
  };
  for (let n = 0; n < 2000 && !isWrong; n++) hot.run(99_999);
  expect(isWrong).toBe(true);
  expect(told[0]).toMatch(/^the tiers differed in the \d+ instructions before count \d+, but not when run again$/);
});
