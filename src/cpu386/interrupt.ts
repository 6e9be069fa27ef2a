/** Delivery of interrupts and exceptions through the IDT. SDM volume 3, 6.12; volume 2, INT n, whose order of checks this follows. */
import { linear } from "./address.js";
import { VECTOR, vectorName } from "./fault.js";
import { FLAG } from "./flags.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";
import {
  checkStackSegment,
  type Descriptor,
  dplOf,
  fetchDescriptor,
  install,
  installNull,
  isCode,
  isConforming,
  isPresent,
  loadRealMode,
  markAccessed,
  SEGMENT,
  selectorError,
  systemType,
} from "./segment.js";
import { Stack } from "./stack.js";
import { checkTaskEip, pushErrorCode, switchByGate } from "./task.js";

export type InterruptKind = "exception" | "software" | "external";

/** Gate types (SDM volume 3, table 3-2). */
export const GATE = { call16: 4, task: 5, interrupt16: 6, trap16: 7, call32: 12, interrupt32: 14, trap32: 15 } as const;

export interface Interrupt {
  readonly vector: number;
  readonly kind: InterruptKind;
  readonly errorCode: number | undefined;
  /** The EIP to be saved. */
  readonly returnTo: number;
  /** Set RF in the saved EFLAGS: faults, so that the handler's iret does not meet the same debug event. */
  readonly resume: boolean;
}

/** Enters the handler, or throws the fault that prevents it; nothing of the processor's state has changed then. */
export function deliver(cpu: Processor, interrupt: Interrupt): void {
  enterHandler(cpu, interrupt);
  // The handler runs with TF clear, and int n ends without the trap that TF would have meant (SDM volume 3, 18.3.1.4).
  cpu.holdTrap = true;
}

function enterHandler(cpu: Processor, interrupt: Interrupt): void {
  if (!cpu.protectedMode && !cpu.virtual8086) return deliverRealMode(cpu, interrupt);
  const { vector, kind } = interrupt;
  // EXT: set in error codes if the event came from outside the program (SDM volume 3, 6.13).
  const external: 0 | 1 = kind === "software" ? 0 : 1;
  const gateError = vector * 8 + 2 + external;
  const facts = { segment: "IDT", selector: vector };
  if (vector * 8 + 7 > cpu.word(L.IDTR_LIMIT)) {
    cpu.generalProtection(gateError, `vector ${vector} (${vectorName(vector)}) lies outside the IDT`, {
      ...facts,
      limit: cpu.word(L.IDTR_LIMIT),
    });
  }
  const at = linear(cpu.word(L.IDTR_BASE) + vector * 8);
  const low = cpu.readLinear(at, 4);
  const high = cpu.readLinear(linear(at + 4), 4);
  const gateFacts = { ...facts, descriptor: [low, high] as const };
  const attributes = high & 0xff00;
  const type = systemType(attributes);
  if (type !== GATE.task && type !== GATE.interrupt16 && type !== GATE.trap16 && type !== GATE.interrupt32 && type !== GATE.trap32) {
    cpu.generalProtection(gateError, `the IDT entry of vector ${vector} is no interrupt, trap or task gate`, gateFacts);
  }
  if (kind === "software" && dplOf(attributes) < cpu.cpl) {
    cpu.generalProtection(gateError, `int ${vector}: the gate's DPL ${dplOf(attributes)} is less than CPL ${cpu.cpl}`, gateFacts);
  }
  if (!isPresent(attributes)) cpu.raise(VECTOR.NP, gateError, `the gate of vector ${vector} is not present (P = 0)`, gateFacts);
  if (type === GATE.task) {
    switchByGate(cpu, low >>> 16, "interrupt", interrupt.returnTo, external, interrupt.resume);
    if (interrupt.errorCode !== undefined) pushErrorCode(cpu, interrupt.errorCode, external);
    checkTaskEip(cpu, external);
    return;
  }
  const size = type === GATE.interrupt32 || type === GATE.trap32 ? 4 : 2;
  const target = ((low & 0xffff) | (size === 4 ? high & 0xffff0000 : 0)) >>> 0;
  enterGate(cpu, interrupt, low >>> 16, target, size, type === GATE.interrupt16 || type === GATE.interrupt32, external);
}

function enterGate(
  cpu: Processor,
  interrupt: Interrupt,
  selector: number,
  target: number,
  size: 2 | 4,
  masks: boolean,
  external: 0 | 1,
): void {
  const segment = "CS";
  if ((selector & 0xfffc) === 0) cpu.generalProtection(external, "the gate names a null code segment", { segment, selector });
  const code = fetchDescriptor(cpu, selector, VECTOR.GP, external);
  const facts = { segment, selector, descriptor: [code.low, code.high] as const };
  const error = selectorError(selector, external);
  const dpl = dplOf(code.attributes);
  if (!isCode(code.attributes)) cpu.generalProtection(error, "the gate names no code segment", facts);
  if (dpl > cpu.cpl) cpu.generalProtection(error, `the handler's DPL ${dpl} is greater than CPL ${cpu.cpl}`, facts);
  if (!isPresent(code.attributes)) cpu.raise(VECTOR.NP, error, "the handler's code segment is not present (P = 0)", facts);
  const inner = !isConforming(code.attributes) && dpl < cpu.cpl;
  const virtual = cpu.virtual8086;
  // SDM volume 3, 20.3.1.1: out of virtual-8086 mode only to ring 0.
  if (virtual && (!inner || dpl !== 0))
    cpu.generalProtection(error, `an interrupt out of virtual-8086 mode goes to ring 0, and DPL is ${dpl}`, facts);
  const items = (interrupt.errorCode === undefined ? 3 : 4) + (inner ? 2 : 0) + (virtual ? 4 : 0);
  const ring = inner ? dpl : cpu.cpl;

  const stack = inner ? innerStack(cpu, dpl, external) : Stack.current(cpu, external);
  stack.requireRoom(items, size);
  if (target > code.limit) {
    cpu.generalProtection(external, "the handler's offset passes the limit of its code segment", {
      ...facts,
      offset: target,
      limit: code.limit,
    });
  }

  // RF lasts for one instruction only; what an iret set is not handed on to the next handler.
  const flags = (cpu.flags & ~FLAG.RF) | (interrupt.resume ? FLAG.RF : 0);
  if (virtual) for (const n of [SEGMENT.GS, SEGMENT.FS, SEGMENT.DS, SEGMENT.ES]) stack.push(size, cpu.selector(n));
  if (inner) {
    stack.push(size, cpu.selector(SEGMENT.SS));
    stack.push(size, cpu.word(L.ESP));
  }
  stack.push(size, flags);
  stack.push(size, cpu.selector(SEGMENT.CS));
  stack.push(size, interrupt.returnTo);
  if (interrupt.errorCode !== undefined) stack.push(size, interrupt.errorCode);

  // Accessed bits first: a page fault there must find nothing changed.
  const entered = markAccessed(cpu, code);
  if (inner) {
    const ss = markAccessed(cpu, stack.segment as Descriptor);
    cpu.onRingChange?.(cpu.cpl, ring, interrupt.returnTo);
    install(cpu, SEGMENT.SS, ss);
  }
  cpu.setWord(L.ESP, stack.pointer);
  if (virtual) for (const n of [SEGMENT.GS, SEGMENT.FS, SEGMENT.DS, SEGMENT.ES]) installNull(cpu, n, 0);
  enterCode(cpu, entered, ring, target);
  cpu.setWord(L.EFLAGS, cpu.word(L.EFLAGS) & ~(FLAG.TF | FLAG.NT | FLAG.RF | FLAG.VM | (masks ? FLAG.IF : 0)));
}

/** Loads CS with RPL = the new privilege level, and EIP. */
export function enterCode(cpu: Processor, code: Descriptor, ring: number, eip: number): void {
  const marked = markAccessed(cpu, code);
  cpu.setCpl(ring);
  install(cpu, SEGMENT.CS, { ...marked, selector: (code.selector & 0xfffc) | ring });
  cpu.setWord(L.EIP, eip);
}

/** The stack for an inner ring, from the TSS, checked as far as SS goes. */
export function innerStack(cpu: Processor, ring: number, external: 0 | 1): Stack {
  const tss = cpu.segment(SEGMENT.TR);
  const wide = systemType(tss.attributes)! >= 8;
  const at = wide ? 4 + ring * 8 : 2 + ring * 4;
  const size = wide ? 4 : 2;
  if (at + (wide ? 5 : 3) > tss.limit) {
    cpu.raise(VECTOR.TS, selectorError(tss.selector, external), `the TSS has no stack for ring ${ring}: it ends before it`, {
      segment: "TR",
      selector: tss.selector,
      offset: at,
      limit: tss.limit,
    });
  }
  const pointer = cpu.readLinear(linear(tss.base + at), size);
  const selector = cpu.readLinear(linear(tss.base + at + size), 2);
  return Stack.next(cpu, checkStackSegment(cpu, selector, ring, VECTOR.TS, external), pointer, external);
}

/** SDM volume 3, 20.1.4: vectors of four bytes, and three words pushed. */
function deliverRealMode(cpu: Processor, { vector, returnTo }: Interrupt): void {
  if (vector * 4 + 3 > cpu.word(L.IDTR_LIMIT)) cpu.generalProtection(0, `vector ${vector} lies outside the interrupt vector table`);
  const at = linear(cpu.word(L.IDTR_BASE) + vector * 4);
  const stack = Stack.current(cpu);
  stack.requireRoom(3, 2);
  stack.push(2, cpu.flags);
  stack.push(2, cpu.selector(SEGMENT.CS));
  stack.push(2, returnTo);
  const selector = cpu.readLinear(linear(at + 2), 2);
  cpu.setWord(L.ESP, stack.pointer);
  cpu.setWord(L.EFLAGS, cpu.word(L.EFLAGS) & ~(FLAG.IF | FLAG.TF | FLAG.AC));
  loadRealMode(cpu, SEGMENT.CS, selector);
  cpu.setWord(L.EIP, cpu.readLinear(at, 2));
}

/** For tables shown to the user: a gate's fields. */
export function decodeGate(
  low: number,
  high: number,
): { selector: number; offset: number; type: number | undefined; dpl: number; present: boolean } {
  const attributes = high & 0xff00;
  const type = systemType(attributes);
  const wide = type !== undefined && type >= 8;
  return {
    selector: low >>> 16,
    offset: ((low & 0xffff) | (wide ? high & 0xffff0000 : 0)) >>> 0,
    type,
    dpl: dplOf(attributes),
    present: isPresent(attributes),
  };
}
