/** When code is compiled: what counts as hot, and what does not. */
import { expect, test } from "vitest";
import { Heat } from "../../src/cpu386/jit/heat.js";
import { WHOLE } from "../support/tiers.js";

const SCHEDULE = { shortest: 100, longest: 10_000, samples: 2, backoff: 4, patience: 0, price: 10, ...WHOLE, exits: 2_000 };
const CONTEXT = 1;

/** How many calls it takes until one is answered by true. */
function callsUntil(asked: () => boolean, most = 1000): number {
  for (let n = 1; n <= most; n++) if (asked()) return n;
  return most + 1;
}

test("where regions are left counts by itself, whatever has been compiled near by", () => {
  const heat = new Heat(SCHEDULE);
  for (let compiled = 0; compiled < 4; compiled++) callsUntil(() => heat.cold(CONTEXT, 0x1010));
  expect(callsUntil(() => heat.exit(CONTEXT, 0x1020).length > 0)).toBe(SCHEDULE.samples);
  expect(callsUntil(() => heat.exit(CONTEXT, 0x1024).length > 0)).toBe(SCHEDULE.samples);
});

test("where else regions are left becomes an entry at the same time", () => {
  const heat = new Heat({ ...SCHEDULE, samples: 3 });
  for (const ip of [0x1020, 0x1030, 0x1020, 0x1040]) expect(heat.exit(CONTEXT, ip)).toEqual([]);
  expect(heat.exit(CONTEXT, 0x1020)).toEqual([0x1020, 0x1030, 0x1040]);
  // They have been told of, and count anew.
  expect(heat.exit(CONTEXT, 0x1030)).toEqual([]);
});

test("of many places where regions are left those with the most samples become entries", () => {
  const heat = new Heat({ ...SCHEDULE, samples: 30 });
  for (let n = 1; n <= 10; n++) for (let k = 0; k < n; k++) heat.exit(CONTEXT, 0x1000 + n);
  let entered: number[] = [];
  while (entered.length === 0) entered = heat.exit(CONTEXT, 0x1020);
  expect(entered).toEqual([0x1020, ...[10, 9, 8, 7, 6, 5, 4, 3].map((n) => 0x1000 + n)]);
});

test("an exit that has been compiled for in vain is tried less and less often", () => {
  const heat = new Heat(SCHEDULE);
  const waits = [1, 2, 3].map(() => callsUntil(() => heat.exit(CONTEXT, 0x1020).length > 0));
  expect(waits).toEqual([2, 8, 32]);
});

test("exits all over the place, where interrupts return to, are none to compile for", () => {
  const heat = new Heat(SCHEDULE);
  for (let round = 0; round < 20; round++) for (let n = 0; n < 100; n++) expect(heat.exit(CONTEXT, 0x1000 + 3 * n)).toEqual([]);
});

test("samples that come while nothing may be compiled do not put off what comes after", () => {
  const heat = new Heat({ ...SCHEDULE, patience: 50_000 });
  for (let n = 0; n < 500; n++) expect(heat.cold(CONTEXT, 0x1010)).toBe(false);
  heat.pay(50_000, 0);
  expect(heat.cold(CONTEXT, 0x1010)).toBe(true);
  expect(callsUntil(() => heat.cold(CONTEXT, 0x1090))).toBe(SCHEDULE.samples * SCHEDULE.backoff);
});

test("what has been compiled is paid for by instructions executed", () => {
  const heat = new Heat(SCHEDULE);
  expect(heat.canCompile).toBe(true);
  heat.owe(30);
  heat.pay(299, 0);
  expect(heat.canCompile).toBe(false);
  heat.pay(1, 0);
  expect(heat.canCompile).toBe(true);
});

test("operations in TypeScript count for more: a program of the coprocessor's has done as much with fewer instructions", () => {
  const heat = new Heat(SCHEDULE);
  heat.owe(30);
  heat.pay(20, 14);
  expect(heat.canCompile).toBe(true);
});
