/**
 * The processes as one client sees them: all spaces there were when it came, but those it has let go.
 *
 * A process that appears later makes gdb 13.1 jump to it and lose the stop it was told of. So spaces found later stay hidden until the
 * processor stops in one of them, where the jump is what the user wants.
 */
import { type DebugTarget, type Space, type Stop, sameThread, type Thread, type ThreadId } from "../debug/target.js";
import { selects, type ThreadSelector } from "./thread-id.js";

export class Processes {
  readonly #released = new Set<number>();
  readonly #announced = new Set<number>();

  constructor(private readonly target: DebugTarget) {
    this.#announceAll();
  }

  spaces(): readonly Space[] {
    return this.target.spaces().filter(({ id }) => this.#isShown(id));
  }

  threads(): readonly Thread[] {
    return this.target.threads().filter(({ space }) => this.#isShown(space));
  }

  /** Spaces the client has not been told of yet. */
  hidden(): readonly Space[] {
    return this.target.spaces().filter(({ id }) => !this.#announced.has(id));
  }

  announce(id: number): void {
    this.#announced.add(id);
  }

  has(id: number): boolean {
    return this.spaces().some((space) => space.id === id);
  }

  release(id: number): void {
    this.#released.add(id);
  }

  takeBack(id: number): void {
    this.#released.delete(id);
    this.#announced.add(id);
  }

  takeAllBack(): void {
    this.#released.clear();
    this.#announceAll();
  }

  #announceAll(): void {
    for (const { id } of this.target.spaces()) this.#announced.add(id);
  }

  #isShown(id: number): boolean {
    return this.#announced.has(id) && !this.#released.has(id);
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
