/** Far jmp, call, ret and iret, in SDM volume 2's order of checks. */
import { VECTOR } from "./fault.js";
import { FLAG } from "./flags.js";
import { enterCode, GATE, innerStack } from "./interrupt.js";
import { requireVirtualIopl, writableFlags } from "./iopl.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";
import {
  ATTRIBUTE,
  checkStackSegment,
  type Descriptor,
  dplOf,
  fetchDescriptor,
  install,
  installNull,
  isCode,
  isConforming,
  isPresent,
  loadSegment,
  markAccessed,
  SEGMENT,
  type SegmentCache,
  selectorError,
  systemType,
} from "./segment.js";
import { Stack } from "./stack.js";
import { isTss, returnToTask, switchByGate, switchDirectly } from "./task.js";

const factsOf = (d: Descriptor) => ({ segment: "CS", selector: d.selector, descriptor: [d.low, d.high] as const });

/** Checks a code segment that is jumped or called to without a gate. */
function checkDirectTarget(cpu: Processor, d: Descriptor): void {
  const rpl = d.selector & 3;
  const dpl = dplOf(d.attributes);
  const error = selectorError(d.selector);
  if (isConforming(d.attributes)) {
    if (dpl > cpu.cpl) cpu.generalProtection(error, `the conforming code segment's DPL ${dpl} is greater than CPL ${cpu.cpl}`, factsOf(d));
  } else {
    if (rpl > cpu.cpl) cpu.generalProtection(error, `RPL ${rpl} is greater than CPL ${cpu.cpl}`, factsOf(d));
    if (dpl !== cpu.cpl) cpu.generalProtection(error, `the code segment's DPL ${dpl} is not equal to CPL ${cpu.cpl}`, factsOf(d));
  }
  if (!isPresent(d.attributes)) cpu.raise(VECTOR.NP, error, "the code segment is not present (P = 0)", factsOf(d));
}

function checkOffset(cpu: Processor, d: SegmentCache, eip: number): void {
  if (eip > d.limit) {
    cpu.generalProtection(0, "the target offset passes the limit of the code segment", {
      segment: "CS",
      selector: d.selector,
      offset: eip,
      limit: d.limit,
    });
  }
}

/** A far transfer in real or virtual-8086 mode. */
function loadRealModeCode(cpu: Processor, selector: number, eip: number): void {
  checkOffset(cpu, cpu.segment(SEGMENT.CS), eip);
  loadSegment(cpu, SEGMENT.CS, selector);
  cpu.setWord(L.EIP, eip);
}

/** What a far pointer leads to: a code segment itself, or a call gate's. */
interface Target {
  readonly code: Descriptor;
  readonly eip: number;
  readonly gate?: { readonly size: 2 | 4; readonly parameters: number };
}

/** Follows a far pointer; undefined if it led to a task switch, which has been made. */

function resolve(cpu: Processor, selector: number, eip: number, cause: "jmp" | "call", next: number): Target | undefined {
  if ((selector & 0xfffc) === 0) cpu.generalProtection(0, "a far transfer to a null selector", { segment: "CS", selector });
  const d = fetchDescriptor(cpu, selector);
  const error = selectorError(selector);
  if (isCode(d.attributes)) {
    checkDirectTarget(cpu, d);
    return { code: d, eip };
  }
  const type = systemType(d.attributes);
  if (isTss(d.attributes)) {
    switchDirectly(cpu, d, cause, next);
    return undefined;
  }
  if (type !== GATE.task && type !== GATE.call16 && type !== GATE.call32) {
    cpu.generalProtection(error, "a far transfer to neither a code segment nor a gate", factsOf(d));
  }
  const dpl = dplOf(d.attributes);
  const rpl = selector & 3;
  const kind = type === GATE.task ? "task" : "call";
  if (dpl < cpu.cpl) cpu.generalProtection(error, `the ${kind} gate's DPL ${dpl} is less than CPL ${cpu.cpl}`, factsOf(d));
  if (dpl < rpl) cpu.generalProtection(error, `the ${kind} gate's DPL ${dpl} is less than RPL ${rpl}`, factsOf(d));
  if (!isPresent(d.attributes)) cpu.raise(VECTOR.NP, error, `the ${kind} gate is not present (P = 0)`, factsOf(d));
  const inside = d.low >>> 16;
  if (type === GATE.task) {
    switchByGate(cpu, inside, cause, next, 0);
    return undefined;
  }
  if ((inside & 0xfffc) === 0) cpu.generalProtection(0, "the call gate names a null code segment", factsOf(d));
  const code = fetchDescriptor(cpu, inside);
  if (!isCode(code.attributes)) cpu.generalProtection(selectorError(inside), "the call gate names no code segment", factsOf(code));
  if (dplOf(code.attributes) > cpu.cpl) {
    cpu.generalProtection(
      selectorError(inside),
      `the DPL ${dplOf(code.attributes)} behind the call gate is greater than CPL ${cpu.cpl}`,
      factsOf(code),
    );
  }
  if (cause === "jmp" && !isConforming(code.attributes) && dplOf(code.attributes) !== cpu.cpl) {
    cpu.generalProtection(
      selectorError(inside),
      `jmp through a call gate cannot change ring: DPL ${dplOf(code.attributes)}, CPL ${cpu.cpl}`,
      factsOf(code),
    );
  }
  if (!isPresent(code.attributes))
    cpu.raise(VECTOR.NP, selectorError(inside), "the code segment behind the call gate is not present (P = 0)", factsOf(code));
  const size = type === GATE.call32 ? 4 : 2;
  return { code, eip: ((d.low & 0xffff) | (size === 4 ? d.high & 0xffff0000 : 0)) >>> 0, gate: { size, parameters: d.high & 31 } };
}

export function farJump(cpu: Processor, selector: number, eip: number, next: number): void {
  if (!cpu.protectedMode) return loadRealModeCode(cpu, selector, eip);
  const target = resolve(cpu, selector, eip, "jmp", next);
  if (!target) return;
  const { code } = target;
  checkOffset(cpu, code, target.eip);
  enterCode(cpu, code, cpu.cpl, target.eip);
}

export function farCall(cpu: Processor, selector: number, eip: number, operandSize: 2 | 4, returnTo: number): void {
  const oldCs = cpu.selector(SEGMENT.CS);
  if (!cpu.protectedMode) {
    const stack = Stack.current(cpu);
    stack.requireRoom(2, operandSize);
    checkOffset(cpu, cpu.segment(SEGMENT.CS), eip);
    stack.push(operandSize, oldCs);
    stack.push(operandSize, returnTo);
    cpu.setWord(L.ESP, stack.pointer);
    return loadRealModeCode(cpu, selector, eip);
  }
  const target = resolve(cpu, selector, eip, "call", returnTo);
  if (!target) return;
  const { code, gate } = target;
  const dpl = dplOf(code.attributes);
  if (gate && !isConforming(code.attributes) && dpl < cpu.cpl) return callInner(cpu, target, gate.size, gate.parameters, returnTo);
  const size = gate?.size ?? operandSize;
  const stack = Stack.current(cpu);
  stack.requireRoom(2, size);
  checkOffset(cpu, code, target.eip);
  stack.push(size, oldCs);
  stack.push(size, returnTo);
  cpu.setWord(L.ESP, stack.pointer);
  enterCode(cpu, code, cpu.cpl, target.eip);
}

/** A call gate into an inner ring: new stack from the TSS, old SS:ESP and the gate's parameters copied onto it. */
function callInner(cpu: Processor, target: Target, size: 2 | 4, parameters: number, returnTo: number): void {
  const ring = dplOf(target.code.attributes);
  const old = Stack.current(cpu);
  const stack = innerStack(cpu, ring, 0);
  stack.requireRoom(4 + parameters, size);
  checkOffset(cpu, target.code, target.eip);
  const copied = Array.from({ length: parameters }, (_, n) => old.peek(n * size, size));
  stack.push(size, cpu.selector(SEGMENT.SS));
  stack.push(size, cpu.word(L.ESP));
  for (const value of copied.reverse()) stack.push(size, value);
  stack.push(size, cpu.selector(SEGMENT.CS));
  stack.push(size, returnTo);
  // Accessed bits first: a page fault there must find nothing changed.
  const code = markAccessed(cpu, target.code);
  const ss = markAccessed(cpu, stack.segment as Descriptor);
  cpu.onRingChange?.(cpu.cpl, ring, returnTo);
  install(cpu, SEGMENT.SS, ss);
  cpu.setWord(L.ESP, stack.pointer);
  enterCode(cpu, code, ring, target.eip);
}

/** The checks that ret and iret make on the code segment they return to. */
function checkReturnCode(cpu: Processor, selector: number): Descriptor {
  const rpl = selector & 3;
  if ((selector & 0xfffc) === 0) cpu.generalProtection(0, "a return to a null code selector", { segment: "CS", selector });
  const d = fetchDescriptor(cpu, selector);
  const error = selectorError(selector);
  const dpl = dplOf(d.attributes);
  if (!isCode(d.attributes)) cpu.generalProtection(error, "a return to a segment that is no code segment", factsOf(d));
  if (rpl < cpu.cpl) cpu.generalProtection(error, `a return to an inner ring: RPL ${rpl} is less than CPL ${cpu.cpl}`, factsOf(d));
  if (isConforming(d.attributes)) {
    if (dpl > rpl) cpu.generalProtection(error, `the conforming code segment's DPL ${dpl} is greater than RPL ${rpl}`, factsOf(d));
  } else if (dpl !== rpl) cpu.generalProtection(error, `the code segment's DPL ${dpl} is not equal to RPL ${rpl}`, factsOf(d));
  if (!isPresent(d.attributes)) cpu.raise(VECTOR.NP, error, "the code segment returned to is not present (P = 0)", factsOf(d));
  return d;
}

/** Data segment registers that the outer ring may not use become null (SDM volume 3, 5.8.6). */
function dropInnerSegments(cpu: Processor, ring: number): void {
  for (const n of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) {
    const { attributes } = cpu.segment(n);
    if (attributes !== 0 && !isConforming(attributes) && dplOf(attributes) < ring) installNull(cpu, n, 0);
  }
}

export function farReturn(cpu: Processor, size: 2 | 4, release: number): void {
  const stack = Stack.current(cpu);
  const eip = stack.peek(0, size);
  const selector = stack.peek(size, size) & 0xffff;
  if (!cpu.protectedMode) {
    checkOffset(cpu, cpu.segment(SEGMENT.CS), eip);
    stack.move(2 * size + release);
    cpu.setWord(L.ESP, stack.pointer);
    return loadRealModeCode(cpu, selector, eip);
  }
  const code = checkReturnCode(cpu, selector);
  const ring = selector & 3;
  if (ring === cpu.cpl) {
    checkOffset(cpu, code, eip);
    stack.move(2 * size + release);
    cpu.setWord(L.ESP, stack.pointer);
    return enterCode(cpu, code, ring, eip);
  }
  const pointer = stack.peek(2 * size + release, size);
  const ss = checkStackSegment(cpu, stack.peek(3 * size + release, size) & 0xffff, ring, VECTOR.GP);
  checkOffset(cpu, code, eip);
  returnOuter(cpu, code, ring, eip, ss, pointer, size, release);
}

function returnOuter(
  cpu: Processor,
  code: Descriptor,
  ring: number,
  eip: number,
  ss: Descriptor,
  pointer: number,
  size: 2 | 4,
  release: number,
): void {
  const marked = [markAccessed(cpu, code), markAccessed(cpu, ss)] as const;
  cpu.onRingChange?.(cpu.cpl, ring, cpu.currentIp);
  enterCode(cpu, marked[0], ring, eip);
  install(cpu, SEGMENT.SS, marked[1]);
  // Only SP is loaded where the operands are words or the new stack is 16-bit: the upper half keeps the inner ring's, as on silicon.
  const spOnly = size === 2 || !(ss.attributes & ATTRIBUTE.big);
  const stack = new Stack(cpu, ss, spOnly ? ((cpu.word(L.ESP) & 0xffff0000) | (pointer & 0xffff)) >>> 0 : pointer, 0, ring === 3);
  stack.move(release);
  cpu.setWord(L.ESP, stack.pointer);
  dropInnerSegments(cpu, ring);
}

export function interruptReturn(cpu: Processor, size: 2 | 4, next: number): void {
  const stack = Stack.current(cpu);
  if (cpu.virtual8086) requireVirtualIopl(cpu, "iret");
  if (cpu.protectedMode && cpu.word(L.EFLAGS) & FLAG.NT) return returnToTask(cpu, next);
  const eip = stack.peek(0, size);
  const selector = stack.peek(size, size) & 0xffff;
  const flags = stack.peek(2 * size, size);
  const mask = writableFlags(cpu, size) | (size === 4 ? FLAG.RF : 0);
  const merged = (cpu.flags & ~mask) | (flags & mask);
  if (!cpu.protectedMode) {
    checkOffset(cpu, cpu.segment(SEGMENT.CS), eip);
    stack.move(3 * size);
    cpu.setWord(L.ESP, stack.pointer);
    loadRealModeCode(cpu, selector, eip);
    cpu.flags = merged;
    return;
  }
  if (size === 4 && flags & FLAG.VM && cpu.cpl === 0) return returnToVirtual8086(cpu, stack, eip, selector, flags);
  const code = checkReturnCode(cpu, selector);
  const ring = selector & 3;
  if (ring === cpu.cpl) {
    checkOffset(cpu, code, eip);
    stack.move(3 * size);
    cpu.setWord(L.ESP, stack.pointer);
    enterCode(cpu, code, ring, eip);
  } else {
    const pointer = stack.peek(3 * size, size);
    const ss = checkStackSegment(cpu, stack.peek(4 * size, size) & 0xffff, ring, VECTOR.GP);
    checkOffset(cpu, code, eip);
    returnOuter(cpu, code, ring, eip, ss, pointer, size, 0);
  }
  cpu.flags = merged;
}

/** SDM volume 2, IRET, RETURN-TO-VIRTUAL-8086-MODE: nine doublewords, no descriptor is looked at. */
function returnToVirtual8086(cpu: Processor, stack: Stack, eip: number, selector: number, flags: number): void {
  const [esp, ss, es, ds, fs, gs] = [3, 4, 5, 6, 7, 8].map((n) => stack.peek(n * 4, 4)) as [number, number, number, number, number, number];
  if ((eip & 0xffff0000) !== 0)
    cpu.generalProtection(0, "a return to virtual-8086 mode beyond 64 KB", { segment: "CS", selector, offset: eip, limit: 0xffff });
  cpu.onRingChange?.(cpu.cpl, 3, cpu.currentIp);
  cpu.flags = flags;
  cpu.setCpl(3);
  cpu.setWord(L.ESP, esp);
  cpu.setWord(L.EIP, eip);
  for (const [n, value] of [es, selector, ss, ds, fs, gs].entries()) loadSegment(cpu, n, value & 0xffff);
}
