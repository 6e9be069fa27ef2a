/** What the manual says about a case: the exception that ends it, its error code, and every doubleword of the area that has changed. */
import type { Case, Operation } from "../case.js";
import { ENGINE_JUMP, SELECTOR } from "../layout.js";
import { fetchCode, read, StackOf, write } from "./access.js";
import type { Departure } from "./departures.js";
import { deliver, raise, Shutdown } from "./interrupt.js";
import { ask, loadLdt, loadSegment, loadTask, type Question } from "./load.js";
import { Fault, FLAG, GP, State, UD } from "./state.js";
import { switchTask } from "./task.js";
import { farReturn, farTransfer, interruptReturn } from "./transfer.js";

export interface Outcome {
  /** Of the exception that ended it, or that the processor shut down. */
  readonly vector: number | "shutdown";
  readonly errorCode: number | undefined;
  /** Doublewords of the area that are not what the case put there: number and value, by number. */
  readonly changed: readonly (readonly [number, number])[];
}

function execute(s: State, o: Operation): void {
  const next = s.eip + o.bytes.length;
  // RF lasts for one instruction (18.3.1.1).
  const keeps = s.departs("clears RF late") && ["jmp", "call", "int"].includes(o.what);
  if (!keeps) s.flags &= ~FLAG.RF;
  switch (o.what) {
    case "load":
      loadSegment(s, o.segment, o.selector);
      break;
    case "pop": {
      const stack = StackOf.current(s);
      const selector = stack.peek(0, o.size) & 0xffff;
      loadSegment(s, o.segment, selector);
      const moved = new StackOf(s, stack.segment, s.esp, 0);
      moved.move(o.size);
      s.esp = moved.pointer;
      break;
    }
    case "load-pointer": {
      const offset = read(s, "ds", o.at, o.size);
      loadSegment(s, o.segment, read(s, "ds", o.at + o.size, 2));
      s.general[o.register] = o.size === 4 ? offset : (s.general[o.register]! & 0xffff0000) | offset;
      break;
    }
    case "push":
    case "pop-register":
      executeStack(s, o.what, o.size);
      break;
    case "read":
      setRegister(s, 0, o.size, read(s, o.segment, o.offset, o.size));
      break;
    case "write":
      write(s, o.segment, o.offset, o.size, s.general[0]!);
      break;
    case "jmp":
    case "call":
      return farTransfer(s, o.what, o.selector, o.offset, o.size, next);
    case "ret":
      return farReturn(s, o.size, o.release);
    case "iret":
      if (s.virtual8086) requireVirtualIopl(s);
      return interruptReturn(s, o.size, next);
    case "int":
      if (o.form === "n" && s.virtual8086) requireVirtualIopl(s);
      return deliver(s, { vector: o.vector, errorCode: undefined, software: true, returnTo: next });
    case "call-near": {
      const stack = StackOf.current(s);
      stack.push(o.size, next);
      s.esp = stack.pointer;
      s.eip = o.offset;
      return;
    }
    default:
      executeSystem(s, o);
  }
  s.eip = next;
}

function setRegister(s: State, n: number, size: number, value: number): void {
  const mask = size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
  s.general[n] = (s.general[n]! & ~mask) | (value & mask);
}

function executeStack(s: State, what: "push" | "pop-register", size: 2 | 4): void {
  const stack = StackOf.current(s);
  if (what === "push") stack.push(size, s.general[0]!);
  else {
    setRegister(s, 0, size, stack.peek(0, size));
    stack.move(size);
  }
  s.esp = stack.pointer;
}

type SystemOperation = Extract<
  Operation,
  { what: "lldt" | "ltr" | "lar" | "lsl" | "verr" | "verw" | "sldt" | "str" | "and" | "sensitive" }
>;
function executeSystem(s: State, o: Operation): void {
  const p = o as SystemOperation;
  switch (p.what) {
    case "lldt":
      return inProtectedMode(s, () => loadLdt(s, p.selector));
    case "ltr":
      return inProtectedMode(s, () => loadTask(s, p.selector));
    case "sldt":
    case "str":
      return inProtectedMode(s, () => setRegister(s, p.register, 2, p.what === "str" ? s.tr.selector : s.ldtr.selector));
    case "and":
      return setResult(s, s.general[0]! & p.value);
    case "sensitive":
      return executeSensitive(s, p);
    default:
      return inProtectedMode(s, () => {
        const answer = ask(s, p.what as Question, p.selector);
        s.flags = (s.flags & ~ZF) | (answer === undefined ? 0 : ZF);
        if (typeof answer === "number") s.general[0] = answer;
      });
  }
}
const ZF = 0x40;

/** Volume 1, appendix A: the flags of a logical operation; AF is undefined, and 0 in all that we compare. */
function setResult(s: State, value: number): void {
  s.general[0] = value;
  const low = value & 0xff;
  const even = [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => low & (1 << n)).length % 2 === 0;
  s.flags = (s.flags & ~0x8d5) | (value === 0 ? ZF : 0) | (value & 0x80000000 ? 0x80 : 0) | (even ? 4 : 0);
}

/** 20.2.8 and volume 2: these are invalid opcodes in virtual-8086 mode. */
function inProtectedMode(s: State, then: () => void): void {
  if (s.virtual8086) throw new Fault(UD);
  then();
}
/** 20.2.7. */
function requireVirtualIopl(s: State): void {
  if (((s.flags >> 12) & 3) < 3) throw new Fault(GP, 0);
}

/** 5.9 and volume 1, 18.5.1: instructions whose privilege is all that counts here. */
function executeSensitive(s: State, o: Extract<Operation, { what: "sensitive" }>): void {
  const iopl = (s.flags >> 12) & 3;
  if (o.rule === "invalid") throw new Fault(UD);
  if (o.rule === "ring0" && s.cpl !== 0) throw new Fault(GP, 0);
  if (o.rule === "iopl" && s.cpl > iopl) throw new Fault(GP, 0);
  if (o.rule === "virtual-iopl" && s.virtual8086 && iopl < 3) throw new Fault(GP, 0);
  s.flags = (s.flags & ~(o.clears ?? 0)) | (o.sets ?? 0);
}

const inMonitor = (s: State): boolean => s.tr.selector >= SELECTOR.vectorTss;

/** Runs what may fault; a fault goes on with its handler. */
function guarded(s: State, what: () => void): boolean {
  const at = s.eip;
  try {
    what();
    return true;
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    raise(s, e, at);
    return false;
  }
}

function run(s: State, operations: readonly Operation[]): void {
  s.eip = ENGINE_JUMP;
  const test = s.fetch(SELECTOR.testTss);
  if (guarded(s, () => switchTask(s, test, "jmp", 0, 0))) {
    for (const o of operations) if (!guarded(s, () => execute(s, o))) break;
  }
  // Wherever that has led, there is ud2.
  for (let n = 0; n < 8 && !inMonitor(s); n++) {
    guarded(s, () => {
      if (fetchCode(s, 2) !== 0x0b0f) throw new Error("the case leads to code that is not ud2");
      throw new Fault(UD);
    });
  }
  if (!inMonitor(s)) throw new Error("the case does not end");
}

export function predict(c: Case, initial: Uint8Array, departures: Iterable<Departure> = [], asked?: Set<Departure>): Outcome {
  const area = initial.slice();
  const view = new DataView(area.buffer);
  for (const [n, value] of c.patches) view.setUint32(4 * n, value, true);
  const s = new State(area, departures, asked);
  const monitor = s.fetch(SELECTOR.monitorTss);
  s.writeLinear(monitor.linear + 5, 1, (monitor.high >>> 8) | 2);
  s.tr = { selector: SELECTOR.monitorTss, descriptor: { ...monitor, high: (monitor.high | 0x200) >>> 0 } };
  try {
    run(s, c.operations);
  } catch (e) {
    if (e instanceof Shutdown) return { vector: "shutdown", errorCode: undefined, changed: [] };
    throw e;
  }
  const vector = (s.tr.selector - SELECTOR.vectorTss) >> 3;
  return { vector, errorCode: s.reported, changed: difference(area, s.memory) };
}

function difference(before: Uint8Array, after: Uint8Array): [number, number][] {
  const [a, b] = [before, after].map((bytes) => new Uint32Array(bytes.buffer)) as [Uint32Array, Uint32Array];
  const changed: [number, number][] = [];
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) changed.push([n, b[n]!]);
  return changed;
}
