/** Follows the machine instruction by instruction for those who ask, and tells them which thread has executed each. */
import type { Cpu, Observer } from "../cpu386/cpu.js";
import type { ThreadId } from "./target.js";
import type { Threads } from "./threads.js";

export interface Follower {
  /** The thread is about to execute an instruction. */
  before?(thread: ThreadId): void;
  /**
   * It has; `now` is where the processor is. `next` is the offset in CS behind the instruction; an instruction that is not `completed` has
   * faulted.
   */
  after?(thread: ThreadId, next: number, completed: boolean, now: ThreadId): void;
}

/** While nobody follows, the processor is not held up at all. */
export class Followers implements Observer {
  private readonly followers = new Set<Follower>();
  private thread!: ThreadId;

  constructor(
    private readonly cpu: Cpu,
    private readonly threads: Threads,
  ) {
    cpu.observer = undefined;
  }

  add(follower: Follower): void {
    this.followers.add(follower);
    this.cpu.observer = this;
    // It may have come between the two halves of an instruction.
    this.thread = this.threads.current();
  }
  delete(follower: Follower): void {
    this.followers.delete(follower);
    if (this.followers.size === 0) this.cpu.observer = undefined;
  }

  before(): void {
    this.thread = this.threads.current();
    for (const follower of this.followers) follower.before?.(this.thread);
  }
  after(next: number, completed: boolean): void {
    const now = this.threads.current();
    for (const follower of this.followers) follower.after?.(this.thread, next, completed, now);
  }
}
