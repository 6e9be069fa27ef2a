/**
 * All that came to the machine from outside, and when: with it, a run is a function of its count. A debugger that only looks puts nothing
 * here; one that writes, or keeps interrupts waiting while it steps the kernel, does.
 */
import type { CpuState } from "../../cpu386/cpu.js";

export type Happening =
  /** Bytes at COM1's other end. */
  | { readonly kind: "serial"; readonly bytes: readonly number[] }
  /** Scan codes of the keyboard. */
  | { readonly kind: "keys"; readonly codes: readonly number[] }
  | { readonly kind: "nmi" }
  /** A debugger's write to physical memory. */
  | { readonly kind: "memory"; readonly address: number; readonly bytes: readonly number[] }
  /** A space executes nothing from then on. */
  | { readonly kind: "killed"; readonly space: number }
  /** A debugger's changes of registers, as what they made of the processor. */
  | { readonly kind: "processor"; readonly state: CpuState }
  /** An exception of that vector was the debugger's, and is not delivered. Its count is that of the exception. */
  | { readonly kind: "kept"; readonly vector: number }
  /** Interrupts wait up to a count: the kernel was stepped. */
  | { readonly kind: "held"; until: number };

export interface Entry {
  readonly at: number;
  /** What was due at that count happened before (Position.settled). */
  readonly settled: boolean;
  readonly what: Happening;
}

export class InputLog {
  readonly entries: Entry[] = [];
  /** The first entry that has not happened yet. */
  next = 0;
  /** Hears of each new entry, and of a held one that grows. */
  onEntry: ((entry: Entry) => void) | undefined;

  /** Only at the end of what is known. */
  add(entry: Entry): void {
    this.entries.push(entry);
    this.next = this.entries.length;
    this.onEntry?.(entry);
  }
  /** Interrupts waited while instructions [at, until) were executed. */
  hold(at: number, until: number): void {
    const last = this.entries.at(-1);
    if (last?.what.kind === "held" && last.what.until === at) {
      last.what.until = until;
      this.onEntry?.(last);
    } else this.add({ at, settled: false, what: { kind: "held", until } });
  }
  /** While interrupts wait: until when. */
  heldUntil(now: number): number | undefined {
    const { upcoming } = this;
    return upcoming?.what.kind === "held" && upcoming.at <= now && now < upcoming.what.until ? upcoming.what.until : undefined;
  }

  /** What comes next; a `held` one stays next until its end. */
  get upcoming(): Entry | undefined {
    return this.entries[this.next];
  }
  /** The next one that is not met in the midst of a run. */
  get nextStop(): Entry | undefined {
    for (let n = this.next; n < this.entries.length; n++) if (this.entries[n]!.what.kind !== "kept") return this.entries[n];
    return undefined;
  }
  /** True, and it is done, if an exception of that vector is not to be delivered now. */
  keeps(vector: number, now: number): boolean {
    const { upcoming } = this;
    if (upcoming?.what.kind !== "kept" || upcoming.what.vector !== vector || upcoming.at !== now) return false;
    this.next++;
    return true;
  }
  /** How many have happened when an instruction is about to be executed, but for what came to a machine that stopped there. */
  before(count: number): number {
    const found = this.entries.findIndex(({ at, settled }) => at > count || (at === count && settled));
    return found < 0 ? this.entries.length : found;
  }
  /** Where to go on from this moment: at a `held` one that ends now and may still grow, as well. */
  mark(now: number): number {
    const last = this.entries[this.next - 1]?.what;
    return last?.kind === "held" && last.until >= now ? this.next - 1 : this.next;
  }
  /** What has not happened yet never will. */
  cut(now: number): void {
    const what = this.upcoming?.what;
    if (this.heldUntil(now) !== undefined && this.upcoming!.at < now) {
      (what as { until: number }).until = now;
      this.next++;
    }
    this.entries.length = this.next;
  }
}
