/** Task switches by every cause, and what the new task's state segment may hold. */
import type { Builder, Case } from "../case.js";
import { far, int, invalid, iret, load, system } from "../instructions.js";
import {
  AREA,
  CODE,
  codeOf,
  DATA,
  dataOf,
  gate,
  innerStackOf,
  LDT,
  OTHER_TSS,
  SELECTOR,
  SMALL_TSS,
  segment,
  stackOf,
  TARGET,
  TEST_TSS,
  TSS16,
  TSS32,
  TYPE,
} from "../layout.js";
import { FLAG } from "../rules/state.js";
import { ALL_TYPES, BOTH, begin, describe, hex, product, RINGS, SEGMENT_TYPES, SOME_TYPES } from "./common.js";

const VECTOR = 0x30;
/** The group of TSSs that the state is saved in beyond their limit. */
export const SHORT = "short state segments";
const KINDS = ["jmp", "call"] as const;
const TSS_TYPES = [TYPE.tss16, TYPE.busyTss16, TYPE.tss32, TYPE.busyTss32] as const;
const baseOf = (type: number): number => AREA + (type < 8 ? SMALL_TSS : OTHER_TSS);
const tss = (type: number, o: { dpl?: number; absent?: boolean; limit?: number; pages?: boolean } = {}): ReturnType<typeof segment> =>
  segment({ type, base: baseOf(type), limit: type < 8 ? 0x2b : 0x67, big: false, ...o });

function* direct(): Iterable<Case> {
  const group = "task switches: jmp and call";
  for (const [kind, type, dpl, absent, rpl, cpl] of product(KINDS, TSS_TYPES, RINGS, BOTH, RINGS, RINGS)) {
    yield begin(group, cpl)
      .descriptor(SELECTOR.x, tss(type, { dpl, absent }))
      .do(far(kind, SELECTOR.x | rpl, 0))
      .build(`${kind} to tss ${describe(type, dpl, absent)}, rpl ${rpl}, cpl ${cpl}`);
  }
  for (const [kind, type, limit] of product(KINDS, TSS_TYPES, [0, 0x29, 0x2a, 0x2b, 0x2c, 0x5f, 0x65, 0x66, 0x67, 0x68, 0xffff])) {
    yield begin(group, 0)
      .descriptor(SELECTOR.x, tss(type, { limit }))
      .do(far(kind, SELECTOR.x, 0))
      .build(`${kind} to tss ${hex(type)} of limit ${hex(limit)}`);
  }
  for (const [kind, flags, type] of product(KINDS, [2, FLAG.NT | 2, FLAG.RF | 2, 0xcd7], [TYPE.tss16, TYPE.tss32])) {
    yield begin(group, 0)
      .begin("flags", flags)
      .descriptor(SELECTOR.x, tss(type))
      .do(far(kind, SELECTOR.x, 0))
      .build(`${kind} to tss ${hex(type)}, flags ${hex(flags)}`);
  }
}

/** Has a task gate gone through: by jmp, call or int. */
function through(b: Builder, way: "jmp" | "call" | "int", to: number, o: { dpl?: number; absent?: boolean }, rpl = 0): Builder {
  const g = gate(TYPE.taskGate, to, 0, o);
  return way === "int" ? b.idt(VECTOR, g).do(int(VECTOR)) : b.descriptor(SELECTOR.y, g).do(far(way, SELECTOR.y | rpl, 0));
}
const WAYS = ["jmp", "call", "int"] as const;

function* gates(): Iterable<Case> {
  const group = "task switches: task gates";
  for (const [way, dpl, absent, rpl, cpl, tssDpl] of product(WAYS, RINGS, BOTH, RINGS, RINGS, [0, 3])) {
    if (way === "int" && rpl > 0) continue;
    const b = begin(group, cpl).descriptor(SELECTOR.x, tss(TYPE.tss32, { dpl: tssDpl }));
    yield through(b, way, SELECTOR.x, { dpl, absent }, rpl).build(
      `${way} gate dpl ${dpl}${absent ? " absent" : ""}, rpl ${rpl}, cpl ${cpl}, tss dpl ${tssDpl}`,
    );
  }
  for (const [way, type, absent, rpl, cpl] of product(WAYS, ALL_TYPES, BOTH, [0, 3], [0, 3])) {
    const b = begin(group, cpl).descriptor(SELECTOR.x, tss(type, { absent }));
    yield through(b, way, SELECTOR.x | rpl, { dpl: 3 }).build(`${way} gate to ${describe(type, 0, absent)}, inner rpl ${rpl}, cpl ${cpl}`);
  }
  for (const [way, selector] of product(WAYS, [0, 3, SELECTOR.beyond, 0xfff8, 4, 12, 0x1c])) {
    const b = begin(group, 0);
    if (selector === 0x1c) b.descriptor(selector, tss(TYPE.tss32));
    yield through(b, way, selector, { dpl: 3 }).build(`${way} gate to selector ${hex(selector)}`);
  }
  for (const [way, type, limit] of product(WAYS, TSS_TYPES, [0x2a, 0x2b, 0x66, 0x67])) {
    yield through(begin(group, 0).descriptor(SELECTOR.x, tss(type, { limit })), way, SELECTOR.x, {}).build(
      `${way} gate to tss ${hex(type)} of limit ${hex(limit)}`,
    );
  }
}

/** iret with NT set, to the task that the current one links to. */
function* links(): Iterable<Case> {
  const group = "task switches: iret";
  const back = (cpl: number, link: number, flags = FLAG.NT | 2): Builder => begin(group, cpl).begin("flags", flags).begin("link", link);
  for (const [type, dpl, absent, rpl, cpl, size] of product(ALL_TYPES, [0, 3], BOTH, [0, 3], RINGS, [2, 4] as const)) {
    if (size === 2 && cpl > 0) continue;
    yield back(cpl, SELECTOR.x | rpl)
      .descriptor(SELECTOR.x, tss(type, { dpl, absent }))
      .do(iret(size))
      .build(`iret ${size} to ${describe(type, dpl, absent)}, rpl ${rpl}, cpl ${cpl}`);
  }
  for (const link of [0, 3, SELECTOR.beyond, 0xfff8, 4, 12, 0x1c]) {
    yield back(0, link)
      .descriptor(0x1c, tss(TYPE.busyTss32))
      .do(iret())
      .build(`iret to link ${hex(link)}`);
  }
  for (const [type, limit] of product(TSS_TYPES, [0x2a, 0x2b, 0x66, 0x67])) {
    yield back(0, SELECTOR.x)
      .descriptor(SELECTOR.x, tss(type, { limit }))
      .do(iret())
      .build(`iret to tss ${hex(type)} of limit ${hex(limit)}`);
  }
}

/** One selector of a new task, in the test's own TSS, which the engine jumps to, or in another that is switched to. */
type Enter = { readonly name: string; readonly cpl: number; readonly at: number; readonly go: (b: Builder) => Builder };
const ENTERING: readonly Enter[] = [
  { name: "jmp", cpl: 0, at: TEST_TSS, go: (b) => b },
  { name: "call", cpl: 3, at: OTHER_TSS, go: (b) => b.descriptor(SELECTOR.z, tss(TYPE.tss32, { dpl: 3 })).do(far("call", SELECTOR.z, 0)) },
  { name: "int", cpl: 3, at: OTHER_TSS, go: (b) => b.idt(VECTOR, gate(TYPE.taskGate, SELECTOR.otherTss, 0, { dpl: 3 })).do(int(VECTOR)) },
  {
    name: "iret",
    cpl: 0,
    at: OTHER_TSS,
    go: (b) =>
      b
        .begin("flags", FLAG.NT | 2)
        .begin("link", SELECTOR.z)
        .descriptor(SELECTOR.z, tss(TYPE.busyTss32))
        .do(iret()),
  },
  {
    name: "exception",
    cpl: 3,
    at: OTHER_TSS,
    go: (b) =>
      b
        .idt(13, gate(TYPE.taskGate, SELECTOR.otherTss, 0))
        .register(0, SELECTOR.beyond)
        .do(load("es", SELECTOR.beyond)),
  },
];
/** #UD is not contributory: what its delivery meets is delivered in its place. */
const UNDEFINED: Enter = { name: "ud2", cpl: 3, at: OTHER_TSS, go: (b) => b.idt(6, gate(TYPE.taskGate, SELECTOR.otherTss, 0)).do(invalid) };
/** #NP to the other task, so that its own #GP finds its way. */
const absentThroughGate = (b: Builder): Builder =>
  b
    .idt(11, gate(TYPE.taskGate, SELECTOR.otherTss, 0))
    .descriptor(SELECTOR.y, segment({ type: 0x12, dpl: 3, absent: true }))
    .register(0, SELECTOR.y)
    .do(load("es", SELECTOR.y));
const FIELDS = ["es", "ss", "ds", "fs", "gs", "ldt"] as const;

/** Everything of a ring in a TSS. */
function ring(b: Builder, at: number, n: number): Builder {
  for (const name of ["es", "ss", "ds", "fs", "gs"] as const) b.put(at + TSS32[name], dataOf(n), 2);
  return b.put(at + TSS32.cs, codeOf(n), 2);
}

function* contents(): Iterable<Case> {
  for (const way of [...ENTERING, UNDEFINED]) {
    const group = `new tasks by ${way.name}: segments`;
    const some = way.name === "jmp" ? RINGS : [0, 3];
    for (const [field, type, dpl, absent, rpl, cpl] of product(
      FIELDS,
      way.name === "jmp" ? ALL_TYPES : SOME_TYPES,
      some,
      BOTH,
      some,
      some,
    )) {
      if (absent && type < 0x10 && type !== 2) continue;
      const b = ring(begin(group, way.cpl), way.at, cpl).put(way.at + TSS32[field], SELECTOR.x | rpl, 2);
      b.descriptor(SELECTOR.x, segment({ type, dpl, absent, ...(field === "ldt" ? { base: AREA + LDT, limit: 0x1f } : {}) }));
      yield way.go(b).build(`${way.name}: ${field} ${describe(type, dpl, absent)}, rpl ${rpl}, cpl ${cpl}`);
    }
    for (const [type, dpl, absent, rpl] of product(ALL_TYPES, RINGS, BOTH, RINGS)) {
      const b = ring(begin(group, way.cpl), way.at, rpl).put(way.at + TSS32.cs, SELECTOR.x | rpl, 2);
      yield way
        .go(b.descriptor(SELECTOR.x, segment({ type, dpl, absent })))
        .build(`${way.name}: cs ${describe(type, dpl, absent)}, rpl ${rpl}`);
    }
    for (const [field, selector, cpl] of product(
      [...FIELDS, "cs"] as const,
      [0, 1, 2, 3, SELECTOR.beyond, 0xffff, 4, 7, 12, 0x24],
      [0, 3],
    )) {
      // One thing wrong at a time: the stack fits the ring that CS asks for.
      const b = ring(begin(group, way.cpl), way.at, field === "cs" ? selector & 3 : cpl).put(way.at + TSS32[field], selector, 2);
      yield way.go(b).build(`${way.name}: ${field} selector ${hex(selector)}, cpl ${cpl}`);
    }
    for (const limit of [TARGET - 1, TARGET, TARGET + 1]) {
      const b = begin(group, way.cpl)
        .fresh()
        .put(way.at + TSS32.cs, SELECTOR.x, 2)
        .put(way.at + TSS32.ip, TARGET);
      const d = segment({ type: 0x1a, limit });
      if (way.at === TEST_TSS) continue;
      const go = way.name === "exception" ? absentThroughGate : way.go;
      yield go(b.descriptor(SELECTOR.x, d)).build(`${way.name}: eip at limit ${hex(limit)}`);
    }
  }
}

/** The same in a 16-bit TSS, and how a task of one kind is saved when one of the other follows. */
function* small(): Iterable<Case> {
  const group = "task switches: 16-bit state segments";
  for (const [kind, field, type, dpl, absent] of product(
    ["jmp", "call"] as const,
    ["es", "ss", "ds", "cs", "ldt"] as const,
    SOME_TYPES,
    [0, 3],
    BOTH,
  )) {
    const b = begin(group, 0)
      .put(SMALL_TSS + TSS16[field], SELECTOR.x, 2)
      .descriptor(SELECTOR.x, segment({ type, dpl, absent }));
    yield b.do(far(kind, SELECTOR.smallTss, 0)).build(`${kind}: ${field} ${describe(type, dpl, absent)}`);
  }
  for (const [flags, type] of product([2, 0xed7, 0x3002, 0x4002], SEGMENT_TYPES)) {
    const b = begin(group, 0)
      .put(SMALL_TSS + TSS16.flags, flags, 2)
      .descriptor(SELECTOR.x, segment({ type, dpl: 3 }));
    yield b
      .begin("gs", 0)
      .do(far("jmp", SELECTOR.smallTss, 0))
      .build(`flags ${hex(flags)}, beside type ${hex(type)}`);
  }
}

/** ltr of a TSS that is too short for what is saved in it: table 7-1 has no check of it; inner stacks are checked (5.8.5). */
function* shortTasks(): Iterable<Case> {
  const group = SHORT;
  const shortened = (cpl: number, type: number, limit: number): Builder =>
    begin(group, cpl)
      .descriptor(SELECTOR.z, segment({ type, base: AREA + SHORT_TSS, limit, big: false }))
      .register(0, SELECTOR.z)
      .do(system("ltr", SELECTOR.z));
  for (const [type, limit, kind] of product(
    [TYPE.tss16, TYPE.tss32],
    [0, 1, 0x10, 0x28, 0x29, 0x2a, 0x2b, 0x5e, 0x5f, 0x66, 0x67],
    KINDS,
  )) {
    yield shortened(0, type, limit)
      .do(far(kind, SELECTOR.otherTss, 0))
      .build(`${kind} out of tss ${hex(type)} of limit ${hex(limit)}`);
  }
  for (const [type, limit, ring, way] of product(
    [TYPE.tss16, TYPE.tss32],
    [0, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 24, 25, 26, 0x67],
    [0, 1, 2],
    ["call", "int"] as const,
  )) {
    const b = shortened(0, type, limit).do(iret());
    const frame = [CODE + 4, codeOf(3), 2, stackOf(3), dataOf(3)];
    for (const [n, value] of frame.entries()) b.put(stackOf(0) + 4 * n, value);
    for (let n = 0; n < 3; n++) {
      if (type === TYPE.tss32) b.put(SHORT_TSS + 4 + 8 * n, innerStackOf(n)).put(SHORT_TSS + 8 + 8 * n, dataOf(n));
      else b.put(SHORT_TSS + 2 + 4 * n, innerStackOf(n), 2).put(SHORT_TSS + 4 + 4 * n, dataOf(n), 2);
    }
    if (way === "int") b.idt(VECTOR, gate(TYPE.interruptGate32, codeOf(ring), TARGET, { dpl: 3 })).do(int(VECTOR));
    else b.descriptor(SELECTOR.y, gate(TYPE.callGate32, codeOf(ring), TARGET, { dpl: 3 })).do(far("call", SELECTOR.y | 3, 0));
    yield b.build(`${way} to ring ${ring} with tss ${hex(type)} of limit ${hex(limit)}`);
  }
}
/** Room for a state segment that nothing else uses. */
const SHORT_TSS = DATA;

export function* tasks(): Iterable<Case> {
  yield* shortTasks();
  yield* direct();
  yield* gates();
  yield* links();
  yield* contents();
  yield* small();
}
