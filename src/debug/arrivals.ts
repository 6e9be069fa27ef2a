/** Tells of threads that come to trace points, and of the steps they make from there; the machine does not stop for it. */
import type { Machine } from "../pc/machine.js";
import type { Followers } from "./follower.js";
import type { CheckedView } from "./point-view.js";
import type { DebugPoints } from "./points.js";
import { type StepListener, sameThread, type ThreadId } from "./target.js";

export class Arrivals {
  /** The arrival told last: a stop comes between it and the instruction, and is no second one. */
  private told: { space: number; eip: number; time: number } | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly points: DebugPoints,
    private readonly followers: Followers,
    private readonly view: CheckedView,
  ) {}

  /** The thread that runs has come to this address; the view is aimed at its space. */
  at(space: number, eip: number): void {
    const arrives = this.points.arrivalAt(space, eip);
    if (!arrives) return;
    const { now } = this.machine;
    const { told } = this;
    if (told && told.space === space && told.eip === eip && told.time === now) return;
    this.told = { space, eip, time: now };
    const steps = arrives(this.view);
    if (steps) this.follow(this.view.thread, steps);
  }

  /** The same wherever the processor is now. */
  here(): void {
    const space = this.view.aim();
    this.at(space, this.view.eip);
  }

  /** A step is complete when the thread is about to execute its next instruction: what the kernel does for it in between is part of it. */
  private follow(thread: ThreadId, steps: StepListener): void {
    let executed = false;
    const follower = {
      after: (by: ThreadId, _next: number, completed: boolean, now: ThreadId): void => {
        if (sameThread(by, thread) && completed) executed = true;
        if (!executed || !sameThread(now, thread)) return;
        executed = false;
        this.view.aim();
        if (!steps(this.view)) this.followers.delete(follower);
      },
    };
    this.followers.add(follower);
  }
}
