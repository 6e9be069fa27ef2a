/** rep in regions: a few iterations in a loop of their own, many at once, or one by one; left after every count as the cold tier would be. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cpu, type Tiers } from "../../../src/cpu386/cpu.js";
import * as L from "../../../src/cpu386/layout.js";
import { COLD, HOT } from "../../support/tiers.js";
import { CODE, DATA, little, Machine } from "../machine.js";
import { HIGH, PagedMachine } from "../paged-machine.js";

const BYTES = 0x3000;
/** movs, cmps, stos, lods, scas. */
const OPCODES = [0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf];

interface Loop {
  readonly opcode: number;
  readonly prefixes: readonly number[];
  readonly esi: number;
  readonly edi: number;
  readonly ecx: number;
  readonly down: boolean;
}
const index = fc.oneof(fc.nat(BYTES - 1), fc.integer({ min: 0xf80, max: 0x1080 }), fc.integer({ min: BYTES - 140, max: BYTES }));
const loop: fc.Arbitrary<Loop> = fc.record({
  opcode: fc.constantFrom(...OPCODES),
  prefixes: fc.constantFrom([0xf3], [0xf2], [0xf3, 0x66], [0xf3, 0x67]),
  esi: index,
  edi: index,
  ecx: fc.oneof({ weight: 3, arbitrary: fc.nat(40) }, fc.nat(300)),
  down: fc.boolean(),
});

/** back: mov esi; mov edi; mov ecx; cld or std; rep; inc ebx; jmp back */
function codeOf({ opcode, prefixes, esi, edi, ecx, down }: Loop, base: number): number[] {
  const body = [
    ...[0xbe, ...little(base + esi, 4), 0xbf, ...little(base + edi, 4), 0xb9, ...little(ecx, 4), down ? 0xfd : 0xfc],
    ...[...prefixes, opcode, 0x43],
  ];
  return [...body, 0xeb, 0x100 - body.length - 2];
}
function withTiers<M>(tiers: Tiers, make: () => M): M {
  const before = Cpu.tiers;
  Cpu.tiers = tiers;
  try {
    return make();
  } finally {
    Cpu.tiers = before;
  }
}
const plain = (code: readonly number[]): Machine => new Machine().code(code);
function paged(code: readonly number[]): PagedMachine {
  const m = new PagedMachine(3);
  [2, 0, 1].forEach((frame, n) => {
    m.map(HIGH + n * 0x1000, DATA + frame * 0x1000);
  });
  m.unmap(HIGH + BYTES);
  m.flush();
  m.code(code);
  return m;
}
const outcome = (m: Machine): unknown => ({
  ...m.state(),
  retired: m.cpu.retired,
  memory: Buffer.from(m.p.u8.subarray(L.RAM + CODE, L.RAM + DATA + BYTES + 0x1000)).toString("latin1"),
});

describe.each([
  ["without paging", plain, DATA],
  ["with paging", paged, HIGH],
] as const)("%s", (_name, machine, base) => {
  test("registers, flags and memory are those of the cold tier wherever a run ends", () => {
    let executed = 0;
    fc.assert(
      fc.property(loop, fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 2, maxLength: 6 }), (it, counts) => {
        const code = codeOf(it, base);
        const make = (): Machine => {
          const m = machine(code);
          for (let n = 0; n < BYTES; n++) m.p.u8[L.RAM + DATA + n] = n % 61 === 0 ? n : 0x55;
          m.set(L.EAX, 0x55555555);
          return m;
        };
        const [hot, cold] = [{ jit: true, schedule: HOT }, COLD].map((tiers) => withTiers(tiers, make));
        for (const count of [300, ...counts]) {
          const ends = [hot!, cold!].map((m) => m.run(count).kind);
          expect([ends[0], outcome(hot!)]).toEqual([ends[1], outcome(cold!)]);
        }
        executed += hot!.cpu.jit.executed;
      }),
      { numRuns: 150 },
    );
    expect(executed).toBeGreaterThan(30_000);
  });
});

test("a copy in a loop stays in its region", () => {
  const code = codeOf({ opcode: 0xa5, prefixes: [0xf3], esi: 0, edi: 0x800, ecx: 12, down: false }, DATA);
  const m = withTiers({ jit: true, schedule: HOT }, () => plain(code));
  m.run(100_000);
  expect(m.cpu.jit.executed).toBeGreaterThan(95_000);
  expect(m.cpu.jit.statistics().exits.onward).toBeLessThan(100);
});
