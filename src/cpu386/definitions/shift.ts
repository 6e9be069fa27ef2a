/** Shifts, rotates, bit tests and scans (SDM volume 1, 5.1.5 and 5.1.6). */
import type { Emitter, Operand, Value } from "../emitter.js";
import { bits, carry, setCarry, setCarryAndOverflow, setResult, setZeroOnly } from "./flags.js";
import type { Definition, Shape } from "./table.js";

const encodings = (digit: number): string[] => [
  `c0/${digit} Eb,Ib`,
  `c1/${digit} Ev,Ib`,
  `d0/${digit} Eb,1`,
  `d1/${digit} Ev,1`,
  `d2/${digit} Eb,CL`,
  `d3/${digit} Ev,CL`,
];

/** A count of 0 (after masking to 5 bits) changes neither operand nor flags, but the operand is accessed, and may fault. */
function counted(
  name: string,
  digits: readonly number[],
  flags: string,
  signed: boolean,
  body: (e: Emitter, i: Shape, o: Operand, v: Value, count: Value) => void,
): Definition {
  return {
    name,
    forms: digits.flatMap(encodings),
    flags,
    emit: (e, i) => {
      const count = e.let(e.and(e.operand(2).get(), e.constant(31)));
      const o = e.operand(1);
      const v = e.let(o.getForUpdate(signed));
      e.when(count, () => body(e, i, o, v, count));
    },
  };
}

const one = (e: Emitter): Value => e.constant(1);
const bitOf = (e: Emitter, v: Value, n: Value): Value => e.and(e.shr(v, n), one(e));

const shl = counted("shl", [4, 6], "OSZaPC", false, (e, i, o, v, count) => {
  const width = bits(i.size);
  const wide = e.let(e.shl(v, count));
  const out = e.let(width === 32 ? bitOf(e, v, e.sub(e.constant(32), count)) : bitOf(e, wide, e.constant(width)));
  const r = e.let(e.signExtend(wide, i.size));
  o.set(r);
  setResult(e, r, out, e.let(e.xor(e.shr(r, e.constant(31)), out)));
});

const shr = counted("shr", [5], "OSZaPC", false, (e, i, o, v, count) => {
  const before = e.let(e.shr(v, e.sub(count, one(e))));
  const r = e.let(e.signExtend(e.shr(before, one(e)), i.size));
  o.set(r);
  // OF is the sign before a shift by one; the manual leaves it undefined for more.
  setResult(e, r, e.let(e.and(before, one(e))), e.let(bitOf(e, e.xor(before, r), e.constant(bits(i.size) - 1))));
});

const sar = counted("sar", [7], "OSZaPC", true, (e, i, o, v, count) => {
  const before = e.let(e.sar(v, e.sub(count, one(e))));
  const r = e.let(e.signExtend(e.sar(before, one(e)), i.size));
  o.set(r);
  setResult(e, r, e.let(e.and(before, one(e))), e.constant(0));
});

const rol = counted("rol", [0], "OC", false, (e, i, o, v, count) => {
  const width = bits(i.size);
  const n = e.let(e.and(count, e.constant(width - 1)));
  const r = e.let(width === 32 ? e.rotl(v, n) : e.zeroExtend(e.or(e.shl(v, n), e.shr(v, e.sub(e.constant(width), n))), i.size));
  o.set(r);
  const low = e.let(e.and(r, one(e)));
  setCarryAndOverflow(e, low, e.let(e.xor(bitOf(e, r, e.constant(width - 1)), low)));
});

const ror = counted("ror", [1], "OC", false, (e, i, o, v, count) => {
  const width = bits(i.size);
  const n = e.let(e.and(count, e.constant(width - 1)));
  const back = e.sub(e.constant(width), n);
  const r = e.let(width === 32 ? e.rotl(v, back) : e.zeroExtend(e.or(e.shr(v, n), e.shl(v, back)), i.size));
  o.set(r);
  const top = e.let(bitOf(e, r, e.constant(width - 1)));
  setCarryAndOverflow(e, top, e.let(e.xor(top, bitOf(e, r, e.constant(width - 2)))));
});

/** An operand and CF above it rotate together; of a doubleword by 1 to 31. */
function rotateThroughCarry(e: Emitter, i: Shape, v: Value, count: Value, left: boolean): { result: Value; out: Value } {
  const width = bits(i.size);
  const cf = e.let(carry(e));
  const result = (r: Value, out: Value): { result: Value; out: Value } => ({ result: e.let(r), out: e.let(out) });
  if (width === 32) {
    const rest = e.let(e.sub(e.constant(32), count));
    return left
      ? // What shifts by 32 would do is done by two of them.
        result(e.or(e.or(e.shl(v, count), e.shr(e.shl(cf, count), one(e))), e.shr(e.shr(v, one(e)), rest)), bitOf(e, v, rest))
      : result(e.or(e.or(e.shr(v, count), e.shl(cf, rest)), e.shl(e.shl(v, one(e)), rest)), bitOf(e, v, e.sub(count, one(e))));
  }
  // By the remainder of the count, up to 31, and one bit more than there are in the operand.
  const turns = e.shr(e.mul(count, e.constant(width === 16 ? 31 : 57)), e.constant(9));
  const n = e.let(e.sub(count, e.mul(turns, e.constant(width + 1))));
  const back = e.sub(e.constant(width + 1), n);
  const all = e.let(e.or(v, e.shl(cf, e.constant(width))));
  const turned = e.let(left ? e.or(e.shl(all, n), e.shr(all, back)) : e.or(e.shr(all, n), e.shl(all, back)));
  return result(e.zeroExtend(turned, i.size), bitOf(e, turned, e.constant(width)));
}
const rcl = counted("rcl", [2], "OC", false, (e, i, o, v, count) => {
  const { result, out } = rotateThroughCarry(e, i, v, count, true);
  o.set(result);
  // Defined for a count of one only, as all these; larger ones follow the same formula.
  setCarryAndOverflow(e, out, e.let(e.xor(bitOf(e, result, e.constant(bits(i.size) - 1)), out)));
});
const rcr = counted("rcr", [3], "OC", false, (e, i, o, v, count) => {
  const { result, out } = rotateThroughCarry(e, i, v, count, false);
  o.set(result);
  const top = bits(i.size) - 1;
  setCarryAndOverflow(e, out, e.let(bitOf(e, e.xor(result, e.shl(result, one(e))), e.constant(top))));
});

/** shld and shrd by 1-31; counts above 16 on words are undefined in the manual and behave as on Intel's: the pair is rotated. */
function doubleShift(name: string, opcode: string, left: boolean): Definition {
  return {
    name,
    forms: [`0f${opcode} Ev,Gv,Ib`, `0f${(Number.parseInt(opcode, 16) + 1).toString(16)} Ev,Gv,CL`],
    flags: "oSZaPC",
    emit: (e, i) => {
      // A record has room for two registers, so CL as a third operand is read by its number.
      const amount = i.operands[2]!.kind === "immediate" ? e.operand(3).get() : e.register(1, 1);
      const count = e.let(e.and(amount, e.constant(31)));
      const o = e.operand(1);
      const a = e.let(o.getForUpdate());
      e.when(count, () => {
        const b = e.let(e.operand(2).get());
        const width = bits(i.size);
        let r: Value;
        let out: Value;
        if (width === 32) {
          const rest = e.sub(e.constant(32), count);
          r = e.let(left ? e.or(e.shl(a, count), e.shr(b, rest)) : e.or(e.shr(a, count), e.shl(b, rest)));
          out = e.let(left ? bitOf(e, a, e.sub(e.constant(32), count)) : bitOf(e, a, e.sub(count, one(e))));
        } else if (left) {
          // a:b as one doubleword, shifted left by up to 31 with a following again, seen in its upper half.
          const pair = e.let(e.or(e.shl(a, e.constant(16)), b));
          const turned = e.let(
            e.or(e.shl(pair, count), e.select(e.gtu(count, e.constant(16)), e.shl(a, e.sub(count, e.constant(16))), e.constant(0))),
          );
          r = e.let(e.signExtend(e.shr(turned, e.constant(16)), 2));
          out = e.let(bitOf(e, pair, e.sub(e.constant(32), count)));
        } else {
          const pair = e.let(e.or(e.shl(b, e.constant(16)), a));
          const turned = e.or(
            e.shr(pair, count),
            e.select(e.gtu(count, e.constant(16)), e.shl(a, e.sub(e.constant(32), count)), e.constant(0)),
          );
          r = e.let(e.signExtend(turned, 2));
          out = e.let(bitOf(e, pair, e.sub(count, one(e))));
        }
        o.set(r);
        const top = e.constant(width - 1);
        setResult(e, r, out, e.let(e.xor(bitOf(e, r, top), bitOf(e, a, top))));
      });
    },
  };
}

/** bt, bts, btr, btc: with a register as bit index, memory operands reach beyond themselves. */
function bitTest(name: string, opcode: string, digit: number, change?: (e: Emitter, v: Value, mask: Value) => Value): Definition {
  return {
    name,
    forms: [`0f${opcode} Ev,Gv`, `0fba/${digit} Ev,Ib`],
    flags: "oszapC",
    lock: change !== undefined,
    emit: (e, i) => {
      const size = i.size === 2 ? 2 : 4;
      const width = bits(size);
      const [destination, source] = [i.operands[0]!, i.operands[1]!];
      const index = e.let(e.operand(2).get(true));
      const n = e.let(e.and(index, e.constant(width - 1)));
      const far = destination.kind === "memory" && source.kind === "register";
      const displaced = far
        ? e.let(wrap(e, i, e.add(e.effectiveAddress(), e.mul(e.sar(index, e.constant(size === 4 ? 5 : 4)), e.constant(size)))))
        : undefined;
      if (displaced && change) e.probeStore(undefined, displaced, size);
      const v = e.let(displaced ? e.load(undefined, displaced, size) : change ? e.operand(1).getForUpdate() : e.operand(1).get());
      const out = e.let(bitOf(e, v, n));
      if (change) {
        const r = e.let(change(e, v, e.shl(one(e), n)));
        if (displaced) e.store(undefined, displaced, size, r);
        else e.operand(1).set(r);
      }
      setCarry(e, out);
    },
  };
}

const wrap = (e: Emitter, i: Shape, v: Value): Value => (i.address === "word" ? e.zeroExtend(v, 2) : v);

function bitScan(name: string, opcode: string, find: (e: Emitter, v: Value) => Value): Definition {
  return {
    name,
    forms: [`0f${opcode} Gv,Ev`],
    flags: "osZapc",
    emit: (e) => {
      const v = e.let(e.operand(2).get());
      // A zero source leaves the destination as it was.
      e.when(v, () => e.operand(1).set(find(e, v)));
      setZeroOnly(e, v);
    },
  };
}

export const shift: readonly Definition[] = [
  rol,
  ror,
  rcl,
  rcr,
  shl,
  shr,
  sar,
  doubleShift("shld", "a4", true),
  doubleShift("shrd", "ac", false),
  bitTest("bt", "a3", 4),
  bitTest("bts", "ab", 5, (e, v, mask) => e.or(v, mask)),
  bitTest("btr", "b3", 6, (e, v, mask) => e.and(v, e.xor(mask, e.constant(-1)))),
  bitTest("btc", "bb", 7, (e, v, mask) => e.xor(v, mask)),
  bitScan("bsf", "bc", (e, v) => e.ctz(v)),
  bitScan("bsr", "bd", (e, v) => e.sub(e.constant(31), e.clz(v))),
];
