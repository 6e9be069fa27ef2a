/**
 * A stack of 64-bit integers as two arrays of 32-bit halves. Agent expressions compute modulo 2^64, and a BigInt for every value would
 * cost an allocation each; a condition may be evaluated a million times a second.
 */

/** gdb itself asks for a stack of 100 elements at most (GDB manual, "Agent Expressions": their requirements are part of a tracepoint's). */
export const STACK_DEPTH = 100;

const TWO32 = 0x1_0000_0000;

export class Int64Stack {
  /** Two more than there may be, so that a push needs no check of its own. */
  readonly lo = new Int32Array(STACK_DEPTH + 2);
  readonly hi = new Int32Array(STACK_DEPTH + 2);
  depth = 0;

  push(lo: number, hi: number): void {
    this.lo[this.depth] = lo;
    this.hi[this.depth++] = hi;
  }

  /** An element counted from the top, which is 0. */
  copy(from: number): void {
    this.push(this.lo[this.depth - 1 - from]!, this.hi[this.depth - 1 - from]!);
  }

  /** Takes one off; its low half, as an unsigned number. */
  popLow(): number {
    return this.lo[--this.depth]! >>> 0;
  }

  get topIsZero(): boolean {
    return this.lo[this.depth - 1] === 0 && this.hi[this.depth - 1] === 0;
  }

  signed(index: number): bigint {
    return (BigInt(this.hi[index]!) << 32n) | BigInt(this.lo[index]! >>> 0);
  }

  unsigned(index: number): bigint {
    return BigInt.asUintN(64, this.signed(index));
  }

  setBig(index: number, value: bigint): void {
    this.lo[index] = Number(BigInt.asIntN(32, value));
    this.hi[index] = Number(BigInt.asIntN(32, value >> 32n));
  }

  /** The value as a number where that is exact, i.e. where it fits 32 bits with its sign; else undefined. */
  small(index: number): number | undefined {
    const lo = this.lo[index]!;
    return this.hi[index] === lo >> 31 ? lo : undefined;
  }

  /** An integer that a double holds exactly. */
  setNumber(index: number, value: number): void {
    this.lo[index] = value;
    this.hi[index] = Math.floor(value / TWO32);
  }

  add(): void {
    const { lo, hi } = this;
    const top = --this.depth;
    const sum = (lo[top - 1]! + lo[top]!) | 0;
    hi[top - 1]! += hi[top]! + (sum >>> 0 < lo[top]! >>> 0 ? 1 : 0);
    lo[top - 1] = sum;
  }

  subtract(): void {
    const { lo, hi } = this;
    const top = --this.depth;
    const borrow = lo[top - 1]! >>> 0 < lo[top]! >>> 0 ? 1 : 0;
    lo[top - 1]! -= lo[top]!;
    hi[top - 1]! -= hi[top]! + borrow;
  }

  multiply(): void {
    const top = --this.depth;
    const [a, b] = [this.small(top - 1), this.small(top)];
    const product = a !== undefined && b !== undefined ? a * b : Number.NaN;
    if (Number.isSafeInteger(product)) this.setNumber(top - 1, product);
    else this.setBig(top - 1, this.signed(top - 1) * this.signed(top));
  }

  bitwise(combine: (a: number, b: number) => number): void {
    const { lo, hi } = this;
    const top = --this.depth;
    lo[top - 1] = combine(lo[top - 1]!, lo[top]!);
    hi[top - 1] = combine(hi[top - 1]!, hi[top]!);
  }

  /** Replaces the two topmost elements by 1 or 0. */
  compare(kind: "equal" | "signed" | "unsigned"): void {
    const { lo, hi } = this;
    const top = --this.depth;
    const below = top - 1;
    let result: boolean;
    if (kind === "equal") result = lo[below] === lo[top] && hi[below] === hi[top];
    else if (hi[below] === hi[top]) result = lo[below]! >>> 0 < lo[top]! >>> 0;
    else result = kind === "signed" ? hi[below]! < hi[top]! : hi[below]! >>> 0 < hi[top]! >>> 0;
    lo[below] = result ? 1 : 0;
    hi[below] = 0;
  }

  /** Any operation on two elements, the lower one first. */
  big(unsigned: boolean, combine: (a: bigint, b: bigint) => bigint): void {
    const top = --this.depth;
    const value = (index: number): bigint => (unsigned ? this.unsigned(index) : this.signed(index));
    this.setBig(top - 1, combine(value(top - 1), value(top)));
  }

  /** Extends the topmost element from its lowest `bits` bits. */
  extend(bits: number, signed: boolean): void {
    const { lo, hi } = this;
    const at = this.depth - 1;
    if (bits >= 64) return;
    if (bits > 32) {
      const free = 64 - bits;
      hi[at] = signed ? (hi[at]! << free) >> free : (hi[at]! << free) >>> free;
      return;
    }
    const free = 32 - bits;
    // A shift by 32 would be one by 0; no bits at all are worth 0.
    lo[at] = bits === 0 ? 0 : signed ? (lo[at]! << free) >> free : (lo[at]! << free) >>> free;
    hi[at] = signed ? lo[at]! >> 31 : 0;
  }
}
