/** Interrupts and exceptions through the IDT: SDM volume 3, 6.10 to 6.13 and 20.3.1; the order of the checks is that of INT n in volume 2. */
import { AREA, IDT, IDT_LIMIT, TSS16, TSS32 } from "../layout.js";
import { StackOf } from "./access.js";
import { checkStack } from "./load.js";
import {
  baseOf,
  type Descriptor,
  DF,
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
  SS,
  type State,
  selectorOfGate,
  TS,
  typeOf,
} from "./state.js";
import { checkNewEip, pushErrorCode, switchThroughGate } from "./task.js";

export interface Event {
  readonly vector: number;
  readonly errorCode: number | undefined;
  /** int n, int3, into: the gate's DPL counts, and EXT is clear. */
  readonly software: boolean;
  readonly returnTo: number;
}

/** 5.8.5: the stack of an inner ring, from the TSS. */
export function innerStack(s: State, ring: number, ext: number): StackOf {
  const tss = s.tr.descriptor!;
  const wide = typeOf(tss) >= 8;
  const at = wide ? TSS32.sp0 + 8 * ring : TSS16.sp0 + 4 * ring;
  const last = wide && !s.departs("reads the inner SS as a doubleword") ? 5 : wide ? 7 : 3;
  if (at + last > limitOf(tss)) throw new Fault(TS, errorOf(s.tr.selector, ext));
  const pointer = s.readLinear((baseOf(tss) + at) >>> 0, wide ? 4 : 2);
  const selector = s.readLinear((baseOf(tss) + at + (wide ? 4 : 2)) >>> 0, 2);
  return new StackOf(s, checkInner(s, selector, ring, ext), pointer, errorOf(selector, ext));
}
function checkInner(s: State, selector: number, ring: number, ext: number): Descriptor {
  try {
    return checkStack(s, selector, ring, TS, ext);
  } catch (e) {
    throw e instanceof Fault && e.vector === SS && s.departs("absent inner SS is #TS") ? new Fault(TS, e.errorCode) : e;
  }
}
/** ESP comes from the TSS as a whole, also for a 16-bit stack. */
export function innerPointer(s: State, stack: StackOf): number {
  const half = !isBig(stack.segment) && s.departs("keeps the upper half of ESP on an inner 16-bit stack");
  return half ? ((s.esp & 0xffff0000) | (stack.pointer & 0xffff)) >>> 0 : stack.pointer;
}

/** Enters the handler of an event, or throws what prevents it. */
export function deliver(s: State, event: Event): void {
  const ext = event.software || s.departs("sets no EXT") ? 0 : 1;
  const error = event.vector * 8 + 2 + ext;
  if (event.vector * 8 + 7 > IDT_LIMIT) throw new Fault(GP, error);
  const linear = AREA + IDT + event.vector * 8;
  const gate = { selector: 0, linear, low: s.readLinear(linear, 4), high: s.readLinear(linear + 4, 4) };
  if (![5, 6, 7, 14, 15].includes(typeOf(gate))) throw new Fault(GP, error);
  if (event.software && dplOf(gate) < s.cpl) throw new Fault(GP, error);
  if (!isPresent(gate)) throw new Fault(NP, error);
  if (!event.software && !s.departs("saves no RF")) s.flags |= FLAG.RF; // 18.3.1.1: set in the image that a fault saves.
  if (typeOf(gate) !== 5) return enterGate(s, event, gate, ext);
  switchThroughGate(s, selectorOfGate(gate), "interrupt", event.returnTo, ext);
  const early = s.departs("checks a new EIP before it pushes");
  if (early) checkNewEip(s, 0, "event");
  const { esp } = s;
  if (event.errorCode !== undefined) pushErrorCode(s, event.errorCode, ext);
  const pushed = s.esp;
  if (s.departs("loses ESP at a bad new EIP")) s.esp = esp;
  if (!early) checkNewEip(s, ext, "event");
  s.esp = pushed;
}

function checkHandler(s: State, selector: number, ext: number): Descriptor {
  if (isNull(selector)) throw new Fault(GP, ext);
  const code = s.fetch(selector, GP, ext);
  if (!isCode(code) || dplOf(code) > s.cpl) throw new Fault(GP, errorOf(selector, ext));
  if (!isPresent(code)) throw new Fault(NP, errorOf(selector, ext));
  const inner = !isConforming(code) && dplOf(code) < s.cpl;
  // 20.3.1.1: virtual-8086 mode is left for ring 0 only.
  const allowed = inner && (dplOf(code) === 0 || s.departs("leaves virtual-8086 mode for any inner ring"));
  if (s.virtual8086 && !allowed) throw new Fault(GP, errorOf(selector, ext));
  return code;
}

function enterGate(s: State, event: Event, gate: Descriptor, ext: number): void {
  const code = checkHandler(s, selectorOfGate(gate), ext);
  const size = typeOf(gate) >= 14 ? 4 : 2;
  const inner = !isConforming(code) && dplOf(code) < s.cpl;
  const ring = inner ? dplOf(code) : s.cpl;
  const stack = inner ? innerStack(s, ring, ext) : StackOf.current(s, ext);
  const pushed = pushedBy(s, event, inner);
  stack.requireRoom(pushed.length, size);
  const offset = offsetOfGate(gate);
  if (offset > limitOf(code) && !s.departs("checks no EIP behind gates and returns")) throw new Fault(GP, ext);
  for (const value of pushed) stack.push(size, value);
  if (s.virtual8086) for (const name of ["gs", "fs", "ds", "es"] as const) s.loadNull(name, 0);
  if (inner) s.load("ss", stack.segment);
  s.esp = inner ? innerPointer(s, stack) : stack.pointer;
  s.cpl = ring;
  s.load("cs", code, (code.selector & 0xfffc) | ring);
  s.eip = offset;
  // 6.12.1.3: an interrupt gate clears IF, a trap gate does not.
  s.flags &= ~(FLAG.TF | FLAG.NT | FLAG.RF | FLAG.VM | (typeOf(gate) & 1 ? 0 : FLAG.IF));
}

/** 6.12.1, figure 6-4, and 20.3.1.1: first what is pushed first. */
function pushedBy(s: State, event: Event, inner: boolean): number[] {
  const { es, ds, fs, gs, ss, cs } = s.segments;
  return [
    ...(s.virtual8086 ? [gs.selector, fs.selector, ds.selector, es.selector] : []),
    ...(inner ? [ss.selector, s.esp] : []),
    s.flags,
    cs.selector,
    event.returnTo,
    ...(event.errorCode === undefined ? [] : [event.errorCode]),
  ];
}

export class Shutdown {}
const CONTRIBUTORY = [0, 10, 11, 12, 13];

/** 6.15, interrupt 8: an exception, and what becomes of those that its delivery meets. */
export function raise(s: State, first: Fault, at: number): void {
  let fault = first;
  // The old one within its page, to be exact.
  const newEip = (e: Fault): number =>
    e.ofNewTask === "transfer" && s.departs("faults of a new task at the old EIP") ? (s.eip & ~0xfff) | (at & 0xfff) : s.eip;
  let eip = first.ofNewTask ? newEip(first) : at;
  for (;;) {
    try {
      return deliver(s, { vector: fault.vector, errorCode: fault.errorCode, software: false, returnTo: eip });
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      // Met by a new task, it happens at that task's first instruction, but while the first exception's handler is being called.
      if (e.ofNewTask) eip = newEip(e);
      if (fault.vector === DF) throw new Shutdown();
      fault = CONTRIBUTORY.includes(fault.vector) && CONTRIBUTORY.includes(e.vector) ? new Fault(DF, 0) : e;
    }
  }
}
