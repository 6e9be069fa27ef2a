/** The trace buffer: frames in the order of their collection, in a number of bytes. */
import { concat } from "../bytes.js";
import type { TraceFrame } from "./frame.js";

/** As large as gdbserver's. */
export const DEFAULT_SIZE = 5 << 20;
/** More is a mistake rather than a wish. */
export const MOST_SIZE = 1 << 28;

export class TraceBuffer {
  #frames: TraceFrame[] = [];
  /** Those discarded from the front since the array was cut last: a shift at each would cost as much as the rest is long. */
  #dropped = 0;
  #used = 0;
  /** Frames collected since it was cleared, those included that have made room for others. */
  created = 0;
  size = DEFAULT_SIZE;
  /** The oldest frames make room for new ones. */
  circular = false;

  get free(): number {
    return Math.max(0, this.size - this.#used);
  }
  get length(): number {
    return this.#frames.length - this.#dropped;
  }

  clear(): void {
    this.#frames = [];
    this.#dropped = this.#used = this.created = 0;
  }

  frame(index: number): TraceFrame | undefined {
    return index < 0 ? undefined : this.#frames[this.#dropped + index];
  }

  /** False if there is no room for it. */
  add(frame: TraceFrame): boolean {
    if (frame.size > this.size) return false;
    while (frame.size > this.free) {
      if (!this.circular) return false;
      this.#discardOldest();
    }
    this.#frames.push(frame);
    this.#used += frame.size;
    this.created++;
    return true;
  }
  #discardOldest(): void {
    this.#used -= this.#frames[this.#dropped]!.size;
    if (++this.#dropped < 1024) return;
    this.#frames = this.#frames.slice(this.#dropped);
    this.#dropped = 0;
  }

  /** The first frame behind `after` (-1: from the first on) that fits. */
  find(after: number, fits: (frame: TraceFrame) => boolean): number | undefined {
    for (let n = after + 1; n < this.length; n++) if (fits(this.frame(n)!)) return n;
    return undefined;
  }

  /** A piece of all frames in the form of a trace file; shorter, or empty, at the end. */
  bytes(offset: number, length: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let at = 0;
    for (let n = 0; n < this.length && at < offset + length; n++) {
      const frame = this.frame(n)!;
      if (at + frame.size > offset) pieces.push(frame.bytes.subarray(Math.max(0, offset - at), offset + length - at));
      at += frame.size;
    }
    return concat(...pieces);
  }
}
