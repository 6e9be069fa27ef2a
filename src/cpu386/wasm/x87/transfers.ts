/** Between registers and memory, and among registers: what fpu/convert.ts does for numbers that are normal or zero and stay so. */
import { STATUS } from "../../fpu/status.js";
import * as L from "../../layout.js";
import { i32, i64, type Term, type Variable } from "../writer.js";
import { roundsUp } from "./arithmetic.js";
import { FORM, FORMAT, MOVE } from "./names.js";
import {
  BIAS,
  INTEGER_BIT,
  markFull,
  note,
  noteOperand,
  PRECISION_EXCEPTION,
  placeOf,
  pushed,
  type Real,
  read,
  requireMasked,
  requirePlain,
  SIGN,
  settle,
  st0,
  sti,
  type W,
  write,
} from "./state.js";

/** A format of real numbers in memory. */
interface Format {
  readonly fraction: number;
  readonly exponentBits: number;
}
const SINGLE: Format = { fraction: 23, exponentBits: 8 };
const DOUBLE: Format = { fraction: 52, exponentBits: 11 };
const maximumOf = ({ exponentBits }: Format): number => (1 << exponentBits) - 1;
const biasOf = (format: Format): number => maximumOf(format) >> 1;

// To registers -------------------------------------------------------------------------------------------------------------------
/** record, form, offset, significand, sign and exponent */
export function operand(w: W): void {
  const [record, form, offset] = [w.parameter(0), w.parameter(1), w.parameter(2)];
  const [significand, exponent] = [w.parameter(3), w.parameter(4)];
  w.when(
    form.and(FORM.load),
    () => {
      pushed(w, { significand, exponent });
      note(w, record);
    },
    () => {
      const place = st0(w);
      const top = read(w, place);
      const values = [top.significand, top.exponent, significand, exponent];
      const done = w.let(i32(0));
      w.when(
        form.and(6).eq(2),
        () => w.set(done, w.call("comparison", record, i32(0), form.and(1), ...values)),
        () => w.set(done, w.call("operation", record, form, place, i32(0), ...values)),
      );
      w.refuseIf(done.eqz());
    },
  );
  noteOperand(w, record, offset);
  w.return(1);
}
const operandOf = (w: W, significand: Term, exponent: Term): void =>
  w.return(w.call("operand", w.parameter(0), w.parameter(1), w.parameter(2), significand, exponent));

/** Zeros and normal numbers; infinities, NaNs and denormals are refused. */
function real(w: W, bits: Term, format: Format): void {
  const all = w.let(bits);
  const { fraction, exponentBits } = format;
  const exponent = w.let(all.shr(fraction).low().and(maximumOf(format)));
  const significand = w.let(all.shl(63 - fraction).or(INTEGER_BIT));
  const sign = w.let(
    all
      .shr(fraction + exponentBits)
      .low()
      .shl(15),
  );
  w.when(
    exponent.eqz(),
    () => {
      w.refuseIf(significand.ne(INTEGER_BIT));
      w.set(significand, 0);
    },
    () => {
      w.refuseIf(exponent.eq(maximumOf(format)));
      w.set(exponent, exponent.add(BIAS - biasOf(format)));
    },
  );
  operandOf(w, significand, exponent.or(sign));
}
const bitsOf = (low: Term, high: Term): Term => high.wide().shl(32).or(low.wide());

/** record, form, offset, bits */
export const single = (w: W): void => real(w, w.parameter(3).wide(), SINGLE);
/** record, form, offset, low, high */
export const double = (w: W): void => real(w, bitsOf(w.parameter(3), w.parameter(4)), DOUBLE);
/** record, form, offset, low, high */
export function integer(w: W): void {
  const n = w.let(bitsOf(w.parameter(3), w.parameter(4)));
  const sign = w.let(n.lts(0).shl(15));
  w.when(sign, () => w.set(n, i64(0n).sub(n)));
  const exponent = w.let(i32(0));
  w.when(n.ne(0), () => {
    const zeros = w.let(n.clz());
    w.set(n, n.shl(zeros));
    w.set(
      exponent,
      i32(BIAS + 63)
        .sub(zeros.low())
        .or(sign),
    );
  });
  operandOf(w, n, exponent);
}
/** record, offset, low, high, sign and exponent: whatever it is */
export function extended(w: W): void {
  const record = w.parameter(0);
  pushed(w, { significand: bitsOf(w.parameter(2), w.parameter(3)), exponent: w.parameter(4) });
  note(w, record);
  noteOperand(w, record, w.parameter(1));
  w.return(1);
}

/** record, form */
export function move(w: W): void {
  const [record, form] = [w.parameter(0), w.parameter(1)];
  w.when(form.eq(MOVE.load), () => {
    pushed(w, read(w, sti(w, record)));
    note(w, record);
    w.return(1);
  });
  const top = st0(w);
  const value = read(w, top);
  w.when(
    form.eq(MOVE.exchange),
    () => {
      const other = sti(w, record);
      write(w, top, read(w, other));
      write(w, other, value);
    },
    () => {
      // Into an empty register as well.
      const to = placeOf(w, w.load(record, L.R.scale).shr(8).and(7));
      write(w, to, value);
      markFull(w, to);
    },
  );
  settle(w, 0, form.eq(MOVE.storeAndPop));
  note(w, record);
  w.return(1);
}

// To memory ----------------------------------------------------------------------------------------------------------------------
/** Notes a result and the exceptions it brings. */
function pending(w: W, value: Term, raised: Term | number = 0): void {
  const word = w.let(typeof raised === "number" ? i32(raised) : raised);
  requireMasked(w, word);
  w.store(value, L.X87_RESULT);
  w.store(w.load(L.FPU_STATUS).and(~STATUS.C1).or(word), L.X87_PENDING);
  w.return(1);
}
const inexact = (rest: Term, up: Term): Term => rest.ne(0).mul(PRECISION_EXCEPTION).or(up.mul(STATUS.C1));

function toReal(w: W, { significand, exponent }: Real, format: Format): void {
  const { fraction, exponentBits } = format;
  const sign = w.let(exponent.and(SIGN));
  const signed = (bits: Term): Term =>
    bits.or(
      sign
        .shr(15)
        .wide()
        .shl(fraction + exponentBits),
    );
  w.when(significand.eqz(), () => pending(w, signed(i64(0n))));
  const rest = w.let(significand.shl(fraction + 1));
  const kept = w.let(significand.shr(63 - fraction));
  const up = roundsUp(w, sign, kept.low().and(1), rest);
  w.set(kept, kept.add(up.wide()));
  const biased = w.let(
    exponent
      .and(0x7fff)
      .sub(BIAS - biasOf(format))
      .add(kept.shr(fraction + 1).low()),
  );
  w.refuseIf(
    biased
      .sub(1)
      .ltu(maximumOf(format) - 1)
      .eqz(),
  );
  // A carry out of the fraction has left it zero.
  const bits = kept.and((1n << BigInt(fraction)) - 1n).or(biased.wide().shl(fraction));
  pending(w, signed(bits), inexact(rest, up));
}

function toInteger(w: W, { significand, exponent }: Real, limit: Term): void {
  const sign = w.let(exponent.and(SIGN));
  const shift = w.let(i32(BIAS + 63).sub(exponent.and(0x7fff)));
  // What has 64 bits before the point fits nowhere.
  w.refuseIf(shift.lts(1).and(significand.ne(0)));
  const by = shift.wide();
  const [whole, rest] = [w.let(i64(0n)), w.let(significand)];
  w.when(
    shift.lts(64),
    () => {
      w.set(whole, significand.shr(by));
      w.set(rest, significand.shl(i64(0n).sub(by)));
    },
    () => w.when(shift.gtu(64), () => w.set(rest, significand.ne(0).wide())),
  );
  const up = roundsUp(w, sign, whole.low().and(1), rest);
  w.set(whole, whole.add(up.wide()));
  // The most negative one is left to the exact way.
  w.refuseIf(whole.gtu(limit));
  const raised = w.let(inexact(rest, up));
  w.when(sign, () => w.set(whole, i64(0n).sub(whole)));
  pending(w, whole, raised);
}

/** record, format */
export function convert(w: W): void {
  const format = w.parameter(1);
  const value = read(w, st0(w));
  w.when(format.eq(FORMAT.extended), () => {
    w.store(value.exponent, L.X87_RESULT_EXPONENT);
    pending(w, value.significand);
  });
  requirePlain(w, value);
  w.when(format.eq(FORMAT.single), () => toReal(w, value, SINGLE));
  w.when(format.eq(FORMAT.double), () => toReal(w, value, DOUBLE));
  const limit = w.let(i64((1n << 63n) - 1n));
  w.when(format.eq(FORMAT.integer32), () => w.set(limit, 0x7fffffff));
  w.when(format.eq(FORMAT.integer16), () => w.set(limit, 0x7fff));
  toInteger(w, value, limit);
}
/** record, offset, pops */
export function converted(w: W): void {
  const [record, offset, pops] = [w.parameter(0), w.parameter(1), w.parameter(2)] as [Variable, Variable, Variable];
  w.store(w.load(L.X87_PENDING), L.FPU_STATUS);
  settle(w, 0, pops, -1);
  note(w, record);
  noteOperand(w, record, offset);
  w.return(1);
}
