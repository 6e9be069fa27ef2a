/** What an exit of the machine's run means to whoever debugs it. */
import type { MachineExit } from "../pc/machine.js";
import { signalOfVector } from "./exceptions.js";
import { explainChain, explainShort } from "./explain.js";
import type { TimelineExit } from "./history/timeline.js";
import type { DebugPoints } from "./points.js";
import type { ProgramStarts } from "./program-starts.js";
import type { SyscallCatch } from "./syscall-catch.js";
import type { SystemModel } from "./system.js";
import type { Stop, StopReason, ThreadId } from "./target.js";
import type { ThreadEvents } from "./thread-events.js";
import type { Threads } from "./threads.js";

export const SIGTRAP = 5;
const SIGSEGV = 11;

export interface ExitParts {
  readonly system: SystemModel;
  readonly threads: Threads;
  readonly points: DebugPoints;
  readonly syscalls: SyscallCatch;
  readonly threadEvents: ThreadEvents;
  readonly programStarts: ProgramStarts;
  /** Of the thread that runs, as its space sees it. */
  readonly eip: () => number;
  /** Whether the breakpoint that the processor is at is a stop. */
  readonly stopsHere: () => boolean;
}

export class Exits {
  constructor(private readonly parts: ExitParts) {}

  /** Undefined: run on. */
  stop(exit: TimelineExit): Stop | undefined {
    const { threads, syscalls, threadEvents, programStarts, eip } = this.parts;
    const thread = threads.current();
    // A breakpoint where a call returns to is met again at the next resume; of a watchpoint nothing would be left then.
    if (exit.kind !== "watchpoint" && exit.kind !== "shutdown") {
      const starts = programStarts.take(thread, eip);
      const event = starts ?? threadEvents.take(thread) ?? (syscalls.isUnderWay ? syscalls.take(thread, eip()) : undefined);
      if (event) return event;
    }
    if (exit.kind === "watchpoint") return this.watched(exit);
    const reason = this.reason(exit, thread);
    return reason && { thread, reason };
  }

  private reason(exit: Exclude<TimelineExit, { kind: "watchpoint" }>, thread: ThreadId): StopReason | undefined {
    const { system } = this.parts;
    switch (exit.kind) {
      case "breakpoint":
        return { kind: "breakpoint" };
      case "history-end":
        return this.isAtStop(thread) ? { kind: "breakpoint" } : { kind: "history", edge: "end" };
      case "exception": {
        const { fault } = exit;
        const signal = signalOfVector(fault.vector);
        // A breakpoint or step of the program's own needs no words; of a fault the signal says too little.
        return { kind: "exception", signal, text: signal === SIGTRAP ? undefined : explainShort(fault, system, thread.space) };
      }
      case "shutdown":
        return { kind: "fault", signal: SIGSEGV, text: explainChain(exit.chain, system, thread.space) };
      case "dead":
        return { kind: "fault", signal: SIGTRAP, text: "hlt with interrupts disabled: nothing can wake the processor" };
      case "power":
        return powerReason(exit.event);
      default:
        return undefined;
    }
  }

  private isAtStop({ space }: ThreadId): boolean {
    const { points, eip, stopsHere } = this.parts;
    return points.at(space, eip()) !== undefined && stopsHere();
  }

  /** A watchpoint's hit; undefined if nobody watches there. */
  watched({ hit }: MachineExit & { kind: "watchpoint" }): Stop | undefined {
    const { points, threads } = this.parts;
    const owner = points.ownerOf(hit);
    if (!owner) return undefined;
    // A change of a partition's variable by the kernel is the partition's business: gdb looks at it in the process it names.
    const current = threads.current();
    const thread = owner.space === current.space ? current : threads.ownerIn(owner.space);
    return { thread, reason: { kind: "watchpoint", access: owner.access, address: owner.address } };
  }
}

type PowerEvent = Extract<MachineExit, { kind: "power" }>["event"];

function powerReason(event: PowerEvent): StopReason {
  if (event.kind === "reset") {
    const text = `the guest has asked for a reset by ${event.by}; the machine has been stopped before it`;
    return { kind: "fault", signal: SIGTRAP, text };
  }
  return { kind: "ending", text: powerText(event), status: event.kind === "debug-exit" ? event.value & 0xff : 0 };
}

function powerText(event: PowerEvent): string {
  if (event.kind === "power-off") return "the guest has switched the power off";
  return event.kind === "debug-exit" ? `the guest has ended with ${event.value} at the debug-exit port` : "the machine ends";
}
