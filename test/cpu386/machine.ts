/** A processor with descriptor tables of its own, for tests of one rule each: bytes in, registers and faults out. */
import { linear, physical } from "../../src/cpu386/address.js";
import { Cpu, type RunExit, type RunOptions } from "../../src/cpu386/cpu.js";
import { hasErrorCode, vectorName } from "../../src/cpu386/fault.js";
import * as L from "../../src/cpu386/layout.js";
import type { Processor } from "../../src/cpu386/processor.js";
import { decodeDescriptor, install, SEGMENT } from "../../src/cpu386/segment.js";

export const GDT = 0x1000;
export const IDT = 0x2000;
export const LDT = 0x3000;
export const TSS = 0x4000;
/** Handler of vector n: a hlt at HANDLERS + n. */
export const HANDLERS = 0x5000;
export const CODE = 0x10000;
export const DATA = 0x20000;
/** Tops of the stacks of ring 0 (in the TSS) and of the ring a test starts in. */
export const RING0_STACK = 0x30000;
export const STACK = 0x38000;

/** Selectors of flat 4 GB segments: code and data for each ring, 8 bytes apart; rings' own RPLs set. */
export const codeOf = (ring: number): number => 0x10 + ring * 0x10 + ring;
export const dataOf = (ring: number): number => 0x18 + ring * 0x10 + ring;
export const TSS_SELECTOR = 0x50;
export const LDT_SELECTOR = 0x58;
/** A GDT entry that tests fill in. */
export const FREE = 0x60;
export const FREE2 = 0x68;
const GDT_LIMIT = 0x7f;

export interface DescriptorOptions {
  readonly base?: number;
  readonly limit?: number;
  readonly dpl?: number;
  readonly absent?: boolean;
  readonly wide?: boolean;
  readonly pages?: boolean;
  /** As it is before its first use. */
  readonly fresh?: boolean;
}

/** Type fields of code and data segments, accessed (SDM volume 3, table 3-1), and of system ones (table 3-2). */
export const TYPE = {
  readOnly: 0x11,
  data: 0x13,
  readOnlyDown: 0x15,
  expandDown: 0x17,
  executeOnly: 0x19,
  code: 0x1b,
  executeOnlyConforming: 0x1d,
  conforming: 0x1f,
  tss16: 1,
  ldt: 2,
  callGate16: 4,
  taskGate: 5,
  interruptGate16: 6,
  trapGate16: 7,
  tss32: 9,
  busyTss32: 11,
  callGate32: 12,
  interruptGate32: 14,
  trapGate32: 15,
} as const;

/** A segment descriptor's two doublewords. */
export function segment(type: number, o: DescriptorOptions = {}): [number, number] {
  const { base = 0, limit = 0xfffff, dpl = 0, absent = false, wide = true, pages = o.limit === undefined } = o;
  const access = (type & ~(o.fresh ? 1 : 0)) | (dpl << 5) | (absent ? 0 : 0x80);
  return [
    ((limit & 0xffff) | (base << 16)) >>> 0,
    (((base >>> 16) & 0xff) | (access << 8) | (limit & 0xf0000) | (wide ? 1 << 22 : 0) | (pages ? 1 << 23 : 0) | (base & 0xff000000)) >>> 0,
  ];
}

/** A gate's two doublewords. */
export function gate(
  type: number,
  selector: number,
  offset: number,
  o: { dpl?: number; absent?: boolean; parameters?: number } = {},
): [number, number] {
  const access = type | ((o.dpl ?? 0) << 5) | (o.absent ? 0 : 0x80);
  return [((offset & 0xffff) | (selector << 16)) >>> 0, ((offset & 0xffff0000) | (access << 8) | (o.parameters ?? 0)) >>> 0];
}

export const little = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, n) => (value >>> (8 * n)) & 0xff);

export class Machine {
  readonly cpu: Cpu;
  readonly p: Processor;

  /** Flat segments of a ring, all exceptions through 32-bit interrupt gates to ring 0, where they halt. */
  constructor(ring = 0, ramBytes = 1 << 20, recordsEnd?: number) {
    this.cpu = new Cpu(ramBytes, recordsEnd);
    this.p = this.cpu.processor;
    const { p } = this;
    p.setWord(L.CR0, 1);
    p.setWord(L.GDTR_BASE, GDT);
    p.setWord(L.GDTR_LIMIT, GDT_LIMIT);
    p.setWord(L.IDTR_BASE, IDT);
    p.setWord(L.IDTR_LIMIT, 0x7ff);
    for (let n = 0; n < 4; n++) {
      this.gdt(codeOf(n), segment(TYPE.code, { dpl: n }));
      this.gdt(dataOf(n), segment(TYPE.data, { dpl: n }));
    }
    this.gdt(TSS_SELECTOR, segment(TYPE.busyTss32, { base: TSS, limit: 0x67, wide: false }));
    this.gdt(LDT_SELECTOR, segment(TYPE.ldt, { base: LDT, limit: 0x1f, wide: false }));
    this.dword(TSS + 4, RING0_STACK);
    this.dword(TSS + 8, dataOf(0));
    this.poke(HANDLERS, new Array(256).fill(0xf4));
    for (let n = 0; n < 256; n++) this.idt(n, gate(TYPE.interruptGate32, codeOf(0), HANDLERS + n));
    this.load(SEGMENT.TR, TSS_SELECTOR);
    this.load(SEGMENT.LDTR, LDT_SELECTOR);
    this.ring(ring);
    p.flags = 2;
    p.setWord(L.ESP, STACK);
    p.setWord(L.EIP, CODE);
  }

  // Tables -----------------------------------------------------------------------------------------------------------------------
  gdt(selector: number, descriptor: readonly [number, number]): void {
    this.pair(GDT + (selector & ~7), descriptor);
  }
  ldt(selector: number, descriptor: readonly [number, number]): void {
    this.pair(LDT + (selector & ~7), descriptor);
  }
  idt(vector: number, descriptor: readonly [number, number]): void {
    this.pair(IDT + vector * 8, descriptor);
  }
  private pair(at: number, [low, high]: readonly [number, number]): void {
    this.dword(at, low);
    this.dword(at + 4, high);
  }
  /** Puts a descriptor into a segment register's cache, unchecked. */
  load(n: number, selector: number): void {
    const at = (selector & 4 ? LDT : GDT) + (selector & ~7);
    install(this.p, n, decodeDescriptor(selector, this.dword(at), this.dword(at + 4), at));
  }
  /** Installs a descriptor in a cache without any table. */
  cache(n: number, descriptor: readonly [number, number], selector = FREE): void {
    install(this.p, n, decodeDescriptor(selector, ...descriptor));
  }
  /** Flat segments of that ring, and its privilege level. */
  ring(ring: number): void {
    this.load(SEGMENT.CS, codeOf(ring));
    for (const n of [SEGMENT.SS, SEGMENT.DS, SEGMENT.ES, SEGMENT.FS, SEGMENT.GS]) this.load(n, dataOf(ring));
    this.p.setCpl(ring);
  }

  // Memory and registers ---------------------------------------------------------------------------------------------------------
  poke(at: number, bytes: readonly number[]): void {
    this.p.memory.poke(physical(at), Uint8Array.from(bytes));
  }
  /** Reads, or with a value writes, a doubleword as a debugger would. */
  dword(at: number, value?: number): number {
    if (value !== undefined) this.poke(at, little(value, 4));
    return this.p.memory.read(physical(at), 4);
  }
  byte(at: number): number {
    return this.p.memory.read(physical(at), 1);
  }
  /** The `count` doublewords on top of the stack, as linear addresses have them. */
  stack(count: number): number[] {
    const base = this.p.segment(SEGMENT.SS).base;
    return Array.from({ length: count }, (_, n) => this.p.memory.read(physical(linear(base + this.esp + 4 * n)), 4));
  }
  get(register: number): number {
    return this.p.word(register);
  }
  set(register: number, value: number): void {
    this.p.setWord(register, value);
  }
  get esp(): number {
    return this.p.word(L.ESP);
  }
  get eip(): number {
    return this.p.eip;
  }
  selector(n: number): number {
    return this.p.selector(n);
  }
  /** Everything a guest can see of the processor but memory. */
  state(): Record<string, unknown> {
    const { p } = this;
    return {
      registers: Array.from({ length: 8 }, (_, n) => p.word(L.GPR + 4 * n)),
      eip: p.eip,
      flags: p.flags,
      cpl: p.cpl,
      segments: Array.from({ length: 8 }, (_, n) => p.segment(n)),
    };
  }

  // Running ----------------------------------------------------------------------------------------------------------------------
  run(count = 1, options: RunOptions = {}): RunExit {
    return this.cpu.run(count, options);
  }
  /** Places code at `at` and goes there. */
  code(bytes: readonly number[], at = CODE): this {
    this.poke((this.p.segment(SEGMENT.CS).base + at) >>> 0, bytes);
    this.p.setWord(L.EIP, at);
    return this;
  }
  /** Runs one instruction, given as bytes. The fault it meets, as "#GP(60)" with the error code in hexadecimal, or "none". */
  attempt(...bytes: number[]): string {
    this.code(bytes);
    return this.step();
  }
  /** As attempt, of the instruction where we are. */
  step(): string {
    const before = this.p.faults.length;
    const exit = this.cpu.run(1);
    const fault = this.p.faults[before];
    if (!fault) return exit.kind === "shutdown" ? "shutdown" : "none";
    const [name] = vectorName(fault.vector).split(" ");
    return hasErrorCode(fault.vector) ? `${name}(${fault.errorCode!.toString(16)})` : name!;
  }
}

/** ModR/M addressing of a register by its number: mod 3. */
export const registers = (reg: number, rm: number): number => 0xc0 | (reg << 3) | rm;
/** ModR/M and displacement of an absolute 32-bit address. */
export const absolute = (reg: number, address: number): number[] => [(reg << 3) | 5, ...little(address, 4)];
