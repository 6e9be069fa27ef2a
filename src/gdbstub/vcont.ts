/** The actions of vCont and what they come to on a machine with one processor (GDB manual, "Packets": vCont). */
import type { ResumePlan, Step, ThreadId } from "../debug/target.js";
import { Malformed, type Reader } from "./reader.js";
import { selects, type ThreadSelector } from "./thread-id.js";

export interface Action {
  readonly kind: "continue" | "step";
  /** With a signal: the exception it stands for goes to the guest. */
  readonly signalled?: boolean;
  readonly range?: { readonly start: number; readonly end: number };
  /** Absent for the default action. */
  readonly selector?: ThreadSelector;
}

const EVERYONE: ThreadSelector = { space: "all", thread: "all" };

/** A guest has no signals; one that is no exception held back means nothing to it. */
const withSignal = (reader: Reader, given: boolean): { signalled?: boolean } => {
  if (!given) return {};
  return { signalled: reader.hex(0xff) !== 0 };
};

const parseAction = (reader: Reader): Action => {
  const letter = reader.character();
  let action: Action;
  switch (letter) {
    case "C":
    case "c":
      action = { kind: "continue", ...withSignal(reader, letter === "C") };
      break;
    case "S":
    case "s":
      action = { kind: "step", ...withSignal(reader, letter === "S") };
      break;
    case "r": {
      const start = reader.hex();
      reader.expect(",");
      const end = reader.hex();
      // An empty range is one instruction, as the manual has it.
      action = end > start ? { kind: "step", range: { start, end } } : { kind: "step" };
      break;
    }
    default:
      throw new Malformed(`"${letter}" is no action of vCont here`);
  }
  return reader.skip(":") ? { ...action, selector: reader.threadId(";") } : action;
};

export const parseActions = (reader: Reader): readonly Action[] => {
  const actions: Action[] = [];
  while (reader.skip(";")) actions.push(parseAction(reader));
  reader.end();
  if (actions.length === 0) throw new Malformed("vCont needs an action");
  return actions;
};

/** "For each inferior thread, the leftmost action with a matching thread-id is applied." */
const actionFor = (actions: readonly Action[], thread: ThreadId): Action | undefined =>
  actions.find(({ selector }) => selects(selector ?? EVERYONE, thread));

/** `threads` in the order in which one of them is to be taken if several are told to step: there is one processor. */
export const planOf = (actions: readonly Action[], threads: Iterable<ThreadId>): ResumePlan => {
  const [first] = actions;
  const handOn = actions.some(({ signalled }) => signalled) ? { handOn: true } : {};
  const specific = typeof first.selector?.space === "number" && typeof first.selector.thread === "number";
  if (actions.every(({ kind }) => kind === "continue")) return { alone: false, ...handOn };
  for (const thread of threads) {
    const action = actionFor(actions, thread);
    if (action?.kind !== "step") continue;
    const { space, thread: number } = thread;
    const step: Step = { thread: { space, thread: number }, ...(action.range === undefined ? {} : { range: action.range }) };
    return { step, alone: actions.length === 1 && specific, ...handOn };
  }
  return { alone: false, ...handOn };
};

/** gdb with schedule-multiple off: it names the threads of one process and means the others to stay stopped. */
export const leavesProcessesOut = (actions: readonly Action[]): boolean =>
  actions.some(({ kind, selector }) => kind === "continue" && typeof selector?.space === "number" && selector.thread === "all") &&
  actions.every(({ selector }) => typeof selector?.space === "number");
