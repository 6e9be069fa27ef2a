/** What both back ends share: values of the emitter as WebAssembly expressions, with constants folded. */
import type { Size } from "../bus.js";
import type { Value } from "../emitter.js";
import { i32Const, localGet, localSet, localTee, OP } from "./binary.js";

export const LOADS: Record<Size, { signed: number; unsigned: number }> = {
  1: { signed: OP.i32Load8S, unsigned: OP.i32Load8U },
  2: { signed: OP.i32Load16S, unsigned: OP.i32Load16U },
  4: { signed: OP.i32Load, unsigned: OP.i32Load },
};
export const STORES: Record<Size, number> = { 1: OP.i32Store8, 2: OP.i32Store16, 4: OP.i32Store };

/** 64-bit temporaries that a definition may use. */
export const TEMPORARIES_64 = 4;

/** Both read one local, the same. */
const isSameLocal = (a: readonly number[], b: readonly number[]): boolean =>
  a[0] === OP.localGet && a.length === b.length && a.every((byte, n) => byte === b[n]) && a.slice(1, -1).every((byte) => byte & 0x80);

const MINIMUM = -0x8000_0000;
const MINIMUM_64 = [OP.i64Const, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];

export abstract class Expressions {
  readonly code: (readonly number[])[] = [];
  /** Open blocks between the top level of what is being emitted and the current place. */
  protected nesting = 0;
  protected ended = false;
  protected nextTemporary: number;
  protected nextTemporary64: number;

  /**
   * @param firstTemporary local from which 32-bit temporaries are taken
   * @param firstTemporary64 the first of TEMPORARIES_64 locals of 64 bits
   */
  constructor(
    protected readonly firstTemporary: number,
    protected readonly firstTemporary64: number,
  ) {
    this.nextTemporary = firstTemporary;
    this.nextTemporary64 = firstTemporary64;
  }

  /** Raises an exception; the code behind it is not reached. */
  abstract raise(vector: number): void;

  put(...parts: (readonly number[])[]): void {
    for (const part of parts) this.code.push(part);
  }

  constant(n: number): Value {
    return { code: i32Const(n), atom: true, known: n | 0 };
  }
  private binary(opcode: number, a: Value, b: Value, fold: (a: number, b: number) => number): Value {
    if (a.known !== undefined && b.known !== undefined) return this.constant(fold(a.known, b.known));
    return { code: a.code.concat(b.code, opcode), atom: false };
  }
  private unary(opcode: number, a: Value, fold: (a: number) => number): Value {
    return a.known === undefined ? { code: a.code.concat(opcode), atom: false } : this.constant(fold(a.known));
  }
  add = (a: Value, b: Value): Value => (b.known === 0 ? a : a.known === 0 ? b : this.binary(OP.i32Add, a, b, (x, y) => x + y));
  sub = (a: Value, b: Value): Value => (b.known === 0 ? a : this.binary(OP.i32Sub, a, b, (x, y) => x - y));
  mul = (a: Value, b: Value): Value => this.binary(OP.i32Mul, a, b, Math.imul);
  and = (a: Value, b: Value): Value =>
    b.known === -1 || (a.bit && b.known === 1) || isSameLocal(a.code, b.code)
      ? a
      : { ...this.binary(OP.i32And, a, b, (x, y) => x & y), bit: a.bit === true || b.bit === true || b.known === 1 };
  or = (a: Value, b: Value): Value => (b.known === 0 ? a : this.binary(OP.i32Or, a, b, (x, y) => x | y));
  xor = (a: Value, b: Value): Value => (b.known === 0 ? a : this.binary(OP.i32Xor, a, b, (x, y) => x ^ y));
  shl = (a: Value, b: Value): Value => (b.known === 0 ? a : this.binary(OP.i32Shl, a, b, (x, y) => x << y));
  shr = (a: Value, b: Value): Value => (b.known === 0 ? a : this.binary(OP.i32ShrU, a, b, (x, y) => x >>> y));
  sar = (a: Value, b: Value): Value => (b.known === 0 ? a : this.binary(OP.i32ShrS, a, b, (x, y) => x >> y));
  rotl = (a: Value, b: Value): Value => this.binary(OP.i32Rotl, a, b, (x, y) => (x << (y & 31)) | (x >>> (-y & 31)));
  eq = (a: Value, b: Value): Value => (b.known === 0 ? this.eqz(a) : this.binary(OP.i32Eq, a, b, (x, y) => Number(x === y)));
  ne = (a: Value, b: Value): Value => this.binary(OP.i32Ne, a, b, (x, y) => Number(x !== y));
  ltu = (a: Value, b: Value): Value => (a.known === 0 && b.bit ? b : this.less(a, b));
  private less = (a: Value, b: Value): Value => this.binary(OP.i32LtU, a, b, (x, y) => Number(x >>> 0 < y >>> 0));
  gtu = (a: Value, b: Value): Value => this.binary(OP.i32GtU, a, b, (x, y) => Number(x >>> 0 > y >>> 0));
  lts = (a: Value, b: Value): Value => this.binary(OP.i32LtS, a, b, (x, y) => Number(x < y));
  eqz = (a: Value): Value => (a.isZero?.bit ? a.isZero : { ...this.unary(OP.i32Eqz, a, (x) => Number(x === 0)), bit: true, isZero: a });
  clz = (a: Value): Value => this.unary(OP.i32Clz, a, Math.clz32);
  ctz = (a: Value): Value => this.unary(OP.i32Ctz, a, (x) => (x === 0 ? 32 : 31 - Math.clz32(x & -x)));
  popcnt(a: Value): Value {
    return { code: [...a.code, OP.i32Popcnt], atom: false };
  }
  select(condition: Value, a: Value, b: Value): Value {
    if (condition.known !== undefined) return condition.known ? a : b;
    return { code: [...a.code, ...b.code, ...condition.code, OP.select], atom: false };
  }
  signExtend(a: Value, size: Size): Value {
    if (size === 4 || a.bit) return a;
    return size === 2 ? this.unary(OP.i32Extend16S, a, (x) => (x << 16) >> 16) : this.unary(OP.i32Extend8S, a, (x) => (x << 24) >> 24);
  }
  zeroExtend(a: Value, size: Size): Value {
    return size === 4 || a.bit ? a : this.and(a, this.constant(size === 2 ? 0xffff : 0xff));
  }
  let(a: Value): Value {
    if (a.atom) return a;
    const local = this.temporary();
    this.put(a.code, localSet(local));
    return { code: localGet(local), atom: true, bit: a.bit === true };
  }
  protected temporary(): number {
    return this.nextTemporary++;
  }
  protected temporary64(): number {
    if (this.nextTemporary64 >= this.firstTemporary64 + TEMPORARIES_64) throw new Error("too many 64-bit temporaries");
    return this.nextTemporary64++;
  }
  when(condition: Value, then: () => void, otherwise?: () => void): void {
    if (condition.known !== undefined) {
      if (condition.known) then();
      else otherwise?.();
      return;
    }
    this.put(condition.code, [OP.if, OP.void]);
    this.nesting++;
    then();
    if (otherwise) {
      this.put([OP.else]);
      otherwise();
    }
    this.nesting--;
    this.put([OP.end]);
    this.ended = false;
  }
  /** As `when`, for a condition that code already emitted has left on the stack. */
  protected whenTrue(then: () => void): void {
    this.put([OP.if, OP.void]);
    this.nesting++;
    then();
    this.nesting--;
    this.put([OP.end]);
  }
  multiply(a: Value, b: Value, signed: boolean): { low: Value; high: Value } {
    const extend = signed ? OP.i64ExtendI32S : OP.i64ExtendI32U;
    const product = this.temporary64();
    this.put(a.code, [extend], b.code, [extend, OP.i64Mul], localSet(product));
    // By itself: where nobody asks for the flags, nothing of the long product is left.
    const low = this.let(this.mul(a, b));
    return { low, high: this.half(product, true) };
  }
  private half(local: number, high: boolean): Value {
    const shift = high ? [OP.i64Const, 32, OP.i64ShrU] : [];
    return this.let({ code: [...localGet(local), ...shift, OP.i32WrapI64], atom: false });
  }
  divide(high: Value, low: Value, divisor: Value, signed: boolean): { quotient: Value; remainder: Value } {
    const [h, l, d] = [this.let(high), this.let(low), this.let(divisor)];
    this.put(d.code, [OP.i32Eqz]);
    this.whenTrue(() => this.raise(0));
    const [quotient, remainder] = [this.temporary(), this.temporary()];
    // The usual dividend is an extended one of 32 bits. WebAssembly traps on the one of them whose signed quotient does not fit.
    const isOverflow = signed ? this.and(this.eq(l, this.constant(MINIMUM)), this.eq(d, this.constant(-1))) : this.constant(0);
    const isShort = this.and(this.eq(h, signed ? this.sar(l, this.constant(31)) : this.constant(0)), this.eqz(isOverflow));
    const short = (): void => {
      this.put(l.code, d.code, [signed ? OP.i32DivS : OP.i32DivU], localSet(quotient));
      // Two divisions, of which the engine leaves the one out whose result is not used.
      this.put(l.code, d.code, [signed ? OP.i32RemS : OP.i32RemU], localSet(remainder));
    };
    if (isShort.known) short();
    else {
      this.put(isShort.code, [OP.if, OP.void]);
      this.nesting++;
      short();
      this.put([OP.else]);
      this.put(this.divideLong(h, l, d, signed), localTee(quotient), d.code, [OP.i32Mul], localSet(remainder));
      this.put(l.code, localGet(remainder), [OP.i32Sub], localSet(remainder), [OP.end]);
      this.nesting--;
    }
    return { quotient: { code: localGet(quotient), atom: true }, remainder: { code: localGet(remainder), atom: true } };
  }
  /** The quotient; raises #DE if it does not fit. The divisor is not 0. */
  private divideLong(high: Value, low: Value, divisor: Value, signed: boolean): readonly number[] {
    const extend = signed ? OP.i64ExtendI32S : OP.i64ExtendI32U;
    const [dividend, by, quotient] = [this.temporary64(), this.temporary64(), this.temporary64()];
    this.put(high.code, [OP.i64ExtendI32U, OP.i64Const, 32, OP.i64Shl], low.code, [OP.i64ExtendI32U, OP.i64Or], localSet(dividend));
    this.put(divisor.code, [extend], localSet(by));
    if (signed) {
      // The one signed division WebAssembly traps on; its quotient does not fit in any case.
      this.put(localGet(dividend), MINIMUM_64, [OP.i64Eq], localGet(by), [OP.i64Const, 0x7f, OP.i64Eq, OP.i32And]);
      this.whenTrue(() => this.raise(0));
    }
    this.put(localGet(dividend), localGet(by), [signed ? OP.i64DivS : OP.i64DivU], localTee(quotient));
    this.put(localGet(quotient), [OP.i32WrapI64, extend, OP.i64Ne]);
    this.whenTrue(() => this.raise(0));
    return [...localGet(quotient), OP.i32WrapI64];
  }
}
