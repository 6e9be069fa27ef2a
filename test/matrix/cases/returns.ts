/** Far ret and iret, to the same ring and to outer ones. */
import type { Builder, Case } from "../case.js";
import { iret, ret } from "../instructions.js";
import { codeOf, DATA, dataOf, SELECTOR, segment, stackOf, TARGET } from "../layout.js";
import { FLAG } from "../rules/state.js";
import { ALL_TYPES, BOTH, begin, describe, hex, product, RINGS, SOME_TYPES } from "./common.js";

const WAYS = ["ret", "iret"] as const;
type Way = (typeof WAYS)[number];
interface Frame {
  readonly eip?: number;
  readonly cs: number;
  readonly flags?: number;
  readonly esp?: number;
  readonly ss: number;
  readonly release?: number;
}
/** Puts what a return pops onto the stack of `cpl`, then returns. */
function returning(b: Builder, way: Way, size: 2 | 4, cpl: number, f: Frame): Builder {
  const release = f.release ?? 0;
  let at = stackOf(cpl);
  const put = (value: number): void => {
    b.put(at, value, size);
    at += size;
  };
  put(f.eip ?? TARGET);
  put(f.cs);
  if (way === "iret") put(f.flags ?? 2);
  at += release;
  put(f.esp ?? DATA);
  put(f.ss);
  return b.do(way === "iret" ? iret(size) : ret(size, release));
}

function* code(): Iterable<Case> {
  for (const [way, type, dpl, absent, rpl, cpl, size] of product(WAYS, ALL_TYPES, RINGS, BOTH, RINGS, RINGS, [4, 2] as const)) {
    // The sixteen-bit forms differ in what they pop, not in what they check.
    if (size === 2 && (absent || type < 0x1a)) continue;
    const b = begin(`${way}: code segments`, cpl).descriptor(SELECTOR.x, segment({ type, dpl, absent }));
    yield returning(b, way, size, cpl, { cs: SELECTOR.x | rpl, ss: dataOf(rpl) }).build(
      `${way} ${size} to ${describe(type, dpl, absent)}, rpl ${rpl}, cpl ${cpl}`,
    );
  }
  for (const [way, selector, ldt, cpl] of product(
    WAYS,
    [0, 3, SELECTOR.beyond, 0xfff8, 4, 7, 12, 0x24, 0xfffc],
    [SELECTOR.ldt, 0],
    [0, 3],
  )) {
    const b = begin(`${way}: code segments`, cpl).begin("ldt", ldt);
    yield returning(b, way, 4, cpl, { cs: selector, ss: dataOf(3) }).build(
      `${way} to selector ${hex(selector)}, cpl ${cpl}${ldt ? "" : ", no ldt"}`,
    );
  }
  for (const [way, size, ring, n] of product(WAYS, [2, 4] as const, [0, 3], [-1, 0, 1, 2])) {
    const b = begin(`${way}: code segments`, 0)
      .fresh()
      .descriptor(SELECTOR.x, segment({ type: 0x1a, dpl: ring, limit: TARGET + n }));
    yield returning(b, way, size, 0, { cs: SELECTOR.x | ring, ss: dataOf(ring) }).build(
      `${way} ${size} to ring ${ring}, limit ${n} beyond`,
    );
  }
}

function* stacks(): Iterable<Case> {
  for (const [way, type, dpl, absent, rpl, ring, cpl] of product(WAYS, SOME_TYPES, RINGS, BOTH, RINGS, [1, 2, 3], [0, 1, 2])) {
    if (ring <= cpl) continue;
    const b = begin(`${way}: outer stacks`, cpl).descriptor(SELECTOR.x, segment({ type, dpl, absent }));
    yield returning(b, way, 4, cpl, { cs: codeOf(ring), ss: SELECTOR.x | rpl }).build(
      `${way} from ring ${cpl} to ${ring}, ss ${describe(type, dpl, absent)}, rpl ${rpl}`,
    );
  }
  for (const [way, selector, ring] of product(WAYS, [0, 1, 3, SELECTOR.beyond | 3, 7, 15, 0x27], [1, 3])) {
    yield returning(begin(`${way}: outer stacks`, 0), way, 4, 0, { cs: codeOf(ring), ss: selector }).build(
      `${way} to ring ${ring}, ss selector ${hex(selector)}`,
    );
  }
  for (const [way, size, big, esp, release] of product(
    WAYS,
    [2, 4] as const,
    BOTH,
    [0x10, 0xfffc, 0x1fffe, 0x12345678, 0xfffffffc],
    [0, 4, 0x100],
  )) {
    if (way === "iret" && release) continue;
    const b = begin(`${way}: outer stacks`, 0)
      .descriptor(SELECTOR.x, segment({ type: 0x12, dpl: 3, big }))
      .register(4, stackOf(0));
    yield returning(b, way, size, 0, { cs: codeOf(3), ss: SELECTOR.x | 3, esp, release }).build(
      `${way} ${size} releasing ${release} to esp ${hex(esp)}${big ? " big" : ""}`,
    );
  }
}

/** The frame reaches beyond the stack segment. */
function* frames(): Iterable<Case> {
  for (const [way, size, ring, bytes] of product(
    WAYS,
    [2, 4] as const,
    [0, 3],
    Array.from({ length: 21 }, (_, n) => n),
  )) {
    const b = begin(`${way}: frames beyond the stack`, 0)
      .descriptor(SELECTOR.z, segment({ type: 0x12, limit: stackOf(0) + bytes - 1 }))
      .begin("ss", SELECTOR.z);
    yield returning(b, way, size, 0, { cs: codeOf(ring), ss: dataOf(ring) }).build(
      `${way} ${size} to ring ${ring} with ${bytes} bytes on the stack`,
    );
  }
}

/** 5.8.6: data registers that the outer ring may not keep. */
function* nulling(): Iterable<Case> {
  for (const [way, name, type, dpl, cpl, ring] of product(
    WAYS,
    ["es", "ds", "fs", "gs"] as const,
    [0x10, 0x12, 0x16, 0x1a, 0x1e],
    RINGS,
    [0, 1, 2],
    [1, 2, 3],
  )) {
    if (ring <= cpl || (type !== 0x1e && dpl < cpl)) continue;
    const b = begin(`${way}: data registers of inner rings`, cpl)
      .descriptor(SELECTOR.x, segment({ type, dpl }))
      .begin(name, SELECTOR.x | Math.min(dpl, cpl));
    yield returning(b, way, 4, cpl, { cs: codeOf(ring), ss: dataOf(ring) }).build(
      `${way} from ring ${cpl} to ${ring} with ${name} ${describe(type, dpl, false)}`,
    );
  }
}

/** Which flags an iret may change: volume 2, IRET. */
function* flags(): Iterable<Case> {
  const group = "iret: flags";
  const images = [0x2, 0xfd7, 0x3002, 0x3202, 0x10002, 0x8d7, 0x13ed7];
  for (const [size, cpl, outer, iopl, image] of product([2, 4] as const, RINGS, BOTH, RINGS, images)) {
    const ring = outer ? 3 : cpl;
    const b = begin(group, cpl).begin("flags", 2 | (iopl << 12));
    const without = image & ~FLAG.TF;
    yield returning(b, "iret", size, cpl, { cs: codeOf(ring), ss: dataOf(ring), flags: without }).build(
      `iret ${size} from ring ${cpl} to ${ring}, iopl ${iopl}, image ${hex(without)}`,
    );
  }
}

export function* returns(): Iterable<Case> {
  yield* code();
  yield* stacks();
  yield* frames();
  yield* nulling();
  yield* flags();
}
