/** Loops that regions make something else of: left after every count, and by a fault at the head, registers and flags are those of the cold tier. */
import { describe, expect, test } from "vitest";
import { Cpu, type Tiers } from "../../../src/cpu386/cpu.js";
import * as L from "../../../src/cpu386/layout.js";
import { COLD, HOT } from "../../support/tiers.js";
import { DATA, little, Machine } from "../machine.js";

const EDI = DATA + 12 * 0x1000;

const LOOPS: Readonly<Record<string, readonly number[]>> = {
  // shr eax, 1; jnc over; xor eax, edb88320; over: dec ecx; jnz back
  "a checksum's bit, by a branch": [0xd1, 0xe8, 0x73, 5, 0x35, ...little(0xedb88320, 4), 0x49, 0x75, 0xf4],
  // cmp eax, ebx; jle over; mov eax, ebx; inc edx; over: add ebx, 7654321; cmp ebx, esi; jne back
  "the smaller of two, and how often": [0x39, 0xd8, 0x7e, 3, 0x89, 0xd8, 0x42, 0x81, 0xc3, ...little(7654321, 4), 0x39, 0xf3, 0x75, 0xef],
  // mov edx, [edi]; add eax, 60h; add edi, 4; imul edx, ecx; add ebx, edx; cmp eax, esi; jne back
  "a product's inner loop": [0x8b, 0x17, 0x83, 0xc0, 0x60, 0x83, 0xc7, 4, 0x0f, 0xaf, 0xd1, 0x01, 0xd3, 0x39, 0xf0, 0x75, 0xef],
  // mov edx, [edi]; sub edi, 1000h; sbb ebx, 0; dec ecx; jnz back: edi falls below 0
  "a load at the head that faults in the end": [0x8b, 0x17, 0x81, 0xef, ...little(0x1000, 4), 0x83, 0xdb, 0, 0x49, 0x75, 0xf2],
  // start: jmp test; back: mov edx, eax; test: lea eax, [edx-4]; test eax, 3ch; jnz back; dec ecx; jnz start
  "one that begins with a jump to its condition": [
    0xeb,
    2,
    0x89,
    0xc2,
    0x8d,
    0x42,
    0xfc,
    0xa9,
    ...little(0x3c, 4),
    0x75,
    0xf4,
    0x49,
    0x75,
    0xef,
  ],
  // start: jmp test; back: add ebx, eax; jnc over; inc edx; over: test: dec ecx; jnz back; inc eax; add cl, 5; jmp start
  "a branch on the way from its middle to its condition": [
    0xeb, 5, 0x01, 0xc3, 0x73, 1, 0x42, 0x49, 0x75, 0xf8, 0x40, 0x80, 0xc1, 5, 0xeb, 0xf0,
  ],
  // mov ebx, eax; shr eax, 1; and ebx, 1; test ebx, ebx; jz over; xor eax, edb88320; over: dec ecx; jnz back
  "a bit in a register": [0x89, 0xc3, 0xd1, 0xe8, 0x83, 0xe3, 1, 0x85, 0xdb, 0x74, 5, 0x35, ...little(0xedb88320, 4), 0x49, 0x75, 0xed],
  // cmp eax, esi; setl bl; movzx ebx, bl; test ebx, ebx; jnz over; inc edx; over: add eax, 7654321; dec ecx; jnz back
  "a condition in a register": [
    ...[0x39, 0xf0, 0x0f, 0x9c, 0xc3, 0x0f, 0xb6, 0xdb, 0x85, 0xdb, 0x75, 1, 0x42],
    ...[0x05, ...little(7654321, 4), 0x49, 0x75, 0xeb],
  ],
};

function machine(tiers: Tiers, code: readonly number[], limit: number): Machine {
  const before = Cpu.tiers;
  Cpu.tiers = tiers;
  const m = new Machine();
  Cpu.tiers = before;
  m.set(L.EAX, 0x1234567);
  m.set(L.EBX, 0x7ffffff0);
  m.set(L.ECX, 50);
  m.set(L.ESI, 0xffffff);
  m.set(L.EDI, EDI);
  m.set(L.DS + L.READ_BOUND[4], limit);
  return m.code([...code, 0xeb, 0xfe]);
}

describe.each(Object.entries(LOOPS))("%s", (_name, code) => {
  test.each([0xffffffff, EDI + 40])("doublewords below %i can be read", (limit) => {
    for (let first = 1; first < 24; first++) {
      const [hot, cold] = [{ jit: true, schedule: HOT }, COLD].map((tiers) => machine(tiers, code, limit));
      for (const count of [first, 100, 3]) {
        const ends = [hot!, cold!].map((m) => m.run(count).kind);
        expect([ends[0], hot!.state(), hot!.cpu.retired]).toEqual([ends[1], cold!.state(), cold!.cpu.retired]);
      }
      expect(hot!.cpu.jit.executed).toBeGreaterThan(0);
    }
  });
});
