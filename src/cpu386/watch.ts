/** Watched ranges of memory: exact, any number, any length. The lines they lie in carry flags that slow accesses down to where we look. */
import { linear } from "./address.js";
import { LINE_FLAGS, LINE_SHIFT, LINE_WATCH_READ, LINE_WATCH_WRITE } from "./layout.js";
import type { Processor } from "./processor.js";

export interface WatchRange {
  /** Linear address of the first byte. */
  readonly start: number;
  readonly length: number;
  readonly read: boolean;
  readonly write: boolean;
  /** The guest's debug register that asks for it; absent: a debugger does. */
  readonly debugRegister?: number;
}

export interface WatchHit {
  /** Linear address and length of the access that hit. */
  readonly address: number;
  readonly length: number;
  readonly access: "read" | "write";
  readonly ranges: readonly WatchRange[];
}

/** A part of a range that lies in one page, and where that page is. */
interface Piece {
  readonly range: WatchRange;
  readonly linear: number;
  readonly physical: number;
  readonly length: number;
}

export class Watchpoints {
  private ranges: readonly WatchRange[] = [];
  private debugger: readonly WatchRange[] = [];
  private guest: readonly WatchRange[] = [];
  private pieces: Piece[] = [];
  /** The first hit since it was last taken. */
  hit: WatchHit | undefined;

  constructor(private readonly cpu: Processor) {}

  get watchesLoads(): boolean {
    return this.ranges.some((r) => r.read);
  }

  /** Replaces a debugger's ranges. With paging, each is looked up in the page tables of this moment. */
  set(ranges: readonly WatchRange[]): void {
    this.debugger = ranges;
    this.apply();
  }
  /** Replaces those of the guest's debug registers. */
  setGuest(ranges: readonly WatchRange[]): void {
    if (ranges.length === 0 && this.guest.length === 0) return;
    this.guest = ranges;
    this.apply();
  }
  private apply(): void {
    this.flag(false);
    this.ranges = [...this.debugger, ...this.guest];
    this.pieces = this.ranges.flatMap((range) => this.split(range));
    this.flag(true);
  }

  private split(range: WatchRange): Piece[] {
    const pieces: Piece[] = [];
    const end = range.start + range.length;
    for (let at = range.start; at < end; at = at - (at % PAGE) + PAGE) {
      const { paging } = this.cpu;
      const length = Math.min(end, at - (at % PAGE) + PAGE) - at;
      // Where the tables lead to, and where the TLB still does.
      for (const physical of new Set([paging.peek(linear(at)), paging.held(linear(at))]))
        if (physical !== undefined) pieces.push({ range, linear: at, physical, length });
    }
    return pieces;
  }

  private flag(on: boolean): void {
    const { u8, memory } = this.cpu;
    for (const { range, physical, length } of this.pieces) {
      const bits = (range.read ? LINE_WATCH_READ : 0) | (range.write ? LINE_WATCH_WRITE : 0);
      // An access of up to 8 bytes is tested by the line of its first byte only.
      const last = Math.min(memory.size, physical + length) - 1;
      for (let line = Math.max(0, physical - 7) >>> LINE_SHIFT; line <= last >>> LINE_SHIFT; line++) {
        if (on) u8[LINE_FLAGS + line]! |= bits;
        else u8[LINE_FLAGS + line]! &= ~(LINE_WATCH_READ | LINE_WATCH_WRITE);
      }
    }
  }

  /** Tells of an access by the guest to a physical address; true if it is a hit. */
  note(address: number, length: number, access: "read" | "write"): boolean {
    const pieces = this.pieces.filter(
      ({ range, physical, length: size }) =>
        (access === "read" ? range.read : range.write) && physical < address + length && address < physical + size,
    );
    const [first] = pieces;
    if (!first) return false;
    const ranges = pieces.map((p) => p.range);
    // One instruction may hit several times: the first place counts, and every range.
    this.hit = this.hit
      ? { ...this.hit, ranges: [...this.hit.ranges, ...ranges] }
      : { address: first.linear + address - first.physical, length, access, ranges };
    return true;
  }
  /** As note, for a read by its linear address. */
  noteRead(at: number, length: number): boolean {
    const { paging } = this.cpu;
    const physical = paging.held(linear(at)) ?? paging.peek(linear(at));
    return physical !== undefined && this.note(physical, length, "read");
  }

  take(): WatchHit | undefined {
    const { hit } = this;
    this.hit = undefined;
    return hit;
  }
}

const PAGE = 0x1000;
