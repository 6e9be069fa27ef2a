/** int n, int3 and into through every kind of gate, and exceptions whose delivery meets another. */
import type { Builder, Case } from "../case.js";
import { int, int3, into, invalid, load } from "../instructions.js";
import { codeOf, dataOf, gate, innerStackOf, SELECTOR, segment, TARGET, TEST_TSS, TSS32, TYPE } from "../layout.js";
import { ALL_TYPES, BOTH, begin, describe, hex, product, RINGS, SEGMENT_TYPES, SOME_TYPES, SYSTEM_TYPES } from "./common.js";

const VECTOR = 0x30;
const GATES = [TYPE.interruptGate16, TYPE.trapGate16, TYPE.interruptGate32, TYPE.trapGate32] as const;
const OF = 0x800;
const IF = 0x200;

function* software(): Iterable<Case> {
  const group = "int: gates";
  for (const [type, dpl, absent, cpl, ring] of product([...SYSTEM_TYPES, ...SEGMENT_TYPES], RINGS, BOTH, RINGS, RINGS)) {
    if (type === TYPE.taskGate) continue;
    yield begin(group, cpl)
      .idt(VECTOR, gate(type, codeOf(ring), TARGET, { dpl, absent }))
      .do(int(VECTOR))
      .build(`int through ${describe(type, dpl, absent)} to ring ${ring}, cpl ${cpl}`);
  }
  for (const [dpl, absent, cpl, ring] of product(RINGS, BOTH, RINGS, RINGS)) {
    const g = gate(TYPE.interruptGate32, codeOf(ring), TARGET, { dpl, absent });
    yield begin(group, cpl)
      .idt(3, g)
      .do(int3)
      .build(`int3, dpl ${dpl}${absent ? " absent" : ""} to ring ${ring}, cpl ${cpl}`);
    yield begin(group, cpl)
      .idt(4, g)
      .begin("flags", 2 | OF)
      .do(into)
      .build(`into, dpl ${dpl}${absent ? " absent" : ""} to ring ${ring}, cpl ${cpl}`);
  }
  for (const [vector, cpl] of product([0x12, 0x1f, 0x3f, 0x40, 0x41, 0x80, 0xff], [0, 3])) {
    yield begin(group, cpl)
      .do(int(vector))
      .build(`int ${hex(vector)}, no gate or no entry, cpl ${cpl}`);
  }
}

function* handlers(): Iterable<Case> {
  const group = "int: handlers";
  for (const [type, code, dpl, absent, rpl, cpl] of product(GATES, ALL_TYPES, RINGS, BOTH, [0, 3], RINGS)) {
    if (absent && rpl > 0) continue;
    yield begin(group, cpl)
      .descriptor(SELECTOR.y, segment({ type: code, dpl, absent }))
      .idt(VECTOR, gate(type, SELECTOR.y | rpl, TARGET, { dpl: 3 }))
      .do(int(VECTOR))
      .build(`int gate ${hex(type)} to ${describe(code, dpl, absent)}, inner rpl ${rpl}, cpl ${cpl}`);
  }
  for (const [type, selector, cpl, ldt] of product(GATES, [0, 3, SELECTOR.beyond, 0xfff8, 4, 12, 0x24], [0, 3], [SELECTOR.ldt, 0])) {
    yield begin(group, cpl)
      .begin("ldt", ldt)
      .idt(VECTOR, gate(type, selector, TARGET, { dpl: 3 }))
      .do(int(VECTOR))
      .build(`int gate ${hex(type)} to selector ${hex(selector)}, cpl ${cpl}${ldt ? "" : ", no ldt"}`);
  }
  for (const [type, n, cpl, flags] of product(GATES, [-1, 0, 1], [0, 3], [2, 2 | IF, 0x4002, 0x10ad7])) {
    yield begin(group, cpl)
      .fresh()
      .begin("flags", flags)
      .descriptor(SELECTOR.y, segment({ type: 0x1a, limit: TARGET + n }))
      .idt(VECTOR, gate(type, SELECTOR.y, TARGET, { dpl: 3 }))
      .do(int(VECTOR))
      .build(`int gate ${hex(type)} to a limit ${n} beyond, cpl ${cpl}, flags ${hex(flags)}`);
  }
}

const ssAt = (ring: number): number => TEST_TSS + TSS32.ss0 + 8 * ring;
function* stacks(): Iterable<Case> {
  const group = "int: stacks";
  for (const [ring, type, dpl, absent, rpl] of product([0, 1, 2], SOME_TYPES, RINGS, BOTH, RINGS)) {
    yield begin(group, 3)
      .descriptor(SELECTOR.z, segment({ type, dpl, absent }))
      .put(ssAt(ring), SELECTOR.z | rpl, 2)
      .idt(VECTOR, gate(TYPE.interruptGate32, codeOf(ring), TARGET, { dpl: 3 }))
      .do(int(VECTOR))
      .build(`int to ring ${ring}, stack ${describe(type, dpl, absent)}, rpl ${rpl}`);
  }
  for (const [ring, selector] of product([0, 1, 2], [0, 1, 3, SELECTOR.beyond, 4, 12, 0x24])) {
    const b = begin(group, 3).put(ssAt(ring), selector, 2);
    yield b
      .idt(VECTOR, gate(TYPE.trapGate32, codeOf(ring), TARGET, { dpl: 3 }))
      .do(int(VECTOR))
      .build(`int to ring ${ring}, stack selector ${hex(selector)}`);
  }
  for (const [type, big, inner, spare] of product(GATES, BOTH, BOTH, [-20, -16, -12, -10, -9, -8, -6, -5, -4, -3, -2, -1, 0, 1, 2, 4])) {
    const size = type >= 14 ? 4 : 2;
    const needed = (inner ? 5 : 3) * size;
    const top = innerStackOf(0);
    if (needed + spare < 0) continue;
    const b = begin(group, inner ? 3 : 0).descriptor(SELECTOR.z, segment({ type: 0x12, big, limit: 0x1ff, base: 0x10000 + top }));
    if (inner) b.put(ssAt(0), SELECTOR.z, 2).put(TEST_TSS + TSS32.sp0, needed + spare);
    else b.begin("ss", SELECTOR.z).register(4, needed + spare);
    yield b
      .idt(VECTOR, gate(type, codeOf(0), TARGET, { dpl: 3 }))
      .do(int(VECTOR))
      .build(`int gate ${hex(type)}${inner ? " from ring 3" : ""} with ${spare} bytes to spare${big ? " big" : ""}`);
  }
}

/** #GP with an error code, #UD without one: into handlers of every kind. 6.13: EXT is set in what their delivery meets. */
function raising(b: Builder, vector: number): Builder {
  return vector === 13 ? b.register(0, SELECTOR.beyond).do(load("es", SELECTOR.beyond)) : b.do(invalid);
}
function* exceptions(): Iterable<Case> {
  const group = "exceptions: gates and handlers";
  for (const [vector, type, dpl, absent, cpl] of product([11, 13], [...SYSTEM_TYPES, ...SEGMENT_TYPES], [0, 3], BOTH, RINGS)) {
    if (type === TYPE.taskGate) continue;
    const b = begin(group, cpl).idt(vector, gate(type, codeOf(0), TARGET, { dpl, absent }));
    if (vector === 11)
      b.descriptor(SELECTOR.x, segment({ type: 0x12, dpl: 3, absent: true }))
        .register(0, SELECTOR.x)
        .do(load("es", SELECTOR.x));
    else raising(b, 13);
    yield b.build(`vector ${vector} through ${describe(type, dpl, absent)}, cpl ${cpl}`);
  }
  for (const [type, code, dpl, absent, cpl] of product(GATES, ALL_TYPES, RINGS, BOTH, RINGS)) {
    const b = begin(group, cpl).descriptor(SELECTOR.y, segment({ type: code, dpl, absent }));
    yield raising(b.idt(13, gate(type, SELECTOR.y, TARGET)), 13).build(
      `#GP gate ${hex(type)} to ${describe(code, dpl, absent)}, cpl ${cpl}`,
    );
  }
  // #DE is contributory, #BR is not: the second exception is delivered in its place, with EXT.
  for (const [type, code, dpl, absent, cpl] of product([...GATES, 0, 8, 12], SOME_TYPES, RINGS, BOTH, [0, 3])) {
    const b = begin(group, cpl).descriptor(SELECTOR.y, segment({ type: code, dpl, absent }));
    const flags = 2 | OF;
    yield b
      .begin("flags", flags)
      .idt(4, gate(type, SELECTOR.y, TARGET, { dpl: 3 }))
      .do(into)
      .build(`into, gate ${hex(type)} to ${describe(code, dpl, absent)}, cpl ${cpl}`);
  }
  // #UD is not contributory: what prevents its delivery is delivered in its place. None of these handlers can be entered.
  for (const [type, code, dpl, absent, cpl] of product([...GATES, 0, 8, 12], SOME_TYPES, RINGS, BOTH, [0, 3])) {
    if (GATES.includes(type as (typeof GATES)[number]) && code >= 0x18 && !absent && dpl <= cpl) continue;
    const b = begin(group, cpl).descriptor(SELECTOR.y, segment({ type: code, dpl, absent }));
    yield raising(b.idt(6, gate(type, SELECTOR.y, TARGET)), 6).build(
      `#UD, gate ${hex(type)} to ${describe(code, dpl, absent)}, cpl ${cpl}`,
    );
  }
  for (const [selector, type, cpl] of product([0, SELECTOR.beyond, 12, 0x24], [...GATES, TYPE.taskGate], [0, 3])) {
    yield raising(begin(group, cpl).idt(6, gate(type, selector, TARGET)), 6).build(
      `#UD through type ${hex(type)} to selector ${hex(selector)}, cpl ${cpl}`,
    );
  }
  for (const [type, selector] of product(GATES, [0, 3, SELECTOR.beyond, 0x24, dataOf(1)])) {
    const b = begin(group, 3)
      .put(ssAt(0), selector, 2)
      .idt(6, gate(type, codeOf(0), TARGET));
    yield raising(b, 6).build(`#UD gate ${hex(type)}, inner stack selector ${hex(selector)}`);
  }
  for (const [selector, cpl] of product([0, SELECTOR.beyond, 4, 0x24], [0, 3])) {
    yield raising(begin(group, cpl).idt(13, gate(TYPE.interruptGate32, selector, TARGET)), 13).build(
      `#GP to selector ${hex(selector)}, cpl ${cpl}`,
    );
  }
  for (const [type, selector] of product(GATES, [0, 3, SELECTOR.beyond, 12, dataOf(1), dataOf(0)])) {
    const b = begin(group, 3)
      .put(ssAt(0), selector, 2)
      .idt(13, gate(type, codeOf(0), TARGET));
    yield raising(b, 13).build(`#GP gate ${hex(type)}, inner stack selector ${hex(selector)}`);
  }
}

export function* interrupts(): Iterable<Case> {
  yield* software();
  yield* handlers();
  yield* stacks();
  yield* exceptions();
}
