/**
 * Stops that gdb cannot take, and what to tell it instead.
 *
 * With schedule-multiple off, gdb resumes the threads of one process by name and takes all others to be stopped, though the machine
 * runs as a whole. Two kinds of stops in a process it has not resumed are more than gdb 13.1 can bear:
 * - in the process whose stop it was told last, if another one was resumed since: it fails an assertion (skip_inline_frames) and dies;
 * - in process 1, if that was never resumed: connecting leaves inferior 1 in a state (STOP_QUIETLY_REMOTE) in which its stops are not
 *   announced, and the user gets no prompt before Ctrl-C.
 * Such a stop is reported as a return to the prompt in the process that was resumed, and as itself once its own one is. With
 * schedule-multiple on every process is resumed; only the silence of a process 1 never resumed by the user cannot be told then.
 */
import type { Stop, ThreadId } from "../debug/target.js";
import type { Action } from "./vcont.js";

const hint = (space: number): string =>
  `pok386: the machine has stopped in process ${space}, which gdb takes to be stopped already. Type "inferior ${space}" and "continue" to ` +
  'see it; "set schedule-multiple on" avoids this.\n';

export interface StandIn {
  readonly thread: ThreadId;
  readonly hint: string;
}

export class UnresumedProcesses {
  readonly #spaces = new Set([1]);
  #wasNamed: ((space: number) => boolean) | undefined;

  /** `threads` gives those of the processes the client has. */
  constructor(private readonly threads: () => readonly ThreadId[]) {}

  resumed(actions: readonly Action[]): void {
    const named = actions.map(({ selector }) => selector?.space);
    const isNamed = (space: number) => named.some((name) => typeof name !== "number" || name === space);
    for (const space of [...this.#spaces]) if (isNamed(space)) this.#spaces.delete(space);
    this.#wasNamed = isNamed;
  }

  stopped(thread: ThreadId): void {
    this.#spaces.add(thread.space);
  }

  /** What to report in place of a stop that gdb could not take. */
  standIn({ thread, reason }: Stop): StandIn | undefined {
    const wasNamed = this.#wasNamed;
    if (reason.kind === "exited" || wasNamed === undefined || !this.#spaces.has(thread.space)) return undefined;
    const resumed = this.threads().find(({ space }) => wasNamed(space));
    return resumed && { thread: resumed, hint: hint(thread.space) };
  }
}
