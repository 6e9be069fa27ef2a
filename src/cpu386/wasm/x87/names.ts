/** The quick functions of the x87: what instructions call, and parts of them. All return 0 if they have refused, and then nothing is changed. */
import { I32, I64 } from "../binary.js";

type Type = typeof I32 | typeof I64;
const n = (count: number): Type[] => Array.from({ length: count }, () => I32);
const REAL: Type[] = [I64, I32];

/** Parameters. A record comes first, then a form (see FORM), then what is said here. */
export const PARTS = {
  /** record, place, pops, sign and exponent, significand, what lies below it: rounded and stored */
  rounded: [...n(4), I64, I64],
  /** record, place, pops, significand, sign and exponent, exceptions raised and C1 */
  stored: [...n(3), I64, ...n(2)],
  /** record, place, pops, two operands */
  sum: [...n(3), ...REAL, ...REAL],
  product: [...n(3), ...REAL, ...REAL],
  quotient: [...n(3), ...REAL, ...REAL],
  /** record, digit, place, pops, two operands */
  operation: [...n(4), ...REAL, ...REAL],
  /** record, kind, pops, two operands: 1, or EFLAGS bits and COMPARED */
  comparison: [...n(3), ...REAL, ...REAL],
  /** record, form, offset, value: a memory operand */
  operand: [...n(3), ...REAL],
} as const satisfies Record<string, readonly Type[]>;

export const FUNCTIONS = {
  /** record, form */
  x87Registers: n(2),
  /** record, form, offset, bits */
  x87Single: n(4),
  /** record, form, offset, low and high bits */
  x87Double: n(5),
  x87Integer: n(5),
  /** record, offset, low and high bits, sign and exponent */
  x87Extended: n(5),
  /** record, form */
  x87Move: n(2),
  /** record: D9 E0 to FF */
  x87Top: n(1),
  /** record, format: ST(0) as X87_RESULT, and the status to be */
  x87Convert: n(2),
  /** record, offset, pops: after x87Convert, once its result is in memory */
  x87Converted: n(3),
} as const satisfies Record<string, readonly Type[]>;

export type X87Name = keyof typeof FUNCTIONS;
export type Name = X87Name | keyof typeof PARTS;

/** Forms of arithmetic: the digit of the opcode (0 add, 1 mul, 2 com, 3 comp, 4 sub, 5 subr, 6 div, 7 divr), and what is not in it. */
export const FORM = {
  digits: 7,
  /** A memory operand is pushed. */
  load: 8,
  /** ST(i) op ST(0), to ST(i). */
  to: 8,
  /** Registers freed: 0 to 2, here. */
  popsShift: 4,
  /** A comparison that leaves its result to EFLAGS. */
  flags: 64,
} as const;
export const COMPARED = 0x100;
export const MOVE = { load: 0, store: 1, storeAndPop: 2, exchange: 3 } as const;
export const FORMAT = { single: 0, double: 1, integer16: 2, integer32: 3, integer64: 4, extended: 5 } as const;
