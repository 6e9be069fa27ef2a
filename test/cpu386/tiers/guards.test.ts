/** Conditions compiled into regions: they stop where asking each time would, and false ones are nobody's business. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as L from "../../../src/cpu386/layout.js";
import type { Binary, Predicate } from "../../../src/cpu386/predicate.js";
import { HOT } from "../../support/tiers.js";
import { CODE, DATA, Machine } from "../machine.js";

const RAM = 1 << 20;
/** 0: inc eax; add edx, eax; mov [DATA + 4], edx; rol ebx, 5; dec ecx; jnz 0; hlt */
const LOOP = [0x40, 0x01, 0xc2, 0x89, 0x15, 0x04, 0x00, 0x02, 0x00, 0xc1, 0xc3, 0x05, 0x49, 0x75, 0xf1, 0xf4];
/** Places of its instructions. */
const PLACES = [0, 1, 3, 9, 12, 13];
const TURNS = 60;

const mask = (value: bigint): bigint => BigInt.asUintN(64, value);
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);
const truth = (value: boolean): bigint => (value ? 1n : 0n);
const BINARY: Record<Binary, (a: bigint, b: bigint) => bigint> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  equal: (a, b) => truth(a === b),
  "less-signed": (a, b) => truth(signed(a) < signed(b)),
  "less-unsigned": (a, b) => truth(a < b),
};

class NoValue extends Error {}
/** By the words of predicate.ts. @throws NoValue */
function evaluate(e: Predicate, m: Machine): bigint {
  const of = (child: Predicate): bigint => evaluate(child, m);
  switch (e.op) {
    case "constant":
      return mask(e.value);
    case "register":
      return BigInt(m.get(L.GPR + 4 * e.n) >>> 0);
    case "load": {
      const address = Number(BigInt.asUintN(32, of(e.address)));
      if (address >= e.bound) throw new NoValue();
      return Array.from({ length: e.bytes }, (_, n) => BigInt(m.byte(e.base + address + n)) << BigInt(8 * n)).reduce((a, b) => a | b);
    }
    case "extend":
      return mask((e.signed ? BigInt.asIntN : BigInt.asUintN)(e.bits, of(e.of)));
    case "if":
      return of(of(e.condition) !== 0n ? e.yes : e.no);
    default:
      return mask(BINARY[e.op](of(e.a), of(e.b)));
  }
}

const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ op: fc.constant("register" as const), n: fc.nat(7) }),
    fc.record({
      op: fc.constant("constant" as const),
      value: fc.oneof(fc.bigInt({ min: -8n, max: 70n }), fc.bigInt({ min: -(1n << 63n), max: 1n << 63n })),
    }),
    fc.record({
      op: fc.constantFrom(...(Object.keys(BINARY) as Binary[])),
      a: tie("predicate"),
      b: tie("predicate"),
    }),
    fc.record({ op: fc.constant("extend" as const), bits: fc.constantFrom(8, 16, 32), signed: fc.boolean(), of: tie("predicate") }),
    fc.record({
      op: fc.constant("load" as const),
      bytes: fc.constantFrom(1 as const, 2 as const, 4 as const),
      base: fc.constantFrom(DATA, DATA + 3, 0),
      bound: fc.constantFrom(8, 0x8000, RAM - DATA - 8),
      address: fc.oneof(tie("predicate"), fc.record({ op: fc.constant("constant" as const), value: fc.bigInt({ min: 0n, max: 9n }) })),
    }),
  ),
}));
/** A choice at the top: more than four in one expression there are not. */
const anyPredicate = fc.oneof(
  predicate,
  fc.record({ op: fc.constant("if" as const), condition: predicate, yes: predicate, no: predicate }),
);

/** Counts at which the loop stops, and how often somebody was asked. */
function stops(e: Predicate, place: number, jit: boolean, compiled: boolean): { at: number[]; asked: number } {
  const m = new Machine(0, RAM).code(LOOP);
  m.cpu.setTiers({ jit, schedule: HOT });
  m.set(L.ECX, TURNS);
  m.set(L.EBX, 0x12345678);
  let asked = 0;
  m.cpu.onBreakpoint = () => {
    asked++;
    try {
      return evaluate(e, m) !== 0n;
    } catch (error) {
      if (error instanceof NoValue) return true;
      throw error;
    }
  };
  m.cpu.records.setBreakpoint(CODE + place, compiled ? e : undefined);
  const at: number[] = [];
  for (let exit = m.run(5000); exit.kind === "breakpoint"; exit = m.run(5000, { passBreakpoint: true })) at.push(m.cpu.retired);
  expect(m.get(L.ECX)).toBe(0);
  return { at, asked };
}

describe("a breakpoint's condition in a region", () => {
  it("stops where it would if somebody were asked each time", () => {
    fc.assert(
      fc.property(anyPredicate, fc.constantFrom(...PLACES), (e, place) => {
        expect(stops(e, place, true, true).at).toEqual(stops(e, place, false, false).at);
      }),
      { numRuns: 300 },
    );
  });

  it("asks nobody while it is false", () => {
    const never: Predicate = { op: "equal", a: { op: "register", n: 1 }, b: { op: "constant", value: 1000n } };
    expect(stops(never, 3, false, false)).toEqual({ at: [], asked: TURNS });
    expect(stops(never, 3, true, true)).toEqual({ at: [], asked: 0 });
  });

  it("is another one when it is replaced", () => {
    const when = (turn: bigint): Predicate => ({ op: "equal", a: { op: "register", n: 1 }, b: { op: "constant", value: turn } });
    const m = new Machine(0, RAM).code(LOOP);
    m.cpu.setTiers({ jit: true, schedule: HOT });
    m.cpu.onBreakpoint = () => true;
    m.set(L.ECX, TURNS);
    m.cpu.records.setBreakpoint(CODE, when(50n));
    expect(m.run(5000).kind).toBe("breakpoint");
    expect(m.get(L.ECX)).toBe(50);
    m.cpu.records.setBreakpoint(CODE, when(20n));
    expect(m.run(5000, { passBreakpoint: true }).kind).toBe("breakpoint");
    expect(m.get(L.ECX)).toBe(20);
    m.cpu.records.setBreakpoint(CODE);
    expect(m.run(5000, { passBreakpoint: true }).kind).toBe("breakpoint");
    expect(m.get(L.ECX)).toBe(19);
  });

  it("with one of the guest's own at the same place, is not what decides", () => {
    const never: Predicate = { op: "constant", value: 0n };
    const m = new Machine(0, RAM).code(LOOP);
    m.cpu.setTiers({ jit: true, schedule: HOT });
    m.set(L.ECX, TURNS);
    m.cpu.records.setBreakpoint(CODE + 3, never);
    m.cpu.records.setGuestBreakpoint(CODE + 3, true);
    let asked = 0;
    m.cpu.onBreakpoint = () => asked++ < 0;
    m.run(5000);
    expect(asked).toBe(TURNS);
  });
});
