/** Properties of the parts: the decoder takes any bytes, the lazy flags hold any combination. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CodeContext, Decoder } from "../../src/cpu386/decode.js";
import { ARITHMETIC, FLAG } from "../../src/cpu386/flags.js";
import { CODE, Machine } from "./machine.js";

const SIX = [FLAG.CF, FLAG.PF, FLAG.AF, FLAG.ZF, FLAG.SF, FLAG.OF];
const combinations = Array.from({ length: 64 }, (_, n) => SIX.reduce((f, flag, bit) => f | (n & (1 << bit) ? flag : 0), 0));

describe("EFLAGS", () => {
  test("gives back every combination of the arithmetic flags", () => {
    const { p } = new Machine();
    for (const flags of combinations) {
      p.flags = flags;
      expect(p.flags).toBe(flags | 2);
    }
  });
  test("a masked change keeps the flags outside the mask, from every combination to every other", () => {
    const { p } = new Machine();
    for (const before of combinations)
      for (const value of [0, ARITHMETIC, FLAG.CF | FLAG.ZF, FLAG.OF | FLAG.PF])
        for (const mask of combinations) {
          p.flags = before;
          p.setArithmeticFlags(value, mask);
          expect(p.flags & ARITHMETIC).toBe((before & ~mask) | (value & mask));
        }
  });
  test("every condition sees every combination as the manual's table has it (SDM volume 1, appendix B)", () => {
    const m = new Machine();
    const bit = (f: number, flag: number): boolean => (f & flag) !== 0;
    const table: ((f: number) => boolean)[] = [
      (f) => bit(f, FLAG.OF),
      (f) => bit(f, FLAG.CF),
      (f) => bit(f, FLAG.ZF),
      (f) => bit(f, FLAG.CF) || bit(f, FLAG.ZF),
      (f) => bit(f, FLAG.SF),
      (f) => bit(f, FLAG.PF),
      (f) => bit(f, FLAG.SF) !== bit(f, FLAG.OF),
      (f) => bit(f, FLAG.ZF) || bit(f, FLAG.SF) !== bit(f, FLAG.OF),
    ];
    for (let code = 0; code < 16; code++) {
      m.poke(CODE, [0x0f, 0x90 + code, 0xc0]);
      for (const flags of combinations) {
        m.p.flags = flags;
        m.p.setWord(0x24, CODE);
        m.run(1);
        expect(m.get(0) & 0xff, `condition ${code}, flags ${flags}`).toBe(Number(table[code >> 1]!(flags) !== ((code & 1) === 1)));
        expect(m.p.flags).toBe(flags | 2);
      }
    }
  });
});

describe("the decoder", () => {
  const context = fc.record({
    base: fc.constantFrom(0, 0x1234, 0xfffffff0),
    limit: fc.constantFrom(0xffffffff, 0xffff, 20),
    size: fc.constantFrom(2 as const, 4 as const),
    stackSize: fc.constantFrom(2 as const, 4 as const),
  });
  /** Random bytes, rich in prefixes and two-byte opcodes. */
  const bytes = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 255 }) },
      { weight: 1, arbitrary: fc.constantFrom(0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x0f, 0x2e) },
    ),
    { minLength: 16, maxLength: 16 },
  );

  test("takes any bytes: at most 15 of them, and the same ones the same way", () => {
    let code: number[] = [];
    let base = 0;
    const decoder = new Decoder((at) => code[(at - base) >>> 0] ?? 0);
    fc.assert(
      fc.property(context, bytes, (c: CodeContext, random) => {
        code = random;
        base = c.base;
        const first = { ...decoder.decode(c, 0) };
        expect(first.length).toBeGreaterThanOrEqual(1);
        expect(first.length).toBeLessThanOrEqual(15);
        expect(first.shape).toBeDefined();
        expect(decoder.decode(c, 0)).toEqual(first);
        // What was not fetched does not matter.
        code = [...random.slice(0, first.length), ...new Array(16).fill(0x5a)];
        if (!first.fault || first.fault === "branch-beyond-limit") expect(decoder.decode(c, 0)).toEqual(first);
      }),
      { numRuns: 20_000, seed: 386 },
    );
  });
  test("random code runs without an error of ours", () => {
    const m = new Machine(3);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (random) => {
        m.ring(3);
        m.p.flags = 2;
        m.p.halted = false;
        m.code([...random]);
        m.run(50);
      }),
      { numRuns: 3000, seed: 386 },
    );
  });
});
