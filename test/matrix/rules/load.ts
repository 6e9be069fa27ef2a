/** Loading segment registers, LDTR and TR, and asking about selectors: SDM volume 3, 5.5 to 5.7, 5.10, and volume 2. */
import {
  type Descriptor,
  dplOf,
  errorOf,
  Fault,
  GP,
  isConforming,
  isNull,
  isPresent,
  isReadable,
  isSystem,
  isWritable,
  limitOf,
  NP,
  rplOf,
  type SegmentName,
  SS,
  type State,
  typeOf,
} from "./state.js";

/** 5.7: the checks on a stack segment for a privilege level; `vector` is #GP for mov, pop, lss and returns, #TS for stacks from a TSS. */
export function checkStack(s: State, selector: number, cpl: number, vector: number, ext = 0): Descriptor {
  if (isNull(selector)) throw new Fault(vector, ext);
  const d = s.fetch(selector, vector, ext);
  if (rplOf(selector) !== cpl || !isWritable(d) || dplOf(d) !== cpl) throw new Fault(vector, errorOf(selector, ext));
  if (!isPresent(d)) throw new Fault(SS, errorOf(selector, ext));
  return d;
}

/** 5.5 and 5.6: data, or code that can be read; privileges count unless it is conforming. */
function checkData(s: State, selector: number): Descriptor {
  const d = s.fetch(selector);
  if (!isReadable(d)) throw new Fault(GP, errorOf(selector));
  if (!isConforming(d) && (rplOf(selector) > dplOf(d) || s.cpl > dplOf(d))) throw new Fault(GP, errorOf(selector));
  if (!isPresent(d)) throw new Fault(NP, errorOf(selector));
  return d;
}

/** Volume 2, MOV, POP and LDS. */
export function loadSegment(s: State, name: SegmentName, selector: number): void {
  if (name === "ss") return s.load("ss", checkStack(s, selector, s.cpl, GP), selector, true);
  if (isNull(selector)) return s.loadNull(name, selector);
  s.load(name, checkData(s, selector), selector, true);
}

const requireRing0 = (s: State): void => {
  if (s.cpl !== 0) throw new Fault(GP, 0);
};

/** Volume 2, LLDT. */
export function loadLdt(s: State, selector: number): void {
  requireRing0(s);
  if (isNull(selector)) {
    s.ldtr = { selector, descriptor: undefined };
    return;
  }
  if (selector & 4) throw new Fault(GP, errorOf(selector));
  const d = s.fetch(selector);
  if (typeOf(d) !== 2) throw new Fault(GP, errorOf(selector));
  if (!isPresent(d)) throw new Fault(NP, errorOf(selector));
  s.ldtr = { selector, descriptor: d };
}

/** Volume 2, LTR: the descriptor becomes busy. */
export function loadTask(s: State, selector: number): void {
  requireRing0(s);
  if (isNull(selector)) {
    if (!s.departs("takes a null TR")) throw new Fault(GP, 0);
    s.tr = { selector, descriptor: { selector, linear: 0, low: 0x67, high: 0x8b00 } };
    return;
  }
  if (selector & 4) throw new Fault(GP, errorOf(selector));
  const d = s.fetch(selector);
  if (typeOf(d) !== 1 && typeOf(d) !== 9) throw new Fault(GP, errorOf(selector));
  if (!isPresent(d)) throw new Fault(NP, errorOf(selector));
  s.writeLinear(d.linear + 5, 1, (d.high >>> 8) | 2);
  s.tr = { selector, descriptor: { ...d, high: (d.high | 0x200) >>> 0 } };
}

export type Question = "lar" | "lsl" | "verr" | "verw";
/** Volume 2, tables of LAR and LSL: system types they are valid for. */
const KNOWN: Record<Question, readonly number[]> = { lar: [1, 2, 3, 4, 5, 9, 11, 12], lsl: [1, 2, 3, 9, 11], verr: [], verw: [] };

/** 5.10: what lar and lsl load, or true for verr and verw; undefined where ZF is cleared. P does not matter. */
export function ask(s: State, question: Question, selector: number): number | true | undefined {
  if (isNull(selector)) return undefined;
  const d = s.lookUp(selector);
  if (!d) return undefined;
  if (isSystem(d) && !KNOWN[question].includes(typeOf(d))) return undefined;
  if (question === "verr" && !isReadable(d)) return undefined;
  if (question === "verw" && !isWritable(d)) return undefined;
  if (!isConforming(d) && (s.cpl > dplOf(d) || rplOf(selector) > dplOf(d))) return undefined;
  if (question === "lar") return d.high & 0xf0ff00;
  return question === "lsl" ? limitOf(d) : true;
}
