/** Far jmp, call, ret and iret: SDM volume 3, 5.8 and 7.3, in the order of their pages in volume 2. */
import { StackOf } from "./access.js";
import { innerPointer, innerStack } from "./interrupt.js";
import { checkStack } from "./load.js";
import {
  type Descriptor,
  dplOf,
  errorOf,
  Fault,
  FLAG,
  GP,
  isBig,
  isCode,
  isConforming,
  isNull,
  isPresent,
  limitOf,
  NP,
  offsetOfGate,
  rplOf,
  SEGMENTS,
  SS,
  type State,
  selectorOfGate,
  typeOf,
  virtualSegment,
} from "./state.js";
import { checkNewEip, isTss, returnToLink, switchTask, switchThroughGate } from "./task.js";

type Kind = "jmp" | "call";

/** 5.8.1: a code segment that is named directly. */
function checkDirect(s: State, d: Descriptor): void {
  const error = errorOf(d.selector);
  const allowed = isConforming(d) ? dplOf(d) <= s.cpl : rplOf(d.selector) <= s.cpl && dplOf(d) === s.cpl;
  if (!allowed) throw new Fault(GP, error);
  if (!isPresent(d)) throw new Fault(NP, error);
}
function checkOffset(code: Descriptor, offset: number): void {
  if (offset > limitOf(code)) throw new Fault(GP, 0);
}

/** 5.8.3 and 7.2.5: a gate's, or a TSS's, DPL is a number that neither CPL nor RPL may be greater than. */
function checkVisible(s: State, d: Descriptor): void {
  if (dplOf(d) < s.cpl || dplOf(d) < rplOf(d.selector)) throw new Fault(GP, errorOf(d.selector));
}

/** 5.8.4: the code segment behind a call gate, by table 5-1. */
function codeBehind(s: State, gate: Descriptor, kind: Kind): Descriptor {
  const selector = selectorOfGate(gate);
  if (isNull(selector)) throw new Fault(GP, 0);
  const code = s.fetch(selector);
  const allowed = isCode(code) && (isConforming(code) || kind === "call" ? dplOf(code) <= s.cpl : dplOf(code) === s.cpl);
  if (!allowed) throw new Fault(GP, errorOf(selector));
  if (!isPresent(code))
    throw new Fault(kind === "jmp" && s.departs("absent code behind a gate is #GP in jmp") ? GP : NP, errorOf(selector));
  return code;
}

export function farTransfer(s: State, kind: Kind, selector: number, offset: number, size: 2 | 4, next: number): void {
  if (isNull(selector)) throw new Fault(GP, 0);
  const d = s.fetch(selector);
  if (isCode(d)) {
    checkDirect(s, d);
    if (kind === "jmp") checkOffset(d, offset);
    return kind === "jmp" ? enter(s, d, offset) : callSameRing(s, d, offset, size, next);
  }
  const type = typeOf(d);
  if (!isTss(d) && type !== 4 && type !== 5 && type !== 12) throw new Fault(GP, errorOf(selector));
  checkVisible(s, d);
  if (isTss(d)) {
    switchTask(s, d, kind, next, 0);
    return checkNewEip(s, 0);
  }
  if (!isPresent(d)) throw new Fault(NP, errorOf(selector));
  if (type === 5) {
    switchThroughGate(s, selectorOfGate(d), kind, next);
    return checkNewEip(s, 0);
  }
  const code = codeBehind(s, d, kind);
  if (kind === "jmp") {
    checkOffset(code, offsetOfGate(d));
    enter(s, code, offsetOfGate(d));
  } else if (!isConforming(code) && dplOf(code) < s.cpl) callInnerRing(s, d, code, next);
  else callThrough(s, d, code, next);
}

function enter(s: State, code: Descriptor, offset: number, ring = s.cpl): void {
  s.cpl = ring;
  s.load("cs", code, (code.selector & 0xfffc) | ring);
  s.eip = offset;
}

/** The same behind a gate, whose size says what is pushed. */
function callThrough(s: State, gate: Descriptor, code: Descriptor, next: number): void {
  const size = typeOf(gate) === 12 ? 4 : 2;
  const offset = offsetOfGate(gate);
  if (!s.departs("checks no EIP behind gates and returns")) return callSameRing(s, code, offset, size, next);
  const stack = StackOf.current(s);
  stack.push(size, s.segments.cs.selector);
  stack.push(size, next);
  s.esp = stack.pointer;
  const rpl = s.departs("DPL as RPL of conforming code behind a call gate") ? dplOf(code) : s.cpl;
  s.load("cs", code, (code.selector & 0xfffc) | rpl);
  s.eip = offset;
}

function callSameRing(s: State, code: Descriptor, offset: number, size: 2 | 4, next: number): void {
  const stack = StackOf.current(s);
  stack.requireRoom(2, size);
  const late = s.departs("names the selector of a call beyond the limit") ? "selector" : s.departs("keeps what it has pushed");
  if (!late) checkOffset(code, offset);
  stack.push(size, s.segments.cs.selector);
  stack.push(size, next);
  if (late && offset > limitOf(code)) throw new Fault(GP, late === "selector" ? errorOf(code.selector) : 0);
  s.esp = stack.pointer;
  enter(s, code, offset);
}

/** 5.8.5: the stack from the TSS gets SS, ESP, the parameters, CS and EIP. */
function callInnerRing(s: State, gate: Descriptor, code: Descriptor, next: number): void {
  const size = typeOf(gate) === 12 ? 4 : 2;
  const count = gate.high & 31;
  const ring = dplOf(code);
  const old = StackOf.current(s);
  const stack = innerStack(s, ring, 0);
  stack.requireRoom(4 + count, size);
  const parameter = (n: number) => (): number => old.peek((count - 1 - n) * size, size);
  const parameters = Array.from({ length: count }, (_, n) => parameter(n));
  if (!s.departs("keeps what it has pushed")) {
    checkOffset(code, offsetOfGate(gate));
    for (const value of parameters) value();
  }
  stack.push(size, s.segments.ss.selector);
  stack.push(size, s.esp);
  for (const value of parameters) stack.push(size, value());
  stack.push(size, s.segments.cs.selector);
  stack.push(size, next);
  checkOffset(code, offsetOfGate(gate));
  s.load("ss", stack.segment);
  s.esp = innerPointer(s, stack);
  enter(s, code, offsetOfGate(gate), ring);
}

/** 5.8.6: a code segment that is returned to. */
function checkReturn(s: State, selector: number): Descriptor {
  if (isNull(selector)) throw new Fault(GP, 0);
  const d = s.fetch(selector);
  const rpl = rplOf(selector);
  const allowed = isCode(d) && rpl >= s.cpl && (isConforming(d) ? dplOf(d) <= rpl : dplOf(d) === rpl);
  if (!allowed) throw new Fault(GP, errorOf(selector));
  if (!isPresent(d)) throw new Fault(NP, errorOf(selector));
  return d;
}

/** `items` are what lies on the stack up to the outer ESP: two for ret, three for iret; `release` is the number behind ret. */
function returnTo(s: State, code: Descriptor, eip: number, size: 2 | 4, items: number, release: number): void {
  const ring = rplOf(code.selector);
  const stack = StackOf.current(s);
  const checksEip = !s.departs("checks no EIP behind gates and returns");
  if (ring === s.cpl) {
    if (checksEip) checkOffset(code, eip);
    stack.move(items * size + release);
    s.esp = stack.pointer;
    return enter(s, code, eip);
  }
  const pointer = stack.peek(items * size + release, size);
  const width = s.departs("reads the outer SS as a word") ? 2 : size;
  const ss = outerStack(s, stack.peek((items + 1) * size + release, width) & 0xffff, ring, items);
  if (checksEip) checkOffset(code, eip);
  enter(s, code, eip, ring);
  s.load("ss", ss);
  // A 16-bit stack has SP only: the manual leaves the upper half of ESP as it was.
  const upper = size === 2 || !isBig(ss) ? s.esp & 0xffff0000 : pointer & 0xffff0000;
  const outer = new StackOf(s, ss, (upper | (pointer & 0xffff)) >>> 0, 0);
  outer.move(release);
  s.esp = outer.pointer;
  // Data of an inner ring is not left to the outer one.
  for (const name of ["es", "ds", "fs", "gs"] as const) {
    const d = s.segments[name].descriptor;
    if (d && !isConforming(d) && dplOf(d) < ring) s.loadNull(name, 0);
  }
}

function outerStack(s: State, selector: number, ring: number, items: number): Descriptor {
  try {
    return checkStack(s, selector, ring, GP);
  } catch (e) {
    if (
      !(e instanceof Fault) ||
      e.vector !== SS ||
      !s.departs(items === 3 ? "absent outer SS is #NP in iret" : "absent outer SS is #NP in ret")
    )
      throw e;
    throw new Fault(NP, e.errorCode);
  }
}

export function farReturn(s: State, size: 2 | 4, release: number): void {
  const stack = StackOf.current(s);
  stack.requireItems(2, size);
  const code = checkReturn(s, stack.peek(size, size) & 0xffff);
  returnTo(s, code, stack.peek(0, size), size, 2, release);
}

/** Volume 2, IRET. */
export function interruptReturn(s: State, size: 2 | 4, next: number): void {
  if (s.flags & FLAG.NT) {
    returnToLink(s, next);
    return checkNewEip(s, 0);
  }
  const stack = StackOf.current(s);
  stack.requireItems(3, size);
  const eip = stack.peek(0, size);
  const selector = stack.peek(size, size) & 0xffff;
  const image = stack.peek(2 * size, size);
  const entersVirtual = s.cpl === 0 || s.departs("enters virtual-8086 mode at any CPL");
  if (size === 4 && image & FLAG.VM && entersVirtual) return returnToVirtual8086(s, stack, eip, selector, image);
  const iopl = (s.flags >> 12) & 3;
  const mask = 0x4dd5 | (s.cpl <= iopl ? FLAG.IF : 0) | (s.cpl === 0 ? FLAG.IOPL : 0) | (size === 4 ? FLAG.RF : 0);
  const flags = (s.flags & ~mask) | (image & mask);
  returnTo(s, checkReturn(s, selector), eip, size, 3, 0);
  s.flags = flags;
}

/** 20.2.2: no descriptor is looked at. */
function returnToVirtual8086(s: State, stack: StackOf, eip: number, selector: number, image: number): void {
  stack.requireItems(9, 4);
  if (eip > 0xffff && !s.departs("truncates the EIP of virtual-8086 mode")) throw new Fault(GP, 0);
  const [esp, ss, es, ds, fs, gs] = [3, 4, 5, 6, 7, 8].map((n) => stack.peek(4 * n, 4)) as [number, number, number, number, number, number];
  s.flags = image;
  s.cpl = 3;
  s.esp = esp;
  s.eip = eip & 0xffff;
  for (const [n, value] of [es, selector, ss, ds, fs, gs].entries()) s.segments[SEGMENTS[n]!] = virtualSegment(value & 0xffff);
}
