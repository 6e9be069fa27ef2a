/** The x87's state, kept in the machine's one memory, and its stack, tags and exceptions. SDM volume 1, chapter 8. */

import { VECTOR } from "../fault.js";
import * as L from "../layout.js";
import type { Processor } from "../processor.js";
import { instantiateX87, type QuickX87 } from "../wasm/x87/module.js";
import { fromBytes, toBytes } from "./convert.js";
import { classify, type Environment, type Float80, INDEFINITE, FPU_EXCEPTION as X } from "./float80.js";
import { STATUS } from "./status.js";

const CONDITION = STATUS.C0 | STATUS.C1 | STATUS.C2 | STATUS.C3;

/** Tags, two bits each in the tag word. */
const TAG = { valid: 0, zero: 1, special: 2, empty: 3 } as const;

const EXCEPTIONS = 0x3f;
const PRECISIONS = [24, 53, 53, 64] as const;

export class X87 {
  /** What is done without taking numbers apart, if they are ordinary. */
  readonly quick: QuickX87;
  /** Off: the operations use their exact ways only. */
  isQuick = true;

  constructor(private readonly cpu: Processor) {
    this.quick = instantiateX87(cpu.wasmMemory);
  }

  // Words ------------------------------------------------------------------------------------------------------------------------
  get control(): number {
    return this.cpu.i32[L.FPU_CONTROL >> 2]!;
  }
  /** Bit 6 reads as one. */
  set control(value: number) {
    this.cpu.i32[L.FPU_CONTROL >> 2] = (value & 0x1f3f) | 0x40;
    this.summarise();
  }
  get status(): number {
    return this.cpu.i32[L.FPU_STATUS >> 2]!;
  }
  set status(value: number) {
    this.cpu.i32[L.FPU_STATUS >> 2] = value & 0xffff;
  }
  get top(): number {
    return (this.status >> 11) & 7;
  }
  set top(n: number) {
    this.status = (this.status & ~STATUS.top) | ((n & 7) << 11);
  }
  /** One bit a register, set if it is empty; by physical number. */
  private get empty(): number {
    return this.cpu.i32[L.FPU_EMPTY >> 2]!;
  }
  private set empty(value: number) {
    this.cpu.i32[L.FPU_EMPTY >> 2] = value & 0xff;
  }

  init(): void {
    this.cpu.i32[L.FPU_CONTROL >> 2] = 0x37f;
    this.status = 0;
    this.empty = 0xff;
    for (const at of [L.FPU_IP, L.FPU_CS, L.FPU_DP, L.FPU_DS, L.FPU_OPCODE]) this.cpu.setWord(at, 0);
  }

  // Registers --------------------------------------------------------------------------------------------------------------------
  private physical(i: number): number {
    return (this.top + i) & 7;
  }
  isEmpty(i: number): boolean {
    return ((this.empty >> this.physical(i)) & 1) === 1;
  }
  get(i: number): Float80 {
    const at = L.FPU_REGISTERS + this.physical(i) * 16;
    return fromBytes(this.cpu.u8.subarray(at, at + 10));
  }
  /** The ten bytes of each register, ST(0) first, whatever its tag: where they are in memory, and which of all eighty. */
  eachByte(visit: (at: number, n: number) => void): void {
    const { top } = this;
    for (let n = 0; n < 80; n++) {
      const i = Math.floor(n / 10);
      visit(L.FPU_REGISTERS + ((top + i) & 7) * 16 + n - i * 10, n);
    }
  }
  set(i: number, value: Float80): void {
    const n = this.physical(i);
    this.cpu.u8.set(toBytes(value), L.FPU_REGISTERS + n * 16);
    this.empty &= ~(1 << n);
  }
  free(i: number): void {
    this.empty |= 1 << this.physical(i);
  }
  pop(): void {
    this.free(0);
    this.top++;
  }
  push(value: Float80): void {
    this.top--;
    this.set(0, value);
  }

  /** The tag word as fstenv shows it. */
  get tags(): number {
    let word = 0;
    for (let n = 0; n < 8; n++) {
      const at = L.FPU_REGISTERS + n * 16;
      const kind = (this.empty >> n) & 1 ? TAG.empty : tagOf(fromBytes(this.cpu.u8.subarray(at, at + 10)));
      word |= kind << (2 * n);
    }
    return word;
  }
  set tags(word: number) {
    let empty = 0;
    for (let n = 0; n < 8; n++) if (((word >> (2 * n)) & 3) === TAG.empty) empty |= 1 << n;
    this.empty = empty;
  }

  // Exceptions -------------------------------------------------------------------------------------------------------------------
  environment(): Environment {
    const { control } = this;
    return {
      rounding: ((control >> 10) & 3) as Environment["rounding"],
      precision: PRECISIONS[(control >> 8) & 3]!,
      masks: control & EXCEPTIONS,
      raised: 0,
      roundedUp: false,
    };
  }

  /**
   * Takes over what an operation raised. True if it may store its result: an unmasked invalid, zero-divide or denormal exception, found
   * before the operation, leaves everything as it was (SDM volume 1, 8.5).
   */
  settle(env: Environment): boolean {
    const unmasked = env.raised & EXCEPTIONS & ~this.control;
    const before = unmasked & (X.invalid | X.zeroDivide | X.denormal);
    const kept = before ? env.raised & (X.invalid | X.zeroDivide | X.denormal | X.stackFault) : env.raised;
    this.status = (this.status & ~STATUS.C1) | kept | (env.roundedUp && !before ? STATUS.C1 : 0);
    this.summarise();
    return before === 0;
  }

  /** ES and B follow the exceptions that are pending and not masked. */
  private summarise(): void {
    const pending = this.status & EXCEPTIONS & ~this.control;
    this.status = pending ? this.status | STATUS.summary | STATUS.busy : this.status & ~(STATUS.summary | STATUS.busy);
  }

  /** Operands that are not there: stack underflow. The masked answer is the real indefinite. True if there is no such trouble. */
  requireFull(...registers: number[]): boolean {
    if (!registers.some((i) => this.isEmpty(i))) return true;
    this.stackFault(false);
    return false;
  }
  /** Room for one more. */
  requireRoom(): boolean {
    if (this.isEmpty(7)) return true;
    this.stackFault(true);
    return false;
  }
  private stackFault(overflow: boolean): void {
    this.status = (this.status & ~STATUS.C1) | X.invalid | X.stackFault | (overflow ? STATUS.C1 : 0);
    this.summarise();
  }
  /** Whether invalid operations are masked, so that an indefinite is stored in a result's place. */
  get masksInvalid(): boolean {
    return (this.control & X.invalid) !== 0;
  }
  readonly indefinite = INDEFINITE;

  setConditions(bits: number): void {
    this.status = (this.status & ~CONDITION) | bits;
  }
  /** C0, C2 and C3 as given; C1 as it is. */
  setCompared(bits: number): void {
    this.status = (this.status & ~(STATUS.C0 | STATUS.C2 | STATUS.C3)) | bits;
  }
  clearC1(): void {
    this.status &= ~STATUS.C1;
  }
  clearExceptions(): void {
    this.status &= ~0x80ff;
  }
  restoreStatus(value: number): void {
    this.status = value;
    this.summarise();
  }

  /**
   * Before every instruction: #NM by CR0; before one that waits, an exception left over by an earlier one (SDM volume 1, 8.7). False:
   * the error has gone out on FERR# (CR0.NE is clear), and the instruction waits for the interrupt.
   */
  check(waits: boolean): boolean {
    const { cpu } = this;
    const cr0 = cpu.word(L.CR0);
    if (cr0 & 0xc) cpu.raise(VECTOR.NM, undefined, `an x87 instruction with CR0.${cr0 & 4 ? "EM" : "TS"} set`);
    return !waits || !this.errorPending || this.report();
  }
  get errorPending(): boolean {
    return (this.status & STATUS.summary) !== 0;
  }
  /** #MF, or FERR# and false. */
  report(): false {
    const { cpu } = this;
    if (cpu.word(L.CR0) & 0x20) cpu.raise(VECTOR.MF, undefined, "an unmasked x87 exception is pending");
    cpu.onFloatError?.();
    return false;
  }
}

function tagOf(v: Float80): number {
  const kind = classify(v);
  return kind === "zero" ? TAG.zero : kind === "normal" ? TAG.valid : TAG.special;
}
