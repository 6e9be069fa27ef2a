/**
 * Task switches by jmp, call, iret, interrupts and exceptions. SDM volume 3, 7.3; the order of the steps is that of its list.
 * Up to the commit point nothing has changed; a fault after it belongs to the new task, and is raised at its first instruction.
 */
import { linear } from "./address.js";
import { DR7 } from "./debug-registers.js";
import { GuestFault, VECTOR } from "./fault.js";
import { FLAG } from "./flags.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";
import {
  ATTRIBUTE,
  type Descriptor,
  decodeDescriptor,
  dplOf,
  fetchDescriptor,
  install,
  installNull,
  isCode,
  isConforming,
  isData,
  isPresent,
  isWritableData,
  loadVirtual8086,
  markAccessed,
  SEGMENT,
  SEGMENT_NAMES,
  selectorError,
  systemType,
} from "./segment.js";
import { Stack } from "./stack.js";

/** TSS descriptor types (SDM volume 3, table 3-2). */
export const TSS = { available16: 1, busy16: 3, available32: 9, busy32: 11 } as const;
const BUSY = 2 << 8;

export type TaskSwitchCause = "jmp" | "call" | "iret" | "interrupt";

/** Where the registers lie in a TSS (SDM volume 3, figures 7-2 and 7-10). */
const LAYOUT32 = { size: 4, eip: 32, eflags: 36, general: 40, segments: 72, ldt: 96, count: 6, last: 103 } as const;
const LAYOUT16 = { size: 2, eip: 14, eflags: 16, general: 18, segments: 34, ldt: 42, count: 4, last: 43 } as const;
const CR3_AT = 28;
const TRAP_AT = 100;
/** Order of the segment registers in a TSS: es cs ss ds fs gs. */
const SEGMENT_ORDER = [SEGMENT.ES, SEGMENT.CS, SEGMENT.SS, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS] as const;

export const isTss = (attributes: number): boolean => {
  const type = systemType(attributes);
  return type === TSS.available16 || type === TSS.busy16 || type === TSS.available32 || type === TSS.busy32;
};

/** Checks on a TSS selector that a far transfer names directly: privilege, then what the switch itself requires. */
export function switchDirectly(cpu: Processor, tss: Descriptor, cause: "jmp" | "call", next: number): void {
  const facts = { segment: "TR", selector: tss.selector, descriptor: [tss.low, tss.high] as const };
  const dpl = dplOf(tss.attributes);
  const error = selectorError(tss.selector);
  if (dpl < cpu.cpl || dpl < (tss.selector & 3)) {
    cpu.generalProtection(error, `the TSS's DPL ${dpl} is less than CPL ${cpu.cpl} or RPL ${tss.selector & 3}`, facts);
  }
  switchTask(cpu, tss, cause, next, 0);
  checkTaskEip(cpu, 0);
}

/** Through a task gate, whose own privilege has been checked. @param resume RF in the image saved: the event is a fault */
export function switchByGate(
  cpu: Processor,
  selector: number,
  cause: TaskSwitchCause,
  next: number,
  external: 0 | 1,
  resume = false,
): void {
  const facts = { segment: "TR", selector };
  if ((selector & 0xfffc) === 0 || selector & 4) {
    cpu.generalProtection(selectorError(selector, external), "the task gate names no descriptor in the GDT", facts);
  }
  switchTask(cpu, fetchDescriptor(cpu, selector, VECTOR.GP, external), cause, next, external, resume);
  if (cause !== "interrupt") checkTaskEip(cpu, 0);
}

/** iret with NT set: back to the task that the current TSS links to. */
export function returnToTask(cpu: Processor, next: number): void {
  const tr = cpu.segment(SEGMENT.TR);
  const selector = cpu.readLinear(linear(tr.base), 2);
  const facts = { segment: "TR", selector };
  if ((selector & 0xfffc) === 0 || selector & 4)
    cpu.raise(VECTOR.TS, selectorError(selector), "the back link names no descriptor in the GDT", facts);
  switchTask(cpu, fetchDescriptor(cpu, selector, VECTOR.TS), "iret", next, 0);
  checkTaskEip(cpu, 0);
}

function switchTask(cpu: Processor, tss: Descriptor, cause: TaskSwitchCause, next: number, external: 0 | 1, resume = false): void {
  checkTss(cpu, tss, cause, external);
  const wide = systemType(tss.attributes)! >= 8;
  const layout = wide ? LAYOUT32 : LAYOUT16;
  const old = cpu.segment(SEGMENT.TR);
  const oldSelector = old.selector;
  requireMapped(cpu, tss, cause, layout);
  saveState(cpu, cause, next, resume);

  if (cause === "jmp" || cause === "iret") setBusy(cpu, oldSelector, false);
  if (cause !== "iret") setBusy(cpu, tss.selector, true);
  if (cause === "call" || cause === "interrupt") cpu.writeLinear(linear(tss.base), 2, oldSelector);

  const word = (at: number, size: 2 | 4 = layout.size): number => cpu.readLinear(linear(tss.base + at), size);
  const eip = word(layout.eip);
  let flags = word(layout.eflags);
  const general = Array.from({ length: 8 }, (_, n) => word(layout.general + n * layout.size));
  const selectors = Array.from({ length: layout.count }, (_, n) => word(layout.segments + n * layout.size) & 0xffff);
  const ldt = word(layout.ldt) & 0xffff;
  const cr3 = wide ? word(CR3_AT) : undefined;
  const trap = wide && (cpu.readLinear(linear(tss.base + TRAP_AT), 2) & 1) !== 0;

  // The commit point.
  const busy = tss.high | BUSY;
  install(cpu, SEGMENT.TR, decodeDescriptor(tss.selector, tss.low, busy, tss.at));
  cpu.setWord(L.CR0, cpu.word(L.CR0) | 8);
  cpu.setWord(L.DR7, cpu.word(L.DR7) & ~DR7.localEnables);
  cpu.debugChanged = true;
  if (cr3 !== undefined && cpu.paging.enabled && cr3 !== cpu.word(L.CR3)) {
    cpu.setWord(L.CR3, cr3);
    cpu.paging.flush(true);
  }
  if (cause === "call" || cause === "interrupt") flags |= FLAG.NT;
  cpu.flags = wide ? flags : (flags & 0xffff) | (cpu.flags & 0xffff0000 & ~FLAG.VM);
  cpu.setWord(L.EIP, eip);
  for (const [n, value] of general.entries()) cpu.setWord(n * 4, wide ? value : (cpu.word(n * 4) & 0xffff0000) | value);
  try {
    loadTaskSegments(cpu, selectors, ldt, external);
  } catch (e) {
    if (e instanceof GuestFault) e.inNewTask = true;
    throw e;
  }
  if (trap) cpu.taskTrap = true;
}

/**
 * Whatever of the new TSS and of the two descriptors is about to be used must be there before anything changes (SDM volume 3, 7.3,
 * step 5): a page fault belongs to the old task, which can be started again.
 */
function requireMapped(cpu: Processor, tss: Descriptor, cause: TaskSwitchCause, layout: { readonly last: number }): void {
  cpu.readLinear(linear(tss.base), 4);
  cpu.readLinear(linear(tss.base + layout.last - 3), 4);
  if (cause === "call" || cause === "interrupt") cpu.probeLinear(linear(tss.base), 2, false);
  if (cause !== "iret") cpu.probeLinear(busyByte(cpu, tss.selector), 1, false);
  if (cause === "jmp" || cause === "iret") cpu.probeLinear(busyByte(cpu, cpu.selector(SEGMENT.TR)), 1, false);
}

function checkTss(cpu: Processor, tss: Descriptor, cause: TaskSwitchCause, external: 0 | 1): void {
  const facts = { segment: "TR", selector: tss.selector, descriptor: [tss.low, tss.high] as const };
  const error = selectorError(tss.selector, external);
  const type = systemType(tss.attributes);
  const vector = cause === "iret" ? VECTOR.TS : VECTOR.GP;
  const wanted = cause === "iret" ? [TSS.busy16, TSS.busy32] : [TSS.available16, TSS.available32];
  if (!(wanted as (number | undefined)[]).includes(type)) {
    cpu.raise(vector, error, cause === "iret" ? "the back link names no busy TSS" : "the selector names no available TSS", facts);
  }
  if (!isPresent(tss.attributes)) cpu.raise(VECTOR.NP, error, "the TSS is not present (P = 0)", facts);
  const least = type! >= 8 ? LAYOUT32.last : LAYOUT16.last;
  if (tss.limit < least)
    cpu.raise(VECTOR.TS, error, `the TSS's limit is less than 0x${least.toString(16)}`, { ...facts, limit: tss.limit });
}

/** Saves the current task in its TSS, in the form the TSS has. */
function saveState(cpu: Processor, cause: TaskSwitchCause, next: number, resume: boolean): void {
  const tr = cpu.segment(SEGMENT.TR);
  const layout = systemType(tr.attributes)! >= 8 ? LAYOUT32 : LAYOUT16;
  const { size } = layout;
  const put = (at: number, value: number, bytes: 2 | 4 = size): void => cpu.writeLinear(linear(tr.base + at), bytes, value);
  // All of it must be writable before any of it is written.
  cpu.probeLinear(linear(tr.base + layout.eip), 4, false);
  cpu.probeLinear(linear(tr.base + layout.last - 3), 4, false);
  put(layout.eip, next);
  // RF as on a stack (SDM volume 3, 18.3.1.1): it lasts for one instruction, and is set for a fault.
  const flags = (cpu.flags & ~FLAG.RF) | (resume ? FLAG.RF : 0);
  put(layout.eflags, cause === "iret" ? flags & ~FLAG.NT : flags);
  for (let n = 0; n < 8; n++) put(layout.general + n * size, cpu.word(n * 4));
  for (let n = 0; n < layout.count; n++) put(layout.segments + n * size, cpu.selector(SEGMENT_ORDER[n]!), 2);
}

const busyByte = (cpu: Processor, selector: number) => linear(cpu.word(L.GDTR_BASE) + (selector & 0xfff8) + 5);
function setBusy(cpu: Processor, selector: number, busy: boolean): void {
  const at = busyByte(cpu, selector);
  const type = cpu.readLinear(at, 1);
  cpu.writeLinear(at, 1, busy ? type | 2 : type & ~2);
}

/**
 * LDT first, then the segment registers, whose selectors are in place before any descriptor is looked at. The order of the checks is that
 * of table 7-1, which has a segment's presence before its privilege. EXT is set in their error codes if the switch delivers an event.
 */
function loadTaskSegments(cpu: Processor, selectors: readonly number[], ldt: number, external: 0 | 1): void {
  for (const [at, n] of SEGMENT_ORDER.entries()) installNull(cpu, n, selectors[at] ?? 0);
  loadTaskLdt(cpu, ldt, external);
  if (cpu.virtual8086) {
    cpu.setCpl(3);
    for (const [at, n] of SEGMENT_ORDER.entries()) loadVirtual8086(cpu, n, selectors[at] ?? 0);
    return;
  }
  const [cs, ss] = [selectors[1]!, selectors[2]!];
  const code = taskCode(cpu, cs, external);
  cpu.setCpl(cs & 3);
  const stack = taskStack(cpu, ss, external);
  if (!isPresent(code.attributes)) {
    const facts = { segment: "CS", selector: cs, descriptor: [code.low, code.high] as const };
    cpu.raise(VECTOR.NP, selectorError(cs, external), "the task's code segment is not present (P = 0)", facts);
  }
  install(cpu, SEGMENT.SS, markAccessed(cpu, stack));
  install(cpu, SEGMENT.CS, markAccessed(cpu, code));
  for (const n of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS])
    loadTaskData(cpu, n, selectors[SEGMENT_ORDER.indexOf(n)] ?? 0, external);
}

/** The last check of a switch, when an error code has been pushed: the new task's EIP. */
export function checkTaskEip(cpu: Processor, external: 0 | 1): void {
  const { selector, limit } = cpu.segment(SEGMENT.CS);
  const { eip } = cpu;
  if (eip <= limit) return;
  const rule = "the task's eip passes the limit of its code segment";
  const fault = new GuestFault(VECTOR.GP, external, { rule, segment: "CS", selector, offset: eip, limit });
  fault.inNewTask = true;
  throw fault;
}

function loadTaskLdt(cpu: Processor, selector: number, external: 0 | 1): void {
  installNull(cpu, SEGMENT.LDTR, selector);
  if ((selector & 0xfffc) === 0) return;
  const facts = { segment: "LDTR", selector };
  const error = selectorError(selector, external);
  if (selector & 4) cpu.raise(VECTOR.TS, error, "the task's LDT is not in the GDT", facts);
  const d = fetchDescriptor(cpu, selector, VECTOR.TS, external);
  if (systemType(d.attributes) !== 2) cpu.raise(VECTOR.TS, error, "the task's LDT selector names no LDT", facts);
  if (!isPresent(d.attributes)) cpu.raise(VECTOR.TS, error, "the task's LDT is not present (P = 0)", facts);
  install(cpu, SEGMENT.LDTR, d);
}

function taskCode(cpu: Processor, selector: number, external: 0 | 1): Descriptor {
  const facts = { segment: "CS", selector };
  const error = selectorError(selector, external);
  if ((selector & 0xfffc) === 0) cpu.raise(VECTOR.TS, error, "the task's CS is a null selector", facts);
  const d = fetchDescriptor(cpu, selector, VECTOR.TS, external);
  const dpl = dplOf(d.attributes);
  if (!isCode(d.attributes)) cpu.raise(VECTOR.TS, error, "the task's CS names no code segment", facts);
  const allowed = isConforming(d.attributes) ? dpl <= (selector & 3) : dpl === (selector & 3);
  if (!allowed) cpu.raise(VECTOR.TS, error, `the task's code segment has DPL ${dpl}, its selector RPL ${selector & 3}`, facts);
  return d;
}

function taskStack(cpu: Processor, selector: number, external: 0 | 1): Descriptor {
  const segment = "SS";
  const error = selectorError(selector, external);
  if ((selector & 0xfffc) === 0) cpu.raise(VECTOR.TS, error, "the task's SS is a null selector", { segment, selector });
  const d = fetchDescriptor(cpu, selector, VECTOR.TS, external);
  const facts = { segment, selector, descriptor: [d.low, d.high] as const };
  if (!isWritableData(d.attributes)) cpu.raise(VECTOR.TS, error, "SS takes writable data segments only", facts);
  if (!isPresent(d.attributes)) cpu.raise(VECTOR.SS, error, "the task's stack segment is not present (P = 0)", facts);
  const [dpl, rpl] = [dplOf(d.attributes), selector & 3];
  if (dpl !== cpu.cpl || rpl !== cpu.cpl)
    cpu.raise(VECTOR.TS, error, `the task's SS has DPL ${dpl} and RPL ${rpl}, and CPL is ${cpu.cpl}`, facts);
  return d;
}

function loadTaskData(cpu: Processor, n: number, selector: number, external: 0 | 1): void {
  if ((selector & 0xfffc) === 0) return installNull(cpu, n, selector);
  const d = fetchDescriptor(cpu, selector, VECTOR.TS, external);
  const facts = { segment: SEGMENT_NAMES[n]!, selector, descriptor: [d.low, d.high] as const };
  const error = selectorError(selector, external);
  const { attributes } = d;
  if (!isData(attributes) && !(isCode(attributes) && attributes & ATTRIBUTE.writable)) {
    cpu.raise(VECTOR.TS, error, "a data segment register takes data or readable code segments only", facts);
  }
  if (!isPresent(attributes)) cpu.raise(VECTOR.NP, error, "the segment is not present (P = 0)", facts);
  const dpl = dplOf(attributes);
  if (!isConforming(attributes) && ((selector & 3) > dpl || cpu.cpl > dpl)) {
    cpu.raise(VECTOR.TS, error, `RPL ${selector & 3} or CPL ${cpu.cpl} is greater than DPL ${dpl}`, facts);
  }
  install(cpu, n, markAccessed(cpu, d));
}

/** An exception's error code goes onto the new task's stack, in words or doublewords by its TSS. */
export function pushErrorCode(cpu: Processor, code: number, external: 0 | 1): void {
  const size = systemType(cpu.segment(SEGMENT.TR).attributes)! >= 8 ? 4 : 2;
  try {
    const stack = Stack.current(cpu, external);
    stack.push(size, code);
    cpu.setWord(L.ESP, stack.pointer);
  } catch (e) {
    if (e instanceof GuestFault) e.inNewTask = true;
    throw e;
  }
}
