/** Binary arithmetic and logical instructions (SDM volume 1, 5.1.2 and 5.1.4). */
import type { Size } from "../bus.js";
import type { Emitter, Value } from "../emitter.js";
import { adjust } from "../operations/decimal.js";
import {
  carry,
  setAdd,
  setAddWithCarry,
  setDecrement,
  setIncrement,
  setLogic,
  setResult,
  setSubtract,
  setSubtractWithCarry,
} from "./flags.js";
import type { Definition } from "./table.js";

/** A result, and how to set the flags from it: only once the result has been stored, since the store may fault. */
interface Combined {
  readonly result: Value;
  readonly setFlags: () => void;
}
type Combine = (e: Emitter, size: Size, a: Value, b: Value) => Combined;

/** The eight operations that share an encoding pattern, in the order of their opcodes. */
function alu(name: string, number: number, combine: Combine, writes = true): Definition {
  const op = (low: number): string => (number * 8 + low).toString(16).padStart(2, "0");
  return {
    name,
    forms: [
      `${op(0)} Eb,Gb`,
      `${op(1)} Ev,Gv`,
      `${op(2)} Gb,Eb`,
      `${op(3)} Gv,Ev`,
      `${op(4)} AL,Ib`,
      `${op(5)} eAX,Iv`,
      `80/${number} Eb,Ib`,
      `81/${number} Ev,Iv`,
      `82/${number} Eb,Ib`,
      `83/${number} Ev,Sb`,
    ],
    flags: ["and", "or", "xor"].includes(name) ? "OSZaPC" : "OSZAPC",
    lock: writes,
    emit: (e, i) => {
      const destination = e.operand(1);
      const b = e.let(e.operand(2).get(true));
      const a = e.let(writes ? destination.getForUpdate(true) : destination.get(true));
      const { result, setFlags } = combine(e, i.size, a, b);
      if (writes) destination.set(result);
      setFlags();
    },
  };
}

const add: Combine = (e, size, a, b) => {
  const r = e.let(e.signExtend(e.add(a, b), size));
  return { result: r, setFlags: () => setAdd(e, a, b, r) };
};
const subtract: Combine = (e, size, a, b) => {
  const r = e.let(e.signExtend(e.sub(a, b), size));
  return { result: r, setFlags: () => setSubtract(e, a, b, r) };
};
const addWithCarry: Combine = (e, size, a, b) => {
  const c = e.let(carry(e));
  const r = e.let(e.signExtend(e.add(e.add(a, b), c), size));
  // A carry out: the sum wrapped, or came round to a itself because b + CF was 2^n.
  const out = e.let(e.or(e.ltu(r, a), e.and(c, e.eq(r, a))));
  return { result: r, setFlags: () => setAddWithCarry(e, a, b, r, out) };
};
const subtractWithBorrow: Combine = (e, size, a, b) => {
  const c = e.let(carry(e));
  const r = e.let(e.signExtend(e.sub(e.sub(a, b), c), size));
  const out = e.let(e.or(e.ltu(a, b), e.and(c, e.eq(a, b))));
  return { result: r, setFlags: () => setSubtractWithCarry(e, a, b, r, out) };
};
const logic =
  (f: (e: Emitter, a: Value, b: Value) => Value): Combine =>
  (e, _size, a, b) => {
    const r = e.let(f(e, a, b));
    return { result: r, setFlags: () => setLogic(e, r) };
  };
const and = logic((e, a, b) => e.and(a, b));
const or = logic((e, a, b) => e.or(a, b));
const xor = logic((e, a, b) => e.xor(a, b));

/** mul and the one-operand imul: accumulator times operand, double-width result. */
function accumulate(name: string, digit: number, signed: boolean): Definition {
  return {
    name,
    forms: [`f6/${digit} Eb`, `f7/${digit} Ev`],
    faults: "DE",
    flags: "OszapC",
    emit: (e, i) => {
      const b = e.let(e.operand(1).get(signed));
      const a = e.let(e.register(0, i.size, signed));
      if (i.size === 4) {
        const { low, high } = e.multiply(a, b, signed);
        const over = e.let(signed ? e.ne(high, e.sar(low, e.constant(31))) : e.ne(high, e.constant(0)));
        e.setRegister(0, 4, low);
        e.setRegister(2, 4, high);
        setResult(e, low, over, over);
        return;
      }
      const product = e.let(e.mul(a, b));
      const low = e.let(e.signExtend(product, i.size));
      const over = e.let(e.ne(product, signed ? low : e.zeroExtend(product, i.size)));
      if (i.size === 1) e.setRegister(0, 2, product);
      else {
        e.setRegister(0, 2, product);
        e.setRegister(2, 2, e.shr(product, e.constant(16)));
      }
      setResult(e, low, over, over);
    },
  };
}

function imulTruncating(name: string, forms: string[], factors: (e: Emitter) => [Value, Value]): Definition {
  return {
    name,
    forms,
    flags: "OszapC",
    emit: (e, i) => {
      const [x, y] = factors(e);
      const a = e.let(x);
      const b = e.let(y);
      let r: Value;
      let over: Value;
      if (i.size === 4) {
        const product = e.multiply(a, b, true);
        r = product.low;
        over = e.let(e.ne(product.high, e.sar(r, e.constant(31))));
      } else {
        const product = e.let(e.mul(a, b));
        r = e.let(e.signExtend(product, i.size));
        over = e.let(e.ne(product, r));
      }
      e.operand(1).set(r);
      setResult(e, r, over, over);
    },
  };
}

/** div and idiv: the double-width accumulator by the operand; all flags are undefined, and left alone. */
function divide(name: string, digit: number, signed: boolean): Definition {
  return {
    name,
    forms: [`f6/${digit} Eb`, `f7/${digit} Ev`],
    faults: "DE",
    flags: "oszapc",
    emit: (e, i) => {
      const d = e.let(e.operand(1).get(signed));
      if (i.size === 4) {
        const { quotient, remainder } = e.divide(e.register(2, 4), e.register(0, 4), d, signed);
        e.setRegister(0, 4, quotient);
        e.setRegister(2, 4, remainder);
        return;
      }
      // ax, or dx:ax, is a 32-bit dividend; the quotient must fit the half.
      const dividend =
        i.size === 1 ? e.let(e.register(0, 2, signed)) : e.let(e.or(e.shl(e.register(2, 2), e.constant(16)), e.register(0, 2)));
      const high = signed ? e.sar(dividend, e.constant(31)) : e.constant(0);
      const { quotient, remainder } = e.divide(e.let(high), dividend, d, signed);
      e.when(e.ne(quotient, signed ? e.signExtend(quotient, i.size) : e.zeroExtend(quotient, i.size)), () => e.raise(0));
      if (i.size === 1) e.setRegister(0, 2, e.or(e.and(quotient, e.constant(0xff)), e.shl(remainder, e.constant(8))));
      else {
        e.setRegister(0, 2, quotient);
        e.setRegister(2, 2, remainder);
      }
    },
  };
}

export const arithmetic: readonly Definition[] = [
  alu("add", 0, add),
  alu("or", 1, or),
  alu("adc", 2, addWithCarry),
  alu("sbb", 3, subtractWithBorrow),
  alu("and", 4, and),
  alu("sub", 5, subtract),
  alu("xor", 6, xor),
  alu("cmp", 7, subtract, false),
  {
    name: "test",
    forms: ["84 Eb,Gb", "85 Ev,Gv", "a8 AL,Ib", "a9 eAX,Iv", "f6/0 Eb,Ib", "f7/0 Ev,Iv", "f6/1 Eb,Ib", "f7/1 Ev,Iv"],
    flags: "OSZaPC",
    emit: (e) => {
      const a = e.let(e.operand(1).get(true));
      setLogic(e, e.let(e.and(a, e.operand(2).get(true))));
    },
  },
  {
    name: "inc",
    forms: ["40+r Zv", "fe/0 Eb", "ff/0 Ev"],
    flags: "OSZAP",
    lock: true,
    emit: (e, i) => {
      const o = e.operand(1);
      const a = e.let(o.getForUpdate(true));
      const r = e.let(e.signExtend(e.add(a, e.constant(1)), i.size));
      o.set(r);
      setIncrement(e, a, r);
    },
  },
  {
    name: "dec",
    forms: ["48+r Zv", "fe/1 Eb", "ff/1 Ev"],
    flags: "OSZAP",
    lock: true,
    emit: (e, i) => {
      const o = e.operand(1);
      const a = e.let(o.getForUpdate(true));
      const r = e.let(e.signExtend(e.sub(a, e.constant(1)), i.size));
      o.set(r);
      setDecrement(e, a, r);
    },
  },
  {
    name: "neg",
    forms: ["f6/3 Eb", "f7/3 Ev"],
    flags: "OSZAPC",
    lock: true,
    emit: (e, i) => {
      const o = e.operand(1);
      const b = e.let(o.getForUpdate(true));
      const r = e.let(e.signExtend(e.sub(e.constant(0), b), i.size));
      o.set(r);
      setSubtract(e, e.constant(0), b, r);
    },
  },
  {
    name: "not",
    forms: ["f6/2 Eb", "f7/2 Ev"],
    lock: true,
    emit: (e) => {
      const o = e.operand(1);
      o.set(e.let(e.xor(o.getForUpdate(), e.constant(-1))));
    },
  },
  accumulate("mul", 4, false),
  accumulate("imul1", 5, true),
  imulTruncating("imul2", ["0faf Gv,Ev"], (e) => [e.operand(2).get(true), e.operand(1).get(true)]),
  imulTruncating("imul3", ["69 Gv,Ev,Iv", "6b Gv,Ev,Sb"], (e) => [e.operand(2).get(true), e.operand(3).get(true)]),
  divide("div", 6, false),
  divide("idiv", 7, true),
  { name: "daa", forms: ["27"], flags: "oSZAPC", helper: (cpu) => adjust.daa(cpu) },
  { name: "das", forms: ["2f"], flags: "oSZAPC", helper: (cpu) => adjust.das(cpu) },
  { name: "aaa", forms: ["37"], flags: "oszApC", helper: (cpu) => adjust.aaa(cpu) },
  { name: "aas", forms: ["3f"], flags: "oszApC", helper: (cpu) => adjust.aas(cpu) },
  { name: "aam", forms: ["d4 Ib"], faults: "DE", flags: "oSZaPc", helper: (cpu, i) => adjust.aam(cpu, i) },
  { name: "aad", forms: ["d5 Ib"], flags: "oSZaPc", helper: (cpu, i) => adjust.aad(cpu, i) },
  {
    name: "cmpxchg",
    forms: ["0fb0 Eb,Gb", "0fb1 Ev,Gv"],
    flags: "OSZAPC",
    lock: true,
    since: 486,
    emit: (e, i) => {
      const o = e.operand(1);
      const old = e.let(o.getForUpdate(true));
      const accumulator = e.let(e.register(0, i.size, true));
      const r = e.let(e.signExtend(e.sub(accumulator, old), i.size));
      // The destination is always written, with its own value if they differ (SDM volume 2, CMPXCHG).
      o.set(e.let(e.select(r, old, e.operand(2).get(true))));
      e.when(r, () => e.setRegister(0, i.size, old));
      setSubtract(e, accumulator, old, r);
    },
  },
  {
    name: "xadd",
    forms: ["0fc0 Eb,Gb", "0fc1 Ev,Gv"],
    flags: "OSZAPC",
    lock: true,
    since: 486,
    emit: (e, i) => {
      const o = e.operand(1);
      const a = e.let(o.getForUpdate(true));
      const b = e.let(e.operand(2).get(true));
      const r = e.let(e.signExtend(e.add(a, b), i.size));
      // The source register first, so that xadd of a register with itself leaves the sum; a store to memory must precede both.
      if (i.operands[0]!.kind === "memory") {
        o.set(r);
        e.operand(2).set(a);
      } else {
        e.operand(2).set(a);
        o.set(r);
      }
      setAdd(e, a, b, r);
    },
  },
];
