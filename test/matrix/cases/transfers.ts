/** Far jmp and call to code segments, through call gates and to what is neither. */
import type { Builder, Case } from "../case.js";
import { far } from "../instructions.js";
import { codeOf, DATA, gate, innerStackOf, SELECTOR, segment, stackOf, TARGET, TEST_TSS, TSS32, TYPE } from "../layout.js";
import { ALL_TYPES, BOTH, begin, describe, hex, product, RINGS, SOME_TYPES } from "./common.js";

const KINDS = ["jmp", "call"] as const;
const GATES = [TYPE.callGate16, TYPE.callGate32] as const;

function* direct(): Iterable<Case> {
  const group = "far jmp and call: directly";
  // Gates and TSSs have groups of their own.
  const types = ALL_TYPES.filter((type) => ![1, 3, 4, 5, 9, 11, 12].includes(type));
  for (const [kind, type, dpl, absent, rpl, cpl] of product(KINDS, types, RINGS, BOTH, RINGS, RINGS)) {
    yield begin(group, cpl)
      .descriptor(SELECTOR.x, segment({ type, dpl, absent }))
      .do(far(kind, SELECTOR.x | rpl, TARGET))
      .build(`${kind} to ${describe(type, dpl, absent)}, rpl ${rpl}, cpl ${cpl}`);
  }
  for (const [kind, size, big, type, n] of product(KINDS, [2, 4] as const, BOTH, [0x1a, 0x1e], [-2, -1, 0, 1, 2])) {
    yield begin(group, 0)
      .fresh()
      .descriptor(SELECTOR.x, segment({ type, limit: TARGET - n, big }))
      .do(far(kind, SELECTOR.x, TARGET, size))
      .build(`${kind} ${size} to limit ${n}, type ${hex(type)}${big ? " big" : ""}`);
  }
  for (const [kind, selector, ldt, cpl] of product(
    KINDS,
    [0, 3, SELECTOR.beyond, 0xfff8, 4, 12, 0x24, 0xfffc],
    [SELECTOR.ldt, 0],
    [0, 3],
  )) {
    yield begin(group, cpl)
      .begin("ldt", ldt)
      .do(far(kind, selector, TARGET))
      .build(`${kind} to selector ${hex(selector)}, cpl ${cpl}${ldt ? "" : ", no ldt"}`);
  }
}

/** Room on the stack for what a call pushes. */
function* room(): Iterable<Case> {
  for (const [size, big, esp] of product([2, 4] as const, BOTH, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])) {
    // Data is what the stack wraps to: base so that both ends fall into the area.
    yield begin("far jmp and call: directly", 0)
      .descriptor(SELECTOR.x, segment({ type: 0x12, big, limit: 0x2ff, base: 0x10000 + DATA }))
      .begin("ss", SELECTOR.x)
      .register(4, esp)
      .do(far("call", codeOf(0), TARGET, size))
      .build(`call ${size} with esp ${esp}${big ? " big" : ""}`);
  }
}

function through(
  b: Builder,
  kind: (typeof KINDS)[number],
  rpl: number,
  g: { type: number; dpl?: number; absent?: boolean; parameters?: number; to: number },
): Builder {
  return b.descriptor(SELECTOR.x, gate(g.type, g.to, TARGET, g)).do(far(kind, SELECTOR.x | rpl, 0xdeadbeef));
}

function* gates(): Iterable<Case> {
  const group = "far jmp and call: call gates";
  for (const [kind, type, dpl, rpl, cpl, code, codeDpl] of product(KINDS, GATES, RINGS, RINGS, RINGS, [0x1a, 0x1e], RINGS)) {
    const b = begin(group, cpl).descriptor(SELECTOR.y, segment({ type: code, dpl: codeDpl }));
    yield through(b, kind, rpl, { type, dpl, to: SELECTOR.y }).build(
      `${kind} gate ${hex(type)} dpl ${dpl}, rpl ${rpl}, cpl ${cpl}, to type ${hex(code)} dpl ${codeDpl}`,
    );
  }
  for (const [kind, type, dpl, rpl, cpl] of product(KINDS, GATES, RINGS, RINGS, RINGS)) {
    yield through(begin(group, cpl), kind, rpl, { type, dpl, absent: true, to: codeOf(cpl) }).build(
      `${kind} gate ${hex(type)} dpl ${dpl} absent, rpl ${rpl}, cpl ${cpl}`,
    );
  }
  for (const [kind, type, cpl, code, dpl, absent, rpl] of product(KINDS, GATES, RINGS, ALL_TYPES, RINGS, BOTH, [0, 3])) {
    const b = begin(group, cpl).descriptor(SELECTOR.y, segment({ type: code, dpl, absent }));
    yield through(b, kind, 3, { type, dpl: 3, to: SELECTOR.y | rpl }).build(
      `${kind} gate ${hex(type)}, cpl ${cpl}, to ${describe(code, dpl, absent)}, inner rpl ${rpl}`,
    );
  }
  for (const [kind, type, to, cpl] of product(KINDS, GATES, [0, 3, SELECTOR.beyond, 4, 12, 0x24, 0xfffc], [0, 3])) {
    yield through(begin(group, cpl), kind, 3, { type, dpl: 3, to }).build(`${kind} gate ${hex(type)} to selector ${hex(to)}, cpl ${cpl}`);
  }
  for (const [kind, type, n, big] of product(KINDS, GATES, [-2, -1, 0, 1], BOTH)) {
    const b = begin(group, 0)
      .fresh()
      .descriptor(SELECTOR.y, segment({ type: 0x1a, big, limit: TARGET + n }));
    yield through(b, kind, 0, { type, to: SELECTOR.y }).build(`${kind} gate ${hex(type)} to limit ${-n}${big ? " big" : ""}`);
  }
}

function* parameters(): Iterable<Case> {
  const group = "call gates: parameters and inner stacks";
  for (const [type, count, cpl, ring] of product(
    GATES,
    Array.from({ length: 32 }, (_, n) => n),
    [1, 2, 3],
    [0, 1, 2],
  )) {
    if (ring >= cpl || stackOf(cpl) + 4 * count > 0x1c00) continue;
    yield through(begin(group, cpl), "call", 3, { type, dpl: 3, parameters: count, to: codeOf(ring) & 0xfffc }).build(
      `gate ${hex(type)} with ${count} parameters from ring ${cpl} to ${ring}`,
    );
  }
  // The caller's stack ends among the parameters.
  for (const [type, end] of product(GATES, [0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 15])) {
    const b = begin(group, 3)
      .descriptor(SELECTOR.z, segment({ type: 0x12, dpl: 3, limit: stackOf(3) + end }))
      .begin("ss", SELECTOR.z | 3);
    yield through(b, "call", 3, { type, dpl: 3, parameters: 3, to: codeOf(0) }).build(
      `gate ${hex(type)} with 3 parameters, stack ends at +${end}`,
    );
  }
}

/** What the TSS gives as inner stack: its selector, and the room it has. */
function* innerStacks(): Iterable<Case> {
  const group = "call gates: parameters and inner stacks";
  const at = (ring: number): number => TEST_TSS + TSS32.ss0 + 8 * ring;
  for (const [ring, type, dpl, absent, rpl] of product([0, 1, 2], SOME_TYPES, RINGS, BOTH, RINGS)) {
    const b = begin(group, 3)
      .descriptor(SELECTOR.z, segment({ type, dpl, absent }))
      .put(at(ring), SELECTOR.z | rpl, 2);
    yield through(b, "call", 3, { type: TYPE.callGate32, dpl: 3, to: codeOf(ring) }).build(
      `inner stack for ring ${ring}: ${describe(type, dpl, absent)}, rpl ${rpl}`,
    );
  }
  for (const [ring, selector] of product([0, 1, 2], [0, 1, 2, 3, SELECTOR.beyond, 4, 12, 0x24])) {
    const b = begin(group, 3).put(at(ring), selector, 2);
    yield through(b, "call", 3, { type: TYPE.callGate32, dpl: 3, to: codeOf(ring) }).build(
      `inner stack for ring ${ring}: selector ${hex(selector)}`,
    );
  }
  for (const [type, big, down, count, spare] of product(GATES, BOTH, BOTH, [0, 2], [-17, -16, -15, -9, -8, -7, -1, 0, 1, 7, 8, 9, 16])) {
    const size = type === TYPE.callGate32 ? 4 : 2;
    const needed = (4 + count) * size;
    const top = innerStackOf(0);
    // Room below ESP, or above the limit of an expand-down segment.
    const b = begin(group, 3).put(at(0), SELECTOR.z, 2);
    if (down) b.descriptor(SELECTOR.z, segment({ type: 0x16, big, limit: top - needed - spare - 1 }));
    else
      b.descriptor(SELECTOR.z, segment({ type: 0x12, big, limit: 0x1ff, base: 0x10000 + top })).put(TEST_TSS + TSS32.sp0, needed + spare);
    yield through(b, "call", 3, { type, dpl: 3, parameters: count, to: codeOf(0) }).build(
      `inner stack with ${spare} bytes to spare, gate ${hex(type)}, ${count} parameters${big ? " big" : ""}${down ? " expand-down" : ""}`,
    );
  }
}

export function* transfers(): Iterable<Case> {
  yield* direct();
  yield* room();
  yield* gates();
  yield* parameters();
  yield* innerStacks();
}
