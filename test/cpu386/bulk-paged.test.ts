/** rep many iterations at a time with paging on, beside one after the other: pages lie apart, one is read-only, one is missing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { DATA } from "./machine.js";
import { HIGH, PAGE, PagedMachine, WP } from "./paged-machine.js";

const FRAMES = [2, 0, 3, 1].map((n) => DATA + n * 0x1000);
const [READ_ONLY, MISSING] = [4, 5];
const BYTES = 4 * 0x1000;

/** rep and repne with movs, stos, cmps, scas; bytes and doublewords. */
const INSTRUCTIONS = [0xa4, 0xa5, 0xaa, 0xab, 0xa6, 0xa7, 0xae, 0xaf].flatMap((opcode) => [
  [0xf3, opcode],
  [0xf2, opcode],
]);

function machine(instruction: readonly number[], registers: readonly number[]): PagedMachine {
  const m = new PagedMachine(3, WP);
  FRAMES.forEach((frame, n) => {
    m.map(HIGH + n * 0x1000, frame);
  });
  m.map(HIGH + READ_ONLY * 0x1000, DATA + 0x4000, PAGE.present | PAGE.user);
  m.unmap(HIGH + MISSING * 0x1000);
  m.flush();
  const [esi, edi, ecx, eax] = registers;
  for (let n = 0; n < 5 * 0x1000; n++) m.p.u8[L.RAM + DATA + n] = n % 97 === 0 ? 3 : 0x55;
  m.set(L.ESI, HIGH + esi!);
  m.set(L.EDI, HIGH + edi!);
  m.set(L.ECX, ecx!);
  m.set(L.EAX, eax!);
  m.code([...instruction, 0xeb, 0xfe]);
  return m;
}
const outcome = (m: PagedMachine): unknown => ({
  ...m.state(),
  cr2: m.cr2,
  retired: m.cpu.retired,
  memory: Buffer.from(m.p.u8.subarray(L.RAM + DATA, L.RAM + DATA + 5 * 0x1000)).toString("latin1"),
});

const place = fc.oneof(fc.nat(BYTES), fc.integer({ min: 0x3f00, max: 0x5100 }));
test("the same states and the same faults", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...INSTRUCTIONS),
      fc.tuple(place, place, fc.nat(3000), fc.constantFrom(0x55, 0x55555555, 3)),
      fc.integer({ min: 1, max: 4000 }),
      (instruction, registers, count) => {
        const [whole, stepped] = [machine(instruction, registers), machine(instruction, registers)];
        whole.run(count);
        while (stepped.cpu.retired < whole.cpu.retired) if (stepped.run(1).kind !== "budget") break;
        expect(outcome(whole)).toEqual(outcome(stepped));
      },
    ),
    { numRuns: 60 },
  );
});
