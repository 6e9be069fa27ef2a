/** Faults of the guest: what was thrown, and every fact that explains it. */

/** Exception vectors (SDM volume 3, table 6-1). */
export const VECTOR = {
  DE: 0,
  DB: 1,
  NMI: 2,
  BP: 3,
  OF: 4,
  BR: 5,
  UD: 6,
  NM: 7,
  DF: 8,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
  MF: 16,
  AC: 17,
} as const;

const NAMES: Readonly<Record<number, string>> = {
  0: "#DE divide error",
  1: "#DB debug",
  2: "NMI",
  3: "#BP breakpoint",
  4: "#OF overflow",
  5: "#BR bound range",
  6: "#UD invalid opcode",
  7: "#NM no coprocessor",
  8: "#DF double fault",
  10: "#TS invalid TSS",
  11: "#NP segment not present",
  12: "#SS stack fault",
  13: "#GP general protection",
  14: "#PF page fault",
  16: "#MF x87 error",
  17: "#AC alignment check",
};
export const vectorName = (vector: number): string => NAMES[vector] ?? `interrupt ${vector}`;

/** Exceptions that push an error code. */
export const hasErrorCode = (vector: number): boolean => vector === 8 || (vector >= 10 && vector <= 14) || vector === 17;

/** The facts behind a fault, as far as they apply. */
export interface FaultFacts {
  /** The rule that was broken, in words close to the manual's. */
  readonly rule: string;
  /** The segment register or descriptor table concerned, e.g. "DS", "GDT". */
  readonly segment?: string;
  readonly selector?: number;
  /** The descriptor's two doublewords. */
  readonly descriptor?: readonly [number, number];
  readonly offset?: number;
  readonly size?: number;
  readonly limit?: number;
  readonly access?: "read" | "write" | "execute";
}

/**
 * An exception on its way to the guest. It is thrown, because it has to unwind the interpreter's WebAssembly frames as well as our own,
 * and caught in one place, the processor's run loop. It is no Error: it carries no stack trace and means no bug.
 */
export class GuestFault {
  /** Raised after a task switch's commit point: it happens at the new task's first instruction. */
  inNewTask = false;

  constructor(
    readonly vector: number,
    /** Undefined for exceptions that push none. */
    readonly errorCode: number | undefined,
    readonly facts: FaultFacts,
  ) {}
}

/** A fault as it was delivered, or could not be: the record behind `why` and behind a triple fault's chain. */
export interface FaultRecord {
  readonly vector: number;
  readonly errorCode: number | undefined;
  readonly facts: FaultFacts;
  readonly cs: number;
  readonly eip: number;
  readonly cpl: number;
  /** Instructions retired before it. */
  readonly count: number;
}
