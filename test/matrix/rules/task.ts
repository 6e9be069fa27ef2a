/** Task switches: SDM volume 3, 7.2 to 7.4; the checks are those of table 7-1. */
import { TSS16, TSS32 } from "../layout.js";
import { StackOf } from "./access.js";
import {
  baseOf,
  type Descriptor,
  dplOf,
  errorOf,
  Fault,
  FLAG,
  GP,
  isCode,
  isConforming,
  isNull,
  isPresent,
  isReadable,
  isWritable,
  limitOf,
  NP,
  rplOf,
  SEGMENTS,
  type SegmentName,
  SS,
  type State,
  TS,
  typeOf,
  virtualSegment,
} from "./state.js";

export type Cause = "jmp" | "call" | "iret" | "interrupt";
const AVAILABLE = [1, 9];
const BUSY = [3, 11];
export const isTss = (d: Descriptor): boolean => AVAILABLE.includes(typeOf(d)) || BUSY.includes(typeOf(d));
const isWide = (d: Descriptor): boolean => typeOf(d) >= 8;

/** Volume 2, JMP, CALL and INT n: what a task gate names must be an available TSS in the GDT. */
export function switchThroughGate(s: State, selector: number, cause: Cause, next: number, ext = 0): void {
  if (selector & 4 && s.departs("task gate into the LDT is #TS")) throw new Fault(TS, errorOf(selector, ext));
  if (isNull(selector) || selector & 4) throw new Fault(GP, errorOf(selector, ext));
  switchTask(s, s.fetch(selector, GP, ext), cause, next, ext);
}
/** Volume 2, IRET, TASK-RETURN. */
export function returnToLink(s: State, next: number): void {
  const link = s.readLinear(baseOf(s.tr.descriptor!), 2);
  if (isNull(link) || link & 4) throw new Fault(TS, errorOf(link));
  switchTask(s, s.fetch(link, TS), "iret", next, 0);
}

export function switchTask(s: State, tss: Descriptor, cause: Cause, next: number, ext: number): void {
  const error = errorOf(tss.selector, ext);
  if (!(cause === "iret" ? BUSY : AVAILABLE).includes(typeOf(tss))) throw new Fault(cause === "iret" ? TS : GP, error);
  if (!isPresent(tss)) throw new Fault(NP, error);
  if (limitOf(tss) < (isWide(tss) ? 0x67 : 0x2b)) throw new Fault(TS, error);
  const saving = s.tr.descriptor!;
  if (s.departs("checks the old TSS's limit") && limitOf(saving) < (isWide(saving) ? 0x5f : 0x29))
    throw new Fault(TS, errorOf(s.tr.selector, ext));
  save(s, cause, next);
  const old = s.tr.selector;
  if (cause === "jmp" || cause === "iret") setBusy(s, old, false);
  if (cause !== "iret") setBusy(s, tss.selector, true);
  const nested = cause === "call" || cause === "interrupt";
  if (nested) s.writeLinear(baseOf(tss), 2, old);
  s.tr = { selector: tss.selector, descriptor: { ...tss, high: (tss.high | 0x200) >>> 0 } };
  try {
    restore(s, nested, ext);
  } catch (e) {
    if (e instanceof Fault) e.ofNewTask = cause === "interrupt" ? "event" : "transfer";
    throw e;
  }
}

/** 7.2.2: the B flag of a TSS descriptor. */
function setBusy(s: State, selector: number, busy: boolean): void {
  const d = s.fetch(selector);
  const byte = (d.high >>> 8) & 0xff;
  s.writeLinear(d.linear + 5, 1, busy ? byte | 2 : byte & ~2);
}

/** 7.3, steps 6 to 8: NT is cleared in the image that an iret saves. */
function save(s: State, cause: Cause, next: number): void {
  const tss = s.tr.descriptor!;
  const [layout, size] = isWide(tss) ? [TSS32, 4] : [TSS16, 2];
  const put = (at: number, value: number, bytes: number): void => s.writeLinear((baseOf(tss) + at) >>> 0, bytes, value);
  put(layout.ip, next, size);
  put(layout.flags, cause === "iret" ? s.flags & ~FLAG.NT : s.flags, size);
  for (let n = 0; n < 8; n++) put(layout.general + n * size, s.general[n]!, size);
  for (const [n, name] of SEGMENTS.slice(0, isWide(tss) ? 6 : 4).entries()) put(layout.es + n * size, s.segments[name].selector, 2);
}

/** 7.3, steps 9 to 13, after which the new task has begun. */
function restore(s: State, nested: boolean, ext: number): void {
  const tss = s.tr.descriptor!;
  const [layout, size] = isWide(tss) ? [TSS32, 4] : [TSS16, 2];
  const get = (at: number, bytes = size): number => s.readLinear((baseOf(tss) + at) >>> 0, bytes);
  s.eip = get(layout.ip);
  s.flags = get(layout.flags) | (nested ? FLAG.NT : 0);
  for (let n = 0; n < 8; n++) s.general[n] = get(layout.general + n * size);
  const selectors = SEGMENTS.map((_, n) => (n < 4 || isWide(tss) ? get(layout.es + n * size, 2) : 0));
  for (const [n, name] of SEGMENTS.entries()) s.loadNull(name, selectors[n]!);
  loadTaskLdt(s, get(layout.ldt, 2), ext);
  if (s.virtual8086) {
    s.cpl = 3;
    for (const [n, name] of SEGMENTS.entries()) s.segments[name] = virtualSegment(selectors[n]!);
    return;
  }
  const [cs, ss] = [selectors[1]!, selectors[2]!];
  s.cpl = rplOf(cs);
  const code = checkTaskCode(s, cs, ext);
  if (!isPresent(code) && s.departs("privilege before presence of a new SS")) throw new Fault(NP, errorOf(cs, ext));
  const stack = checkTaskStack(s, ss, ext);
  if (!isPresent(code)) throw new Fault(NP, errorOf(cs, ext));
  s.load("ss", stack);
  s.load("cs", code);
  for (const name of ["es", "ds", "fs", "gs"] as const) loadTaskData(s, name, selectors[SEGMENTS.indexOf(name)]!, ext);
}

function loadTaskLdt(s: State, selector: number, ext: number): void {
  s.ldtr = { selector, descriptor: undefined };
  if (isNull(selector)) return;
  const error = errorOf(selector, ext);
  if (selector & 4) throw new Fault(TS, error);
  const d = s.fetch(selector, TS, ext);
  if (typeOf(d) !== 2 || !isPresent(d)) throw new Fault(TS, error);
  s.ldtr = { selector, descriptor: d };
}

function checkTaskCode(s: State, selector: number, ext: number): Descriptor {
  const error = errorOf(selector, ext);
  if (isNull(selector)) throw new Fault(TS, error);
  const d = s.fetch(selector, TS, ext);
  const exact = s.departs("conforming code of a new task needs DPL = RPL");
  const allowed = isCode(d) && (isConforming(d) && !exact ? dplOf(d) <= rplOf(selector) : dplOf(d) === rplOf(selector));
  if (!allowed) throw new Fault(TS, error);
  return d;
}

/** Table 7-1 has the presence of a stack, and of data, before their privilege; it says that the order is the P6 family's. */
function checkTaskStack(s: State, selector: number, ext: number): Descriptor {
  const error = errorOf(selector, ext);
  if (isNull(selector)) throw new Fault(TS, error);
  const d = s.fetch(selector, TS, ext);
  if (!isWritable(d)) throw new Fault(TS, error);
  const hidden = dplOf(d) !== s.cpl || rplOf(selector) !== s.cpl;
  if (hidden && s.departs("privilege before presence of a new SS")) throw new Fault(TS, error);
  if (!isPresent(d)) throw new Fault(s.departs("absent SS of a new task is #NP") ? NP : SS, error);
  if (hidden) throw new Fault(TS, error);
  return d;
}
function loadTaskData(s: State, name: SegmentName, selector: number, ext: number): void {
  if (isNull(selector)) return s.loadNull(name, selector);
  const error = errorOf(selector, ext);
  const d = s.fetch(selector, TS, ext);
  if (!isReadable(d)) throw new Fault(TS, error);
  const hidden = !isConforming(d) && (rplOf(selector) > dplOf(d) || s.cpl > dplOf(d));
  if (hidden && s.departs("privilege before presence in a new task")) throw new Fault(TS, error);
  if (!isPresent(d)) throw new Fault(NP, error);
  if (hidden) throw new Fault(TS, error);
  s.load(name, d);
}

/** The last line of a task switch in volume 2, JMP, CALL, INT n and IRET: the new task's EIP, after its error code has been pushed. */
export function checkNewEip(s: State, ext: number, by: "event" | "transfer" = "transfer"): void {
  const limit = s.virtual8086 ? 0xffff : limitOf(s.segments.cs.descriptor!);
  if (s.eip <= limit) return;
  const fault = new Fault(GP, ext);
  fault.ofNewTask = by;
  throw fault;
}

/** 6.12.2 and volume 2, INT n, TASK-GATE: an error code goes onto the new task's stack, in the size of its TSS. */
export function pushErrorCode(s: State, code: number, ext: number): void {
  try {
    const stack = StackOf.current(s, ext);
    stack.push(isWide(s.tr.descriptor!) ? 4 : 2, code);
    s.esp = stack.pointer;
  } catch (e) {
    if (e instanceof Fault) e.ofNewTask = "event";
    throw e;
  }
}
