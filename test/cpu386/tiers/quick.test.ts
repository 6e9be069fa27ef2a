/** Quick paths against the operations they stand for, while descriptors, gates and the TSS change under them. */
import { expect, test } from "vitest";
import { Cpu } from "../../../src/cpu386/cpu.js";
import { FLAG } from "../../../src/cpu386/flags.js";
import * as L from "../../../src/cpu386/layout.js";
import { EAGER } from "../../support/tiers.js";
import {
  absolute,
  CODE,
  codeOf,
  DATA,
  dataOf,
  FREE,
  FREE2,
  gate,
  HANDLERS,
  LDT_SELECTOR,
  little,
  Machine,
  RING0_STACK,
  segment,
  TSS,
  TYPE,
} from "../machine.js";
import { Random } from "../oracle/random.js";

const KERNEL = CODE + 0x1000;
const SUBROUTINE = CODE + 0x800;
const POINTER = DATA + 0x40;
const CASES = Number(process.env.POK386_QUICK_CASES ?? 150);

/** Ring 3: everything that has a quick path, again and again; ring 0: the handler; faults go back to the beginning. */
function machine(quick: boolean, choice: readonly number[]): Machine {
  const before = Cpu.tiers;
  Cpu.tiers = quick ? { jit: true, schedule: EAGER } : { jit: false, schedule: EAGER };
  const m = new Machine(3);
  Cpu.tiers = before;
  m.cpu.quick.enabled = quick;
  m.p.flags = FLAG.IF | 2;
  m.gdt(FREE, segment(TYPE.data, { dpl: 3, base: 0x100, limit: 0x3ffff }));
  m.gdt(FREE2, segment(TYPE.code, { dpl: 3 }));
  const handlers: number[] = [];
  for (const vector of [6, 10, 11, 12, 13]) {
    m.idt(vector, gate(TYPE.interruptGate32, codeOf(0), KERNEL + 0x100 + handlers.length));
    const code = [...(vector === 6 ? [] : [0x83, 0xc4, 4]), 0xc7, 0x04, 0x24, ...little(CODE, 4), 0xcf];
    m.poke(KERNEL + 0x100 + handlers.length, code);
    handlers.push(...code);
  }
  m.idt(0x41, gate(TYPE.interruptGate32, codeOf(0), KERNEL));
  m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), KERNEL, { dpl: 3 }));
  // push ds; mov ax, data of ring 0; mov ds, ax; inc dword [DATA]; pop ds; iret
  m.poke(KERNEL, [0x1e, 0x66, 0xb8, ...little(dataOf(0), 2), 0x8e, 0xd8, 0xff, ...absolute(0, DATA), 0x1f, 0xcf]);
  m.poke(SUBROUTINE, [0x46, 0xcb]);
  m.poke(POINTER, [...little(SUBROUTINE, 4), ...little(codeOf(3), 2), ...little(0x1234, 4), ...little(FREE | 3, 2)]);
  const pieces: readonly number[][] = [
    [0xcd, 0x40],
    // push ds; pop es
    [0x1e, 0x07],
    // mov ax, FREE; mov fs, ax; inc dword fs:[DATA + 8]
    [0x66, 0xb8, ...little(FREE | 3, 2), 0x8e, 0xe0, 0x64, 0xff, ...absolute(0, DATA + 8)],
    // push 0; pop gs
    [0x6a, 0, 0x0f, 0xa9],
    // les ecx, [POINTER + 6]; mov es:[ecx], edx
    [0xc4, ...absolute(1, POINTER + 6), 0x26, 0x89, 0x11],
    // call far to the subroutine, by its address and by a pointer; through another descriptor
    [0x9a, ...little(SUBROUTINE, 4), ...little(codeOf(3), 2)],
    [0xff, ...absolute(3, POINTER)],
    [0x9a, ...little(SUBROUTINE, 4), ...little(FREE2 | 3, 2)],
    // cmp edx, esi; adc edx, 77: flags that int must push and iret bring back
    [0x39, 0xf2, 0x83, 0xd2, 77],
  ];
  const code = choice.flatMap((n) => pieces[n % pieces.length]!);
  m.code([...code, 0xe9, ...little(-code.length - 5, 4)]);
  return m;
}

/** So many interrupts from outside, each as soon as it is let in. */
function interrupt(m: Machine, count: number): void {
  let left = count;
  m.p.interrupts = {
    get pending() {
      return left > 0;
    },
    acknowledge: () => {
      left--;
      return 0x41;
    },
  };
}

const TYPES = Object.values(TYPE).filter((type) => type >= 0x10);

/** Something that quick paths rely on changes, alike for all machines. */
function change(random: Random): (m: Machine) => void {
  const [selector, type] = [random.pick([FREE, FREE2]), random.pick(TYPES)];
  const descriptor = segment(random.chance(40) ? type : selector === FREE ? TYPE.data : TYPE.code, {
    dpl: random.chance(80) ? 3 : random.below(4),
    base: random.below(0x200),
    limit: random.between(0x8000, 0xfffff),
    absent: random.chance(5),
    wide: random.chance(80),
    fresh: random.chance(20),
  });
  const entry = gate(random.pick([TYPE.interruptGate32, TYPE.trapGate32, TYPE.interruptGate16]), codeOf(0), KERNEL, {
    dpl: random.chance(80) ? 3 : random.below(4),
    absent: random.chance(5),
  });
  const [stack, ss0, limit] = [
    RING0_STACK - 4 * random.below(300),
    random.chance(90) ? dataOf(0) : dataOf(3),
    random.chance(90) ? 0x7f : 0x67,
  ];
  const vector = random.pick([0x40, 0x41]);
  const pointed = random.chance(50) ? FREE | 3 : LDT_SELECTOR;
  switch (random.below(8)) {
    case 0:
    case 1:
      return (m) => m.gdt(selector, descriptor);
    case 2:
      return (m) => m.idt(vector, entry);
    case 3:
      return (m) => m.dword(TSS + 4, stack);
    case 4:
      return (m) => m.dword(TSS + 8, ss0);
    case 5:
      return (m) => m.set(L.GDTR_LIMIT, limit);
    case 6:
      // A code segment of its own kernel data: the handler's lines get flags.
      return (m) => m.poke(HANDLERS, [0xf4]);
    default:
      return (m) => m.dword(POINTER + 10, pointed);
  }
}

test(`${CASES} programs do alike by quick paths and without`, () => {
  const random = new Random(1985);
  let quick = 0;
  for (let n = 0; n < CASES; n++) {
    const choice = Array.from({ length: random.between(1, 8) }, () => random.below(9));
    const machines = [machine(false, choice), machine(true, choice)];
    // A debugger that follows changes of ring hears of all of them.
    const heard: string[][] = [[], []];
    for (const [which, m] of n % 2 ? machines.entries() : []) m.p.onRingChange = (...change) => heard[which]!.push(change.join());
    const steps = Array.from({ length: 12 }, () => ({
      slice: random.between(1, 400),
      change: change(random),
      interrupts: random.below(4),
    }));
    for (const [at, step] of steps.entries()) {
      const [slow, fast] = machines.map((m) => {
        interrupt(m, step.interrupts);
        const exit = m.run(step.slice);
        const written = Buffer.from(m.p.u8.subarray(L.RAM, L.RAM + 0x40000)).toString("latin1");
        const result = { exit: exit.kind, ...m.state(), retired: m.cpu.retired, written };
        step.change(m);
        return result;
      });
      expect(fast!.written === slow!.written, `memory of case ${n}, step ${at}: ${choice}`).toBe(true);
      expect({ ...fast, written: "" }, `case ${n}, step ${at}: ${choice}`).toEqual({ ...slow, written: "" });
      expect(heard[1], `changes of ring of case ${n}, step ${at}: ${choice}`).toEqual(heard[0]);
      if (slow!.exit === "shutdown") break;
    }
    quick += machines[1]!.p.u8.subarray(L.QUICK_DATA, L.QUICK_END).some((byte) => byte !== 0) ? 1 : 0;
  }
  expect(quick, "programs for which a quick path was open at the end").toBeGreaterThan(CASES / 4);
});
