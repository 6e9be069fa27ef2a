/**
 * Stops at programs that begin, for the first time or anew: the kernel enters a partition at its executable's entry point. It takes
 * nothing but that to be a start, whatever the kernel has done before to bring it about.
 */
import type { Machine } from "../pc/machine.js";
import { entryPoint } from "./executable.js";
import type { SystemModel, SystemSpace } from "./system.js";
import { type Stop, type ThreadId, threadKey } from "./target.js";
import { KERNEL, type SavedRegisters } from "./threads.js";

export class ProgramStarts {
  wanted = false;
  /** Threads interrupted in front of their first instruction: they only go on there. */
  private readonly interrupted = new Set<string>();
  /** The processor has left the kernel since the last look. */
  private left = false;

  constructor(
    private readonly machine: Machine,
    private readonly system: SystemModel,
  ) {}

  enters(thread: ThreadId, { eip }: SavedRegisters): void {
    if (!this.wanted) return;
    if (eip === entryPoint(this.spaceOf(thread)?.executable?.bytes)) this.interrupted.add(threadKey(thread));
    else this.interrupted.delete(threadKey(thread));
  }

  /** Where to is seen once the instruction is complete. */
  leaves(): void {
    if (!this.wanted) return;
    this.left = true;
    this.machine.leave();
  }

  /** @param eip of the thread that runs, as its space sees it */
  take(current: ThreadId, eip: () => number): Stop | undefined {
    if (!this.left) return undefined;
    this.left = false;
    const space = this.spaceOf(current);
    if (space === undefined || eip() !== entryPoint(space.executable?.bytes)) return undefined;
    if (this.interrupted.delete(threadKey(current))) return undefined;
    return { thread: current, reason: { kind: "started", text: `${space.name} begins` } };
  }

  private spaceOf({ space }: ThreadId): SystemSpace | undefined {
    return space === KERNEL.space ? undefined : this.system.spaces().find(({ id }) => id === space);
  }
}
