/** Lengths of significands, and the quick ways of the x87 beside the exact ones. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { bitLength } from "../../src/cpu386/fpu/float80.js";
import { Random } from "./oracle/random.js";
import { makeCase, X87Runner } from "./oracle/x87.js";

test("a number has as many bits as its binary notation has digits", () => {
  const widths = fc.integer({ min: 1, max: 200 }).chain((n) => fc.bigInt({ min: 0n, max: (1n << BigInt(n)) - 1n }));
  fc.assert(
    fc.property(widths, (n) => n === 0n || bitLength(n) === n.toString(2).length),
    { numRuns: 500 },
  );
});
test.each([0, 1, 31, 32, 33, 63, 64, 65, 127, 128])("2^%i has one bit more", (n) => expect(bitLength(1n << BigInt(n))).toBe(n + 1));
test("zero has none", () => expect(bitLength(0n)).toBe(0));

test("20000 cases end alike by the quick ways and by the exact ones", () => {
  const [quick, exact] = [new X87Runner(), new X87Runner()];
  exact.leaveToExactWays();
  const random = new Random(80386);
  for (let n = 0; n < 20_000; n++) {
    const c = makeCase(random);
    expect(quick.run(c), c.name).toEqual(exact.run(c));
  }
});
