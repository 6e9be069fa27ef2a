/** Operations of the x87 at the edges of their ranges. Transcendental ones outside of the range the manual defines must end, and soon: a guest must not be able to stop the machine. */
import { expect, test } from "vitest";
import { scale } from "../../src/cpu386/fpu/arithmetic.js";
import { type Environment, type Float80, infinity, ONE } from "../../src/cpu386/fpu/float80.js";
import { exponentialMinusOne, logarithm, logarithmPlusOne, sine, tangent } from "../../src/cpu386/fpu/transcendental.js";
import { Machine } from "./machine.js";

const environment = (): Environment => ({ rounding: 0, precision: 64, masks: 0x3f, raised: 0, roundedUp: false });
const power = (exponent: number, sign: 0 | 1 = 0, significand = 1n << 63n): Float80 => ({
  sign,
  exponent: ONE.exponent + exponent,
  significand,
});
const ALL_ONES = (1n << 64n) - 1n;
const asNumber = ({ sign, exponent, significand }: Float80): number =>
  (sign ? -1 : 1) * Number(significand) * 2 ** (exponent - ONE.exponent - 63);

test.each([
  ["2^16000", power(16000), 16000],
  ["2^63", power(63), 63],
  ["-1 + 2^-64", power(-1, 1, ALL_ONES), -64],
  ["1023", power(9, 0, 1023n << 54n), 10],
])("fyl2xp1 of %s is the logarithm", (_name, x, log) => {
  expect(asNumber(logarithmPlusOne(x, ONE, environment()))).toBeCloseTo(log, 10);
});
test("fyl2xp1 is the same on both sides of where the series changes", () => {
  for (const x of [power(0, 0, (1n << 63n) + 1n), power(0), power(-1, 1), power(-1, 1, (1n << 63n) + 1n)])
    expect(asNumber(logarithmPlusOne(x, ONE, environment()))).toBeCloseTo(Math.log2(1 + asNumber(x)), 10);
});
test("others end at the edges of what there is", () => {
  for (const exponent of [-16382, -64, 0, 63, 16383]) {
    const x = power(exponent, 0, ALL_ONES);
    for (const f of [exponentialMinusOne, sine, tangent]) expect(f(x, environment())).toBeDefined();
    expect(logarithm(x, x, environment())).toBeDefined();
  }
});
test("an unmasked overflow of fscale that no exponent can hold is infinity, rounding down or not (SDM volume 1, 8.5.4)", () => {
  for (const rounding of [0, 1, 2, 3] as const) {
    const env = { ...environment(), masks: 0, rounding };
    expect(scale(power(0, 1), power(40), env)).toEqual(infinity(1));
    expect(env.roundedUp).toBe(true);
  }
});
test("fptan of an infinity gives the indefinite NaN twice", () => {
  const m = new Machine();
  m.p.x87.init();
  m.p.x87.push(infinity(1));
  expect(m.attempt(0xd9, 0xf2)).toBe("none");
  expect([m.p.x87.get(0), m.p.x87.get(1)].map((v) => [v.exponent, v.significand])).toEqual([
    [0x7fff, 3n << 62n],
    [0x7fff, 3n << 62n],
  ]);
});
