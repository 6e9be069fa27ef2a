/** One check for what a node reads and writes beside one register: which accesses, and that it is as exact as one for each. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REGISTER } from "../../src/cpu386/jit/locals.js";
import { Distances, Window } from "../../src/cpu386/jit/windows.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { i32Const, localGet, OP } from "../../src/cpu386/wasm/binary.js";
import { EAGER, HOT } from "../support/tiers.js";
import { CODE, DATA, Machine, segment, TYPE } from "./machine.js";
import { HIGH, OPEN, PagedMachine } from "./paged-machine.js";

const BOUNDS = { read: 0x1000, write: 0x2000 };

describe("how far locals are apart", () => {
  const TEMPORARY = 100;

  test("any constants that are added and subtracted", () => {
    const step = fc.tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const code = steps.flatMap(([c, adds]) => [...i32Const(c), adds ? OP.i32Add : OP.i32Sub]);
        const distances = new Distances();
        const from = distances.of(localGet(REGISTER + 3))!;
        const plus = steps.reduce((sum, [c, adds]) => (adds ? sum + c : sum - c) | 0, 0);
        expect(distances.of([...localGet(REGISTER + 3), ...code])).toEqual({ root: from.root, plus });
      }),
    );
  });
  test("a register that is given another's value is as far from it", () => {
    const d = new Distances();
    d.set(REGISTER + 5, d.of([...localGet(REGISTER + 4), ...i32Const(8), OP.i32Sub]));
    expect(d.of(localGet(REGISTER + 5))).toEqual({ ...d.of(localGet(REGISTER + 4)), plus: -8 });
  });
  test("a register that has changed is like no other", () => {
    const d = new Distances();
    const before = d.of(localGet(REGISTER));
    d.set(REGISTER, undefined);
    expect(d.of(localGet(REGISTER))).not.toEqual(before);
  });
  test("constants are above zero, and nothing is known of sums of two locals", () => {
    const d = new Distances();
    expect(d.of(i32Const(-5))).toEqual({ root: 0, plus: -5 });
    expect(d.of(localGet(TEMPORARY))).toBeUndefined();
    expect(d.of([...localGet(REGISTER), ...localGet(REGISTER + 1), OP.i32Add])).toBeUndefined();
  });
});

describe("a window", () => {
  const window = (from = 0, bytes = 4, bounds = BOUNDS): Window => new Window(bounds, from, bytes, false);

  test("reaches from the lowest to the highest", () => {
    const w = window(8);
    expect(w.takes(-4, 2, false)).toBe(true);
    expect(w.takes(4, 4, false)).toBe(true);
    expect([w.from, w.lowest, w.bytes, w.members]).toEqual([8, -4, 16, 3]);
  });
  test("has room for as many lowest offsets as fit below the bound", () => {
    expect(window(0, 4).room).toBe(0xffd);
  });
  test("is written to if one access is a write", () => {
    const w = window();
    expect(w.takes(4, 4, true)).toBe(true);
    expect([w.writes, w.room]).toEqual([true, 0x2000 - 7]);
  });
  test("does not take in what is far away, and stays what it was", () => {
    const w = window();
    expect(w.takes(125, 4, true)).toBe(false);
    expect(w.takes(-125, 4, true)).toBe(false);
    expect([w.lowest, w.bytes, w.writes, w.members]).toEqual([0, 4, false, 1]);
    expect(w.takes(124, 4, false)).toBe(true);
  });
  test("is no longer than its segment", () => {
    const w = window(0, 4, { read: 6, write: 6 });
    expect(w.takes(4, 4, false)).toBe(false);
    expect(w.takes(2, 4, false)).toBe(true);
    expect(w.room).toBe(1);
  });
});

describe("in regions", () => {
  /** mov [ebx+4], eax; mov [ebx], eax; inc eax */
  const STORES = [0x89, 0x43, 0x04, 0x89, 0x03, 0x40];

  test("an access beyond the limit faults where it is, and what came before it is done", () => {
    const m = new Machine();
    m.cpu.setTiers({ jit: true, schedule: HOT });
    m.cache(SEGMENT.DS, segment(TYPE.data, { base: DATA, limit: 0x203, pages: false }));
    // mov [ebx], eax; mov [ebx+4], eax; inc eax; add ebx, 4; jmp
    m.code([0x89, 0x03, 0x89, 0x43, 0x04, 0x40, 0x83, 0xc3, 4, 0xeb, 0xf5]);
    m.set(L.EBX, 0);
    m.set(L.EAX, 1);
    expect(m.run(10_000).kind).toBe("halted");
    const [error, eip] = m.stack(2);
    expect([error, eip]).toEqual([0, CODE + 2]);
    // The last one that fits is the doubleword at 0x200, by the 129th round.
    expect(m.get(L.EBX)).toBe(0x200);
    expect(m.dword(DATA + 0x200)).toBe(129);
    expect(m.cpu.jit.statistics().executed).toBeGreaterThan(500);
  });

  /** Two linear pages that are not neighbours in memory. */
  function paged(): PagedMachine {
    const m = new PagedMachine();
    m.cpu.setTiers({ jit: true, schedule: { ...EAGER, exits: 100 } });
    m.map(HIGH, DATA + 0x3000, OPEN);
    m.map(HIGH + 0x1000, DATA + 0x1000, OPEN);
    m.flush();
    return m;
  }

  test.each([0x0, 0x7f8, 0xff8])("accesses in one page, from %i on", (at) => {
    const m = paged();
    m.code([...STORES, 0xe2, 0xf8, 0xf4]);
    m.set(L.EBX, HIGH + at);
    m.set(L.ECX, 100_000);
    expect(m.run(500_000).kind).toBe("halted");
    expect([m.dword(DATA + 0x3000 + at), m.dword(DATA + 0x3000 + at + 4)]).toEqual([99_999, 99_999]);
    expect(m.cpu.jit.statistics().exits.side).toBeLessThan(10);
  });

  test("accesses in two pages are checked one by one once that has been seen often enough", () => {
    const m = paged();
    m.code([...STORES, 0xe2, 0xf8, 0xf4]);
    m.set(L.EBX, HIGH + 0xffc);
    m.set(L.ECX, 100_000);
    expect(m.run(500_000).kind).toBe("halted");
    expect([m.dword(DATA + 0x3ffc), m.dword(DATA + 0x1000)]).toEqual([99_999, 99_999]);
    const { executed, exits } = m.cpu.jit.statistics();
    expect(exits.side).toBeGreaterThanOrEqual(100);
    expect(exits.side).toBeLessThan(110);
    expect(executed).toBeGreaterThan(390_000);
  });
});
