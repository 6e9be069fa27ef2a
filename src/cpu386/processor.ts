/** The processor's state as TypeScript sees it: registers, flags, and the slow and complete path to memory. */
import { type Linear, linear, type Offset, offset, physical } from "./address.js";
import type { InterruptSource, PortBus, Size } from "./bus.js";
import { type FaultFacts, type FaultRecord, GuestFault, VECTOR } from "./fault.js";
import { ARITHMETIC, FLAG } from "./flags.js";
import { X87 } from "./fpu/x87.js";
import * as L from "./layout.js";
import { PhysicalMemory } from "./memory.js";
import { type Generation, MODELS } from "./model.js";
import { Paging } from "./paging.js";
import { accessRule, deriveBounds, SEGMENT_NAMES, type SegmentCache } from "./segment.js";

export class Processor {
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly memory: PhysicalMemory;
  readonly paging: Paging;
  /** Set by whatever wants the run loop to look around after the current operation: interrupts, power, debugger. */
  attention = false;
  /** HLT was executed; an interrupt wakes it. */
  halted = false;
  /** One instruction during which interrupts are held off (sti, mov ss, pop ss). */
  shadow = false;
  /** The instruction being executed ends without TF's debug trap: it loaded SS, or was an int n. */
  holdTrap = false;
  /** A non-maskable interrupt waits to be taken; and one has been, and no iret has been executed since (SDM volume 3, 6.7.1). */
  nmi = false;
  nmiBlocked = false;
  /** DR6 bits of I/O breakpoints that the instruction being executed has met. */
  portTraps = 0;
  /** DR6 bits of I/O breakpoints on a port; set while there are any (CR4.DE). */
  portBreakpoints: ((port: number, size: number) => number) | undefined;
  /** DR0-DR3, DR7 or CR4.DE changed. */
  debugChanged = false;
  /** The T bit of a TSS switched to: a debug trap before its first instruction. */
  taskTrap = false;
  /** Descriptors of CS or SS changed: the run loop's idea of the code context is out of date. */
  contextChanged = true;
  /** The last faults delivered, oldest first. */
  readonly faults: FaultRecord[] = [];
  interrupts: InterruptSource = { pending: false, acknowledge: () => 0 };
  ports: PortBus = { read: () => 0xffffffff, write: () => {} };
  readonly x87: X87;
  /** FERR#: an unmasked x87 exception while CR0.NE is clear. */
  onFloatError: (() => void) | undefined;
  /** Virtual time in instructions, for rdtsc. */
  time: () => number = () => 0;
  /** Added to it for the time-stamp counter. */
  timeStampOffset = 0;
  /** Which processor this is. Set before reset. */
  generation: Generation = 686;
  /** Hears of every change of ring before it takes effect; `eip` is where the ring that is left was, or will be resumed. */
  onRingChange: ((from: number, to: number, eip: number) => void) | undefined;
  /** Hears of every read by an instruction that is not done by interpreted code alone; set while there are read watchpoints. */
  onRead: ((at: Linear, size: number) => void) | undefined;
  /** Asked before an exception of a program, or its int3, is delivered; true keeps it from the guest and stops the processor. */
  intercept: ((fault: GuestFault, eip: number) => boolean) | undefined;
  /** Offset of the instruction being executed by a TypeScript operation. */
  currentIp = 0;

  constructor(
    readonly wasmMemory: WebAssembly.Memory,
    ramBytes: number,
  ) {
    this.i32 = new Int32Array(wasmMemory.buffer);
    this.u8 = new Uint8Array(wasmMemory.buffer);
    this.memory = new PhysicalMemory(this.u8, ramBytes);
    this.paging = new Paging(this);
    this.x87 = new X87(this);
    this.x87.init();
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
  /** Changes the privilege level, and with it the rights of accesses. */
  setCpl(ring: number): void {
    this.i32[L.CPL >> 2] = ring;
    this.paging.select();
  }
  get model(): (typeof MODELS)[Generation] {
    return MODELS[this.generation];
  }
  get eip(): Offset {
    return offset(this.i32[L.EIP >> 2]!);
  }
  /** CR0.PE is set, and EFLAGS.VM is not: selectors name descriptors. */
  get protectedMode(): boolean {
    return (this.i32[L.CR0 >> 2]! & 1) !== 0 && !this.virtual8086;
  }
  get virtual8086(): boolean {
    return (this.i32[L.EFLAGS >> 2]! & FLAG.VM) !== 0;
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
    if ((p ^ 1 ^ (fx >> 2)) & 1) f |= FLAG.PF;
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

  /** Opens or closes the A20 gate. While it is closed, nothing takes the fast path. */
  setA20(open: boolean): void {
    const mask = open ? 0xffffffff : 0xffefffff;
    if (mask === this.memory.a20Mask) return;
    this.memory.a20Mask = mask;
    this.paging.flush(false);
    this.contextChanged = true;
    for (let n = 0; n < 6; n++) deriveBounds(this, n);
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
    return this.readData(this.locate(segment, at >>> 0, size, "read"), size, this.cpl === 3);
  }
  /** A read on behalf of an instruction, which a watchpoint may be waiting for. */
  readData(at: Linear, size: Size, user: boolean): number {
    const value = this.readLinear(at, size, user);
    this.onRead?.(at, size);
    return value;
  }
  write(segment: number, at: number, size: Size, value: number): void {
    this.writeLinear(this.locate(segment, at >>> 0, size, "write"), size, value, this.cpl === 3);
  }
  probeWrite(segment: number, at: number, size: Size): void {
    this.probeLinear(this.locate(segment, at >>> 0, size, "write"), size, this.cpl === 3);
  }

  /** An access to a linear address; `user`: with the rights of CPL 3, else of the supervisor (descriptor tables, TSS). @throws #PF */
  readLinear(at: Linear, size: Size, user = false): number {
    const { paging } = this;
    const first = paging.translate(at, "read", user);
    if ((at & 0xfff) + size <= 0x1000) return this.memory.read(first, size);
    const second = paging.translate(nextPage(at), "read", user);
    const inFirst = 0x1000 - (at & 0xfff);
    let value = 0;
    for (let n = size - 1; n >= 0; n--) {
      value = value * 256 + this.memory.read(physical(n < inFirst ? first + n : second + n - inFirst), 1);
    }
    return value;
  }
  writeLinear(at: Linear, size: Size, value: number, user = false): void {
    const { paging } = this;
    if ((at & 0xfff) + size <= 0x1000) return this.memory.write(paging.translate(at, "write", user), size, value);
    // Both pages must take it before either is changed, its dirty bit included.
    this.probeLinear(at, size, user);
    const first = paging.translate(at, "write", user);
    const second = paging.translate(nextPage(at), "write", user);
    const inFirst = 0x1000 - (at & 0xfff);
    for (let n = 0; n < size; n++) this.memory.write(physical(n < inFirst ? first + n : second + n - inFirst), 1, value >>> (8 * n));
  }
  /** #PF unless a write there would succeed. */
  probeLinear(at: Linear, size: number, user: boolean): void {
    this.paging.requireWritable(at, user);
    if ((at & 0xfff) + size > 0x1000) this.paging.requireWritable(nextPage(at), user);
  }

  /** Looks at linear addresses through the page tables of this moment, changing nothing. Shorter where a page is missing. */
  peekLinear(at: number, length: number): Uint8Array | undefined {
    const { paging, memory } = this;
    if (!paging.enabled) return memory.peek(physical(at), length);
    const parts: Uint8Array[] = [];
    for (const [page, size] of pages(at, length)) {
      const frame = paging.peek(linear(page));
      const part = frame === undefined ? undefined : memory.peek(frame, size);
      if (!part) break;
      parts.push(part);
      if (part.length < size) break;
    }
    return parts.length === 0 ? undefined : Uint8Array.from(Buffer.concat(parts));
  }
  /** Writes to linear addresses on a debugger's behalf; false, with nothing written, if any of them is not RAM. */
  pokeLinear(at: number, bytes: Uint8Array): boolean {
    const { paging, memory } = this;
    if (!paging.enabled) return memory.poke(physical(at), bytes);
    const parts = [...pages(at, bytes.length)].map(([page, size]) => ({ frame: paging.peek(linear(page)), from: page - at, size }));
    if (parts.some(({ frame, size }) => frame === undefined || frame + size > memory.size)) return false;
    return parts.every(({ frame, from, size }) => memory.poke(frame!, bytes.subarray(from, from + size)));
  }

  // Faults -----------------------------------------------------------------------------------------------------------------------
  raise(vector: number, errorCode: number | undefined, rule: string, facts: Omit<FaultFacts, "rule"> = {}): never {
    throw new GuestFault(vector, errorCode, { rule, ...facts });
  }
  generalProtection(errorCode: number, rule: string, facts: Omit<FaultFacts, "rule"> = {}): never {
    this.raise(VECTOR.GP, errorCode, rule, facts);
  }
  /** #GP(0) unless the current privilege level is 0. */
  requireRing0(what: string): void {
    if (this.cpl !== 0) this.generalProtection(0, `${what} needs CPL 0, and CPL is ${this.cpl}`);
  }
}

/** Where an access goes on that crosses into the next page: the address that CR2 gets if that page faults. */
const nextPage = (at: Linear): Linear => linear((at | 0xfff) + 1);

/** A linear stretch cut at page boundaries: [address, length] of each part. */
function* pages(at: number, length: number): Iterable<[number, number]> {
  for (let from = at; from < at + length; ) {
    const size = Math.min(0x1000 - (from % 0x1000), at + length - from);
    yield [from, size];
    from += size;
  }
}
