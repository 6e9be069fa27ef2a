/** Which threads there are and which one is meant (GDB manual, "Packets" and "General Query Packets"). */
import { toHex, utf8 } from "../bytes.js";
import { Errno, fail, OK, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { formatThreadId, type ThreadSelector } from "../thread-id.js";
import { nothing, packet } from "./definition.js";

const noSuchThread = () => fail(Errno.EINVAL, "no such thread");

/** All of them fit one packet many times over. */
const listThreads = (session: Session): string =>
  `m${session.processes
    .threads()
    .map((thread) => formatThreadId(thread, session.client.multiprocess))
    .join(",")}`;

const select = (operation: string, selector: ThreadSelector, session: Session): Reply => {
  const everything = selector.space === "all" || selector.thread === "all";
  if (operation === "c") session.named = selector;
  // "Hc-1" resumes all threads; it selects none of them.
  if (operation === "c" && everything) {
    session.continued = undefined;
    return OK;
  }
  const thread = session.choose(selector);
  if (thread === undefined) {
    // After a restart gdb 13.1 chooses threads that are not there yet, and goes on in spite of the error: its breakpoints are the process's.
    const anyOfIt = operation === "g" && typeof selector.space === "number" ? session.choose({ ...selector, thread: "any" }) : undefined;
    if (anyOfIt !== undefined) session.general = anyOfIt;
    return noSuchThread();
  }
  if (operation === "c") session.continued = thread;
  else session.general = thread;
  return OK;
};

export const threadPackets = [
  packet({
    match: "H",
    parse: (reader) => {
      const operation = reader.character();
      const selector = reader.threadId("");
      return { operation, selector };
    },
    handle: ({ operation, selector }, session) =>
      operation === "c" || operation === "g" ? select(operation, selector, session) : fail(Errno.EINVAL, "H is for operations c and g"),
  }),

  packet({
    match: "T",
    parse: (reader) => reader.threadId(""),
    handle: (selector, session) => {
      const thread = session.choose(selector);
      if (thread === undefined) return noSuchThread();
      session.selected.askedFor(thread);
      return OK;
    },
  }),

  packet({ match: "qC", parse: nothing, handle: (_, session) => `QC${formatThreadId(session.general, session.client.multiprocess)}` }),

  packet({ match: "qfThreadInfo", parse: nothing, handle: (_, session) => listThreads(session) }),

  packet({ match: "qsThreadInfo", parse: nothing, handle: () => "l" }),

  packet({
    match: "qThreadExtraInfo",
    parse: (reader) => {
      reader.expect(",");
      return reader.threadId("");
    },
    handle: (selector, session) => {
      const thread = session.choose(selector);
      return thread === undefined ? noSuchThread() : toHex(utf8(`${thread.name}, ${thread.detail}`));
    },
  }),
];
