/**
 * Which thread the client's user looks at, for packets that do not say which one they mean. gdb tells by the way: it asks whether a thread is
 * alive (T) as it is selected. "thread apply" asks that too, of each thread it visits, and has asked for the list of threads just before.
 */
import { sameThread, type ThreadId } from "../debug/target.js";

export class SelectedThread {
  /** Threads that "thread apply" has visited; undefined if there is none under way. */
  #visited: ThreadId[] | undefined;
  #listed = false;

  constructor(public id: ThreadId) {}

  /** A stop: its thread is the selected one from here on. */
  stopped(thread: ThreadId): void {
    this.id = thread;
    this.#visited = undefined;
  }

  /** Any packet but T. */
  other(name: string): void {
    this.#listed = name === "qXfer:threads:read";
  }

  /** T. */
  askedFor(thread: ThreadId): void {
    if (this.#listed) this.#visited = [];
    this.#listed = false;
    if (this.#visited?.every((each) => !sameThread(each, thread))) this.#visited.push(thread);
    else this.stopped(thread);
  }
}
