/** bs and bc: a step and a run into the past (GDB manual, "Packets" and "Reverse Execution"). */
import { LATER, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { nothing, packet } from "./definition.js";

/**
 * There is no form of vCont for it. The thread that steps is the one gdb has selected; its Hc names a process at most, and is left out where
 * gdb takes it to stand.
 */
const back = (kind: "step" | "continue", session: Session): Reply => {
  const { stepping, general } = session;
  const thread = stepping === undefined || stepping.space === general.space ? general : stepping;
  const selector = stepping && ({ space: stepping.space, thread: "all" } as const);
  session.unresumed.resumed([{ kind, ...(selector ? { selector } : {}) }], session.processes.threads());
  session.resume({ alone: false, backwards: true, ...(kind === "step" ? { step: { thread } } : {}) });
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
