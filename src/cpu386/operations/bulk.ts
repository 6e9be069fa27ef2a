/** rep with a string instruction many iterations at a time, where that cannot be told from one after the other. */
import type { Size } from "../bus.js";
import type { Shape } from "../definitions/table.js";
import { FLAG } from "../flags.js";
import * as L from "../layout.js";
import type { Processor } from "../processor.js";
import { SEGMENT } from "../segment.js";

/** How many of the bytes from a linear address on lie in lines without a flag. */
export function unflagged({ u8, i32 }: Processor, start: number, length: number): number {
  const end = ((start + length - 1) >>> L.LINE_SHIFT) + 1;
  let line = start >>> L.LINE_SHIFT;
  while (line < end && line % 4 !== 0 && u8[L.LINE_FLAGS + line] === 0) line++;
  // Sixteen at a time: this is what a long run costs beside the copying itself.
  for (let w = (L.LINE_FLAGS + line) >> 2; line % 4 === 0 && line + 16 <= end; w += 4, line += 16) {
    if (i32[w]! | i32[w + 1]! | i32[w + 2]! | i32[w + 3]!) break;
  }
  while (line < end && u8[L.LINE_FLAGS + line] === 0) line++;
  return line < end ? Math.max(0, (line << L.LINE_SHIFT) - start) : length;
}

/** Bytes from an offset on that an upper bound of a segment register (see layout.ts) lets through. */
const room = (cpu: Processor, segment: number, bound: number, offset: number): number =>
  Math.max(0, cpu.word(L.SEGMENTS + segment * L.SEGMENT_BYTES + bound) - offset);

const baseOf = (cpu: Processor, segment: number): number => cpu.word(L.SEGMENTS + segment * L.SEGMENT_BYTES + L.BASE);

/** A stretch of memory that a string instruction goes through, as addresses in the WebAssembly memory. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly elements: number;
  readonly size: Size;
}

/**
 * Does up to min(ecx - 1, budget) iterations and advances ecx, esi, edi and the budget by them. Anything out of the ordinary (going
 * down, a limit, a line with code or a watchpoint ahead, an overlap that repeats what has just been written, the element at which a
 * comparison ends) is left to single ones.
 * @param segment of the source, for movs and cmps
 */
export function bulkString(cpu: Processor, shape: Shape, segment: number, watchesLoads: boolean): void {
  if (cpu.word(L.EFLAGS) & FLAG.DF || cpu.paging.enabled) return;
  const { name } = shape.definition;
  const { i32 } = cpu;
  const { size } = shape;
  const stores = name === "movs" || name === "stos";
  const sourced = name === "movs" || name === "cmps";
  const to = cpu.word(L.EDI);
  const target = baseOf(cpu, SEGMENT.ES) + to;
  const wanted = Math.min(cpu.word(L.ECX) - 1, i32[L.BUDGET >> 2]!) * size;
  let length = Math.min(wanted, room(cpu, SEGMENT.ES, stores ? L.WRITE_BOUND[1] : L.READ_BOUND[1], to));
  if (stores || watchesLoads) length = unflagged(cpu, target, length);
  let source = 0;
  if (sourced) {
    const from = cpu.word(L.ESI);
    source = baseOf(cpu, segment) + from;
    length = Math.min(length, room(cpu, segment, L.READ_BOUND[1], from));
    if (watchesLoads) length = unflagged(cpu, source, length);
    if (name === "movs" && source < target) length = Math.min(length, target - source);
  }
  const elements = Math.floor(length / size);
  if (elements < 1) return;
  const count = OPERATIONS[name]!(cpu, { from: L.RAM + source, to: L.RAM + target, elements, size }, shape.rep === 0xf3);
  if (sourced) i32[L.ESI >> 2]! += count * size;
  i32[L.EDI >> 2]! += count * size;
  i32[L.ECX >> 2]! -= count;
  i32[L.BUDGET >> 2]! -= count;
}

/** Each does iterations of a run and says how many. `equal`: it goes on while elements are equal (repe). */
const OPERATIONS: Readonly<Record<string, (cpu: Processor, run: Run, equal: boolean) => number>> = {
  movs: ({ u8 }, { from, to, elements, size }) => {
    u8.copyWithin(to, from, from + elements * size);
    return elements;
  },
  stos: (cpu, { to, elements, size }) => {
    fill(cpu.u8, to, elements * size, cpu.getRegister(L.EAX, size), size);
    return elements;
  },
  scas: (cpu, run, equal) => {
    const wanted = cpu.getRegister(L.EAX, run.size);
    const count = equal ? whileFilled(cpu.u8, run, wanted) : untilFound(cpu.u8, run, wanted);
    if (count > 0) subtractionFlags(cpu, wanted, element(cpu.u8, run.to + (count - 1) * run.size, run.size), run.size);
    return count;
  },
  cmps: (cpu, run, equal) => {
    const count = equal ? whileSame(cpu.u8, run) : whileDifferent(cpu.u8, run);
    const last = (count - 1) * run.size;
    if (count > 0) subtractionFlags(cpu, element(cpu.u8, run.from + last, run.size), element(cpu.u8, run.to + last, run.size), run.size);
    return count;
  },
};

/** Writes the first element and doubles it. */
function fill(u8: Uint8Array, at: number, length: number, value: number, size: Size): void {
  for (let n = 0; n < size; n++) u8[at + n] = value >>> (8 * n);
  for (let done = size; done < length; done *= 2) u8.copyWithin(at + done, at, at + Math.min(done, length - done));
}

function element(u8: Uint8Array, at: number, size: Size): number {
  let value = u8[at]!;
  for (let n = 1; n < size; n++) value += u8[at + n]! * 2 ** (8 * n);
  return value;
}

/** Elements in front of the first that is equal. */
function untilFound(u8: Uint8Array, { to, elements, size }: Run, wanted: number): number {
  // As a Buffer: its search is the C library's, many times as fast as that of a typed array.
  const run = Buffer.from(u8.buffer, to, elements * size);
  const low = wanted & 0xff;
  for (let at = run.indexOf(low); at >= 0; at = run.indexOf(low, at + 1)) {
    if (at % size === 0 && element(run, at, size) === wanted) return at / size;
  }
  return elements;
}
/** Elements in front of the first that is not equal. */
function whileFilled(u8: Uint8Array, { to, elements, size }: Run, wanted: number): number {
  let n = 0;
  while (n < elements && element(u8, to + n * size, size) === wanted) n++;
  return n;
}
function whileSame(u8: Uint8Array, { from, to, elements, size }: Run): number {
  const length = elements * size;
  const [a, b] = [Buffer.from(u8.buffer, from, length), Buffer.from(u8.buffer, to, length)];
  if (a.equals(b)) return elements;
  let [same, end] = [0, length];
  while (end - same > 1) {
    const middle = (same + end) >>> 1;
    if (a.compare(b, same, middle, same, middle) === 0) same = middle;
    else end = middle;
  }
  return Math.floor(same / size);
}
function whileDifferent(u8: Uint8Array, { from, to, elements, size }: Run): number {
  let n = 0;
  while (n < elements && element(u8, from + n * size, size) !== element(u8, to + n * size, size)) n++;
  return n;
}

/** The flags of a - b, as setSubtract (definitions/flags.ts) leaves them. */
function subtractionFlags(cpu: Processor, a: number, b: number, size: Size): void {
  const signed = (v: number): number => (size === 4 ? v | 0 : size === 2 ? (v << 16) >> 16 : (v << 24) >> 24);
  const [x, y] = [signed(a), signed(b)];
  cpu.setWord(L.FR, signed(x - y));
  cpu.setWord(L.OA, x);
  cpu.setWord(L.OB, ~y);
  cpu.setWord(L.FX, 0x10);
  cpu.setWord(L.CA, x);
  cpu.setWord(L.CB, y);
}
