/**
 * QEMU's user mode in the place of a processor, where the host's kernel runs no 32-bit programs. It checks neither limits nor types of data
 * segments and does not tell the vectors of faults, so only cases are run on it that end right or with #DE or #UD here: a store that
 * it should have refused would spoil those after it.
 */

import { VECTOR } from "../../../src/cpu386/fault.js";
import { FLAG } from "../../../src/cpu386/flags.js";
import type { Case, Outcome } from "./native.js";

const COMPARED = new Set<number>([VECTOR.BP, VECTOR.DE, VECTOR.UD]);
const LOCK = 0xf0;
/** Where EIP would pass the segment's end. */
const NEAR_THE_END = 0xff00;

/**
 * test /1 is #UD to it, and bswap of 16 bits swaps: the manual has neither. It raises #GP for control registers that do not exist, sets no
 * accessed bit, which lar tells, and returns and enter on 16-bit stacks give ESP and EBP other upper halves. LOCK ends the process itself (7.2).
 */
const DIFFERENT = /^(test|bswap|mov-(to|from)-control|lar|enter|ret.*-pop|retf)$/;
/** The manual leaves OF undefined but for counts of 1; processors and QEMU differ. So nothing behind it may ask for it. */
const OVERFLOW_UNDEFINED = /^rc[lr]\b/;

/** @param ours what the case comes to here */
export function isForQemu(c: Case, ours: Outcome): boolean {
  if (!COMPARED.has(ours.vector) || c.at >= NEAR_THE_END || c.code.includes(LOCK)) return false;
  const names = c.name.split(", ");
  return !names.some((name, n) => DIFFERENT.test(name) || (OVERFLOW_UNDEFINED.test(name) && n < names.length - 1));
}

/** The case as QEMU can be compared with. */
export function asForQemu(c: Case): Case {
  const last = c.name.split(", ").at(-1)!;
  if (!OVERFLOW_UNDEFINED.test(last)) return c;
  return { ...c, undefinedFlags: c.undefinedFlags | FLAG.OF, everUndefined: c.everUndefined | FLAG.OF };
}
