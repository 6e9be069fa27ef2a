/**
 * The quick paths, as a module of their own that both tiers call: segment loads, far transfers within a ring, int n and iret between ring 3
 * and ring 0, each as an entry of what the operation in TypeScript led to before (quick.ts). They do all or, returning 0, nothing.
 */
import type { Value } from "../emitter.js";
import { FLAG } from "../flags.js";
import * as L from "../layout.js";
import { access, buildModule, I32, i32Const, localGet, OP, VECTOR, VECTOR_BYTES, vectorAccess } from "./binary.js";
import { Expressions } from "./expressions.js";

const { Q } = L;
const ARITHMETIC_SET = FLAG.CF | FLAG.PF | FLAG.AF | FLAG.ZF | FLAG.SF | FLAG.OF;
const PLAIN = FLAG.IF | FLAG.DF | FLAG.IOPL;
const DPL_3 = 0x6000;
/** Items that int n pushes: EIP CS EFLAGS ESP SS. */
const FRAME_BYTES = 20;

class QuickEmitter extends Expressions {
  constructor(parameters: number) {
    super(parameters, 0);
  }
  /** Of the function, where nothing was refused. */
  result = this.constant(1);
  raise(): never {
    throw new Error("quick paths raise nothing");
  }
  get temporaries(): number {
    return this.nextTemporary - this.firstTemporary;
  }
  parameter = (n: number): Value => ({ code: localGet(n), atom: true });
  load(address: Value | number, offset = 0): Value {
    const [at, plus] = typeof address === "number" ? [this.constant(0), address + offset] : [address, offset];
    return this.let({ code: at.code.concat(access(OP.i32Load, plus)), atom: false });
  }
  store(address: Value | number, value: Value, offset = 0): void {
    const [at, plus] = typeof address === "number" ? [this.constant(0), address + offset] : [address, offset];
    this.put(at.code, value.code, access(OP.i32Store, plus));
  }
  refuseIf(condition: Value): void {
    this.put(condition.code);
    this.whenTrue(() => this.put(i32Const(0), [OP.return]));
  }
  refuseUnless(condition: Value): void {
    this.refuseIf(this.eqz(condition));
  }
  not = (v: Value, mask: number): Value => this.and(v, this.constant(~mask));

  /** Refuses unless the entry has the key and its first descriptors are what they were. */
  entry(table: number, index: Value, key: Value, descriptors: number): Value {
    const offset = this.mul(this.and(index, this.constant(L.QUICK_ENTRIES - 1)), this.constant(L.QUICK_BYTES));
    const at = this.let(this.add(offset, this.constant(table)));
    this.refuseIf(this.ne(this.load(at, Q.key), key));
    for (let n = 0; n < descriptors; n++) {
      const field = Q.descriptors + n * Q.descriptorBytes;
      const where = this.load(at, field);
      this.refuseIf(this.ne(this.load(where), this.load(at, field + 4)));
      this.refuseIf(this.ne(this.load(where, 4), this.load(at, field + 8)));
    }
    return at;
  }
  /** Copies a segment register's words from an entry. */
  install(entry: Value, field: number, to: Value | number): void {
    const [at, plus] = typeof to === "number" ? [this.constant(0), to] : [to, 0];
    for (let n = 0; n < L.SEGMENT_WORDS * 4; n += VECTOR_BYTES) {
      this.put(at.code, entry.code, vectorAccess(VECTOR.load, field + n), vectorAccess(VECTOR.store, plus + n));
    }
  }
  context(entry: Value): void {
    this.store(L.CONTEXT, this.load(entry, Q.context));
    this.store(L.CONTEXT_SALT, this.load(entry, Q.salt));
  }
  ring(cpl: 0 | 3): void {
    this.store(L.CPL, this.constant(cpl));
    this.store(L.TLB_READ, this.constant(cpl === 3 ? L.TLB_READ_USER : L.TLB_READ_SUPERVISOR));
    this.store(L.TLB_WRITE, this.constant(cpl === 3 ? L.TLB_WRITE_USER : L.TLB_WRITE_SUPERVISOR));
  }

  /** All of EFLAGS; formulas in layout.ts. */
  flags(): Value {
    const [fr, fx, oa, ob] = [L.FR, L.FX, L.OA, L.OB].map((at) => this.load(at)) as [Value, Value, Value, Value];
    const bit = (v: Value, n: number): Value => this.shl(v, this.constant(n));
    const top = (v: Value): Value => this.shr(v, this.constant(31));
    const ones = this.popcnt(this.and(fr, this.constant(0xff)));
    const parity = this.and(this.xor(this.xor(ones, this.constant(1)), this.shr(fx, this.constant(2))), this.constant(1));
    const adjust = this.and(this.xor(this.xor(oa, ob), this.xor(fr, fx)), this.constant(FLAG.AF));
    const overflow = top(this.and(this.xor(oa, fr), this.xor(ob, fr)));
    return [
      this.ltu(this.load(L.CA), this.load(L.CB)),
      bit(parity, 2),
      adjust,
      bit(this.eqz(fr), 6),
      bit(top(this.xor(fr, fx)), 7),
      bit(overflow, 11),
    ].reduce((sum, v) => this.or(sum, v), this.load(L.EFLAGS));
  }
  /** The arithmetic ones of a value, as Processor.setArithmeticFlags leaves them. */
  setArithmetic(f: Value): void {
    const bit = (n: number): Value => this.and(this.shr(f, this.constant(n)), this.constant(1));
    const fr = this.let(this.eqz(bit(6)));
    const parity = this.xor(bit(2), this.eqz(fr));
    const sign = this.shl(bit(7), this.constant(31));
    const oa = this.let(this.xor(fr, this.sub(this.constant(0), bit(11))));
    this.store(L.FR, fr);
    this.store(L.FX, this.or(this.or(sign, this.shl(parity, this.constant(2))), this.and(f, this.constant(FLAG.AF))));
    this.store(L.OA, oa);
    this.store(L.OB, oa);
    this.store(L.CA, this.constant(0));
    this.store(L.CB, this.and(f, this.constant(FLAG.CF)));
  }
}

/** loadSegment(segment, selector), for ES, DS, FS and GS: what SS and CS need is more */
function loadSegment(e: QuickEmitter): void {
  const [segment, selector] = [e.parameter(0), e.parameter(1)];
  const key = e.or(e.or(selector, e.shl(e.load(L.CPL), e.constant(16))), e.constant(1 << 20));
  const found = e.entry(L.QUICK_DATA, e.shr(selector, e.constant(3)), e.let(key), 1);
  e.install(found, Q.first, e.let(e.add(e.mul(segment, e.constant(L.SEGMENT_BYTES)), e.constant(L.SEGMENTS))));
}

/** knowsCode(kind, selector, offset): the entry by which enterCode may do that far transfer, or 0 */
function knowsCode(e: QuickEmitter): void {
  const [kind, selector, offset] = [e.parameter(0), e.parameter(1), e.parameter(2)];
  const how = e.or(e.shl(e.load(L.CPL), e.constant(16)), e.shl(kind, e.constant(18)));
  const key = e.let(e.or(e.or(selector, how), e.constant(1 << 20)));
  // The data of the current stack segment are part of the context.
  const found = e.entry(L.QUICK_CODE, e.add(e.shr(selector, e.constant(3)), e.mul(kind, e.constant(31))), key, 1);
  e.refuseIf(e.ne(e.load(found, Q.stackSelector), e.and(e.load(L.SS, L.ATTRIBUTES), e.constant(1 << 22))));
  e.refuseIf(e.gtu(offset, e.load(found, Q.first + L.LIMIT)));
  e.result = found;
}
/** enterCode(entry, offset) */
function enterCode(e: QuickEmitter): void {
  const found = e.parameter(0);
  e.install(found, Q.first, L.CS);
  e.context(found);
  e.store(L.EIP, e.parameter(1));
}

/** interrupt(vector, returnTo): from ring 3 to ring 0; for an external one, QUICK_EXTERNAL is added to the vector */
function interrupt(e: QuickEmitter): void {
  const [vector, returnTo] = [e.parameter(0), e.parameter(1)];
  e.refuseIf(e.and(e.load(L.EFLAGS), e.constant(FLAG.TF | FLAG.NT | FLAG.RF | FLAG.VM)));
  e.refuseIf(e.ne(e.load(L.CPL), e.constant(3)));
  const found = e.entry(L.QUICK_INTERRUPTS, vector, e.let(e.or(vector, e.constant(1 << 20))), 3);
  const tss = e.load(found, Q.stackAt);
  e.refuseIf(e.ne(e.and(e.load(tss, 4), e.constant(0xffff)), e.load(found, Q.stackSelector)));
  const top = e.let(e.sub(e.load(tss), e.constant(FRAME_BYTES)));
  const last = e.let(e.add(top, e.constant(FRAME_BYTES - 4)));
  e.refuseIf(e.ltu(last, top));
  e.refuseUnless(e.ltu(last, e.load(found, Q.second + L.WRITE_BOUND[4])));
  const at = e.let(e.add(top, e.load(found, Q.second + L.BASE)));
  for (const n of [0, FRAME_BYTES - 1]) {
    const line = e.shr(e.add(at, e.constant(n)), e.constant(L.LINE_SHIFT));
    e.refuseIf({ code: line.code.concat(access(OP.i32Load8U, L.LINE_FLAGS)), atom: false });
  }
  const flags = e.let(e.flags());
  e.store(at, returnTo, L.RAM);
  e.store(at, e.load(L.CS), L.RAM + 4);
  e.store(at, flags, L.RAM + 8);
  e.store(at, e.load(L.ESP), L.RAM + 12);
  e.store(at, e.load(L.SS), L.RAM + 16);
  e.install(found, Q.first, L.CS);
  e.install(found, Q.second, L.SS);
  e.ring(0);
  e.store(L.ESP, top);
  e.store(L.EIP, e.load(found, Q.eip));
  e.store(L.EFLAGS, e.and(e.load(L.EFLAGS), e.load(found, Q.flags)));
  e.context(found);
}

/** interruptReturn(): from ring 0 to ring 3, 32-bit operands */
function interruptReturn(e: QuickEmitter): void {
  e.refuseIf(e.or(e.load(L.CPL), e.not(e.load(L.EFLAGS), PLAIN | 2)));
  e.refuseUnless(e.and(e.load(L.SS, L.ATTRIBUTES), e.constant(1 << 22)));
  const top = e.load(L.ESP);
  const last = e.let(e.add(top, e.constant(FRAME_BYTES - 4)));
  e.refuseIf(e.ltu(last, top));
  e.refuseUnless(e.ltu(last, e.load(L.SS, L.READ_BOUND[4])));
  const at = e.let(e.add(top, e.load(L.SS, L.BASE)));
  const [eip, cs, flags, esp, ss] = [0, 4, 8, 12, 16].map((n) => e.load(at, L.RAM + n)) as [Value, Value, Value, Value, Value];
  e.refuseIf(e.not(flags, ARITHMETIC_SET | PLAIN | 2));
  const low = (v: Value): Value => e.and(v, e.constant(0xffff));
  const key = e.let(e.or(low(cs), e.shl(ss, e.constant(16))));
  const found = e.entry(L.QUICK_RETURNS, e.shr(low(cs), e.constant(3)), key, 2);
  e.refuseIf(e.gtu(eip, e.load(found, Q.first + L.LIMIT)));
  // Data segments that ring 3 may not use would have to be dropped.
  for (const n of [L.ES, L.DS, L.FS, L.GS]) {
    const attributes = e.load(n, L.ATTRIBUTES);
    e.refuseIf(e.and(e.ne(attributes, e.constant(0)), e.ne(e.and(attributes, e.constant(DPL_3)), e.constant(DPL_3))));
  }
  e.install(found, Q.first, L.CS);
  e.install(found, Q.second, L.SS);
  e.ring(3);
  e.store(L.ESP, esp);
  e.store(L.EIP, eip);
  e.store(L.EFLAGS, e.or(e.and(flags, e.constant(PLAIN)), e.constant(2)));
  e.setArithmetic(flags);
  e.context(found);
}

/** Functions of the module, with their numbers of parameters. */
export const QUICK_FUNCTIONS = { loadSegment: 2, knowsCode: 3, enterCode: 2, interrupt: 2, interruptReturn: 0 } as const;
export type QuickName = keyof typeof QUICK_FUNCTIONS;

export const QUICK_NAME = "quick";

export function generateQuick(): Uint8Array {
  const emitters: Record<QuickName, (e: QuickEmitter) => void> = { loadSegment, knowsCode, enterCode, interrupt, interruptReturn };
  const functions = (Object.keys(QUICK_FUNCTIONS) as QuickName[]).map((exportName) => {
    const e = new QuickEmitter(QUICK_FUNCTIONS[exportName]);
    emitters[exportName](e);
    e.put(e.result.code);
    const parameters = Array.from({ length: QUICK_FUNCTIONS[exportName] }, () => I32);
    return { exportName, parameters, results: [I32], locals: [{ count: e.temporaries, type: I32 }], body: e.code };
  });
  return buildModule([], functions);
}
