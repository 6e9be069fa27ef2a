/** pushf, cli and popf in regions: interrupts are let in at the same instruction as in the cold tier, and what is not allowed faults. */
import { describe, expect, test } from "vitest";
import { Cpu, type Tiers } from "../../../src/cpu386/cpu.js";
import { FLAG } from "../../../src/cpu386/flags.js";
import * as L from "../../../src/cpu386/layout.js";
import { COLD, HOT } from "../../support/tiers.js";
import { CODE, codeOf, gate, Machine, TYPE } from "../machine.js";
import { Random } from "../oracle/random.js";

const KERNEL = CODE + 0x1000;
/** Bits of the word that popf takes are flipped: xor dword [esp], n. */
const flip = (bits: number): number[] => [0x81, 0x34, 0x24, bits & 0xff, (bits >> 8) & 0xff, (bits >> 16) & 0xff, 0];
const LOOPS: Readonly<Record<string, readonly number[]>> = {
  // pushf; cli; inc eax; popf; inc ebx
  "a critical section": [0x9c, 0xfa, 0x40, 0x9d, 0x43],
  // pushf; cli; inc eax; pop ecx; push ecx; popf; cmp eax, ebx; inc edx
  "flags by way of a register": [0x9c, 0xfa, 0x40, 0x59, 0x51, 0x9d, 0x39, 0xd8, 0x42],
  // pushf; flip IF; popf; adc eax, ebx
  "IF flipped by popf": [0x9c, ...flip(FLAG.IF), 0x9d, 0x11, 0xd8],
  "DF, carry and sign flipped": [0x9c, ...flip(FLAG.DF | FLAG.CF | FLAG.SF), 0x9d, 0x11, 0xd8],
  "NT and AC flipped": [0x9c, ...flip(FLAG.NT | FLAG.AC), 0x9d, 0x11, 0xd8],
  "of 16 bits": [0x66, 0x9c, 0xfa, 0x66, 0x9d, 0x11, 0xd8],
  // sub eax, ebx; lahf; add ecx, eax
  lahf: [0x29, 0xd8, 0x9f, 0x01, 0xc1],
};

function machine(tiers: Tiers, ring: 0 | 3, iopl: number, code: readonly number[]): { m: Machine; raise(): void } {
  const before = Cpu.tiers;
  Cpu.tiers = tiers;
  const m = new Machine(ring);
  Cpu.tiers = before;
  m.p.flags = FLAG.IF | (iopl << 12) | 2;
  let waiting = 0;
  m.p.interrupts = {
    get pending() {
      return waiting > 0;
    },
    acknowledge: () => {
      waiting--;
      return 0x41;
    },
  };
  // inc esi; iret. A fault: the instruction is passed over, which is one byte.
  m.idt(0x41, gate(TYPE.interruptGate32, codeOf(0), KERNEL));
  m.idt(13, gate(TYPE.interruptGate32, codeOf(0), KERNEL + 0x20));
  m.poke(KERNEL, [0x46, 0xcf]);
  m.poke(KERNEL + 0x20, [0x83, 0xc4, 4, 0xff, 0x04, 0x24, 0x47, 0xcf]);
  m.set(L.EBX, 0x77777777);
  m.code([...code, 0xeb, 0x100 - code.length - 2]);
  return { m, raise: () => waiting++ };
}

describe.each([
  [0, 0],
  [3, 0],
  [3, 3],
] as const)("ring %i, IOPL %i", (ring, iopl) => {
  test.each(Object.entries(LOOPS))("%s", (_name, code) => {
    const random = new Random(ring * 4 + iopl);
    const [hot, cold] = [{ jit: true, schedule: HOT }, COLD].map((tiers) => machine(tiers, ring, iopl, code));
    for (let n = 0; n < 120; n++) {
      const count = random.between(1, 60);
      if (random.chance(60)) for (const each of [hot!, cold!]) each.raise();
      const ends = [hot!, cold!].map(({ m }) => m.run(count).kind);
      expect([ends[0], hot!.m.state(), hot!.m.cpu.retired]).toEqual([ends[1], cold!.m.state(), cold!.m.cpu.retired]);
    }
    expect(hot!.m.cpu.jit.executed).toBeGreaterThan(0);
    expect(hot!.m.p.i32[L.ESI >> 2]).toBeGreaterThan(0);
  });
});
