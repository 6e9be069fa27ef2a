/**
 * The record cache: blocks of decoded instructions, found by code context and offset, forgotten when their bytes change.
 *
 * A block is a run of records up to the first transfer of control. Records are never moved; a forgotten block's records become
 * "stale" and send the interpreter to look anew, so links to them need not be found. When the area is full everything is forgotten.
 */
import { linear } from "./address.js";
import { type CodeContext, type DecodeFault, Decoder } from "./decode.js";
import { HANDLER, type Shape } from "./definitions/table.js";
import type { Guard } from "./jit/form.js";
import * as L from "./layout.js";
import type { Stretch } from "./paging.js";
import { peekNumber } from "./peek.js";
import { type Predicate, parts } from "./predicate.js";
import type { Processor } from "./processor.js";

const { R } = L;
const MAX_BLOCK = 64;
/** Instructions that are left to the cold tier one by one. */
const MAX_APART = 4096;

interface Block {
  readonly record: number;
  readonly count: number;
  readonly context: Context;
  readonly ip: number;
  /** Physical addresses of its bytes: one stretch, or one for each page. */
  readonly stretches: readonly Stretch[];
  isForgotten: boolean;
}
function overlaps(stretches: readonly Stretch[], start: number, end: number): boolean {
  for (const s of stretches) if (s.start < end && start < s.end) return true;
  return false;
}

interface Context extends CodeContext {
  /** How linear addresses become physical: Paging.codeKey. */
  readonly pages: number;
  readonly id: number;
  readonly salt: number;
  readonly blocks: Map<number, number>;
}

export class RecordCache {
  private readonly contexts: Context[] = [];
  private selected: Context | undefined;
  private readonly blocks = new Map<number, Block>();
  /** Blocks by the 64-byte lines of memory they were decoded from. */
  private readonly lines = new Map<number, Block[]>();
  private free: number = L.RECORDS + L.RECORD_BYTES;
  private readonly decoder: Decoder;
  /** Why a record cannot be executed. */
  readonly faults = new Map<number, DecodeFault>();
  /** Grows each time everything is forgotten: record addresses from before mean nothing then. */
  generation = 0;
  /** Heard of whatever is forgotten: the first record of a block whose records have gone stale; undefined: all of them are no more. */
  onForget: ((block: number | undefined) => void) | undefined;
  /** Linear addresses with an execution breakpoint. */
  readonly breakpoints = new Set<number>();
  /** Linear addresses of instructions that no region has, and that blocks end behind: a region may begin there. */
  private readonly apart = new Set<number>();
  /** Those of instructions that check no other's accesses in regions. */
  private readonly narrow = new Set<number>();
  /** Of those that have one: where it is 0, the breakpoint is no stop and nobody has to be asked. */
  private readonly predicates = new Map<number, Predicate>();
  /** Those of the guest's own debug registers. */
  private readonly guestBreakpoints = new Set<number>();

  constructor(
    private readonly cpu: Processor,
    private readonly areaEnd: number,
  ) {
    this.decoder = new Decoder(
      (at) => {
        const physical = cpu.paging.fetch(linear(at), cpu.cpl === 3, this.isAhead);
        return physical === undefined ? undefined : cpu.memory.read(physical, 1);
      },
      () => cpu.generation,
    );
  }

  /** Follows a change of CS or SS: records are per base, limit and sizes. */
  selectContext(): void {
    const { cpu } = this;
    cpu.contextChanged = false;
    const i32 = cpu.i32;
    const base = i32[(L.CS + L.BASE) >> 2]! >>> 0;
    const limit = i32[(L.CS + L.LIMIT) >> 2]! >>> 0;
    const size = (i32[(L.CS + L.ATTRIBUTES) >> 2]! >> 22) & 1 ? 4 : 2;
    const stackSize = (i32[(L.SS + L.ATTRIBUTES) >> 2]! >> 22) & 1 ? 4 : 2;
    const pages = cpu.paging.codeKey;
    let context = this.contexts.find(
      (c) => c.base === base && c.limit === limit && c.size === size && c.stackSize === stackSize && c.pages === pages,
    );
    if (!context) {
      const id = this.contexts.length + 1;
      context = { base, limit, size, stackSize, pages, id, salt: (id * 0x2f1) & (L.HASH_ENTRIES - 1), blocks: new Map() };
      this.contexts.push(context);
    }
    this.selected = context;
    i32[L.CONTEXT >> 2] = context.id;
    i32[L.CONTEXT_SALT >> 2] = context.salt;
  }

  /** The record of the instruction at an offset in the current context, decoded if need be. */
  find(ip: number): number {
    const at = ip >>> 0;
    let record = this.current.blocks.get(at);
    if (record === undefined) {
      record = this.decodeBlock(this.current, at);
      this.current.blocks.set(at, record);
    }
    const { i32 } = this.cpu;
    const entry = this.hashEntry(at, this.current);
    i32[entry] = at;
    i32[entry + 1] = this.current.id;
    i32[entry + 2] = record;
    return record;
  }

  /** Quick paths change the context's number in the state alone. */
  private get current(): Context {
    const id = this.cpu.i32[L.CONTEXT >> 2]!;
    if (this.selected!.id !== id) this.selected = this.contexts[id - 1]!;
    return this.selected!;
  }
  /** The number of the current code context. */
  get contextId(): number {
    return this.current.id;
  }
  /** The block at an offset in the current context, if it has been decoded. */
  peek(ip: number): Block | undefined {
    const record = this.current.blocks.get(ip >>> 0);
    return record === undefined ? undefined : this.blocks.get(record);
  }
  isFaulty(record: number): boolean {
    return this.faults.has(record);
  }
  isApart(ip: number): boolean {
    return this.apart.size > 0 && this.apart.has((this.current.base + ip) >>> 0);
  }
  setApart(ip: number): void {
    if (this.apart.size >= MAX_APART) return;
    const at = (this.current.base + ip) >>> 0;
    this.apart.add(at);
    this.forgetLinear(at);
  }
  isNarrow(ip: number): boolean {
    return this.narrow.size > 0 && this.narrow.has((this.current.base + ip) >>> 0);
  }
  setNarrow(offsets: readonly number[]): void {
    const { base } = this.current;
    const room = MAX_APART - this.narrow.size;
    const found = offsets.slice(0, room).map((ip) => (base + ip) >>> 0);
    for (const at of found) this.narrow.add(at);
    for (const at of found) this.forgetLinear(at);
  }
  guardAt(ip: number): Guard {
    const at = (this.current.base + ip) >>> 0;
    if (this.guestBreakpoints.has(at)) return "always";
    if (!this.breakpoints.has(at)) return undefined;
    const predicate = this.predicates.get(at);
    if (!predicate) return "always";
    const isPaged = this.cpu.paging.enabled && [...parts(predicate)].some(({ op }) => op === "load");
    return isPaged ? "always" : predicate;
  }

  wordAt(segment: number, offset: number): number | undefined {
    const { i32 } = this.cpu;
    if (offset >= i32[(segment + L.READ_BOUND[4]) >> 2]! >>> 0) return undefined;
    return peekNumber(this.cpu, (i32[(segment + L.BASE) >> 2]! + offset) >>> 0, 4);
  }

  /** Index in words of the jump cache's entry for an offset. */
  private hashEntry(ip: number, context: Context): number {
    return (L.HASH + ((ip ^ context.salt) & (L.HASH_ENTRIES - 1)) * L.HASH_ENTRY_BYTES) >> 2;
  }

  /** What is being decoded is not executed next, and may never be. */
  private isAhead = false;
  private decodeBlock(wanted: Context, ip: number): number {
    let context = wanted;
    if (this.free + (MAX_BLOCK + 1) * L.RECORD_BYTES > this.areaEnd) {
      this.forgetAll();
      this.selectContext();
      context = this.current;
    }
    const first = this.free;
    let count = 0;
    let at = ip;
    let end = ip;
    let closed = false;
    while (count < MAX_BLOCK) {
      this.isAhead = count > 0;
      const decoded = this.decoder.decode(context, at);
      // An instruction that cannot be fetched whole must be met by itself: its bytes may change before it is reached.
      if (decoded.fault && decoded.fault !== "branch-beyond-limit" && count > 0) break;
      const record = this.free;
      this.free += L.RECORD_BYTES;
      count++;
      this.fill(record, decoded, at, context);
      const isApart = this.apart.has((context.base + at) >>> 0);
      at = (at + decoded.length) >>> 0;
      end += decoded.length;
      const { definition, rep } = decoded.shape;
      closed = decoded.fault !== undefined || definition.ends === true || definition.system !== undefined || rep !== 0;
      if (closed || isApart || at < ip) break;
    }
    if (!closed) this.closeBlock(at);
    for (let n = 0; n < count; n++) this.cpu.i32[(first + n * L.RECORD_BYTES + R.remaining) >> 2] = count - n;
    // One that met a page fault may be as long as instructions get: the tables that decide about all of it are watched.
    const least = this.faults.get(first) === "page-fault" ? 15 : 1;
    const stretches = this.stretchesOf((context.base + ip) >>> 0, Math.max(least, end - ip));
    this.register({ record: first, count, context, ip, stretches, isForgotten: false });
    return first;
  }

  /** Where a linear stretch of code lies. The table entries it was found through are flagged: when they change, so may the code. */
  private stretchesOf(start: number, length: number): readonly Stretch[] {
    const { paging, u8, memory } = this.cpu;
    const { stretches, entries } = paging.stretches(start, length);
    for (const entry of entries) {
      if (entry < memory.size) u8[L.LINE_FLAGS + (entry >>> L.LINE_SHIFT)]! |= L.LINE_PAGE_TABLE;
      this.pageTableLines.add(entry >>> L.LINE_SHIFT);
    }
    return stretches;
  }
  private readonly pageTableLines = new Set<number>();

  /** A record of no instruction behind a block that falls through: "stale", it sends the interpreter on to look for the next block. */
  private closeBlock(ip: number): void {
    const { i32 } = this.cpu;
    const w = this.free >> 2;
    this.free += L.RECORD_BYTES;
    i32[w] = HANDLER.stale;
    i32[w + R.ip / 4] = ip;
    i32[w + R.remaining / 4] = 0;
  }

  private fill(record: number, d: ReturnType<Decoder["decode"]>, ip: number, context: Context): void {
    const { i32 } = this.cpu;
    const w = record >> 2;
    const { shape } = d;
    if (d.fault) this.faults.set(record, d.fault);
    const at = (context.base + ip) >>> 0;
    const broken = this.breakpoints.has(at) || this.guestBreakpoints.has(at);
    i32[w] = broken ? HANDLER.breakpoint : d.fault ? HANDLER.system : shape.handler;
    i32[w + R.r1 / 4] = d.r1;
    i32[w + R.r2 / 4] = d.r2;
    i32[w + R.base / 4] = d.base;
    i32[w + R.index / 4] = d.index;
    i32[w + R.disp / 4] = d.disp;
    i32[w + R.imm / 4] = d.imm;
    i32[w + R.seg / 4] = L.SEGMENTS + d.segment * L.SEGMENT_BYTES;
    i32[w + R.ip / 4] = ip;
    // Going on does not wrap in a 16-bit segment: EIP has 32 bits there too, and passes the limit.
    i32[w + R.next / 4] = ip + d.length;
    i32[w + R.target / 4] = d.target;
    i32[w + R.nextLink / 4] = 0;
    i32[w + R.targetLink / 4] = 0;
    i32[w + R.scale / 4] = d.scale | (d.special << 8);
    i32[w + R.shape / 4] = shape.index | (d.imm2 << 16);
  }

  private register(block: Block): void {
    this.blocks.set(block.record, block);
    // A store of up to 8 bytes may begin in the line before and end in this one: its first byte's flag is the one that is tested.
    for (const { start, end } of block.stretches) {
      for (let line = Math.max(0, start - 7) >>> L.LINE_SHIFT; line <= (end - 1) >>> L.LINE_SHIFT; line++) {
        // Not shifted back: firmware is decoded at the end of the address space, where that would turn negative.
        if (line * (1 << L.LINE_SHIFT) >= this.cpu.memory.size) break;
        this.cpu.u8[L.LINE_FLAGS + line]! |= L.LINE_CODE;
        const there = this.lines.get(line);
        if (there) there.push(block);
        else this.lines.set(line, [block]);
      }
    }
  }

  /** Links a branch: `field` is R.nextLink or R.targetLink. @throws nothing; undefined if the offset lies beyond CS's limit */
  link(record: number, field: number): number | undefined {
    const { i32 } = this.cpu;
    const ip = i32[(record + (field === R.nextLink ? R.next : R.target)) >> 2]! >>> 0;
    if (ip > this.current.limit && field === R.targetLink) return undefined;
    const { generation } = this;
    const to = this.find(ip);
    if (generation === this.generation) i32[(record + field) >> 2] = to;
    return to;
  }

  /** Bytes at physical addresses [start, start + length) are about to change. */
  invalidate(start: number, length: number): void {
    const end = start + length;
    for (let line = start >>> L.LINE_SHIFT; line <= (end - 1) >>> L.LINE_SHIFT; line++) {
      if (this.pageTableLines.has(line)) return this.forgetBlocks();
      const there = this.lines.get(line);
      if (!there) continue;
      let kept = 0;
      for (const block of there) {
        if (block.isForgotten) continue;
        if (overlaps(block.stretches, start, end)) this.forget(block);
        else there[kept++] = block;
      }
      there.length = kept;
      if (kept === 0) {
        this.lines.delete(line);
        this.cpu.u8[L.LINE_FLAGS + line]! &= ~L.LINE_CODE;
      }
    }
  }

  /** Makes every block stale, where forgetAll would pull the records from under the interpreter. */
  private forgetBlocks(): void {
    for (const block of this.blocks.values()) this.forget(block);
    this.forgetFlags();
  }
  private forgetFlags(): void {
    for (const line of this.lines.keys()) this.cpu.u8[L.LINE_FLAGS + line]! &= ~L.LINE_CODE;
    for (const line of this.pageTableLines) this.cpu.u8[L.LINE_FLAGS + line]! &= ~L.LINE_PAGE_TABLE;
    this.lines.clear();
    this.pageTableLines.clear();
  }

  private forget(block: Block): void {
    block.isForgotten = true;
    this.blocks.delete(block.record);
    block.context.blocks.delete(block.ip);
    const entry = this.hashEntry(block.ip, block.context);
    if (this.cpu.i32[entry + 2] === block.record) this.cpu.i32[entry + 1] = 0;
    for (let n = 0; n < block.count; n++) this.cpu.i32[(block.record + n * L.RECORD_BYTES) >> 2] = HANDLER.stale;
    this.onForget?.(block.record);
  }

  forgetAll(): void {
    this.generation++;
    this.onForget?.(undefined);
    this.blocks.clear();
    this.forgetFlags();
    this.contexts.length = 0;
    this.faults.clear();
    this.apart.clear();
    this.narrow.clear();
    this.cpu.u8.fill(0, L.HASH, L.HASH + L.HASH_ENTRIES * L.HASH_ENTRY_BYTES);
    this.free = L.RECORDS + L.RECORD_BYTES;
    this.cpu.contextChanged = true;
  }

  /** Does nothing if it is there already, with the same predicate. */
  setBreakpoint(at: number, predicate?: Predicate): void {
    if (this.breakpoints.has(at) && this.predicates.get(at) === predicate) return;
    this.breakpoints.add(at);
    if (predicate) this.predicates.set(at, predicate);
    else this.predicates.delete(at);
    this.forgetLinear(at);
  }
  setGuestBreakpoint(at: number, set: boolean): void {
    if (set === this.guestBreakpoints.has(at)) return;
    if (set) this.guestBreakpoints.add(at);
    else this.guestBreakpoints.delete(at);
    this.forgetLinear(at);
  }
  clearBreakpoint(at: number): void {
    this.breakpoints.delete(at);
    this.predicates.delete(at);
    this.forgetLinear(at);
  }
  /** With paging, several mappings may lead to a linear address: all blocks are decoded anew. */
  private forgetLinear(at: number): void {
    if (this.cpu.paging.enabled) this.forgetBlocks();
    else this.invalidate(at, 1);
  }
  /** A page fault that was met in decoding did not come when the instruction was reached: decode again. */
  forgetRecord(record: number): void {
    const block = this.blocks.get(record);
    if (block) this.forget(block);
  }

  /** The handler a record had before a breakpoint took its place. */
  originalHandler(record: number, shapes: readonly Shape[]): number {
    if (this.faults.has(record)) return HANDLER.system;
    return shapes[this.cpu.i32[(record + R.shape) >> 2]! & 0xffff]!.handler;
  }
}
