/** What the client wants to hear of beside its points (GDB manual, "General Query Packets"). */
import { Malformed } from "../reader.js";
import { OK } from "../reply.js";
import { posixSignal } from "../signals.js";
import { packet } from "./definition.js";

/** A packet holds no more than it can; this is what a guest's kernel could have at most. */
const HIGHEST_NUMBER = 0xffffffff;

const KERNEL = 1;
/** gdb 13.1 takes a catchpoint to be one of the inferior in which it was set, and goes on without a word at a stop in another. */
const HINT =
  'pok386: system calls are made by partitions: "catch syscall" stops in the inferior it was set in, so type "inferior 2" or another before it.\n';

export const eventPackets = [
  /** Signals that gdb neither stops at nor prints ("handle SIGSEGV nostop noprint"): the guest gets them without a stop. */
  packet({
    match: "QPassSignals",
    needs: "passSignals",
    advertise: "QPassSignals+",
    textErrors: true,
    parse: (reader) => {
      const signals: number[] = [];
      reader.expect(":");
      while (!reader.atEnd) {
        signals.push(reader.hex(0xff));
        if (!reader.atEnd) reader.expect(";");
      }
      return signals;
    },
    handle: (signals: readonly number[], { target }) => {
      target.passSignals?.(new Set(signals.flatMap((signal) => posixSignal(signal) ?? [])));
      return OK;
    },
  }),

  /** gdb 13 itself does so in non-stop mode only; "maint packet QThreadEvents:1" does it for the session. */
  packet({
    match: "QThreadEvents",
    needs: "threadEvents",
    advertise: "QThreadEvents+",
    textErrors: true,
    parse: (reader) => {
      reader.expect(":");
      const wanted = reader.hex(1) === 1;
      reader.end();
      return wanted;
    },
    handle: (wanted: boolean, { target }) => {
      target.threadEvents?.(wanted);
      return OK;
    },
  }),

  /** gdb sends it for one inferior after the other, always with the whole list: it is for all of them. */
  packet({
    match: "QCatchSyscalls",
    needs: "catchSyscalls",
    advertise: "QCatchSyscalls+",
    textErrors: true,
    parse: (reader) => {
      reader.expect(":");
      const enabled = reader.hex(1) === 1;
      const numbers: number[] = [];
      while (reader.skip(";")) numbers.push(reader.hex(HIGHEST_NUMBER));
      reader.end();
      if (!enabled && numbers.length > 0) throw new Malformed("numbers are for catching");
      return enabled ? (numbers.length === 0 ? "all" : numbers) : undefined;
    },
    handle: (numbers: readonly number[] | "all" | undefined, session) => {
      session.target.catchSyscalls?.(numbers);
      if (numbers !== undefined && session.general.space === KERNEL && session.client.multiprocess) session.console.keepOnce(HINT);
      return OK;
    },
  }),
];
