/** Numbers in memory as a debugger looks at them: without side effect and, since it looks often, without allocating on the usual way. */
import * as L from "./layout.js";
import type { Processor } from "./processor.js";

/** A little-endian number at an address on the bus; undefined if there is no memory. */
export function peekPhysicalNumber(p: Processor, at: number, bytes: 1 | 2 | 4): number | undefined {
  if (at + bytes > p.memory.size) return peekSlowly(p, at, bytes);
  const { u8 } = p;
  const from = L.RAM + at;
  if (bytes === 1) return u8[from]!;
  if (bytes === 2) return u8[from]! | (u8[from + 1]! << 8);
  return (u8[from]! | (u8[from + 1]! << 8) | (u8[from + 2]! << 16) | (u8[from + 3]! << 24)) >>> 0;
}

/** The same at a linear address, through page tables if they are in use. */
export function peekNumber(p: Processor, at: number, bytes: 1 | 2 | 4): number | undefined {
  return p.paging.enabled ? peekSlowly(p, at, bytes) : peekPhysicalNumber(p, at, bytes);
}

/** Across pages, and in the firmware. */
function peekSlowly(p: Processor, at: number, bytes: number): number | undefined {
  const found = p.peekLinear(at, bytes);
  return found?.length === bytes ? found.reduceRight((value, byte) => value * 256 + byte, 0) : undefined;
}
