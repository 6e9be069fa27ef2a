/** run(n): exactly n instructions, whatever the slices, the blocks and the size of the record area. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { CODE, codeOf, DATA, gate, little, Machine, STACK, TYPE } from "./machine.js";

/** Pieces of straight code, some of them with calls, interrupts, faults and changes of their own code. */
const HANDLER = CODE + 0x800;
const SUBROUTINE = CODE + 0x840;
const PIECES: readonly ((at: number) => number[])[] = [
  () => [0x40],
  () => [0x01, 0xc3],
  () => [0x50, 0x5a],
  () => [0xa3, ...little(DATA, 4)],
  () => [0x83, 0x05, ...little(DATA + 4, 4), 3],
  // jz over an inc, taken or not
  () => [0x84, 0xc0, 0x74, 0x01, 0x43],
  (at) => [0xe8, ...little(SUBROUTINE - at - 5, 4)],
  () => [0xcd, 0x40],
  () => [0x9c, 0x9d],
  // mov edi, DATA+16; mov cl, 5; rep stosd
  () => [0xbf, ...little(DATA + 16, 4), 0xb1, 5, 0xf3, 0xab],
  // mov esi, DATA; mov edi, DATA + 64; mov cl, 9; rep movsb
  () => [0xbe, ...little(DATA, 4), 0xbf, ...little(DATA + 64, 4), 0xb1, 9, 0xf3, 0xa4],
  // mov edi, DATA + 64; mov ecx, 40; repne scasb; and repe scasw
  () => [0xbf, ...little(DATA + 64, 4), 0xb9, ...little(40, 4), 0xf2, 0xae],
  () => [0xbf, ...little(DATA + 32, 4), 0xb9, ...little(40, 4), 0x66, 0xf3, 0xaf],
  // mov esi, DATA; mov edi, DATA + 16; mov ecx, 30; repe cmpsb; and repne cmpsd
  () => [0xbe, ...little(DATA, 4), 0xbf, ...little(DATA + 16, 4), 0xb9, ...little(30, 4), 0xf3, 0xa6],
  () => [0xbe, ...little(DATA, 4), 0xbf, ...little(DATA + 16, 4), 0xb9, ...little(28, 4), 0xf2, 0xa7],
  // inc byte [its own operand of the mov behind it]; mov bl, n
  (at) => [0xfe, 0x05, ...little(at + 7, 4), 0xb3, 1],
  () => [0x0f, 0x0b],
  () => [0xfb, 0xfa],
];

function program(choice: readonly number[]): Machine {
  const m = new Machine();
  fill(m, choice);
  return m;
}
function fill(m: Machine, choice: readonly number[]): void {
  const bytes: number[] = [];
  for (const n of choice) bytes.push(...PIECES[n]!(CODE + bytes.length));
  m.code([...bytes, 0xe9, ...little(-bytes.length - 5, 4)]);
  // add dword [esp], 2; iret - past the ud2; behind int 40 it must return as it is
  m.poke(HANDLER, [0x83, 0x04, 0x24, 2, 0xcf]);
  m.poke(HANDLER + 8, [0x41, 0xcf]);
  m.poke(SUBROUTINE, [0x42, 0xc3]);
  m.idt(6, gate(TYPE.trapGate32, codeOf(0), HANDLER));
  m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), HANDLER + 8));
}

const snapshot = (m: Machine): unknown => ({
  ...m.state(),
  retired: m.cpu.retired,
  memory: Buffer.from(m.p.u8.subarray(L.RAM + DATA, L.RAM + DATA + 128)).toString("hex"),
});

const pieces = fc.array(fc.nat(PIECES.length - 1), { minLength: 1, maxLength: 12 });

describe("run(n)", () => {
  test("gives the states of single steps, however a run is cut", () => {
    fc.assert(
      fc.property(pieces, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), (choice, slices) => {
        const stepped = program(choice);
        const run = program(choice);
        for (const slice of slices) {
          for (let n = 0; n < slice; n++) expect(stepped.run(1).kind).toBe("budget");
          expect(run.run(slice).kind).toBe("budget");
          expect(snapshot(run)).toEqual(snapshot(stepped));
        }
      }),
      { numRuns: 60, seed: 386 },
    );
  });
  test("counts every iteration of rep, and every fault", () => {
    const m = new Machine();
    m.set(L.ECX, 5);
    m.set(L.EDI, DATA);
    m.code([0xf3, 0xaa, 0x0f, 0x0b]);
    m.run(100);
    // 5 stosb, the ud2, and the handler's hlt
    expect(m.cpu.retired).toBe(7);
  });
  test("of 0 executes nothing", () => {
    const m = new Machine();
    m.code([0x40]).run(0);
    expect([m.eip, m.cpu.retired]).toEqual([CODE, 0]);
  });
  test("stops in the middle of a block and of a rep", () => {
    const m = new Machine();
    m.set(L.ECX, 10);
    m.set(L.EDI, DATA);
    m.code([0x40, 0x40, 0x40, 0xf3, 0xaa]).run(2);
    expect([m.eip, m.get(L.EAX)]).toEqual([CODE + 2, 2]);
    m.run(4);
    expect([m.eip, m.get(L.ECX), m.get(L.EDI)]).toEqual([CODE + 3, 7, DATA + 3]);
  });
  test("leaves at once when something asks for attention", () => {
    const m = new Machine();
    m.p.ports = { read: () => 0, write: () => (m.p.attention = true) };
    expect(m.code([0xe6, 0x80, 0x40, 0x40]).run(100).kind).toBe("attention");
    expect(m.eip).toBe(CODE + 2);
  });
  test("knows its count in the middle of a block", () => {
    const m = new Machine();
    let seen = 0;
    m.p.ports = { read: () => 0, write: () => (seen = m.cpu.retired) };
    m.code([0x40, 0x40, 0xe6, 0x80, 0xf4]).run(100);
    expect(seen).toBe(2);
  });
});

describe("the record area", () => {
  /** Room for one block of the greatest length and a little more. */
  const TINY = L.RECORDS + 80 * L.RECORD_BYTES;
  test("may run full at any point without changing the run", () => {
    let generations = 0;
    fc.assert(
      fc.property(fc.array(fc.nat(PIECES.length - 1), { minLength: 6, maxLength: 30 }), (choice) => {
        const roomy = program(choice);
        const tiny = new Machine(0, 1 << 20, TINY);
        fill(tiny, choice);
        for (const slice of [1, 17, 300, 3, 1000]) {
          roomy.run(slice);
          tiny.run(slice);
          expect(snapshot(tiny)).toEqual(snapshot(roomy));
        }
        generations += tiny.cpu.records.generation;
      }),
      { numRuns: 15, seed: 386 },
    );
    expect(generations).toBeGreaterThan(100);
  });
  test("runs full by the amount of code alone", () => {
    const m = new Machine();
    const start = 0x50000;
    m.poke(start, new Array(0x50000).fill(0x90));
    m.poke(start + 0x50000, [0xf4]);
    m.set(L.EIP, start);
    expect(m.run(1e6).kind).toBe("halted");
    expect(m.cpu.retired).toBe(0x50001);
    expect(m.cpu.records.generation).toBe(1);
  });
});

test("a sum, a stack and a loop", () => {
  const m = new Machine();
  m.p.flags = FLAG.IF | 2;
  // mov ecx, 1000; xor eax, eax; l: add eax, ecx; push eax; pop ebx; dec ecx; jnz l; hlt
  m.code([0xb9, 0xe8, 3, 0, 0, 0x31, 0xc0, 0x01, 0xc8, 0x50, 0x5b, 0x49, 0x75, 0xf9, 0xf4]);
  expect(m.run(1e9)).toEqual({ kind: "halted" });
  expect([m.get(L.EAX), m.get(L.EBX), m.cpu.retired, m.eip, m.esp]).toEqual([500500, 500500, 5003, CODE + 15, STACK]);
});
