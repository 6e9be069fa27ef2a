/** Stops at threads that come into being: when the kernel enters for the first time one that was not in the list of threads before. */
import type { Machine } from "../pc/machine.js";
import { type Stop, type ThreadId, threadKey } from "./target.js";
import { KERNEL, type Threads } from "./threads.js";

export class ThreadEvents {
  /** Threads that are no news; undefined if nobody wants to hear of any. */
  private known: Set<string> | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly threads: Threads,
  ) {}

  set(wanted: boolean): void {
    if (!wanted) this.known = undefined;
    else this.known ??= new Set(this.threads.list().map(threadKey));
  }

  /** The processor leaves the kernel; for whom is seen once the instruction is complete. */
  leaves(): void {
    if (this.known) this.machine.leave();
  }

  /** The thread that runs, if it has not been there before. */
  take(current: ThreadId): Stop | undefined {
    if (!this.known || current.space === KERNEL.space || this.known.has(threadKey(current))) return undefined;
    this.known.add(threadKey(current));
    return { thread: current, reason: { kind: "created" } };
  }
}
