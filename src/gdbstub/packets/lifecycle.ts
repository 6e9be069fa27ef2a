/** Coming, going, ending, starting again (GDB manual, "Packets" and "General Query Packets"). */
import type { Reader } from "../reader.js";
import { Errno, fail, NONE, OK, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { anything, nothing, packet } from "./definition.js";

const processId = (reader: Reader): number => {
  reader.expect(";");
  const id = reader.hex();
  reader.end();
  return id;
};

const noSuchProcess = (id: number) => fail(Errno.EINVAL, `there is no process ${id}`);

const detach = (id: number | undefined, session: Session): Reply => {
  if (id !== undefined && !session.processes.has(id)) return noSuchProcess(id);
  for (const space of session.processes.spaces()) if (id === undefined || space.id === id) session.release(space.id);
  if (session.processes.spaces().length === 0) {
    session.leave();
    // In extended mode the connection outlives the program, and vAttach takes a process back.
    if (!session.extended) session.afterReply(() => session.link.end());
  }
  return OK;
};

/** The kernel is the machine; a partition can be ended alone, if the target knows how. */
const KERNEL = 1;

const kill = (id: number, session: Session): Reply => {
  if (!session.processes.has(id)) return noSuchProcess(id);
  if (id === KERNEL) {
    session.kill();
    return OK;
  }
  const killed = session.target.killSpace?.(id) ?? 'it cannot be killed alone; use "kill" in process 1';
  if (killed !== true) return fail(Errno.EPERM, killed);
  session.release(id);
  return OK;
};

export const lifecyclePackets = [
  packet({ match: "?", textErrors: true, parse: nothing, handle: (_, session) => session.whyStopped() }),

  /** We did not start the machine on the client's behalf: on quitting, gdb shall detach, not kill. */
  packet({ match: "qAttached", parse: anything, handle: () => "1" }),

  packet({
    match: "D",
    textErrors: true,
    whileRunning: true,
    parse: (reader) => (reader.atEnd ? undefined : processId(reader)),
    handle: detach,
  }),

  packet({
    match: "k",
    whileRunning: true,
    parse: anything,
    handle: (_, session) => {
      session.kill();
      session.link.end();
      return NONE;
    },
  }),

  packet({
    match: "vKill",
    textErrors: true,
    parse: processId,
    handle: kill,
  }),

  packet({
    match: "vAttach",
    textErrors: true,
    parse: processId,
    handle: (id, session) => session.attach(id) ?? noSuchProcess(id),
  }),

  /** The program to run is the image the machine was made with, whatever name the client gives. */
  packet({
    match: "vRun",
    needs: "restart",
    textErrors: true,
    parse: anything,
    handle: (_, session) => {
      if (!session.extended) return fail(Errno.EPERM, "vRun is for extended mode");
      session.restart();
      return session.whyStopped();
    },
  }),

  packet({
    match: "R",
    needs: "restart",
    parse: anything,
    handle: (_, session) => {
      if (session.extended) session.restart();
      return NONE;
    },
  }),
];
