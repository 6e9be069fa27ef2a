/** bs and bc: a step and a run into the past (GDB manual, "Packets" and "Reverse Execution"). */
import type { ThreadId } from "../../debug/target.js";
import { LATER, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { selects } from "../thread-id.js";
import { nothing, packet } from "./definition.js";

/**
 * There is no form of vCont for it: Hc names a thread, or gdb's process, or leaves it open. Where it leaves a choice, the selected thread is
 * the one that steps.
 */
const steppingThread = ({ named, selected, choose }: Session): ThreadId => {
  const fits = named === undefined || selects(named, selected.id) || named.space === "all" || named.thread === "all";
  const { space, thread } = fits ? selected.id : (choose(named) ?? selected.id);
  return { space, thread };
};

const back = (kind: "step" | "continue", session: Session): Reply => {
  const { named } = session;
  const selector = typeof named?.space === "number" ? ({ space: named.space, thread: "all" } as const) : undefined;
  session.unresumed.resumed([{ kind, ...(selector ? { selector } : {}) }]);
  const step = kind === "step" ? { step: { thread: steppingThread(session) } } : {};
  session.resume({ alone: kind === "step" && typeof named?.thread === "number", backwards: true, ...step });
  return LATER;
};

export const reversePackets = [
  packet({
    match: "bs",
    needs: "reverse",
    advertise: "ReverseStep+",
    textErrors: true,
    parse: nothing,
    handle: (_, session) => back("step", session),
  }),
  packet({
    match: "bc",
    needs: "reverse",
    advertise: "ReverseContinue+",
    textErrors: true,
    parse: nothing,
    handle: (_, session) => back("continue", session),
  }),
];
