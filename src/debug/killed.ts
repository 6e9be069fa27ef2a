/**
 * Spaces that execute nothing any more: the processor sleeps through the time the kernel gives them, until the next interrupt. So a kill
 * needs no knowledge of the kernel, whose timing stays what it was.
 */
import type { Machine } from "../pc/machine.js";
import type { Threads } from "./threads.js";

export class KilledSpaces {
  private spaces = new Set<number>();

  constructor(
    machine: Machine,
    private readonly threads: Threads,
  ) {
    machine.sleeps = () => this.spaces.size > 0 && this.has(threads.current().space);
  }

  get isEmpty(): boolean {
    return this.spaces.size === 0;
  }
  has(space: number): boolean {
    return this.spaces.has(space);
  }
  add(space: number): void {
    // Where the processor is has to be known at each change of ring, also in a machine that repeats its past with nobody to see it.
    this.threads.observe();
    this.spaces.add(space);
  }

  /** For `restore`. */
  save(): ReadonlySet<number> {
    return new Set(this.spaces);
  }
  restore(saved: ReadonlySet<number>): void {
    this.spaces = new Set(saved);
  }
}
