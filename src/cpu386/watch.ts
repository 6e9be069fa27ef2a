/** Watched ranges of memory: exact, any number, any length. The lines they lie in carry flags that slow accesses down to where we look. */
import { LINE_FLAGS, LINE_SHIFT, LINE_WATCH_READ, LINE_WATCH_WRITE } from "./layout.js";
import type { Processor } from "./processor.js";

export interface WatchRange {
  /** Linear address of the first byte. */
  readonly start: number;
  readonly length: number;
  readonly read: boolean;
  readonly write: boolean;
}

export interface WatchHit {
  /** Linear address and length of the access that hit. */
  readonly address: number;
  readonly length: number;
  readonly access: "read" | "write";
  readonly ranges: readonly WatchRange[];
}

export class Watchpoints {
  private ranges: WatchRange[] = [];
  /** The first hit since it was last taken. */
  hit: WatchHit | undefined;

  constructor(private readonly cpu: Processor) {}

  get watchesLoads(): boolean {
    return this.ranges.some((r) => r.read);
  }

  set(ranges: readonly WatchRange[]): void {
    this.flag(false);
    this.ranges = [...ranges];
    this.flag(true);
  }

  private flag(on: boolean): void {
    const { u8 } = this.cpu;
    for (const { start, length, read, write } of this.ranges) {
      const bits = (read ? LINE_WATCH_READ : 0) | (write ? LINE_WATCH_WRITE : 0);
      // An access of up to 8 bytes is tested by the line of its first byte only.
      const last = Math.min(this.cpu.memory.size, start + length) - 1;
      for (let line = Math.max(0, start - 7) >>> LINE_SHIFT; line <= last >>> LINE_SHIFT; line++) {
        if (on) u8[LINE_FLAGS + line]! |= bits;
        else u8[LINE_FLAGS + line]! &= ~(LINE_WATCH_READ | LINE_WATCH_WRITE);
      }
    }
  }

  /** Tells of an access by the guest; true if it is a hit. */
  note(address: number, length: number, access: "read" | "write"): boolean {
    const ranges = this.ranges.filter((r) => (access === "read" ? r.read : r.write) && r.start < address + length && address < r.start + r.length);
    if (ranges.length === 0) return false;
    this.hit ??= { address, length, access, ranges };
    return true;
  }

  take(): WatchHit | undefined {
    const { hit } = this;
    this.hit = undefined;
    return hit;
  }
}
