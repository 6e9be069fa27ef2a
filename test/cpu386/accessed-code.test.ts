/** Accessed bits of pages with code: they are set when an instruction there is the next one, however far a run goes and whichever tier executes. */
import { expect, test } from "vitest";
import type { Tiers } from "../../src/cpu386/cpu.js";
import * as L from "../../src/cpu386/layout.js";
import { COLD, HOT } from "../support/tiers.js";
import { little } from "./machine.js";
import { Random } from "./oracle/random.js";
import { HIGH, PAGE, PagedMachine, RELOAD_CR3 } from "./paged-machine.js";

const PAGES = 12;
const FRAMES = 0x40000;
const BYTES = PAGES * 0x1000;

/** One-byte instructions, and jumps forward in between; at the end some accessed bits are cleared, and it begins again. */
function code(random: Random, pte: number): number[] {
  const bytes = Array.from({ length: BYTES }, () => random.pick([0x40, 0x43, 0x46, 0x90, 0xf8]));
  const put = (at: number, part: readonly number[]): void => {
    bytes.splice(at, part.length, ...part);
  };
  // At most one in 128 bytes, to where no other is in the way; without one, the end of a page is passed.
  for (let slot = 0; slot < BYTES / 128 - 4; slot++) {
    if (random.chance(60)) continue;
    const target = Math.min(BYTES / 128 - 3, slot + 1 + random.below(64)) * 128;
    const at = slot * 128 + 16 + random.below(100);
    put(at, [0xe9, ...little(target - at - 5 + random.below(8), 4)]);
  }
  const cleared = Array.from({ length: 3 }, () => random.below(PAGES - 1));
  // and dword [entry], ~A
  const tail = [...cleared.flatMap((page) => [0x81, 0x25, ...little(pte + 4 * page, 4), ...little(~PAGE.accessed, 4)]), ...RELOAD_CR3];
  put(BYTES - tail.length - 5, [...tail, 0xe9, ...little(-BYTES, 4)]);
  return bytes;
}

const LENGTH = 6000;
/** At each stop of a machine that is run by so many instructions: the count, and which of the code's pages have been accessed. */
function* stops(seed: number, tiers: Tiers, lengths: () => number): Iterable<{ count: number; accessed: string }> {
  const m = new PagedMachine();
  for (let page = 0; page < PAGES; page++) m.map(HIGH + page * 0x1000, FRAMES + page * 0x1000);
  m.poke(FRAMES, code(new Random(seed), m.pte(HIGH)));
  m.cpu.setTiers(tiers);
  m.set(L.EIP, HIGH);
  while (m.cpu.retired < LENGTH) {
    const { kind } = m.cpu.run(lengths());
    if (kind !== "budget") throw new Error(`${kind} after ${m.cpu.retired}`);
    const entries = Array.from({ length: PAGES }, (_, page) => m.dword(m.pte(HIGH) + 4 * page));
    yield { count: m.cpu.retired, accessed: entries.map((entry) => (entry & PAGE.accessed ? "A" : ".")).join("") };
  }
}

const FAST: Tiers = { jit: true, schedule: { ...HOT, shortest: 20, longest: 60 } };
test.each([1, 2, 3, 4, 5])("are the same after any run (%i)", (seed) => {
  const random = new Random(1000 + seed);
  const expected = new Map([...stops(seed, COLD, () => 1)].map(({ count, accessed }) => [count, accessed]));
  expect(new Set(expected.values()).size).toBeGreaterThan(5);
  for (const tiers of [COLD, FAST]) {
    for (const most of [5, 30, 300]) {
      for (const { count, accessed } of stops(seed, tiers, () => 1 + random.below(most)))
        if (count <= LENGTH) expect(accessed, `after ${count} instructions`).toBe(expected.get(count));
    }
  }
});

test("a page behind is not touched before its first instruction is next", () => {
  const m = new PagedMachine();
  m.map(HIGH + 0x1000, FRAMES);
  m.poke(m.physicalOf(HIGH)! + 0xffd, [0x40, 0x40, 0x40]);
  m.poke(FRAMES, [0x40, 0xf4]);
  m.set(L.EIP, HIGH + 0xffd);
  const isTouched = (): boolean => (m.dword(m.pte(HIGH + 0x1000)) & PAGE.accessed) !== 0;
  const seen = [1, 2, 3].map(() => {
    m.run(1);
    return isTouched();
  });
  expect(seen).toEqual([false, false, true]);
});
