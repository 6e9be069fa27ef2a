/** vCont and the older c C s S: whatever thread a client names, the machine runs (GDB manual, "Packets"). */
import type { ThreadId } from "../../debug/target.js";
import { littleEndian } from "../bytes.js";
import type { Reader } from "../reader.js";
import { Errno, fail, LATER, OK, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { type Action, leavesProcessesOut, parseActions, planOf } from "../vcont.js";
import { anything, nothing, packet } from "./definition.js";

const HINT =
  'pok386: one processor runs all processes. After "set schedule-multiple on" gdb knows it too, and shows the registers of every inferior afresh.\n';

/** Threads that may be the one to step. The first is, nearly always: to list all takes longer than a step. */
function* candidates({ continued, general, target, processes }: Session): Generator<ThreadId> {
  yield continued ?? general;
  yield target.current();
  yield* processes.threads();
}

const resume = (actions: readonly Action[], session: Session): Reply => {
  const plan = planOf(actions, candidates(session));
  if (leavesProcessesOut(actions) && session.processes.spaces().length > 1) session.console.keepOnce(HINT);
  session.unresumed.resumed(actions);
  session.resume(plan);
  return LATER;
};

/** `c [addr]` and its like: an address is where to go on. */
const legacy = (match: string, kind: Action["kind"], withSignal: boolean) =>
  packet({
    match,
    textErrors: true,
    parse: (reader: Reader) => {
      const signalled = withSignal && reader.hex(0xff) !== 0;
      const address = (withSignal ? reader.skip(";") : !reader.atEnd) ? reader.hex() : undefined;
      reader.end();
      return { signalled, address };
    },
    handle: ({ signalled, address }, session) => {
      const thread = session.continued ?? session.general;
      if (address !== undefined) {
        const written = session.target.registers.write(thread, "eip", littleEndian(address, 4));
        if (written !== true) return fail(Errno.EIO, written);
      }
      return resume([{ kind, signalled }], session);
    },
  });

export const resumePackets = [
  /** gdb uses vCont only if c, C, s and S are all there. `t` is for non-stop mode. */
  packet({ match: "vCont?", advertise: "vContSupported+", parse: nothing, handle: () => "vCont;c;C;s;S;r" }),

  packet({ match: "vCont", textErrors: true, parse: parseActions, handle: resume }),

  legacy("c", "continue", false),
  legacy("C", "continue", true),
  legacy("s", "step", false),
  legacy("S", "step", true),

  /** The packet form of 0x03 ("Interrupts"); the stop is reported to the resume it ends. */
  packet({
    match: "vCtrlC",
    whileRunning: true,
    parse: anything,
    handle: (_, session) => {
      session.interrupt();
      return OK;
    },
  }),
];
