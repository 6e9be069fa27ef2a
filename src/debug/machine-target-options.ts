/** What the host of a machine gives to its debugger's target, and hears from it. */
import type { Machine } from "../pc/machine.js";
import type { ExceptionChoice } from "./exceptions.js";
import type { History } from "./history/history.js";
import type { SystemModel } from "./system.js";
import type { PlainThreads } from "./threads.js";

/** How the host lets the machine run: calls `turn` again and again until it returns false, giving way to the host in between. */
export type Pump = (turn: () => boolean) => void;

export interface MachineTargetOptions {
  readonly machine: Machine;
  /** Built anew at each restart: what it had found is gone. */
  readonly system: (machine: Machine) => SystemModel;
  readonly pump: Pump;
  /** Instructions between two looks at the host. */
  readonly turnLength?: number;
  /** The clock reading at which the machine ends, if it gets there. */
  readonly maxInstructions?: number | undefined;
  /** Which exceptions of programs a debugger hears of before the guest does; those without a handler unless given. */
  readonly exceptions?: ExceptionChoice | undefined;
  /** False: nobody will ever ask for threads and stops, and the machine need not be slowed down by taking every change of ring down. */
  readonly observed?: boolean;
  /** Bytes that snapshots of the machine's past may take; 0: input is noted, but there is no way back. Absent: no history at all. */
  readonly historyBytes?: number | undefined;
  /** Hears of the history of each life of the machine, before it moves. */
  readonly onHistory?: (history: History) => void;
  /** Writes the machine's state to a file, with what is known of its threads. @throws UserError naming the file */
  readonly save?: (path: string, threads: PlainThreads) => void;
  /** What is known of the threads of a machine that has been loaded from one. */
  readonly threads?: PlainThreads | undefined;
}

/** What ends the process that hosts the machine. */
export type Ending =
  | { readonly kind: "power-off" | "killed" | "limit" }
  | { readonly kind: "debug-exit"; readonly value: number }
  | { readonly kind: "fault"; readonly text: string };
