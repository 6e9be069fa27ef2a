/** Regions are small at first, and made anew with what calls them once they have executed enough for that to be worth it. */
import { expect, test } from "vitest";
import type { JitStatistics } from "../../src/cpu386/jit/jit.js";
import * as L from "../../src/cpu386/layout.js";
import { COLD, EAGER } from "../support/tiers.js";
import { little, Machine } from "./machine.js";

const TRIAL = 20_000;
/** The first sample falls into the inner loop when all has been decoded; after its compilation nothing pays for another one. */
const ONCE = { ...EAGER, shortest: 450, price: 1e9, trial: TRIAL };
/** l: call f; add esi, 3; jmp l; f: mov ecx, 100; g: add eax, ecx; dec ecx; jnz g; ret */
const CALLS = [0xe8, 5, 0, 0, 0, 0x83, 0xc6, 3, 0xeb, 0xf6, 0xb9, 100, 0, 0, 0, 0x01, 0xc8, 0x49, 0x75, 0xfb, 0xc3];
const INNER = 3;

function calling(modest: number): Machine {
  const m = new Machine();
  m.cpu.setTiers({ jit: true, schedule: { ...ONCE, modest } });
  return m.code(CALLS);
}
const statistics = (m: Machine): JitStatistics => m.cpu.jit.statistics();

test("until regions have executed enough, one has no more instructions than it should", () => {
  const m = calling(INNER);
  m.run(TRIAL);
  expect(statistics(m)).toMatchObject({ compiled: 1, instructions: INNER });
});

test("then it is made anew, with what calls it, and is not left any more", () => {
  const m = calling(INNER);
  m.run(4 * TRIAL);
  expect(statistics(m)).toMatchObject({ compiled: 2, dropped: 1, regions: 1 });
  const { onward } = statistics(m).exits;
  m.run(10 * TRIAL);
  expect(statistics(m).exits.onward).toBe(onward);

  const cold = new Machine();
  cold.cpu.setTiers(COLD);
  cold.code(CALLS).run(14 * TRIAL);
  expect([L.EAX, L.ECX, L.ESI, L.EIP].map((at) => m.get(at))).toEqual([L.EAX, L.ECX, L.ESI, L.EIP].map((at) => cold.get(at)));
});

test("one that is as large as regions get is not made anew, whatever it leads to", () => {
  const m = new Machine();
  m.cpu.setTiers({ jit: true, schedule: { ...ONCE, shortest: 2_000, modest: 10_000, trial: 1_000 } });
  // l: inc eax; m: inc eax; jmp n; n: 400 times inc eax, jmp on; inc ecx; test cl, 1; jz l; jmp m: l has some of its instructions in common with m.
  const chain = Array.from({ length: 400 }, () => [0x40, 0xeb, 0]).flat();
  const body = [0x40, 0x40, 0xeb, 0, ...chain, 0x41, 0xf6, 0xc1, 1];
  const back = (from: number, to: number): number[] => little(to - from, 4);
  m.code([...body, 0x0f, 0x84, ...back(body.length + 6, 0), 0xe9, ...back(body.length + 11, 1)]);
  m.run(60 * TRIAL);
  expect(statistics(m).compiled).toBe(1);
  expect(statistics(m).executed).toBeGreaterThan(TRIAL);
});

test("one that has all it leads to is left as it is", () => {
  const m = calling(120);
  m.run(14 * TRIAL);
  expect(statistics(m)).toMatchObject({ compiled: 1, dropped: 0 });
});
