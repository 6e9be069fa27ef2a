/** The processes as one client sees them: all spaces but those it has let go. */
import type { DebugTarget, Space, Stop, Thread, ThreadId } from "../debug/target.js";
import { sameThread, selects, type ThreadSelector } from "./thread-id.js";

export class Processes {
  readonly #released = new Set<number>();

  constructor(private readonly target: DebugTarget) {}

  spaces(): readonly Space[] {
    return this.target.spaces().filter(({ id }) => !this.#released.has(id));
  }

  threads(): readonly Thread[] {
    return this.target.threads().filter(({ space }) => !this.#released.has(space));
  }

  has(id: number): boolean {
    return this.spaces().some((space) => space.id === id);
  }

  release(id: number): void {
    this.#released.add(id);
  }

  takeBack(id: number): void {
    this.#released.delete(id);
  }

  takeAllBack(): void {
    this.#released.clear();
  }

  /** The thread that a selector stands for; where it leaves a choice, the one in use before, then the processor's. */
  choose(selector: ThreadSelector, inUse: ThreadId): Thread | undefined {
    const threads = this.threads();
    const order = [inUse, this.target.current()].flatMap((id) => threads.find((thread) => sameThread(thread, id)) ?? []);
    return [...order, ...threads].find((thread) => selects(selector, thread));
  }

  /** A process that was let go must not come back with a stop: gdb would take it for a new one. */
  visible(stop: Stop): Stop {
    if (!this.#released.has(stop.thread.space)) return stop;
    const [thread] = this.threads();
    return thread === undefined ? stop : { ...stop, thread };
  }
}
