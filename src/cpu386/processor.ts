/** The processor's state as TypeScript sees it: registers, flags, and the slow and complete path to memory. */
import { type Linear, linear, type Offset, offset, physical } from "./address.js";
import type { InterruptSource, PortBus, Size } from "./bus.js";
import { type FaultFacts, type FaultRecord, GuestFault, Unsupported, VECTOR } from "./fault.js";
import { ARITHMETIC, FLAG } from "./flags.js";
import * as L from "./layout.js";
import { PhysicalMemory } from "./memory.js";
import { accessRule, type SegmentCache, SEGMENT_NAMES } from "./segment.js";

export class Processor {
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly memory: PhysicalMemory;
  /** Set by whatever wants the run loop to look around after the current operation: interrupts, power, debugger. */
  attention = false;
  /** HLT was executed; an interrupt wakes it. */
  halted = false;
  /** One instruction during which interrupts are held off (sti, mov ss, pop ss). */
  shadow = false;
  /** Descriptors of CS or SS changed: the run loop's idea of the code context is out of date. */
  contextChanged = true;
  /** The last faults delivered, oldest first. */
  readonly faults: FaultRecord[] = [];
  interrupts: InterruptSource = { pending: false, acknowledge: () => 0 };
  ports: PortBus = { read: () => 0xffffffff, write: () => {} };
  /** Virtual time in instructions, for rdtsc. */
  time: () => number = () => 0;
  /** Hears of every change of ring before it takes effect; `eip` is where the ring that is left was, or will be resumed. */
  onRingChange: ((from: number, to: number, eip: number) => void) | undefined;
  /** Offset of the instruction being executed by a TypeScript operation. */
  currentIp = 0;

  constructor(readonly wasmMemory: WebAssembly.Memory, ramBytes: number) {
    this.i32 = new Int32Array(wasmMemory.buffer);
    this.u8 = new Uint8Array(wasmMemory.buffer);
    this.memory = new PhysicalMemory(this.u8, ramBytes);
  }

  // Registers --------------------------------------------------------------------------------------------------------------------
  /** @param at byte address of the register (for ah: 1) */
  getRegister(at: number, size: Size): number {
    if (size === 4) return this.i32[at >> 2]! >>> 0;
    return size === 2 ? this.u8[at]! | (this.u8[at + 1]! << 8) : this.u8[at]!;
  }
  setRegister(at: number, size: Size, value: number): void {
    if (size === 4) this.i32[at >> 2] = value;
    else {
      this.u8[at] = value;
      if (size === 2) this.u8[at + 1] = value >> 8;
    }
  }
  word(at: number): number {
    return this.i32[at >> 2]! >>> 0;
  }
  setWord(at: number, value: number): void {
    this.i32[at >> 2] = value;
  }
  get cpl(): number {
    return this.i32[L.CPL >> 2]!;
  }
  get eip(): Offset {
    return offset(this.i32[L.EIP >> 2]!);
  }
  get protectedMode(): boolean {
    return (this.i32[L.CR0 >> 2]! & 1) !== 0;
  }

  // Flags ------------------------------------------------------------------------------------------------------------------------
  /** EFLAGS, the arithmetic ones materialised. */
  get flags(): number {
    const { i32 } = this;
    const fr = i32[L.FR >> 2]!;
    const fx = i32[L.FX >> 2]!;
    const oa = i32[L.OA >> 2]!;
    const ob = i32[L.OB >> 2]!;
    let f = i32[L.EFLAGS >> 2]!;
    if (i32[L.CA >> 2]! >>> 0 < i32[L.CB >> 2]! >>> 0) f |= FLAG.CF;
    if (fr === 0) f |= FLAG.ZF;
    if ((fr ^ fx) < 0) f |= FLAG.SF;
    if (((oa ^ fr) & (ob ^ fr)) < 0) f |= FLAG.OF;
    f |= (oa ^ ob ^ fr ^ fx) & FLAG.AF;
    let p = fr & 0xff;
    p ^= p >> 4;
    p ^= p >> 2;
    p ^= p >> 1;
    if (((p ^ 1) ^ (fx >> 2)) & 1) f |= FLAG.PF;
    return f;
  }
  /** All of EFLAGS, as iret and the debugger set them; bit 1 is always set. */
  set flags(value: number) {
    this.i32[L.EFLAGS >> 2] = (value & ~ARITHMETIC & 0x3f7fd7) | 2;
    this.setArithmeticFlags(value, ARITHMETIC);
  }
  /** Sets the arithmetic flags named by `mask` and keeps the others. */
  setArithmeticFlags(value: number, mask: number): void {
    const f = (value & mask) | (this.flags & ~mask);
    const { i32 } = this;
    // FR's low byte is 1 where ZF is clear: odd parity; FX flips what that says of SF and PF, and corrects AF's sum.
    const fr = f & FLAG.ZF ? 0 : 1;
    const evenParity = fr === 0;
    const wrongSign = (f & FLAG.SF) !== 0;
    const wrongParity = ((f & FLAG.PF) !== 0) !== evenParity;
    const oa = f & FLAG.OF ? ~fr : fr;
    i32[L.FR >> 2] = fr;
    i32[L.OA >> 2] = oa;
    i32[L.OB >> 2] = oa;
    const adjustSum = fr & FLAG.AF;
    i32[L.FX >> 2] = (wrongSign ? 0x80000000 : 0) | (wrongParity ? 4 : 0) | ((adjustSum ^ f) & FLAG.AF);
    i32[L.CA >> 2] = 0;
    i32[L.CB >> 2] = f & FLAG.CF;
  }

  // Segment registers ------------------------------------------------------------------------------------------------------------
  segment(n: number): SegmentCache {
    const at = (L.SEGMENTS + n * L.SEGMENT_BYTES) >> 2;
    return {
      selector: this.i32[at]!,
      base: this.i32[at + 1]! >>> 0,
      limit: this.i32[at + 2]! >>> 0,
      attributes: this.i32[at + 3]!,
    };
  }
  selector(n: number): number {
    return this.i32[(L.SEGMENTS + n * L.SEGMENT_BYTES) >> 2]!;
  }

  // Memory through a segment -----------------------------------------------------------------------------------------------------
  /** Checks an access through a loaded segment register and gives its linear address. */
  private locate(n: number, at: number, size: number, access: "read" | "write"): Linear {
    const cache = this.segment(n);
    const rule = accessRule(cache, at, size, access);
    if (rule) {
      const vector = n === 2 ? VECTOR.SS : VECTOR.GP;
      throw new GuestFault(vector, 0, {
        rule,
        segment: SEGMENT_NAMES[n]!,
        selector: cache.selector,
        offset: at,
        size,
        limit: cache.limit,
        access,
      });
    }
    return linear(cache.base + at);
  }
  read(segment: number, at: number, size: Size): number {
    return this.readLinear(this.locate(segment, at >>> 0, size, "read"), size);
  }
  write(segment: number, at: number, size: Size, value: number): void {
    this.writeLinear(this.locate(segment, at >>> 0, size, "write"), size, value);
  }
  probeWrite(segment: number, at: number, size: Size): void {
    this.locate(segment, at >>> 0, size, "write");
  }

  /** Supervisor access to a linear address: descriptor tables, TSS. Paging will come in between here. */
  readLinear(at: Linear, size: Size): number {
    return this.memory.read(physical(at), size);
  }
  writeLinear(at: Linear, size: Size, value: number): void {
    this.memory.write(physical(at), size, value);
  }

  // Faults -----------------------------------------------------------------------------------------------------------------------
  raise(vector: number, errorCode: number | undefined, rule: string, facts: Omit<FaultFacts, "rule"> = {}): never {
    throw new GuestFault(vector, errorCode, { rule, ...facts });
  }
  generalProtection(errorCode: number, rule: string, facts: Omit<FaultFacts, "rule"> = {}): never {
    this.raise(VECTOR.GP, errorCode, rule, facts);
  }
  unsupported(feature: string): never {
    throw new Unsupported(feature);
  }
  /** #GP(0) unless the current privilege level is 0. */
  requireRing0(what: string): void {
    if (this.cpl !== 0) this.generalProtection(0, `${what} needs CPL 0, and CPL is ${this.cpl}`);
  }
}
