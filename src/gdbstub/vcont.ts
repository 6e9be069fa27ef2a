/** The actions of vCont and what they come to on a machine with one processor (GDB manual, "Packets": vCont). */
import type { ResumePlan, Step, ThreadId } from "../debug/target.js";
import { Malformed, type Reader } from "./reader.js";
import { selects, type ThreadSelector } from "./thread-id.js";

export interface Action {
  readonly kind: "continue" | "step";
  readonly range?: { readonly start: number; readonly end: number };
  /** Absent for the default action. */
  readonly selector?: ThreadSelector;
}

const EVERYONE: ThreadSelector = { space: "all", thread: "all" };

const parseAction = (reader: Reader): Action => {
  const letter = reader.character();
  let action: Action;
  switch (letter) {
    // A guest has no signals to be given: "with signal" is without.
    case "C":
    case "c":
      if (letter === "C") reader.hex(0xff);
      action = { kind: "continue" };
      break;
    case "S":
    case "s":
      if (letter === "S") reader.hex(0xff);
      action = { kind: "step" };
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
export const planOf = (actions: readonly Action[], threads: readonly ThreadId[]): ResumePlan => {
  const [first] = actions;
  const specific = typeof first.selector?.space === "number" && typeof first.selector.thread === "number";
  for (const thread of threads) {
    const action = actionFor(actions, thread);
    if (action?.kind !== "step") continue;
    const { space, thread: number } = thread;
    const step: Step = { thread: { space, thread: number }, ...(action.range === undefined ? {} : { range: action.range }) };
    return { step, alone: actions.length === 1 && specific };
  }
  return { alone: false };
};

/** gdb with schedule-multiple off: it names the threads of one process and means the others to stay stopped. */
export const leavesProcessesOut = (actions: readonly Action[]): boolean =>
  actions.some(({ kind, selector }) => kind === "continue" && typeof selector?.space === "number" && selector.thread === "all") &&
  actions.every(({ selector }) => typeof selector?.space === "number");
