/**
 * What the debugger wants to know of the system in the machine. src/pok answers it for kernels of POK's family; a kernel built in another
 * way needs another answer, and nothing else here changes.
 */
import type { Linear } from "../cpu386/address.js";
import type { Executable, InfoTable } from "./target.js";

/** Segments of a space: where its offset 0 lies and how far it goes. */
export interface SpaceSegments {
  readonly base: Linear;
  /** Last valid offset. */
  readonly limit: number;
  readonly code: number;
  readonly data: number;
  /** Whether its descriptors are present now (POK clears P while a partition is switched out). */
  readonly present: boolean;
}

export interface SystemSpace {
  readonly id: number;
  readonly name: string;
  readonly executable: Executable | undefined;
  /** Undefined until the kernel has set its descriptors up. The kernel's own space has none: its addresses are linear. */
  readonly segments: SpaceSegments | undefined;
}

export interface SystemModel {
  /** What was found in memory may be another now, though no time has passed. */
  forget(): void;
  /** The kernel first, then partitions; refreshed from the descriptor tables when asked. */
  spaces(): readonly SystemSpace[];
  /** The space that code with this CS base runs in, by privilege; the kernel's (1) if none fits. */
  spaceOf(cpl: number, codeBase: number): number;
  /** Identifies the thread that the kernel would be entered from or has been: the ring-0 stack top, or 0 where there is none yet. */
  threadKey(): number;
  /** A name for a function or variable at an address of a space, e.g. "pok_sched_tick+12", or undefined. */
  symbol(space: number, address: number): string | undefined;
  /** Where a function or variable of this name begins in a space; undefined if it has none. */
  addressOf(space: number, name: string): number | undefined;
  /** What a thread stopped at this user eip inside the kernel asked for, e.g. "in system call 20 (GETTICK)"; undefined: nothing known. */
  describeEntry?(space: number, eip: number, eax: number): string | undefined;
  /** Whether a thread that entered the kernel with this return address did so through the gate of system calls. */
  isSystemCall?(space: number, eip: number): boolean;
  systemCallName?(number: number): string | undefined;
  readonly tables?: readonly InfoTable[];
}
