/** Memory as the fast paths see it: stretches that nobody has to be asked about, neither paging's tables nor whoever watches. */
import * as L from "./layout.js";
import type { Processor } from "./processor.js";

const PAGE_SHIFT = 12;
export const PAGE_BYTES = 1 << PAGE_SHIFT;

/** The physical address by the TLB (L.TLB_READ or L.TLB_WRITE), if there is paging (see paging.ts); -1 if it does not have the page. */
export function physicalByTlb(cpu: Processor, linear: number, table: number): number {
  const at = linear >>> 0;
  if (!cpu.paging.enabled) return at;
  const entry = cpu.i32[(cpu.word(table) + 4 * (at >>> PAGE_SHIFT)) >> 2]!;
  return entry === 0 ? -1 : (at + entry - 1) >>> 0;
}

/**
 * Where so many bytes at an offset of a segment lie, as an index into `u8`, if they are all in the segment, in one page, and beside no line with
 * a flag; else -1: they have to be accessed one by one.
 */
export function plainPlace(cpu: Processor, segment: number, offset: number, length: number, access: "read" | "write"): number {
  if (cpu.onRead) return -1;
  const at = L.SEGMENTS + segment * L.SEGMENT_BYTES;
  const writes = access === "write";
  const bound = cpu.word(at + (writes ? L.WRITE_BOUND : L.READ_BOUND)[1]) >>> 0;
  if (offset + length > bound) return -1;
  const linear = (cpu.word(at + L.BASE) + offset) >>> 0;
  if (cpu.paging.enabled && (linear & (PAGE_BYTES - 1)) + length > PAGE_BYTES) return -1;
  const physical = physicalByTlb(cpu, linear, writes ? L.TLB_WRITE : L.TLB_READ);
  if (physical < 0) return -1;
  const lines = L.LINE_FLAGS + (physical >>> L.LINE_SHIFT);
  const last = L.LINE_FLAGS + ((physical + length - 1) >>> L.LINE_SHIFT);
  for (let line = lines; line <= last; line++) if (cpu.u8[line] !== 0) return -1;
  return L.RAM + physical;
}
