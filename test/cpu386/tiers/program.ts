/** A random program for comparing tiers: data, so that one that fails can be made small, written down, and run again. */
import type { Schedule } from "../../../src/cpu386/jit/heat.js";
import type { Case } from "../oracle/native.js";

export interface Condition {
  readonly register: number;
  readonly below: number;
}

/** What happens to both processors between two slices. Places are offsets from the first instruction. */
export type Event =
  | { readonly kind: "none" }
  /** So many from outside wait; the non-maskable one. */
  | { readonly kind: "interrupts"; readonly count: number }
  | { readonly kind: "nmi" }
  /** Set if it is not there, else cleared. A stop if the low byte of a register is less than a number, or always. */
  | { readonly kind: "breakpoint"; readonly at: number; readonly when?: Condition }
  /** Of data at an offset of the data window; a length of 0 takes it away. */
  | { readonly kind: "watch"; readonly offset: number; readonly length: number; readonly read: boolean }
  /** A debugger writes a byte of code. */
  | { readonly kind: "poke"; readonly at: number; readonly value: number }
  /** The hot processor's tiers are forced in by another schedule. Nothing happens to the other. */
  | { readonly kind: "schedule"; readonly schedule: Schedule };

export interface Slice {
  readonly event: Event;
  /** The loop to go on with, from its beginning, if ring 3 is where we are; absent: wherever we are. */
  readonly enter?: number;
  /** Instructions. */
  readonly count: number;
}

export interface Program {
  readonly paging: boolean;
  readonly schedule: Schedule;
  /** Code and state before its first instruction. What the host's oracle wants to know of a case besides is left out. */
  readonly start: Pick<Case, "at" | "parts" | "regs" | "flags" | "segments" | "patches">;
  /** Where its loops begin, each random instructions and a jump back to them: offsets from the first instruction. */
  readonly loops: readonly number[];
  readonly slices: readonly Slice[];
}

/** A program as text that JSON.parse takes back. */
export const written = (p: Program): string => JSON.stringify(p);

const NOP = 0x90;
/** Smaller programs that may still fail: with a slice less, an event less, instructions made nops. */
function* simpler(p: Program): Iterable<Program> {
  const { start, slices } = p;
  if (slices.length > 1) yield { ...p, slices: slices.slice(0, -1) };
  for (const [n, slice] of slices.entries()) {
    const { event, count } = slice;
    const replaced = (by: Partial<Slice>): Program => ({ ...p, slices: slices.map((s, m) => (m === n ? { ...s, ...by } : s)) });
    if (event.kind !== "none") yield replaced({ event: { kind: "none" } });
    if (count > 1) for (const less of [count >> 1, count - 1]) yield replaced({ count: less });
  }
  for (const [n, part] of start.parts.entries()) {
    if (part.every((byte) => byte === NOP)) continue;
    yield { ...p, start: { ...start, parts: start.parts.map((old, m) => (m === n ? old.map(() => NOP) : old)) } };
  }
  if (start.patches.length > 0) yield { ...p, start: { ...start, patches: [] } };
}
/** The smallest program found that still fails. */
export function shrink(p: Program, fails: (p: Program) => boolean): Program {
  for (const candidate of simpler(p)) if (fails(candidate)) return shrink(candidate, fails);
  return p;
}
