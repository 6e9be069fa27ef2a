/** System instructions on tables, control registers, flags and privilege (SDM volume 1, 5.21; volume 2 for each). */

import { linear } from "../address.js";
import { DR6, DR7 } from "../debug-registers.js";
import { offer } from "../exception.js";
import { GuestFault, VECTOR } from "../fault.js";
import { FLAG } from "../flags.js";
import type { Instruction } from "../instruction.js";
import { deliver } from "../interrupt.js";
import { requireVirtualIopl, writableFlags } from "../iopl.js";
import * as L from "../layout.js";
import type { Processor } from "../processor.js";
import {
  ATTRIBUTE,
  type Descriptor,
  decodeDescriptor,
  deriveBounds,
  dplOf,
  fetchDescriptor,
  install,
  installNull,
  isCode,
  isConforming,
  isPresent,
  isWritableData,
  loadSegment,
  locateDescriptor,
  SEGMENT,
  selectorError,
  systemType,
} from "../segment.js";
import { Stack } from "../stack.js";

const CR0 = { PE: 1, MP: 2, EM: 4, TS: 8, ET: 16, NE: 32, WP: 1 << 16, AM: 1 << 18, NW: 1 << 29, CD: 1 << 30, PG: 1 << 31 } as const;

const CR4_DE = 8;

/** int n, int3, into: through the IDT with the gate's DPL checked. */
export function softwareInterrupt(cpu: Processor, i: Instruction, vector: number): void {
  if (vector === VECTOR.BP) offer(cpu, new GuestFault(vector, undefined, { rule: "int3" }), i.next);
  deliver(cpu, { vector, kind: "software", errorCode: undefined, returnTo: i.next, resume: false });
}

export function interruptN(cpu: Processor, i: Instruction): void {
  if (cpu.virtual8086) requireVirtualIopl(cpu, "int n");
  softwareInterrupt(cpu, i, i.immediate & 0xff);
}

export function loadTable(cpu: Processor, i: Instruction, base: number, limit: number, what: string): void {
  cpu.requireRing0(what);
  const newLimit = cpu.read(i.segment, i.effectiveAddress(), 2);
  const newBase = cpu.read(i.segment, i.effectiveAddress(2), 4);
  cpu.setWord(limit, newLimit);
  cpu.setWord(base, i.size === 2 ? newBase & 0xffffff : newBase);
}
export function storeTable(cpu: Processor, i: Instruction, base: number, limit: number): void {
  const [limitAt, baseAt] = [i.effectiveAddress(), i.effectiveAddress(2)];
  cpu.probeWrite(i.segment, limitAt, 2);
  cpu.probeWrite(i.segment, baseAt, 4);
  cpu.write(i.segment, limitAt, 2, cpu.word(limit));
  cpu.write(i.segment, baseAt, 4, cpu.word(base));
}

export function requireProtectedMode(cpu: Processor, what: string): void {
  if (!cpu.protectedMode) cpu.raise(VECTOR.UD, undefined, `${what} is not recognised in real or virtual-8086 mode`);
}

export function loadLdt(cpu: Processor, i: Instruction): void {
  requireProtectedMode(cpu, "lldt");
  cpu.requireRing0("lldt");
  const selector = i.read(1);
  if ((selector & 0xfffc) === 0) return installNull(cpu, SEGMENT.LDTR, selector);
  const d = fetchSystem(cpu, selector, "LDTR");
  const facts = { segment: "LDTR", selector, descriptor: [d.low, d.high] as const };
  if (systemType(d.attributes) !== 2) cpu.generalProtection(selectorError(selector), "lldt takes an LDT descriptor only", facts);
  if (!isPresent(d.attributes)) cpu.raise(VECTOR.NP, selectorError(selector), "the LDT is not present (P = 0)", facts);
  install(cpu, SEGMENT.LDTR, d);
}

export function loadTask(cpu: Processor, i: Instruction): void {
  requireProtectedMode(cpu, "ltr");
  cpu.requireRing0("ltr");
  const selector = i.read(1);
  if ((selector & 0xfffc) === 0) cpu.generalProtection(0, "ltr of a null selector", { segment: "TR", selector });
  const d = fetchSystem(cpu, selector, "TR");
  const facts = { segment: "TR", selector, descriptor: [d.low, d.high] as const };
  const type = systemType(d.attributes);
  if (type !== 1 && type !== 9) cpu.generalProtection(selectorError(selector), "ltr takes an available TSS only", facts);
  if (!isPresent(d.attributes)) cpu.raise(VECTOR.NP, selectorError(selector), "the TSS is not present (P = 0)", facts);
  // The descriptor in memory and the cache become busy (type bit 1).
  const busy = d.high | (2 << 8);
  cpu.writeLinear(linear(d.at + 5), 1, busy >>> 8);
  install(cpu, SEGMENT.TR, decodeDescriptor(selector, d.low, busy, d.at));
}

function fetchSystem(cpu: Processor, selector: number, segment: string): Descriptor {
  if (selector & 4) cpu.generalProtection(selectorError(selector), "the descriptor must be in the GDT", { segment, selector });
  return fetchDescriptor(cpu, selector);
}

/** Control registers that do not exist are invalid opcodes, which goes before privilege (SDM volume 3, table 6-2). */
function requireControl(cpu: Processor, n: number, what: string): void {
  if (n === 1 || n > 4 || (n === 4 && cpu.model.cr4 === undefined))
    cpu.raise(VECTOR.UD, undefined, `there is no cr${n}`, { offset: cpu.currentIp });
  cpu.requireRing0(what);
}

export function moveToControl(cpu: Processor, n: number, value: number): void {
  requireControl(cpu, n, `mov to cr${n}`);
  switch (n) {
    case 0:
      return writeCr0(cpu, value);
    case 2:
      return cpu.setWord(L.CR2, value);
    case 3:
      cpu.setWord(L.CR3, value);
      cpu.paging.flush(true);
      cpu.contextChanged = true;
      return;
    default:
      if (value & ~cpu.model.cr4!) cpu.generalProtection(0, `mov to cr4: 0x${value.toString(16)} sets bits this processor does not have`);
      cpu.setWord(L.CR4, value);
      cpu.debugChanged = true;
      cpu.paging.flush(false);
      cpu.contextChanged = true;
  }
}

export function writeCr0(cpu: Processor, value: number): void {
  const caching = value & cpu.model.cr0 & (CR0.NW | CR0.CD);
  if (caching === CR0.NW) cpu.generalProtection(0, "CR0.NW cannot be set while CR0.CD is clear");
  if (value & CR0.PG && !(value & CR0.PE)) cpu.generalProtection(0, "CR0.PG cannot be set while CR0.PE is clear");
  const changed = cpu.word(L.CR0) ^ value;
  cpu.setWord(L.CR0, (value & cpu.model.cr0) | CR0.ET);
  if (!(value & CR0.PE)) cpu.setCpl(0);
  cpu.contextChanged = true;
  if (!(changed & (CR0.PG | CR0.WP | CR0.PE))) return;
  cpu.paging.flush(false);
  cpu.paging.select();
  for (let n = 0; n < 6; n++) deriveBounds(cpu, n);
}

export function moveFromControl(cpu: Processor, n: number): number {
  requireControl(cpu, n, `mov from cr${n}`);
  return cpu.word(L.CR0 + 4 * n);
}

/** mov to and from debug registers: DR4 and DR5 are other names of DR6 and DR7 unless CR4.DE is set (SDM volume 3, 18.2.2). */
function debugRegister(cpu: Processor, n: number): number {
  const aliased = n === 4 || n === 5;
  if (aliased && cpu.word(L.CR4) & CR4_DE) cpu.raise(VECTOR.UD, undefined, `dr${n} with CR4.DE set`);
  cpu.requireRing0(`mov of dr${n}`);
  if (cpu.word(L.DR7) & DR7.generalDetect) {
    cpu.setWord(L.DR6, cpu.word(L.DR6) | DR6.detected);
    cpu.raise(VECTOR.DB, undefined, "a debug register is touched with DR7.GD set");
  }
  return aliased ? n + 2 : n;
}
export function moveFromDebug(cpu: Processor, n: number): number {
  return cpu.word(L.DR + debugRegister(cpu, n) * 4);
}
export function moveToDebug(cpu: Processor, n: number, value: number): void {
  const register = debugRegister(cpu, n);
  if (register === 6) cpu.setWord(L.DR6, (value & DR6.writable) | DR6.fixed);
  else cpu.setWord(L.DR + register * 4, register === 7 ? (value & DR7.writable) | DR7.fixed : value);
  cpu.debugChanged = true;
}

/** cli, sti: IF by IOPL. */
export function requireIopl(cpu: Processor, what: string): void {
  const iopl = (cpu.word(L.EFLAGS) >> 12) & 3;
  if (cpu.cpl > iopl) cpu.generalProtection(0, `${what} needs CPL <= IOPL, and CPL is ${cpu.cpl}, IOPL ${iopl}`);
}

export function popFlags(cpu: Processor, size: 2 | 4): void {
  if (cpu.virtual8086) requireVirtualIopl(cpu, "popf");
  const stack = Stack.current(cpu);
  const value = stack.peek(0, size);
  stack.move(size);
  const mask = writableFlags(cpu, size);
  // popf clears RF.
  cpu.flags = ((cpu.flags & ~mask) | (value & mask)) & ~FLAG.RF;
  cpu.setWord(L.ESP, stack.pointer);
}
export function pushFlags(cpu: Processor, size: 2 | 4): void {
  if (cpu.virtual8086) requireVirtualIopl(cpu, "pushf");
  const stack = Stack.current(cpu);
  stack.push(size, cpu.flags & ~(FLAG.RF | FLAG.VM));
  cpu.setWord(L.ESP, stack.pointer);
}

/** I/O is allowed by IOPL, else by the TSS's permission bitmap (SDM volume 1, 18.5.2). */
export function requirePort(cpu: Processor, port: number, size: number): void {
  const iopl = (cpu.word(L.EFLAGS) >> 12) & 3;
  if (cpu.cpl <= iopl && !cpu.virtual8086) return;
  const tss = cpu.segment(SEGMENT.TR);
  const facts = { segment: "TR", selector: tss.selector, limit: tss.limit };
  const refuse = (why: string): never =>
    cpu.generalProtection(0, `port 0x${port.toString(16)}: CPL ${cpu.cpl} is greater than IOPL ${iopl}, and ${why}`, facts);
  const type = systemType(tss.attributes);
  if (type !== 9 && type !== 11) refuse("the TSS has no I/O permission bitmap");
  if (tss.limit < 103) refuse("the TSS is too short for an I/O permission bitmap");
  const at = cpu.readLinear(linear(tss.base + 102), 2) + (port >> 3);
  if (at + 1 > tss.limit) refuse("the I/O permission bitmap ends before it");
  const bits = cpu.readLinear(linear(tss.base + at), 2) >> (port & 7);
  if (bits & ((1 << size) - 1)) refuse("the I/O permission bitmap forbids it");
}

/** lar, lsl, verr, verw: whether a selector is visible at this privilege, without a fault. */
export function inspect(cpu: Processor, i: Instruction, n: 1 | 2, purpose: "lar" | "lsl" | "verr" | "verw"): Descriptor | undefined {
  requireProtectedMode(cpu, purpose);
  const selector = i.read(n);
  if ((selector & 0xfffc) === 0) return undefined;
  const at = locateDescriptor(cpu, selector);
  if (at === undefined) return undefined;
  const d = decodeDescriptor(selector, cpu.readLinear(linear(at), 4), cpu.readLinear(linear(at + 4), 4), at);
  const type = systemType(d.attributes);
  if (type !== undefined) {
    const valid = purpose === "lar" ? [1, 2, 3, 4, 5, 9, 11, 12] : purpose === "lsl" ? [1, 2, 3, 9, 11] : [];
    if (!valid.includes(type)) return undefined;
  } else if (purpose === "verw" && !isWritableData(d.attributes)) return undefined;
  else if (purpose === "verr" && isCode(d.attributes) && !(d.attributes & ATTRIBUTE.writable)) return undefined;
  const visible = isConforming(d.attributes) || dplOf(d.attributes) >= Math.max(cpu.cpl, selector & 3);
  return visible ? d : undefined;
}

export const setZero = (cpu: Processor, zero: boolean): void => cpu.setArithmeticFlags(zero ? FLAG.ZF : 0, FLAG.ZF);

/** #UD unless mov can load the segment register: an invalid opcode, so it goes before any fault of the operand. */
export function requireLoadable(cpu: Processor, n: number): void {
  if (n === SEGMENT.CS || n > 5)
    cpu.raise(VECTOR.UD, undefined, n === SEGMENT.CS ? "CS is not loaded by mov" : "there is no such segment register");
}

/** Loads a segment register from an instruction, with the interrupt shadow of SS. */
export function moveToSegment(cpu: Processor, n: number, selector: number): void {
  loadSegment(cpu, n, selector & 0xffff);
  // Interrupts and debug traps wait for the instruction behind it, which will load ESP (SDM volume 3, 6.8.3).
  if (n === SEGMENT.SS) cpu.shadow = cpu.holdTrap = true;
}

/**
 * enter (SDM volume 2): a frame with `level` display entries. Everything is checked before anything is written: the slots, the entries
 * read, and the new top, which must be writable though nothing is written there.
 */
export function enterFrame(cpu: Processor, i: Instruction): void {
  const size = i.size === 2 ? 2 : 4;
  const level = i.immediate2 & 31;
  const stack = Stack.current(cpu);
  const frameBase = cpu.word(L.EBP);
  stack.requireRoom(level + 1, size);
  stack.requireWritable(-(level + 1) * size - (i.immediate & 0xffff), size);
  const ssMask = stack.segment.attributes & ATTRIBUTE.big ? 0xffffffff : 0xffff;
  const entry = (n: number): number => cpu.read(SEGMENT.SS, ((frameBase - n * size) & ssMask) >>> 0, size);
  for (let n = 1; n < level; n++) entry(n);
  stack.push(size, frameBase);
  const frame = stack.pointer;
  // One by one: the old frame and the new one may overlap.
  for (let n = 1; n < level; n++) stack.push(size, entry(n));
  if (level > 0) stack.push(size, frame);
  stack.move(-(i.immediate & 0xffff));
  // The operand size alone says how much of EBP is written, whatever the stack's size.
  cpu.setRegister(L.EBP, size, frame);
  cpu.setWord(L.ESP, stack.pointer);
}

export function invalidatePage(cpu: Processor, i: Instruction): void {
  cpu.requireRing0("invlpg");
  cpu.paging.invalidate(linear(cpu.segment(i.segment).base + i.effectiveAddress()));
}
