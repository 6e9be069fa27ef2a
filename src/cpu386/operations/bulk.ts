/** rep movs and rep stos many iterations at a time, where that cannot be told from one after the other. */
import { FLAG } from "../flags.js";
import * as L from "../layout.js";
import type { Processor } from "../processor.js";
import { SEGMENT } from "../segment.js";

/** How many of the bytes from a linear address on lie in lines without a flag. */
function unflagged(u8: Uint8Array, start: number, length: number): number {
  const last = (start + length - 1) >>> L.LINE_SHIFT;
  for (let line = start >>> L.LINE_SHIFT; line <= last; line++) {
    if (u8[L.LINE_FLAGS + line]) return Math.max(0, (line << L.LINE_SHIFT) - start);
  }
  return length;
}

/** Bytes from an offset on that an upper bound of a segment register (see layout.ts) lets through. */
const room = (cpu: Processor, segment: number, bound: number, offset: number): number =>
  Math.max(0, cpu.word(L.SEGMENTS + segment * L.SEGMENT_BYTES + bound) - offset);

const baseOf = (cpu: Processor, segment: number): number => cpu.word(L.SEGMENTS + segment * L.SEGMENT_BYTES + L.BASE);

/**
 * Does up to min(ecx - 1, budget) iterations and advances ecx, esi, edi and the budget by them. Anything out of the ordinary (going
 * down, a limit, a line with code or a watchpoint ahead, an overlap that repeats what has just been written) is left to single ones.
 * @param segment of the source, for movs
 */
export function bulkString(cpu: Processor, operation: "movs" | "stos", size: number, segment: number, watchesLoads: boolean): void {
  if (cpu.word(L.EFLAGS) & FLAG.DF || cpu.paging.enabled) return;
  const { u8, i32 } = cpu;
  const to = cpu.word(L.EDI);
  const target = baseOf(cpu, SEGMENT.ES) + to;
  const wanted = Math.min(cpu.word(L.ECX) - 1, i32[L.BUDGET >> 2]!) * size;
  let length = Math.min(wanted, room(cpu, SEGMENT.ES, L.WRITE_BOUND[1], to));
  length = unflagged(u8, target, length);
  let source = 0;
  if (operation === "movs") {
    const from = cpu.word(L.ESI);
    source = baseOf(cpu, segment) + from;
    length = Math.min(length, room(cpu, segment, L.READ_BOUND[1], from));
    if (watchesLoads) length = unflagged(u8, source, length);
    if (source < target) length = Math.min(length, target - source);
  }
  const count = Math.floor(length / size);
  if (count < 1) return;
  length = count * size;
  if (operation === "movs") {
    u8.copyWithin(L.RAM + target, L.RAM + source, L.RAM + source + length);
    i32[L.ESI >> 2]! += length;
  } else fill(u8, L.RAM + target, length, cpu.getRegister(L.EAX, size as 1 | 2 | 4), size);
  i32[L.EDI >> 2]! += length;
  i32[L.ECX >> 2]! -= count;
  i32[L.BUDGET >> 2]! -= count;
}

/** Writes the first element and doubles it. */
function fill(u8: Uint8Array, at: number, length: number, value: number, size: number): void {
  for (let n = 0; n < size; n++) u8[at + n] = value >>> (8 * n);
  for (let done = size; done < length; done *= 2) u8.copyWithin(at + done, at, at + Math.min(done, length - done));
}
