/** rep with a string instruction many iterations at a time, where that cannot be told from one after the other. */
import type { Size } from "../bus.js";
import type { Shape } from "../definitions/table.js";
import { FLAG } from "../flags.js";
import * as L from "../layout.js";
import { PAGE_BYTES, physicalByTlb } from "../plain.js";
import type { Processor } from "../processor.js";
import { SEGMENT } from "../segment.js";
import { type End, type Scan, type Scans, scansOf } from "../wasm/scan.js";

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

interface Allowance {
  readonly available: number;
  spend(count: number): void;
}

export class BulkStrings {
  private readonly scans: Scans;
  private readonly unflaggedLines: Scan;

  /** @param allowance how many iterations may be done, and where they are told */
  constructor(
    private readonly cpu: Processor,
    private readonly allowance: Allowance,
  ) {
    this.scans = scansOf(cpu.wasmMemory);
    this.unflaggedLines = this.scans("value", "different", 1);
  }

  /** Bytes from an address to the end of its page. */
  private pageRoom(physical: number): number {
    return this.cpu.paging.enabled ? PAGE_BYTES - (physical & (PAGE_BYTES - 1)) : Number.POSITIVE_INFINITY;
  }

  /** How many of the bytes from a physical address on lie in lines without a flag. */
  unflagged(start: number, length: number): number {
    if (length <= 0) return 0;
    const line = start >>> L.LINE_SHIFT;
    const lines = ((start + length - 1) >>> L.LINE_SHIFT) + 1 - line;
    const clear = this.unflaggedLines(L.LINE_FLAGS + line, 0, lines);
    return clear < lines ? Math.max(0, ((line + clear) << L.LINE_SHIFT) - start) : length;
  }

  /**
   * Does up to min(ecx - 1, budget) iterations and advances ecx, esi and edi by them. Anything out of the ordinary (going
   * down, a limit, a page's end or one that is not in the TLB, a line with code or a watchpoint ahead, an overlap that repeats what has just
   * been written, the element at which a comparison ends) is left to single ones.
   * @param segment of the source, for movs and cmps
   */
  iterate(shape: Shape, segment: number, watchesLoads: boolean): void {
    const { cpu } = this;
    if (cpu.word(L.EFLAGS) & FLAG.DF) return;
    const { name } = shape.definition;
    const { i32 } = cpu;
    const { size } = shape;
    const stores = name === "movs" || name === "stos";
    const sourced = name === "movs" || name === "cmps";
    const to = cpu.word(L.EDI);
    const target = physicalByTlb(cpu, baseOf(cpu, SEGMENT.ES) + to, stores ? L.TLB_WRITE : L.TLB_READ);
    if (target < 0) return;
    const wanted = Math.min(cpu.word(L.ECX) - 1, this.allowance.available) * size;
    let length = Math.min(wanted, this.pageRoom(target), room(cpu, SEGMENT.ES, stores ? L.WRITE_BOUND[1] : L.READ_BOUND[1], to));
    if (stores || watchesLoads) length = this.unflagged(target, length);
    let source = 0;
    if (sourced) {
      const from = cpu.word(L.ESI);
      source = physicalByTlb(cpu, baseOf(cpu, segment) + from, L.TLB_READ);
      if (source < 0) return;
      length = Math.min(length, this.pageRoom(source), room(cpu, segment, L.READ_BOUND[1], from));
      if (watchesLoads) length = this.unflagged(source, length);
      if (name === "movs" && source < target) length = Math.min(length, target - source);
    }
    const elements = Math.floor(length / size);
    if (elements < 1) return;
    const run = { from: L.RAM + source, to: L.RAM + target, elements, size };
    const count = OPERATIONS[name]!(cpu, run, this.scans, shape.rep === 0xf3 ? "different" : "equal");
    if (sourced) i32[L.ESI >> 2]! += count * size;
    i32[L.EDI >> 2]! += count * size;
    i32[L.ECX >> 2]! -= count;
    this.allowance.spend(count);
  }
}

/** Each does iterations of a run and says how many; comparisons those in front of the element that ends them. */
const OPERATIONS: Readonly<Record<string, (cpu: Processor, run: Run, scans: Scans, until: End) => number>> = {
  movs: ({ u8 }, { from, to, elements, size }) => {
    u8.copyWithin(to, from, from + elements * size);
    return elements;
  },
  stos: (cpu, { to, elements, size }) => {
    fill(cpu.u8, to, elements * size, cpu.getRegister(L.EAX, size), size);
    return elements;
  },
  scas: (cpu, { to, elements, size }, scans, until) => {
    const wanted = cpu.getRegister(L.EAX, size);
    const count =
      size === 1 && until === "equal" ? untilFound(cpu.u8, to, elements, wanted) : scans("value", until, size)(to, wanted, elements);
    if (count > 0) subtractionFlags(cpu, wanted, element(cpu.u8, to + (count - 1) * size, size), size);
    return count;
  },
  cmps: (cpu, { from, to, elements, size }, scans, until) => {
    const same = until === "different" ? Math.floor(sameAtLeast(cpu.u8, from, to, elements * size) / size) : 0;
    const count = same + scans("memory", until, size)(from + same * size, to + same * size, elements - same);
    const last = (count - 1) * size;
    if (count > 0) subtractionFlags(cpu, element(cpu.u8, from + last, size), element(cpu.u8, to + last, size), size);
    return count;
  },
};

/** Bytes in front of the first that is equal. By the C library, as is the next one: it is as quick the first time as later. */
function untilFound({ buffer }: Uint8Array, at: number, length: number, value: number): number {
  const found = Buffer.from(buffer, at, length).indexOf(value);
  return found < 0 ? length : found;
}
const CHUNK = 16_384;
/** So many bytes are equal, and the first difference is less than a chunk behind them. */
function sameAtLeast({ buffer }: Uint8Array, from: number, to: number, length: number): number {
  if (length < CHUNK) return 0;
  const [a, b] = [Buffer.from(buffer, from, length), Buffer.from(buffer, to, length)];
  let same = 0;
  for (let end = Math.min(CHUNK, length); same < length; same = end, end = Math.min(end + CHUNK, length)) {
    if (a.compare(b, same, end, same, end) !== 0) break;
  }
  return same;
}

/** Bytes at once; larger elements by writing the first and doubling. */
function fill(u8: Uint8Array, at: number, length: number, value: number, size: Size): void {
  if (size === 1) {
    u8.fill(value, at, at + length);
    return;
  }
  for (let n = 0; n < size; n++) u8[at + n] = value >>> (8 * n);
  for (let done = size; done < length; done *= 2) u8.copyWithin(at + done, at, at + Math.min(done, length - done));
}

function element(u8: Uint8Array, at: number, size: Size): number {
  let value = u8[at]!;
  for (let n = 1; n < size; n++) value += u8[at + n]! * 2 ** (8 * n);
  return value;
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
