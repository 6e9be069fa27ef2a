/** Stops in the words of the protocol (GDB manual, "Stop Reply Packets"). */
import { type ResumePlan, type Stop, sameThread, type ThreadId } from "../debug/target.js";
import { hexByte, toHex, utf8 } from "./bytes.js";
import type { ClientFeatures } from "./features.js";
import { HARDWARE_BREAKPOINT, SOFTWARE_BREAKPOINT } from "./inserted-points.js";
import { EXPEDITED, readSlot } from "./register-layout.js";
import type { Session } from "./session.js";
import { gdbSignal } from "./signals.js";
import { formatThreadId } from "./thread-id.js";
import type { UnresumedProcesses } from "./unresumed.js";

/** gdb's own signal numbers ("gdb/signals.h"). */
const SIGNAL = { none: 0, int: 2, trap: 5, term: 15 } as const;

const BREAKPOINT_BYTES = 4;

/**
 * The registers that gdb looks at first: with them here it does not mistake a stop in another process for one to be passed over.
 *
 * The first stop in a process comes without, so that gdb reads them all: only from the length of a reply to `g` does it know how long a
 * block of registers in a trace frame is, and what it saves of a trace is wrong if it never was sent one. Nothing old can be mistaken for
 * the registers then, as none of the process has been read.
 */
const expedited = (session: Session, thread: ThreadId): string => {
  if (session.knowsTraces && !session.readByGeneral.has(thread.space)) return "";
  let text = "";
  for (const slot of EXPEDITED) {
    const value = readSlot(session.target.registers, thread, slot);
    if (value !== undefined) text += `${hexByte(slot.number)}:${toHex(value)};`;
  }
  return text;
};

const breakpointReason = (session: Session, thread: ThreadId): string => {
  const { client, points, target } = session;
  const eip = target.registers.read(thread, "eip");
  if (eip === undefined || eip.length < BREAKPOINT_BYTES) return client.softwareBreakReason ? "swbreak:;" : "";
  const address = new DataView(eip.buffer, eip.byteOffset).getUint32(0, true);
  const hardware = points.has(HARDWARE_BREAKPOINT, thread.space, address) && !points.has(SOFTWARE_BREAKPOINT, thread.space, address);
  if (hardware) return client.hardwareBreakReason ? "hwbreak:;" : "";
  return client.softwareBreakReason ? "swbreak:;" : "";
};

const WATCH = { write: "watch", read: "rwatch", access: "awatch" } as const;

const signalOf = ({ reason, thread }: Report, plan: ResumePlan | undefined): number => {
  switch (reason.kind) {
    case "interrupted":
      return SIGNAL.int;
    case "fault":
    case "exception":
      return gdbSignal(reason.signal);
    case "ending":
      return SIGNAL.term;
    case "unannounced":
      return SIGNAL.none;
    case "step":
      // A step that followed the processor into another space: with a trap signal gdb would call it "received signal SIGTRAP",
      // with none it switches threads and shows the line.
      return plan?.step !== undefined && !sameThread(plan.step.thread, thread) ? SIGNAL.none : SIGNAL.trap;
    default:
      return SIGNAL.trap;
  }
};

/** gdb takes it for a program in the place of another, and reads its symbols anew. */
const execReason = ({ client, target }: Session, { space }: ThreadId): string => {
  const path = target.spaces().find(({ id }) => id === space)?.executable?.path;
  return client.execEvents && path !== undefined ? `exec:${toHex(utf8(path))};` : "";
};

/** Without a plan, the answer to "?": why the machine had stopped before the client came is no news of a breakpoint of its own. */
export const stopReply = (session: Session, stop: Report, plan?: ResumePlan): string => {
  const { reason, thread } = stop;
  if (reason.kind === "exited") return `W${hexByte(reason.status)}${session.client.multiprocess ? ";process:1" : ""}`;
  const asked = plan === undefined;
  const signal = asked && reason.kind === "interrupted" ? SIGNAL.trap : signalOf(stop, plan);
  let text = `T${hexByte(signal)}thread:${formatThreadId(thread, session.client.multiprocess)};${expedited(session, thread)}`;
  if (!asked && reason.kind === "breakpoint") text += breakpointReason(session, thread);
  if (!asked && reason.kind === "watchpoint") text += `${WATCH[reason.access]}:${reason.address.toString(16)};`;
  if (!asked && reason.kind === "syscall") text += `syscall_${reason.phase}:${reason.number.toString(16)};`;
  if (!asked && reason.kind === "created") text += "create:;";
  if (!asked && reason.kind === "started") text += execReason(session, thread);
  if (!asked && reason.kind === "history") text += `replaylog:${reason.edge};`;
  return text;
};

/** A stop, or a mere return to the prompt, which is no stop of the machine's own. */
export type Report = Stop | { readonly thread: ThreadId; readonly reason: { readonly kind: "unannounced" } };

/** What the user should read along with the stop. */
export const stopText = ({ reason }: Report, { execEvents }: ClientFeatures): string | undefined => {
  // What gdb says itself.
  if (reason.kind === "started" && execEvents) return undefined;
  return "text" in reason ? reason.text : undefined;
};

export interface Settled {
  readonly report: Report;
  /** The stop proper, if it cannot be told now. */
  readonly later?: Stop;
  readonly hint?: string;
}

/**
 * What to report of a stop.
 *
 * A request for one thread alone must be answered for that thread: for any other, gdb 13.1 fails an assertion (finish_step_over) and
 * dies. The target keeps to that; should something come up all the same, the step is reported as done and the event at the next resume.
 */
export const settle = (stop: Stop, plan: ResumePlan, unresumed: UnresumedProcesses): Settled => {
  const { kind } = stop.reason;
  if (kind === "exited") return { report: stop };
  const alone = plan.alone ? plan.step?.thread : undefined;
  if (alone !== undefined) {
    if (sameThread(stop.thread, alone)) return { report: stop };
    if (kind === "step" || kind === "interrupted") return { report: { ...stop, thread: alone } };
    return { report: { thread: alone, reason: { kind: "step" } }, later: stop };
  }
  const standIn = unresumed.standIn(stop);
  if (standIn === undefined) return { report: stop };
  const { thread, hint } = standIn;
  // Ctrl-C happened to the machine; which process it found running is of no account.
  if (kind === "interrupted") return { report: { ...stop, thread } };
  return { report: { thread, reason: { kind: "unannounced" } }, later: stop, hint };
};
