/**
 * Pages that a region remembers, in locals: the offset at which the page begins, how far from there on accesses of one size may go (to the end of
 * the page or to the segment's limit), and what makes its offsets addresses in memory. One compare does for the limit and the translation.
 */
import * as L from "../layout.js";
import { access, type DefinedFunction, I32, I64, i32Const, localGet, localSet, localTee, OP } from "../wasm/binary.js";

/** The index of findPage's function in a region's module. */
export const FIND_PAGE = 3;

/** 2^42. No page: no offset is less than a page away from it. */
export const NO_PAGE: readonly number[] = [OP.i64Const, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];

// Parameters.
const [OFFSET, BASE, BOUND, ALL, LAST, TABLE] = [0, 1, 2, 3, 4, 5];
// Locals.
const [LINEAR, ENTRY, START, SPAN] = [6, 7, 8, 9];

const refuseIf = [OP.if, OP.void, ...NO_PAGE, OP.return, OP.end];
const storeAt = (address: number, value: readonly number[]): readonly number[] => [
  ...i32Const(0),
  ...value,
  ...access(OP.i32Store, address),
];

/**
 * (offset, segment base, exclusive bound of offsets, that for accesses of one byte, last place in a page, TLB table) -> offset of the page's
 * first byte, may be negative; L.PAGE_DELTA is to be added to offsets then, and L.PAGE_SPAN is the distance of the last one.
 * NO_PAGE if the access is not a plain one.
 */
export const findPage: DefinedFunction = {
  exportName: "findPage",
  parameters: [I32, I32, I32, I32, I32, I32],
  results: [I64],
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
    storeAt(L.PAGE_DELTA, [...localGet(ENTRY), ...localGet(BASE), OP.i32Add]),
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
    [...localGet(SPAN), ...localGet(LAST), OP.i64ExtendI32U, ...localGet(SPAN), ...localGet(LAST), OP.i64ExtendI32U, OP.i64LtS, OP.select],
    [OP.i32WrapI64, ...localSet(ENTRY)],
    storeAt(L.PAGE_SPAN, localGet(ENTRY)),
    localGet(START),
  ],
};
