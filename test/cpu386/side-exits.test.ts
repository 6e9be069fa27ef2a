/** Regions that are left all the time at one instruction are formed anew, around it. */
import { expect, test } from "vitest";
import { SideExits } from "../../src/cpu386/jit/side-exits.js";
import * as L from "../../src/cpu386/layout.js";
import { EAGER } from "../support/tiers.js";
import { CODE, DATA, little, Machine } from "./machine.js";

const ROUNDS = 200_000;

/** l: inc dword [at]; lea ebx, [ebx+2]; add eax, ebx; loop l; hlt */
function counting(at: number): Machine {
  const m = new Machine();
  m.cpu.setTiers({ jit: true, schedule: { ...EAGER, exits: 100 } });
  m.set(L.ECX, ROUNDS);
  m.code([0xff, 0x05, ...little(at, 4), 0x8d, 0x5b, 2, 0x01, 0xd8, 0xe2, 0xf3, 0xf4]);
  expect(m.run(5 * ROUNDS).kind).toBe("halted");
  expect(m.get(L.EBX) >>> 0).toBe(2 * ROUNDS);
  return m;
}

test("a counter in the line of the code that counts", () => {
  const m = counting(CODE + 32);
  const { executed, exits } = m.cpu.jit.statistics();
  expect(m.p.memory.read((CODE + 32) as never, 4)).toBe(ROUNDS);
  expect(exits.side).toBe(100);
  // The rest of the loop is executed hot: three of four.
  expect(executed).toBeGreaterThan(2.9 * ROUNDS);
});

test("one elsewhere is hot from end to end", () => {
  const { executed, exits } = counting(DATA).cpu.jit.statistics();
  expect(exits.side).toBe(0);
  expect(executed).toBeGreaterThan(3.9 * ROUNDS);
});

test("exits are counted by code context and offset, until there are as many as asked for", () => {
  const exits = new SideExits();
  expect([100, 300, 700].map((executed) => exits.note(1, 0xfffffff0, executed, 3))).toEqual([undefined, undefined, 200]);
  exits.note(1, 0x10, 0, 3);
  exits.note(2, 0x20, 0, 3);
  exits.note(2, 0x20, 0, 3);
  exits.note(2, 0x24, 0, 3);
  expect(exits.frequent(2, 2)).toEqual([0x20]);
  expect(exits.frequent(1, 1)).toEqual([0x10]);
});
