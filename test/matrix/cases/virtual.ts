/** Virtual-8086 mode, entered by the task's EFLAGS and by iret, left through gates; and what IOPL decides. */
import type { Builder, Case, Operation } from "../case.js";
import { access, cli, clts, halt, int, int3, invalid, iret, sti, system } from "../instructions.js";
import { AREA, codeOf, DATA, gate, SELECTOR, segment, stackOf, TARGET, TYPE } from "../layout.js";
import { FLAG } from "../rules/state.js";
import { ALL_TYPES, BOTH, begin, describe, hex, product, RINGS } from "./common.js";

const VECTOR = 0x30;
/** The paragraph at which the area lies: offsets are the area's, then. */
const HERE = AREA >> 4;

function virtual(group: string, iopl: number): Builder {
  const b = begin(group, 0).begin("flags", FLAG.VM | 2 | (iopl << 12));
  for (const name of ["es", "cs", "ss", "ds", "fs", "gs"] as const) b.begin(name, HERE);
  return b.register(4, stackOf(3));
}

function* inside(): Iterable<Case> {
  const group = "virtual-8086 mode: instructions";
  const tried: readonly (readonly [string, Operation])[] = [
    ["int", int(VECTOR)],
    ["int3", int3],
    ["iret", iret(2, true)],
    ["iret 4", iret(4, true)],
    ["cli", cli],
    ["sti", sti],
    ["hlt", halt],
    ["clts", clts],
    ["ud2", invalid],
    ["lldt", system("lldt", SELECTOR.ldt)],
    ["ltr", system("ltr", SELECTOR.otherTss)],
    ["verr", system("verr", SELECTOR.x)],
    ["lar", system("lar", SELECTOR.x)],
  ];
  for (const [iopl, [name, operation]] of product(RINGS, tried)) {
    // What returns from there would go on in virtual-8086 mode.
    if (name.startsWith("iret") && iopl === 3) continue;
    yield virtual(group, iopl)
      .register(0, SELECTOR.x)
      .idt(VECTOR, gate(TYPE.interruptGate32, codeOf(0), TARGET, { dpl: 3 }))
      .idt(3, gate(TYPE.interruptGate32, codeOf(0), TARGET, { dpl: 3 }))
      .do(operation)
      .build(`${name}, iopl ${iopl}`);
  }
  for (const [what, name, offset, size] of product(
    ["read", "write"] as const,
    ["cs", "ss", "ds", "gs"] as const,
    [DATA, 0xfffd, 0xfffe, 0xffff],
    [1, 2, 4] as const,
  )) {
    // A segment whose end lies in the area.
    const base = offset === DATA ? HERE : (AREA + DATA + 0x40 - 0xfff0) >>> 4;
    if (offset !== DATA && (name === "cs" || name === "ss")) continue;
    yield virtual(group, 3)
      .begin(name, base)
      .do(access(what, name, offset, size, true))
      .build(`${what} ${size} at ${hex(offset)} through ${name}`);
  }
}

function* leaving(): Iterable<Case> {
  const group = "virtual-8086 mode: gates";
  const types = [TYPE.interruptGate16, TYPE.trapGate16, TYPE.interruptGate32, TYPE.trapGate32];
  for (const [type, dpl, absent, iopl, ring] of product(types, RINGS, BOTH, [0, 3], RINGS)) {
    yield virtual(group, iopl)
      .idt(VECTOR, gate(type, codeOf(ring), TARGET, { dpl, absent }))
      .do(int(VECTOR))
      .build(`int through ${describe(type, dpl, absent)} to ring ${ring}, iopl ${iopl}`);
  }
  for (const [type, code, dpl, absent] of product(types, ALL_TYPES, RINGS, BOTH)) {
    const b = virtual(group, 3).descriptor(SELECTOR.y, segment({ type: code, dpl, absent }));
    yield b
      .idt(VECTOR, gate(type, SELECTOR.y, TARGET, { dpl: 3 }))
      .do(int(VECTOR))
      .build(`int gate ${hex(type)} to ${describe(code, dpl, absent)}`);
  }
}

function* entering(): Iterable<Case> {
  const group = "virtual-8086 mode: iret";
  for (const [cpl, iopl, eip, esp] of product(RINGS, [0, 3], [TARGET, 0x10000 + TARGET], [0x1c00, 0x12345678])) {
    const b = begin(group, cpl);
    const frame = [eip, HERE, FLAG.VM | 2 | (iopl << 12), esp, HERE, HERE, HERE, HERE, HERE];
    for (const [n, value] of frame.entries()) b.put(stackOf(cpl) + 4 * n, value);
    // Only ring 0 looks at VM: elsewhere CS is a selector, with an EIP beyond its limit. Who takes it for a paragraph finds a ud2 there.
    if (cpl > 0) {
      if (eip > 0xffff) continue;
      b.put(stackOf(cpl) + 4, codeOf(cpl));
      b.put(stackOf(cpl), AREA + SELECTOR.z - 16 * codeOf(cpl)).descriptor(SELECTOR.z, [0x0b0f0b0f, 0]);
    }
    yield b.do(iret()).build(`iret from ring ${cpl} to eip ${hex(eip)}, esp ${hex(esp)}, iopl ${iopl}`);
  }
}

function* iopl(): Iterable<Case> {
  const group = "iopl: cli, sti, hlt, clts";
  const tried: readonly (readonly [string, Operation])[] = [
    ["cli", cli],
    ["sti", sti],
    ["hlt", halt],
    ["clts", clts],
  ];
  for (const [level, cpl, flags, [name, operation]] of product(RINGS, RINGS, [2, 0x202], tried)) {
    if (name === "hlt" && cpl === 0) continue;
    yield begin(group, cpl)
      .begin("flags", flags | (level << 12))
      .do(operation)
      .build(`${name}, iopl ${level}, cpl ${cpl}, flags ${hex(flags)}`);
  }
}

export function* virtual8086(): Iterable<Case> {
  yield* inside();
  yield* leaving();
  yield* entering();
  yield* iopl();
}
