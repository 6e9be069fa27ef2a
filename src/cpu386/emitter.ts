/**
 * The abstract emitter: the only language instruction definitions are written in.
 *
 * A definition describes one instruction once; a back end turns that into code. The dynamic back end (wasm/interpreter) reads operands
 * from the decoded record, so one handler serves every instruction of a shape; a static back end has them as constants. Definitions
 * must do all loads and stores before their first register or flag write: a faulting instruction has then changed nothing.
 */
import type { Size } from "./bus.js";
import type { X87Name } from "./wasm/x87/names.js";

/** An i32 expression. `atom`: it may be repeated at no cost (a constant or a local). */
export interface Value {
  readonly code: readonly number[];
  readonly atom: boolean;
  /** What it is, if that is known where the code is made. */
  readonly known?: number;
  /** It is 0 or 1. */
  readonly bit?: boolean;
  /** Of one that is whether another is zero: the other. */
  readonly isZero?: Value;
}

/** Words that stand for the arithmetic flags; their meaning is in layout.ts. */
export type LazyFlag = "fr" | "fx" | "oa" | "ob" | "ca" | "cb";

/** The flags are those of a - b, both sign-extended to 32 bits. */
export interface Compared {
  readonly a: Value;
  readonly b: Value;
}

export interface Operand {
  readonly size: Size;
  /** The value, zero- or sign-extended to 32 bits. May fault. */
  get(signed?: boolean): Value;
  /** As get, for an operand that is set afterwards: checked for writing at once. */
  getForUpdate(signed?: boolean): Value;
  set(value: Value): void;
}

export interface Emitter {
  constant(n: number): Value;
  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value): Value;
  and(a: Value, b: Value): Value;
  or(a: Value, b: Value): Value;
  xor(a: Value, b: Value): Value;
  shl(a: Value, b: Value): Value;
  shr(a: Value, b: Value): Value;
  sar(a: Value, b: Value): Value;
  rotl(a: Value, b: Value): Value;
  eq(a: Value, b: Value): Value;
  ne(a: Value, b: Value): Value;
  ltu(a: Value, b: Value): Value;
  gtu(a: Value, b: Value): Value;
  lts(a: Value, b: Value): Value;
  eqz(a: Value): Value;
  clz(a: Value): Value;
  ctz(a: Value): Value;
  popcnt(a: Value): Value;
  /** `a` if the condition is not zero, else `b`; both are evaluated. */
  select(condition: Value, a: Value, b: Value): Value;
  signExtend(a: Value, size: Size): Value;
  zeroExtend(a: Value, size: Size): Value;
  /** Evaluates now and once. */
  let(a: Value): Value;
  when(condition: Value, then: () => void, otherwise?: () => void): void;
  /** 64-bit product: its halves. */
  multiply(a: Value, b: Value, signed: boolean): { low: Value; high: Value };
  /** high:low / divisor; raises #DE for zero or an overflowing quotient (of `size` bytes, 4 only here). */
  divide(high: Value, low: Value, divisor: Value, signed: boolean): { quotient: Value; remainder: Value };

  operand(n: 1 | 2 | 3): Operand;
  /** A fixed register by number (8-bit: al cl dl bl ah ch dh bh). */
  register(n: number, size: Size, signed?: boolean): Value;
  setRegister(n: number, size: Size, value: Value): void;
  /** The offset of the memory operand (lea). */
  effectiveAddress(): Value;
  /** Segment register by number, or undefined for the instruction's own (DS or its override). */
  load(segment: number | undefined, offset: Value, size: Size, signed?: boolean): Value;
  store(segment: number | undefined, offset: Value, size: Size, value: Value): void;
  /** Checks that a store of that size there would succeed, before anything is changed. */
  probeStore(segment: number | undefined, offset: Value, size: Size): void;
  /** Offset of the stack slot `bytes` away from ESP or SP, by the stack's size. */
  stackOffset(bytes: Value): Value;
  /** Moves ESP or SP to an offset that stackOffset gave. */
  setStackPointer(offset: Value): void;

  lazy(flag: LazyFlag): Value;
  /** @param compared values whose difference has the same CF, ZF, SF, OF and PF, where there are such: conditions then compare them */
  setLazy(words: Partial<Record<LazyFlag, Value>>, compared?: Compared): void;
  /** What the flags are known to come from at this place. */
  compared(): Compared | undefined;
  /** EFLAGS bits other than the arithmetic ones. */
  systemFlags(): Value;
  setSystemFlags(value: Value): void;

  /** The second immediate operand, unsigned: a far pointer's selector. */
  immediate2(): Value;
  /** The number of the segment register named by modrm.reg. */
  segmentNumber(): Value;
  /** The visible selector of a segment register; undefined: of that named by modrm.reg. */
  selector(n: number | undefined): Value;
  /** An instruction with a quick path: the system operation executes it, if that path is not open (L.QUICK_ bits). */
  requireQuick(bits: number): void;
  /** As requireQuick, if the attempt was 0. Nothing must have changed then. */
  requireDone(attempt: Value): void;
  /**
   * Attempts: all or nothing, and nothing is 0. `segment` undefined: that named by modrm.reg.
   * interrupt: int n's vector. knowsCode: of a far transfer by kind, 0 as jmp and call, 1 as ret.
   */
  loadSegment(segment: number | undefined, selector: Value): Value;
  knowsCode(kind: 0 | 1, selector: Value, offset: Value): Value;
  /** Does what knowsCode knows, whatever has been stored since. */
  enterCode(known: Value, offset: Value): void;
  interrupt(vector: Value): Value;
  interruptReturn(): Value;
  /** To where EIP points: the code segment may be another one. An instruction that changes IF may let an interrupt in. */
  jumpFar(far: "within-ring" | "between-rings"): void;

  /** Offset of the next instruction. */
  nextOffset(): Value;
  /** To the instruction's relative target. */
  jump(): void;
  /** To the target if the condition holds, else on. */
  jumpIf(condition: Value): void;
  /** To an offset in CS, already checked by checkTarget. */
  jumpTo(offset: Value): void;
  /** #GP(0) if the offset lies beyond CS's limit. */
  checkTarget(offset: Value): void;
  /**
   * rep: on to the next instruction if the count is 0, else one iteration. It gives whether there is another one, which is the same instruction
   * once more, counted as another. With `bulk`, as many as can be done at once may be done before, on the budget and short of the last: count
   * and index registers are advanced then, and flags are those of the last one done.
   */
  repeat(count: Value, bulk: boolean, iteration: () => Value): void;
  /** On to the next instruction, ending the block. */
  proceed(): void;
  raise(vector: number): void;

  /** A word of the processor's state (layout.ts). */
  stateWord(at: number): Value;
  setStateWord(at: number, value: Value): void;
  /** An attempt, for this instruction; see wasm/x87. */
  x87(name: X87Name, ...parameters: Value[]): Value;
}
