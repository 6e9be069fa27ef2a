/** D9 E0 to FF as far as it is quick: sign, tests, constants, square root, rounding to an integer. */
import { STATUS } from "../../fpu/status.js";
import * as L from "../../layout.js";
import { i32, i64, type Term, type Variable } from "../writer.js";
import { roundsUp } from "./arithmetic.js";
import {
  BIAS,
  INTEGER_BIT,
  note,
  PRECISION_EXCEPTION,
  pushed,
  type Real,
  read,
  requirePlain,
  SIGN,
  settle,
  st0,
  type W,
  write,
} from "./state.js";

/** The low five bits of the opcode. */
const WHICH = { chs: 0, abs: 1, test: 4, one: 8, zero: 14, squareRoot: 26, round: 28 } as const;

/** record */
export function top(w: W): void {
  const record = w.parameter(0);
  const which = w.let(w.load(record, L.R.scale).shr(8).and(0x1f));
  const push = (significand: bigint, exponent: number): void => {
    pushed(w, { significand: i64(significand), exponent: i32(exponent) });
    note(w, record);
    w.return(1);
  };
  w.when(which.eq(WHICH.one), () => push(INTEGER_BIT, BIAS));
  w.when(which.eq(WHICH.zero), () => push(0n, 0));
  const place = st0(w);
  const value = read(w, place);
  w.when(which.gtu(1).eqz(), () => {
    const { significand, exponent } = value;
    write(w, place, { significand, exponent: exponent.xor(SIGN).unless(which, exponent.and(0x7fff)) });
    settle(w, 0, 0);
    note(w, record);
    w.return(1);
  });
  requirePlain(w, value);
  w.when(which.eq(WHICH.test), () =>
    w.return(w.call("comparison", record, i32(0), i32(0), value.significand, value.exponent, i64(0n), i32(0))),
  );
  w.when(which.eq(WHICH.squareRoot), () => squareRoot(w, record, place, value));
  w.when(which.eq(WHICH.round), () => toInteger(w, record, place, value));
  w.return(0);
}

function toInteger(w: W, record: Variable, place: Variable, { significand, exponent }: Real): void {
  const sign = w.let(exponent.and(SIGN));
  const shift = w.let(i32(BIAS + 63).sub(exponent.and(0x7fff)));
  const finish = (raised: Term): void => w.return(w.call("stored", record, place, i32(0), significand, exponent, raised));
  w.when(shift.lts(1).or(significand.eqz()), () => finish(i32(0)));
  const [rest, whole] = [w.let(significand), w.let(i64(0n))];
  w.when(
    shift.lts(64),
    () => {
      w.set(whole, significand.shr(shift.wide()));
      w.set(rest, significand.shl(i64(0n).sub(shift.wide())));
    },
    () => w.when(shift.gtu(64), () => w.set(rest, 1)),
  );
  const up = roundsUp(w, sign, whole.low().and(1), rest);
  w.set(whole, whole.add(up.wide()));
  w.set(exponent, sign);
  w.set(significand, 0);
  w.when(whole.ne(0), () => {
    const zeros = w.let(whole.clz());
    w.set(significand, whole.shl(zeros));
    w.set(
      exponent,
      i32(BIAS + 63)
        .sub(zeros.low())
        .or(sign),
    );
  });
  finish(rest.ne(0).mul(PRECISION_EXCEPTION).or(up.mul(STATUS.C1)));
}

/**
 * Bit by bit, 64 of them: the remainder and twice the root have 66 bits at the most, so the remainder's upper bits are kept apart.
 * The root of the significand, or of half of it, so that the exponent is even.
 */
function squareRoot(w: W, record: Variable, place: Variable, { significand, exponent }: Real): void {
  w.when(significand.eqz(), () => w.return(w.call("stored", record, place, i32(0), significand, exponent, i32(0))));
  w.refuseIf(exponent.and(SIGN));
  const unbiased = w.let(exponent.sub(BIAS));
  const odd = w.let(unbiased.and(1));
  // A radicand of 128 bits, of which the lower 63 or 64 are zero: the first two decide about the first bit of the root.
  const [high, low] = [w.let(significand.shr(i64(1n).sub(odd.wide()))), w.let(i64(0n))];
  w.when(odd.eqz(), () => w.set(low, significand.shl(63)));
  const { root, rest } = rootOf(w, high, low);
  const halved = unbiased.sub(odd).sar(1).add(BIAS);
  // Never half a place: what is left of it stands for less or for more.
  const isLess = rest.upper.eqz().and(rest.lower.gtu(root).eqz());
  const below = i64(3n << 62n)
    .unless(isLess, 1n << 62n)
    .unless(rest.upper.wide().or(rest.lower).eqz(), 0n);
  w.return(w.call("rounded", record, place, i32(0), halved, root, below));
}

/** floor(sqrt(high:low)) and what is left, of up to 65 bits; high is at least 2^62. */
function rootOf(w: W, high: Variable, low: Variable): { root: Variable; rest: { upper: Variable; lower: Variable } } {
  const root = w.let(i64(0n));
  const rest = { upper: w.let(i32(0)), lower: w.let(i64(0n)) };
  const count = w.let(i32(64));
  w.repeat(() => {
    // Two more bits of the radicand.
    w.set(rest.upper, rest.lower.shr(62).low());
    w.set(rest.lower, rest.lower.shl(2).or(high.shr(62)));
    w.set(high, high.shl(2).or(low.shr(62)));
    w.set(low, low.shl(2));
    // Four times the root and one: up to 66 bits.
    const [upper, lower] = [w.let(root.shr(62).low()), w.let(root.shl(2).or(1))];
    w.set(root, root.shl(1));
    const fits = rest.upper.gtu(upper).or(rest.upper.eq(upper).and(rest.lower.ltu(lower).eqz()));
    w.when(fits, () => {
      w.set(rest.upper, rest.upper.sub(upper).sub(rest.lower.ltu(lower)));
      w.set(rest.lower, rest.lower.sub(lower));
      w.set(root, root.or(1));
    });
    w.set(count, count.sub(1));
    return count;
  });
  return { root, rest };
}
