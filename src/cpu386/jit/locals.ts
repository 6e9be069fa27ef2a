/** The locals of a region's function: parameter, 64-bit temporaries, guest registers and flags, then 32-bit temporaries. */
import type { LazyFlag } from "../emitter.js";
import { CA, CB, FR, FX, OA, OB } from "../layout.js";
import { TEMPORARIES_64 } from "../wasm/expressions.js";

/** Number of the entry that is on its way, 0 if none is. */
export const ENTRY = 0;
export const FIRST_TEMPORARY_64 = 1;
const first = FIRST_TEMPORARY_64 + TEMPORARIES_64;
/** Instructions left. */
export const LEFT = first;
/** At an exit: EIP, how many instructions of the node were not executed, and why (REASON). */
export const OUT_EIP = first + 1;
export const UNDONE = first + 2;
export const WHY = first + 3;
export const REGISTER = first + 4;
const FIRST_FLAG = REGISTER + 8;
const FIRST_ASIDE = FIRST_FLAG + 6;
/** Behind the registers and the flags. */
export const STATE_END = FIRST_ASIDE;
/** Flag words put aside on the way into a loop, and whether (-1 or 0) those of its head follow from registers instead: see loop-flags.ts. */
export const ASIDE: Record<LazyFlag, number> = {
  fr: FIRST_ASIDE,
  fx: FIRST_ASIDE + 1,
  oa: FIRST_ASIDE + 2,
  ob: FIRST_ASIDE + 3,
  ca: FIRST_ASIDE + 4,
  cb: FIRST_ASIDE + 5,
};
export const FROM_REGISTERS = FIRST_ASIDE + 6;
/** For what is executed in any case: whether (-1 or 0) its results count, and what registers and flags were before, as from REGISTER on. */
export const MASK = FIRST_ASIDE + 7;
export const KEPT = MASK + 1;
export const FIRST_TEMPORARY = KEPT + FIRST_ASIDE - REGISTER;

/** Each flag word's local and its place in memory. */
export const FLAGS: Record<LazyFlag, { readonly local: number; readonly address: number }> = {
  fr: { local: FIRST_FLAG, address: FR },
  fx: { local: FIRST_FLAG + 1, address: FX },
  oa: { local: FIRST_FLAG + 2, address: OA },
  ob: { local: FIRST_FLAG + 3, address: OB },
  ca: { local: FIRST_FLAG + 4, address: CA },
  cb: { local: FIRST_FLAG + 5, address: CB },
};

/** Why a region returns; EIP, BUDGET, registers and flags are in memory then. */
export const REASON = {
  /** Execution goes on at an offset that is not part of it. */
  onward: 0,
  /** The instruction at EIP wants the cold tier: it faults, or touches memory out of the ordinary. */
  side: 1,
  /** Its segment registers are not those it was compiled for; nothing has been done. */
  mismatch: 2,
  /** An operation called out to asks the run to stop, behind its instruction. */
  stop: 3,
  /** The budget might not last until it is looked at again: the cold tier executes the rest of it. */
  short: 4,
} as const;
