/**
 * Segment descriptors: their fields, the checks on loading a segment register, and the checks on each access.
 * SDM volume 3, chapter 3.4 and 5; the order of the checks is that of MOV, POP and LDS in volume 2.
 */
import { linear } from "./address.js";
import { GuestFault, VECTOR } from "./fault.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";

export const SEGMENT_NAMES = ["ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR"] as const;
export const SEGMENT = { ES: 0, CS: 1, SS: 2, DS: 3, FS: 4, GS: 5, LDTR: 6, TR: 7 } as const;

/** Descriptor attribute bits, in the place they have in the second doubleword. */
export const ATTRIBUTE = {
  type: 0xf << 8,
  accessed: 1 << 8,
  /** Data: writable. Code: readable. */
  writable: 1 << 9,
  /** Data: expand-down. Code: conforming. */
  expandDown: 1 << 10,
  code: 1 << 11,
  /** Code or data, not a system descriptor. */
  nonSystem: 1 << 12,
  present: 1 << 15,
  /** D or B: 32-bit. */
  big: 1 << 22,
  granularity: 1 << 23,
} as const;
const ATTRIBUTE_MASK = 0x00f0ff00;

export interface SegmentCache {
  readonly selector: number;
  readonly base: number;
  /** In bytes, granularity applied. */
  readonly limit: number;
  /** 0 if the segment cannot be used: a null selector was loaded. */
  readonly attributes: number;
}

/** A descriptor as found in a table. */
export interface Descriptor extends SegmentCache {
  readonly low: number;
  readonly high: number;
  /** Linear address of the descriptor itself. */
  readonly at: number;
}

export const dplOf = (attributes: number): number => (attributes >> 13) & 3;
export const isPresent = (attributes: number): boolean => (attributes & ATTRIBUTE.present) !== 0;
export const isCode = (attributes: number): boolean =>
  (attributes & (ATTRIBUTE.nonSystem | ATTRIBUTE.code)) === (ATTRIBUTE.nonSystem | ATTRIBUTE.code);
export const isData = (attributes: number): boolean => (attributes & (ATTRIBUTE.nonSystem | ATTRIBUTE.code)) === ATTRIBUTE.nonSystem;
export const isConforming = (attributes: number): boolean => isCode(attributes) && (attributes & ATTRIBUTE.expandDown) !== 0;
export const isWritableData = (attributes: number): boolean => isData(attributes) && (attributes & ATTRIBUTE.writable) !== 0;
/** Type field of a system descriptor (SDM volume 3, table 3-2), or undefined for code and data. */
export const systemType = (attributes: number): number | undefined =>
  attributes & ATTRIBUTE.nonSystem ? undefined : (attributes >> 8) & 15;

/** Splits a descriptor into its fields. */
export function decodeDescriptor(selector: number, low: number, high: number, at = 0): Descriptor {
  const raw = (low & 0xffff) | (high & 0xf0000);
  return {
    selector,
    base: ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0,
    limit: (high & ATTRIBUTE.granularity ? (raw << 12) | 0xfff : raw) >>> 0,
    attributes: high & ATTRIBUTE_MASK,
    low: low >>> 0,
    high: high >>> 0,
    at,
  };
}

/** Why an access through a segment is refused; undefined if it is not. Offsets and sizes in bytes, unsigned. */
export function accessRule(cache: SegmentCache, at: number, size: number, access: "read" | "write"): string | undefined {
  const { attributes, limit } = cache;
  if (attributes === 0) return "the segment register holds a null selector";
  if (isCode(attributes)) {
    if (access === "write") return "a code segment cannot be written";
    if (!(attributes & ATTRIBUTE.writable)) return "the code segment is execute-only and cannot be read";
  } else if (access === "write" && !(attributes & ATTRIBUTE.writable)) return "the data segment is read-only";
  const last = at + size - 1;
  if (isData(attributes) && attributes & ATTRIBUTE.expandDown) {
    const top = attributes & ATTRIBUTE.big ? 0xffffffff : 0xffff;
    if (at <= limit) return "the offset is not above the limit of an expand-down segment";
    if (last > top) return "the access passes the upper end of an expand-down segment";
    return undefined;
  }
  if (last > limit) return "the access passes the segment's limit";
  return undefined;
}

/** The error code of a fault about a selector (SDM volume 3, 6.13): index and TI; `external` if an interrupt from outside caused it. */
export const selectorError = (selector: number, external: 0 | 1 = 0): number => (selector & 0xfffc) | external;

/**
 * Fetches a descriptor from the GDT or LDT.
 * @throws GuestFault `vector` with the selector as error code if it lies outside its table
 */
export function fetchDescriptor(cpu: Processor, selector: number, vector: number = VECTOR.GP, external: 0 | 1 = 0): Descriptor {
  const at = locateDescriptor(cpu, selector);
  if (at === undefined) {
    const segment = selector & 4 ? "LDT" : "GDT";
    throw new GuestFault(vector, selectorError(selector, external), {
      rule: `the selector's index lies outside the ${segment}`,
      segment,
      selector,
    });
  }
  return decodeDescriptor(selector, cpu.readLinear(linear(at), 4), cpu.readLinear(linear(at + 4), 4), at);
}

/** Linear address of a selector's descriptor, or undefined if it lies outside its table. */
export function locateDescriptor(cpu: Processor, selector: number): number | undefined {
  const local = (selector & 4) !== 0;
  const ldt = cpu.segment(SEGMENT.LDTR);
  if (local && ldt.attributes === 0) return undefined;
  const base = local ? ldt.base : cpu.word(L.GDTR_BASE);
  const limit = local ? ldt.limit : cpu.word(L.GDTR_LIMIT);
  const index = selector & 0xfff8;
  return index + 7 > limit ? undefined : (base + index) >>> 0;
}

/** Sets a descriptor's accessed bit in its table, if it is not set yet. */
export function markAccessed(cpu: Processor, d: Descriptor): Descriptor {
  if (d.attributes & ATTRIBUTE.accessed) return d;
  const high = d.high | ATTRIBUTE.accessed;
  cpu.writeLinear(linear(d.at + 5), 1, high >>> 8);
  return { ...d, high: high >>> 0, attributes: high & ATTRIBUTE_MASK };
}

/** Puts a descriptor into a segment register without any check. */
export function install(cpu: Processor, n: number, cache: SegmentCache): void {
  const at = (L.SEGMENTS + n * L.SEGMENT_BYTES) >> 2;
  const { i32 } = cpu;
  i32[at] = cache.selector;
  i32[at + 1] = cache.base;
  i32[at + 2] = cache.limit;
  i32[at + 3] = cache.attributes;
  deriveBounds(cpu, n);
  if (n === SEGMENT.CS || n === SEGMENT.SS) cpu.contextChanged = true;
}

/** Computes the merged bounds of the fast path (see layout.ts) from the cache. */
export function deriveBounds(cpu: Processor, n: number): void {
  const at = (L.SEGMENTS + n * L.SEGMENT_BYTES) >> 2;
  const { i32 } = cpu;
  const base = i32[at + 1]! >>> 0;
  const limit = i32[at + 2]! >>> 0;
  const attributes = i32[at + 3]!;
  const up = !(isData(attributes) && attributes & ATTRIBUTE.expandDown);
  // With paging, the TLB decides about RAM; without it, RAM begins at linear 0. Either way a segment that wraps at 4 GB is left out.
  const top = cpu.paging.enabled ? 0xffffffff : cpu.memory.size;
  const gated = cpu.memory.a20Mask !== 0xffffffff;
  const end = up && attributes && !gated ? Math.max(0, Math.min(limit + 1, top - base)) : 0;
  const readable = isData(attributes) || (isCode(attributes) && attributes & ATTRIBUTE.writable);
  const writable = isWritableData(attributes);
  for (const size of [1, 2, 4] as const) {
    const bound = Math.max(0, end - (size - 1));
    i32[at + (L.READ_BOUND[size] >> 2)] = readable ? bound : 0;
    i32[at + (L.WRITE_BOUND[size] >> 2)] = writable ? bound : 0;
  }
}

/** A null selector in a data segment register: unusable until loaded anew. */
export function installNull(cpu: Processor, n: number, selector: number): void {
  install(cpu, n, { selector, base: 0, limit: 0, attributes: 0 });
}

/** Loads ES, DS, FS, GS or SS as mov, pop and lds do, with all checks. Real mode: base = selector x 16, nothing else changes. */
export function loadSegment(cpu: Processor, n: number, selector: number): void {
  if (cpu.virtual8086) return loadVirtual8086(cpu, n, selector);
  if (!cpu.protectedMode) return loadRealMode(cpu, n, selector);
  if (n === SEGMENT.SS) {
    install(cpu, n, markAccessed(cpu, checkStackSegment(cpu, selector, cpu.cpl, VECTOR.GP)));
    return;
  }
  if ((selector & 0xfffc) === 0) return installNull(cpu, n, selector);
  const d = fetchDescriptor(cpu, selector);
  const facts = { segment: SEGMENT_NAMES[n]!, selector, descriptor: [d.low, d.high] as const };
  const { attributes } = d;
  if (!isData(attributes) && !(isCode(attributes) && attributes & ATTRIBUTE.writable)) {
    cpu.generalProtection(selectorError(selector), "a data segment register takes data or readable code segments only", facts);
  }
  if (!isConforming(attributes)) {
    const dpl = dplOf(attributes);
    if ((selector & 3) > dpl) cpu.generalProtection(selectorError(selector), `RPL ${selector & 3} is greater than DPL ${dpl}`, facts);
    if (cpu.cpl > dpl) cpu.generalProtection(selectorError(selector), `CPL ${cpu.cpl} is greater than DPL ${dpl}`, facts);
  }
  if (!isPresent(attributes)) cpu.raise(VECTOR.NP, selectorError(selector), "the segment is not present (P = 0)", facts);
  install(cpu, n, markAccessed(cpu, d));
}

/** Read/write data, for CS as well: in real and virtual-8086 mode every segment may be written. */
const REAL_MODE = ATTRIBUTE.present | ATTRIBUTE.nonSystem | ATTRIBUTE.writable | ATTRIBUTE.accessed;

/** SDM volume 3, 9.9.2: limit and size stay what they were in protected mode. */
export function loadRealMode(cpu: Processor, n: number, selector: number): void {
  const { limit, attributes } = cpu.segment(n);
  install(cpu, n, { selector, base: selector << 4, limit: limit || 0xffff, attributes: REAL_MODE | (attributes & ATTRIBUTE.big) });
}

/** SDM volume 3, 20.2.1: base = selector x 16, limit 64 KB, DPL 3. */
export function loadVirtual8086(cpu: Processor, n: number, selector: number): void {
  install(cpu, n, { selector, base: selector << 4, limit: 0xffff, attributes: REAL_MODE | (3 << 13) });
}

/**
 * The checks on a stack segment for privilege level `cpl`: of mov ss (vector #GP) and of stacks switched to (vector #TS).
 * Not-present is #SS in both cases.
 */
export function checkStackSegment(cpu: Processor, selector: number, cpl: number, vector: number, external: 0 | 1 = 0): Descriptor {
  const segment = "SS";
  if ((selector & 0xfffc) === 0) cpu.raise(vector, external, "a null selector cannot be loaded into SS", { segment, selector });
  const d = fetchDescriptor(cpu, selector, vector, external);
  const facts = { segment, selector, descriptor: [d.low, d.high] as const };
  const code = selectorError(selector, external);
  if ((selector & 3) !== cpl) cpu.raise(vector, code, `RPL ${selector & 3} is not equal to CPL ${cpl}`, facts);
  if (!isWritableData(d.attributes)) cpu.raise(vector, code, "SS takes writable data segments only", facts);
  if (dplOf(d.attributes) !== cpl) cpu.raise(vector, code, `DPL ${dplOf(d.attributes)} is not equal to CPL ${cpl}`, facts);
  if (!isPresent(d.attributes)) cpu.raise(VECTOR.SS, code, "the stack segment is not present (P = 0)", facts);
  return d;
}
