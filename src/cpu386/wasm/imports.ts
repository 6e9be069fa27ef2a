/** What the interpreter has from outside, why it returns, and its locals. */
import { R } from "../layout.js";
import { access, localGet, localSet, OP } from "./binary.js";
import { TEMPORARIES_64 } from "./expressions.js";

/** Functions the interpreter imports, in the order of their indices. */
export const IMPORTS = [
  "slowLoad",
  "slowStore",
  "probeStore",
  "link",
  "find",
  "system",
  "helper",
  "raise",
  "bulk",
  "loadSegment",
  "knowsCode",
  "enterCode",
  "interrupt",
  "interruptReturn",
  "point",
] as const;
export type ImportName = (typeof IMPORTS)[number];
export const importIndex = (name: ImportName): number => IMPORTS.indexOf(name);

/** Why run() returns. */
export const EXIT = {
  budget: 0,
  attention: 1,
  breakpoint: 2,
  stop: 3,
  /** A region wants the block at EIP executed by the cold tier. */
  side: 4,
  /** No region is for the segment registers as they are. */
  mismatch: 5,
} as const;

/**
 * Local 0 is the current record; 64-bit temporaries follow, the handler to go to, and as many 32-bit temporaries as the hungriest handler
 * needs.
 */
export const RECORD_LOCAL = 0;
export const FIRST_TEMPORARY_64 = 1;
export const HANDLER_LOCAL = FIRST_TEMPORARY_64 + TEMPORARIES_64;
export const FIRST_TEMPORARY = HANDLER_LOCAL + 1;
/** To the record's own handler. */
export const LOAD_HANDLER: readonly (readonly number[])[] = [
  localGet(RECORD_LOCAL),
  access(OP.i32Load, R.handler),
  localSet(HANDLER_LOCAL),
];
