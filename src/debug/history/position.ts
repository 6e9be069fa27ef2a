/** Moments of a run. */
import type { Machine } from "../../pc/machine.js";

export interface Position {
  /** Machine.now: instructions executed since power-on, with those a halted processor would have had time for. */
  readonly count: number;
  /** Alarms that were due and interrupts that waited have been taken: the next thing to happen is an instruction. */
  readonly settled: boolean;
}

/** Where a machine is between two runs. */
export const positionOf = (machine: Machine): Position => ({ count: machine.now, settled: !machine.isUnsettled });

export const isBefore = (a: Position, b: Position): boolean => a.count < b.count || (a.count === b.count && !a.settled && b.settled);
