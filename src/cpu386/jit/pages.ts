/**
 * Pages that a region remembers, in memory: the offset at which the page begins, how far from there on accesses of one size may go (to the end of
 * the page or to the segment's limit), and what makes its offsets addresses in memory. One compare does for the limit and the translation.
 */
import * as L from "../layout.js";
import { access, type DefinedFunction, I32, I64, i32Const, localGet, localSet, localTee, OP } from "../wasm/binary.js";

/** Fields of a page remembered: 64 bits, so that there is a value for none, and 64; 32 bits. */
export const PAGE = { start: 0, span: 8, delta: 16 } as const;
const PAGE_BYTES = 24;
export const MAX_PAGES = Math.floor((L.PAGES_END - L.PAGES) / PAGE_BYTES);
export const pageAt = (key: number): number => L.PAGES + key * PAGE_BYTES;

/** 2^42: no offset is less than a page away from it. */
const NO_PAGE: readonly number[] = [OP.i64Const, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
/** Forgets a page that was remembered. */
export const forgetPage = (key: number): readonly number[] => [...i32Const(0), ...NO_PAGE, ...access(OP.i64Store, pageAt(key))];

// Parameters.
const [OFFSET, BASE, BOUND, ALL, LAST, TABLE, PLACE] = [0, 1, 2, 3, 4, 5, 6];
// Locals.
const [LINEAR, ENTRY, START, SPAN] = [7, 8, 9, 10];

const refuseIf = [OP.if, OP.void, ...i32Const(0), OP.return, OP.end];
const store = (field: number, opcode: number, value: readonly number[]): readonly number[] => [
  ...localGet(PLACE),
  ...value,
  ...access(opcode, field),
];

/**
 * (offset, segment base, exclusive bound of offsets, that for accesses of one byte, last place in a page, TLB table, where to remember it)
 * -> 1; 0, and nothing done, if the access is not a plain one.
 */
export const findPage: DefinedFunction = {
  exportName: "findPage",
  parameters: [I32, I32, I32, I32, I32, I32, I32],
  results: [I32],
  locals: [
    { count: 2, type: I32 },
    { count: 2, type: I64 },
  ],
  body: [
    [...localGet(OFFSET), ...localGet(BOUND), OP.i32GeU, ...refuseIf],
    [...localGet(OFFSET), ...localGet(BASE), OP.i32Add, ...localTee(LINEAR), ...i32Const(0xfff), OP.i32And],
    [...localGet(LAST), OP.i32GtU, ...refuseIf],
    [...localGet(LINEAR), ...i32Const(12), OP.i32ShrU, ...i32Const(2), OP.i32Shl, ...localGet(TABLE), OP.i32Add],
    [...access(OP.i32Load, 0), ...localTee(ENTRY), OP.i32Eqz, ...refuseIf],
    store(PAGE.delta, OP.i32Store, [...localGet(ENTRY), ...localGet(BASE), OP.i32Add]),
    [
      ...localGet(OFFSET),
      OP.i64ExtendI32U,
      ...localGet(LINEAR),
      ...i32Const(0xfff),
      OP.i32And,
      OP.i64ExtendI32U,
      OP.i64Sub,
      ...localSet(START),
    ],
    // To the limit it is all - start - size.
    [...localGet(ALL), OP.i64ExtendI32U, ...localGet(START), OP.i64Sub, ...localGet(LAST), OP.i64ExtendI32U, OP.i64Add],
    [OP.i64Const, ...i32Const(0x1000).slice(1), OP.i64Sub, ...localSet(SPAN)],
    [...localGet(LAST), OP.i64ExtendI32U, ...localGet(SPAN), ...localGet(SPAN), ...localGet(LAST), OP.i64ExtendI32U, OP.i64GtU, OP.select],
    localSet(SPAN),
    store(PAGE.span, OP.i64Store, localGet(SPAN)),
    store(PAGE.start, OP.i64Store, localGet(START)),
    i32Const(1),
  ],
};
