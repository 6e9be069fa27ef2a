/**
 * Sums, products and quotients of normal numbers and zeros, rounded once, in any rounding and precision: 128 bits hold what is exact, or
 * all that rounding can see of it. Everything else is refused, and fpu/arithmetic.ts does it.
 */
import { STATUS } from "../../fpu/status.js";
import * as L from "../../layout.js";
import { i32, i64, type Term, type Variable } from "../writer.js";
import { COMPARED, FORM } from "./names.js";
import {
  BIAS,
  INTEGER_BIT,
  MAX_EXPONENT,
  markFull,
  note,
  PRECISION_EXCEPTION,
  type Real,
  read,
  registerNumber,
  requireMasked,
  requirePlain,
  rounding,
  SIGN,
  settle,
  st0,
  sti,
  type W,
  write,
} from "./state.js";

const HALF = 1n << 63n;
const realAt = (w: W, n: number): Real => ({ significand: w.parameter(n), exponent: w.parameter(n + 1) });
const signOf = (exponent: Term): Term => exponent.and(SIGN);
const biasedOf = (exponent: Term): Term => exponent.and(0x7fff);

/**
 * Whether what is discarded rounds the magnitude up. @param sign in bit 15
 * @param rest what is discarded, its half at HALF; @param odd bit 0: the last place kept
 */
export function roundsUp(w: W, sign: Term, odd: Term, rest: Term): Variable {
  const up = w.let(rest.gtu(HALF).or(rest.eq(HALF).and(odd)));
  const control = w.let(rounding(w));
  w.when(control, () => {
    const directed = i32(1).shl(sign.shr(15)).and(control.xor(3)).ne(0);
    // Down with a minus sign, up without one; never toward zero.
    w.set(up, directed.and(rest.ne(0)));
  });
  return up;
}

/** Bits of a significand that are not kept. */
function discardedBits(w: W): Variable {
  const control = w.let(w.load(L.FPU_CONTROL).shr(8).and(3));
  const bits = w.let(i32(0));
  w.when(control.ne(3), () => w.set(bits, i32(11).unless(control.eqz(), 40)));
  return bits;
}

/** record, place, pops, sign and exponent (32 bits, sign in bit 31), high, low */
export function rounded(w: W): void {
  const [record, place, pops, sign] = [0, 1, 2, 3].map((n) => w.parameter(n)) as [Variable, Variable, Variable, Variable];
  const [high, low] = [w.parameter(4), w.parameter(5)];
  const exponent = w.let(sign.shl(1).sar(1));
  const bits = discardedBits(w);
  const wide = bits.wide();
  const rest = w.let(low);
  w.when(bits, () => w.set(rest, high.shl(i64(64n).sub(wide)).or(low.ne(0).wide())));
  const kept = w.let(high.shr(wide));
  const up = roundsUp(w, sign.shr(16), kept.low().and(1), rest);
  w.set(kept, kept.add(up.wide()).shl(wide));
  w.when(kept.eqz(), () => {
    w.set(kept, i64(INTEGER_BIT));
    w.set(exponent, exponent.add(1));
  });
  // Too small or too large: the exact way knows what to do.
  w.refuseIf(exponent.sub(1).ltu(MAX_EXPONENT).eqz());
  const raised = rest.ne(0).mul(PRECISION_EXCEPTION).or(up.mul(STATUS.C1));
  w.return(w.call("stored", record, place, pops, kept, exponent.or(sign.shr(16).and(SIGN)), raised));
}

/** record, place, pops, significand, sign and exponent, raised and C1 */
export function stored(w: W): void {
  const [record, place, pops, raised] = [w.parameter(0), w.parameter(1), w.parameter(2), w.parameter(5)];
  requireMasked(w, raised);
  write(w, place, { significand: w.parameter(3), exponent: w.parameter(4) });
  markFull(w, place);
  settle(w, raised, pops);
  note(w, record);
  w.return(1);
}

const zeroOf = (w: W, sign: Term): void =>
  w.return(w.call("stored", w.parameter(0), w.parameter(1), w.parameter(2), i64(0n), sign, i32(0)));
const roundedOf = (w: W, sign: Term, exponent: Term, high: Term, low: Term): void =>
  w.return(w.call("rounded", w.parameter(0), w.parameter(1), w.parameter(2), exponent.and(0x7fffffff).or(sign.shl(16)), high, low));

/** The smaller operand, moved to the larger one's exponent: 128 bits, the last of which stands for what lies below. */
function aligned(w: W, significand: Term, distance: Variable): { high: Variable; low: Variable } {
  const [high, low] = [w.let(significand), w.let(i64(0n))];
  const by = distance.wide();
  const beyond = (shift: Term): Term => significand.shl(shift).ne(0).wide();
  w.when(distance, () =>
    w.when(
      distance.ltu(64),
      () => {
        w.set(low, high.shl(i64(0n).sub(by)));
        w.set(high, high.shr(by));
      },
      () => {
        w.set(low, high);
        w.set(high, 0);
        w.when(distance.gtu(127), () => w.set(low, low.ne(0).wide()));
        w.when(distance.sub(65).ltu(63), () => w.set(low, low.shr(by).or(beyond(i64(0n).sub(by)))));
      },
    ),
  );
  return { high, low };
}

/** record, place, pops, a, b */
export function sum(w: W): void {
  const [a, b] = [realAt(w, 3), realAt(w, 5)];
  requirePlain(w, a);
  requirePlain(w, b);
  const smaller = biasedOf(a.exponent)
    .ltu(biasedOf(b.exponent))
    .or(biasedOf(a.exponent).eq(biasedOf(b.exponent)).and(a.significand.ltu(b.significand)));
  w.when(smaller, () => {
    const [significand, exponent] = [w.let(a.significand), w.let(a.exponent)];
    w.set(a.significand, b.significand);
    w.set(a.exponent, b.exponent);
    w.set(b.significand, significand);
    w.set(b.exponent, exponent);
  });
  const sign = signOf(a.exponent);
  const exponent = w.let(biasedOf(a.exponent));
  const distance = w.let(exponent.sub(biasedOf(b.exponent)));
  const { high, low } = aligned(w, b.significand, distance);
  w.when(
    signOf(a.exponent.xor(b.exponent)).eqz(),
    () => {
      w.set(high, a.significand.add(high));
      w.when(a.significand.eqz(), () => zeroOf(w, sign));
      w.when(high.ltu(a.significand), () => {
        w.set(low, low.shr(1).or(low.and(1)).or(high.shl(63)));
        w.set(high, high.shr(1).or(INTEGER_BIT));
        w.set(exponent, exponent.add(1));
      });
    },
    () => difference(w, a.significand, high, low, exponent),
  );
  roundedOf(w, sign, exponent, high, low);
}
/** The larger less the smaller, with the first bit at the top again. */
function difference(w: W, larger: Term, high: Variable, low: Variable, exponent: Variable): void {
  w.set(high, larger.sub(high).sub(low.ne(0).wide()));
  w.set(low, i64(0n).sub(low));
  w.when(high.or(low).eqz(), () => zeroOf(w, rounding(w).eq(1).shl(15)));
  w.when(high.eqz(), () => {
    w.set(high, low);
    w.set(low, 0);
    w.set(exponent, exponent.sub(64));
  });
  const zeros = w.let(high.clz());
  w.when(zeros.ne(0), () => {
    w.set(high, high.shl(zeros).or(low.shr(i64(64n).sub(zeros))));
    w.set(low, low.shl(zeros));
    w.set(exponent, exponent.sub(zeros.low()));
  });
}

const LOW = 0xffffffffn;
/** a x b: its upper and lower 64 bits. */
function multiplied(w: W, a: Term, b: Term): { high: Variable; low: Variable } {
  const [a0, a1, b0, b1] = [w.let(a.and(LOW)), w.let(a.shr(32)), w.let(b.and(LOW)), w.let(b.shr(32))];
  const lowest = w.let(a0.mul(b0));
  const first = w.let(a1.mul(b0).add(lowest.shr(32)));
  const middle = w.let(a0.mul(b1).add(first.and(LOW)));
  const high = w.let(a1.mul(b1).add(first.shr(32)).add(middle.shr(32)));
  return { high, low: w.let(middle.shl(32).or(lowest.and(LOW))) };
}

/** record, place, pops, a, b */
export function product(w: W): void {
  const [a, b] = [realAt(w, 3), realAt(w, 5)];
  requirePlain(w, a);
  requirePlain(w, b);
  const sign = w.let(signOf(a.exponent.xor(b.exponent)));
  w.when(a.significand.eqz().or(b.significand.eqz()), () => zeroOf(w, sign));
  const { high, low } = multiplied(w, a.significand, b.significand);
  const exponent = w.let(
    biasedOf(a.exponent)
      .add(biasedOf(b.exponent))
      .sub(BIAS - 1),
  );
  w.when(high.ges(0), () => {
    w.set(high, high.shl(1).or(low.shr(63)));
    w.set(low, low.shl(1));
    w.set(exponent, exponent.sub(1));
  });
  roundedOf(w, sign, exponent, high, low);
}

/** Half of a quotient's bits: (rest x 2^32 + next) / divisor. Knuth, The Art of Computer Programming, 4.3.1, algorithm D. */
function digit(w: W, rest: Variable, next: Term, divisor: { all: Term; upper: Term; lower: Term }): Variable {
  const guess = w.let(rest.div(divisor.upper));
  const over = w.let(rest.sub(guess.mul(divisor.upper)));
  const tooLarge = (): Term =>
    over
      .shr(32)
      .eqz()
      .and(
        guess
          .shr(32)
          .ne(0)
          .or(guess.mul(divisor.lower).gtu(over.shl(32).or(next))),
      );
  // It is at most two too large.
  for (let n = 0; n < 2; n++)
    w.when(tooLarge(), () => {
      w.set(guess, guess.sub(1));
      w.set(over, over.add(divisor.upper));
    });
  w.set(rest, rest.shl(32).or(next).sub(guess.mul(divisor.all)));
  return guess;
}

/** record, place, pops, a, b */
export function quotient(w: W): void {
  const [a, b] = [realAt(w, 3), realAt(w, 5)];
  requirePlain(w, a);
  requirePlain(w, b);
  w.refuseIf(b.significand.eqz());
  const sign = w.let(signOf(a.exponent.xor(b.exponent)));
  w.when(a.significand.eqz(), () => zeroOf(w, sign));
  const exponent = w.let(
    biasedOf(a.exponent)
      .sub(biasedOf(b.exponent))
      .add(BIAS - 1),
  );
  const [rest, next] = [w.let(a.significand), w.let(i64(0n))];
  w.when(a.significand.ltu(b.significand).eqz(), () => {
    w.set(next, rest.shl(63));
    w.set(rest, rest.shr(1));
    w.set(exponent, exponent.add(1));
  });
  const divisor = { all: b.significand, upper: w.let(b.significand.shr(32)), lower: w.let(b.significand.and(LOW)) };
  const upper = digit(w, rest, w.let(next.shr(32)), divisor);
  const lower = digit(w, rest, w.let(i64(0n)), divisor);
  // Of what is left only whether it is there, and on which side of a half, can be seen in the rounding.
  const other = w.let(divisor.all.sub(rest));
  const side = w.let(i64(HALF));
  w.when(rest.ltu(other), () => w.set(side, HALF >> 1n));
  w.when(rest.gtu(other), () => w.set(side, HALF | (HALF >> 1n)));
  w.when(rest.eqz(), () => w.set(side, 0));
  roundedOf(w, sign, exponent, upper.shl(32).or(lower), side);
}

/** record, digit, place, pops, a, b */
export function operation(w: W): void {
  const [record, which, place, pops] = [0, 1, 2, 3].map((n) => w.parameter(n)) as [Variable, Variable, Variable, Variable];
  const [a, b] = [realAt(w, 4), realAt(w, 6)];
  const both = (x: Real, y: Real, turn: Term | number = 0): Term[] => [
    ...[record, place, pops, x.significand, x.exponent, y.significand],
    y.exponent.xor(turn),
  ];
  w.when(which.eqz(), () => w.return(w.call("sum", ...both(a, b))));
  w.when(which.eq(1), () => w.return(w.call("product", ...both(a, b))));
  w.when(which.eq(4), () => w.return(w.call("sum", ...both(a, b, SIGN))));
  w.when(which.eq(5), () => w.return(w.call("sum", ...both(b, a, SIGN))));
  w.when(which.eq(6), () => w.return(w.call("quotient", ...both(a, b))));
  w.return(w.call("quotient", ...both(b, a)));
}

/** By significand and exponent, as one number that is ordered as the magnitude is. */
function isLess(a: Real, b: Real): Term {
  const [x, y] = [biasedOf(a.exponent), biasedOf(b.exponent)];
  return x.ltu(y).or(x.eq(y).and(a.significand.ltu(b.significand)));
}

/** record, kind, pops, a, b */
export function comparison(w: W): void {
  const [record, flags, pops] = [w.parameter(0), w.parameter(1), w.parameter(2)];
  const [a, b] = [realAt(w, 3), realAt(w, 5)];
  requirePlain(w, a);
  requirePlain(w, b);
  const negative = w.let(signOf(a.exponent));
  const less = w.let(i32(0));
  const equal = w.let(a.significand.or(b.significand).eqz());
  w.when(equal.eqz(), () =>
    w.when(
      signOf(a.exponent.xor(b.exponent)),
      () => w.set(less, negative.ne(0)),
      () => {
        w.set(equal, a.significand.eq(b.significand).and(a.exponent.eq(b.exponent)));
        w.set(less, isLess(a, b));
        w.when(negative, () => w.set(less, isLess(b, a)));
      },
    ),
  );
  w.when(flags, () => {
    settle(w, 0, pops);
    note(w, record);
    w.return(equal.shl(6).or(less).or(COMPARED));
  });
  settle(w, equal.mul(STATUS.C3).or(less.mul(STATUS.C0)), pops, ~(STATUS.C0 | STATUS.C1 | STATUS.C2 | STATUS.C3));
  note(w, record);
  w.return(1);
}

/** record, form: arithmetic and comparisons of ST(0) and ST(i) */
export function registers(w: W): void {
  const [record, form] = [w.parameter(0), w.parameter(1)];
  const top = st0(w);
  const other = sti(w, record);
  const pops = w.let(form.shr(FORM.popsShift).and(3));
  // fcompp has no other register than ST(1).
  w.refuseIf(pops.eq(2).and(registerNumber(w, record).ne(1)));
  const [x, y] = [read(w, top), read(w, other)];
  const of = ({ significand, exponent }: Real): Term[] => [significand, exponent];
  const which = w.let(form.and(FORM.digits));
  w.when(which.and(6).eq(2), () => w.return(w.call("comparison", record, form.and(FORM.flags), pops, ...of(x), ...of(y))));
  w.when(form.and(FORM.to), () => w.return(w.call("operation", record, which, other, pops, ...of(y), ...of(x))));
  w.return(w.call("operation", record, which, top, pops, ...of(x), ...of(y)));
}
