/** Loading segment registers, LDTR and TR, and asking about selectors. */
import type { Builder, Case, Operation } from "../case.js";
import { and, load, loadPointer, pop, storeLdt, storeTask, system } from "../instructions.js";
import { AREA, DATA, LDT, LOCAL_CODE, LOCAL_DATA, OTHER_TSS, SELECTOR, segment, stackOf } from "../layout.js";
import type { SegmentName } from "../rules/state.js";
import { ALL_TYPES, BOTH, begin, describe, hex, product, RINGS, SEGMENT_TYPES } from "./common.js";

type Way = "mov" | "pop" | "pop16" | "pointer" | "pointer16";
/** Has a segment register loaded with a selector, one way or another. */
function loaded(b: Builder, way: Way, name: SegmentName, selector: number, cpl: number): Builder {
  const size = way.endsWith("16") ? 2 : 4;
  if (way === "mov") return b.register(0, selector).do(load(name, selector));
  if (way.startsWith("pop")) return b.put(stackOf(cpl), selector, size).do(pop(name, size));
  return b
    .put(DATA, 0x12345678, size)
    .put(DATA + size, selector, 2)
    .do(loadPointer(name, DATA, size));
}

function* segmentLoads(): Iterable<Case> {
  const ways = product(["mov", "pop", "pointer"] as const, ["es", "ds", "fs", "gs"] as const);
  for (const [way, name] of ways) {
    const types = way === "mov" && name === "fs" ? ALL_TYPES : SEGMENT_TYPES;
    const group = "data segments: mov, pop, lds";
    for (const [type, dpl, absent, rpl, cpl] of product(types, RINGS, BOTH, RINGS, RINGS)) {
      const b = begin(group, cpl).descriptor(SELECTOR.x, segment({ type, dpl, absent }));
      yield loaded(b, way, name, SELECTOR.x | rpl, cpl).build(`${way} ${name}, ${describe(type, dpl, absent)}, rpl ${rpl}, cpl ${cpl}`);
    }
  }
}

function* stackLoads(): Iterable<Case> {
  for (const way of ["mov", "pop", "pop16", "pointer", "pointer16"] as const) {
    const types = way === "mov" ? ALL_TYPES : SEGMENT_TYPES;
    for (const [type, dpl, absent, rpl, cpl] of product(types, RINGS, BOTH, RINGS, RINGS)) {
      const b = begin("stack segments: mov, pop, lss", cpl).descriptor(SELECTOR.x, segment({ type, dpl, absent }));
      yield loaded(b, way, "ss", SELECTOR.x | rpl, cpl).build(`${way} ss, ${describe(type, dpl, absent)}, rpl ${rpl}, cpl ${cpl}`);
    }
  }
}

/** Null selectors, selectors beyond their table, and the LDT with and without one. */
function* selectors(): Iterable<Case> {
  const names = ["es", "ss", "ds", "fs", "gs"] as const;
  const far = [0, SELECTOR.beyond, SELECTOR.beyond + 8, 0xfff8, LOCAL_CODE, LOCAL_DATA, 0x1c, 0x24, 0xfffc];
  for (const [way, name, selector, rpl, cpl, ldt] of product(["mov", "pop", "pointer"] as const, names, far, RINGS, RINGS, [
    SELECTOR.ldt,
    0,
  ])) {
    if (!ldt && !(selector & 4)) continue;
    const b = begin("selectors: null, beyond the table, of the LDT", cpl).begin("ldt", ldt);
    if (selector === 0x1c) b.descriptor(0x1c, segment({ type: 0x12, dpl: 3 }));
    yield loaded(b, way, name, selector | rpl, cpl).build(
      `${way} ${name}, selector ${hex(selector | rpl)}, cpl ${cpl}${ldt ? "" : ", no ldt"}`,
    );
  }
}

/** The last descriptor of a table whose limit cuts it, by one byte or more. */
function* tableLimits(): Iterable<Case> {
  for (const [limit, pages] of [...[0, 6, 7, 8, 14, 15, 16, 0x1f].map((n) => [n, false] as const), [0, true] as const]) {
    for (const selector of [LOCAL_CODE, LOCAL_DATA]) {
      yield begin("selectors: null, beyond the table, of the LDT", 0)
        .descriptor(SELECTOR.ldt, segment({ type: 2, base: AREA + LDT, limit, pages, big: false }))
        .register(0, selector)
        .do(load("es", selector))
        .build(`es in an ldt of limit ${hex(limit)}${pages ? " pages" : ""}, selector ${hex(selector)}`);
    }
  }
}

function* systemLoads(): Iterable<Case> {
  const group = "lldt and ltr";
  const stored = { lldt: storeLdt, ltr: storeTask } as const;
  for (const [what, type, dpl, absent, rpl, cpl] of product(["lldt", "ltr"] as const, ALL_TYPES, RINGS, BOTH, RINGS, [0, 3])) {
    if (cpl === 3 && rpl > 0) continue;
    const base = AREA + (what === "ltr" ? OTHER_TSS : LDT);
    yield begin(group, cpl)
      .descriptor(SELECTOR.x, segment({ type, dpl, absent, base, limit: 0x67, big: false }))
      .register(0, SELECTOR.x | rpl)
      .do(system(what, SELECTOR.x | rpl), stored[what])
      .build(`${what} ${describe(type, dpl, absent)}, rpl ${rpl}, cpl ${cpl}`);
  }
  for (const [what, selector, cpl] of product(
    ["lldt", "ltr"] as const,
    [0, 1, 2, 3, SELECTOR.beyond, 0xfff8, LOCAL_CODE, 0x1c, SELECTOR.testTss],
    RINGS,
  )) {
    const b = begin(group, cpl).register(0, selector);
    if (selector === 0x1c) b.descriptor(0x1c, segment({ type: what === "ltr" ? 9 : 2, base: AREA + OTHER_TSS, limit: 0x67 }));
    yield b.do(system(what, selector), stored[what]).build(`${what} selector ${hex(selector)}, cpl ${cpl}`);
  }
}

function* questions(): Iterable<Case> {
  const asked = (what: "lar" | "lsl" | "verr" | "verw", selector: number): Operation[] =>
    what === "lar" ? [system(what, selector), and(0xf0ff00)] : [system(what, selector)];
  const whats = ["lar", "lsl", "verr", "verw"] as const;
  const group = "lar, lsl, verr, verw";
  for (const [what, type, dpl, absent, rpl, cpl] of product(whats, ALL_TYPES, RINGS, BOTH, RINGS, RINGS)) {
    if (absent && rpl !== 0) continue;
    yield begin(group, cpl)
      .descriptor(SELECTOR.x, segment({ type, dpl, absent, limit: 0x34567, big: type >= 0x10 }))
      .register(0, SELECTOR.x | rpl)
      .do(...asked(what, SELECTOR.x | rpl))
      .build(`${what} of ${describe(type, dpl, absent)}, rpl ${rpl}, cpl ${cpl}`);
  }
  for (const [what, selector] of product(whats, [0, 3, SELECTOR.beyond, 0xfff8, LOCAL_CODE, LOCAL_DATA, 0x24])) {
    for (const ldt of [SELECTOR.ldt, 0]) {
      yield begin(group, 0)
        .begin("ldt", ldt)
        .register(0, selector)
        .do(...asked(what, selector))
        .build(`${what} of selector ${hex(selector)}${ldt ? "" : ", no ldt"}`);
    }
  }
  for (const [what, limit, pages, big] of product(["lar", "lsl"] as const, [0, 1, 0xffff, 0x10000, 0xfffff], BOTH, BOTH)) {
    yield begin(group, 0)
      .descriptor(SELECTOR.x, segment({ type: 0x12, limit, pages, big }))
      .register(0, SELECTOR.x)
      .do(...asked(what, SELECTOR.x))
      .build(`${what} of limit ${hex(limit)}${pages ? " pages" : ""}${big ? " big" : ""}`);
  }
}

export function* loads(): Iterable<Case> {
  yield* segmentLoads();
  yield* stackLoads();
  yield* selectors();
  yield* tableLimits();
  yield* systemLoads();
  yield* questions();
}
