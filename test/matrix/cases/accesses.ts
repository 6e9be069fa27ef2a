/** Loads, stores and stack accesses at the edges of segments. The base is chosen so that the access falls on the same place each time. */
import type { Builder, Case, Size } from "../case.js";
import { access, callNear, popRegister, push } from "../instructions.js";
import { AREA, CODE, DATA, SELECTOR, segment, TARGET } from "../layout.js";
import { BOTH, begin, describe, hex, product, SEGMENT_TYPES } from "./common.js";

const SIZES = [1, 2, 4] as const;
const PLACE = AREA + DATA + 0x40;
const baseFor = (offset: number): number => (PLACE - offset) >>> 0;
/** Limits by the field of twenty bits and G. */
const LIMITS = [
  [0, false],
  [1, false],
  [0xfff, false],
  [0xfffe, false],
  [0xffff, false],
  [0xfffff, false],
  [0, true],
  [0xf, true],
  [0xffffe, true],
  [0xfffff, true],
] as const;
const bytesOf = (field: number, pages: boolean): number => (pages ? field * 0x1000 + 0xfff : field);
/** Around the limit and around both ends of 64 KB and 4 GB. */
function offsetsAround(limit: number): number[] {
  const near = [-4, -3, -2, -1, 0, 1, 2].map((n) => (limit + n) >>> 0);
  return [...new Set([...near, 0, 1, 0xfffc, 0xfffd, 0xfffe, 0xffff, 0x10000, 0xfffffffc, 0xfffffffd, 0xfffffffe, 0xffffffff])];
}

function* dataAccesses(): Iterable<Case> {
  for (const [type, big, [field, pages]] of product(SEGMENT_TYPES, BOTH, LIMITS)) {
    for (const offset of offsetsAround(bytesOf(field, pages))) {
      for (const [what, size] of product(["read", "write"] as const, SIZES)) {
        // Execute-only code cannot be loaded into FS at all.
        if (type === 0x18 || type === 0x1c) continue;
        yield begin("data accesses: limits and types", 0)
          .descriptor(SELECTOR.x, segment({ type, big, pages, limit: field, base: baseFor(offset) }))
          .begin("fs", SELECTOR.x)
          .do(access(what, "fs", offset, size))
          .build(
            `${what} ${size} at ${hex(offset)} of ${describe(type, 0, false)}, limit ${hex(field)}${pages ? " pages" : ""}${big ? " big" : ""}`,
          );
      }
    }
  }
}

/** Through CS, which must reach the instruction itself, and through null selectors at each ring. */
function* otherAccesses(): Iterable<Case> {
  const group = "data accesses: cs and null selectors";
  for (const [type, what, size, n] of product([0x18, 0x1a, 0x1c, 0x1e], ["read", "write"] as const, SIZES, [-4, -3, -2, -1, 0, 1])) {
    const limit = TARGET + 3;
    yield begin(group, 0)
      .descriptor(SELECTOR.x, segment({ type, limit }))
      .begin("cs", SELECTOR.x)
      .do(access(what, "cs", limit + n, size))
      .build(`${what} ${size} at limit ${n} through cs, type ${hex(type)}`);
  }
  for (const [name, rpl, cpl, what, size] of product(
    ["es", "ds", "fs", "gs"] as const,
    [0, 3],
    [0, 1, 2, 3],
    ["read", "write"] as const,
    SIZES,
  )) {
    yield begin(group, cpl)
      .begin(name, rpl)
      .do(access(what, name, PLACE, size))
      .build(`${what} ${size} through ${name} null ${rpl}, cpl ${cpl}`);
  }
}

/** ESP so that the access is at an offset, or wraps within the stack's size. */
function stackCase(group: string, what: string, esp: number, used: number, d: Parameters<typeof segment>[0]): Builder {
  const offset = d.big ? used >>> 0 : used & 0xffff;
  return begin(`${group}`, 0)
    .descriptor(SELECTOR.x, segment({ ...d, base: baseFor(offset) }))
    .begin("ss", SELECTOR.x)
    .register(4, esp)
    .register(0, 0x11223344)
    .do(...stackOperation(what));
}
function stackOperation(what: string): ReturnType<typeof push>[] {
  const size = what.endsWith("2") ? 2 : 4;
  if (what.startsWith("push")) return [push(size)];
  return what.startsWith("pop") ? [popRegister(size)] : [callNear(CODE, TARGET, size)];
}

function* stackAccesses(): Iterable<Case> {
  const group = "stack accesses: push, pop, call";
  for (const [type, big, [field, pages]] of product([0x12, 0x16], BOTH, LIMITS)) {
    for (const [esp, what] of product(offsetsAround(bytesOf(field, pages)), ["push2", "push4", "pop2", "pop4", "call2", "call4"])) {
      const size = what.endsWith("2") ? 2 : 4;
      yield stackCase(group, what, esp, what.startsWith("pop") ? esp : esp - size, { type, big, pages, limit: field }).build(
        `${what} with esp ${hex(esp)}, ${describe(type, 0, false)}, limit ${hex(field)}${pages ? " pages" : ""}${big ? " big" : ""}`,
      );
    }
  }
  // mov through SS: the same limits, the other vector.
  for (const [type, [field, pages], size] of product([0x12, 0x16], LIMITS, SIZES as readonly Size[])) {
    for (const offset of offsetsAround(bytesOf(field, pages))) {
      yield begin("data accesses: through ss", 0)
        .descriptor(SELECTOR.x, segment({ type, pages, limit: field, base: baseFor(offset) }))
        .begin("ss", SELECTOR.x)
        .do(access("read", "ss", offset, size))
        .build(`read ${size} at ${hex(offset)} of ss, ${describe(type, 0, false)}, limit ${hex(field)}${pages ? " pages" : ""}`);
    }
  }
}

export function* accesses(): Iterable<Case> {
  yield* dataAccesses();
  yield* otherAccesses();
  yield* stackAccesses();
}
