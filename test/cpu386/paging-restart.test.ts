/** Page faults leave everything as it was, so that a handler can map the page and return: SDM volume 3, 6.15 (interrupt 14). */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { absolute, CODE, codeOf, DATA, GDT, gate, HANDLERS, little, STACK, TSS, TYPE } from "./machine.js";
import { HIGH, OPEN, PagedMachine } from "./paged-machine.js";

const HANDLER = 0x70000;
const COUNTER = 0x7f000;

/** A #PF handler that counts, notes CR2, maps the page to the frame of that number from 0x50000 on, and returns. */
function withPager(ring = 0): PagedMachine {
  const m = new PagedMachine(ring);
  m.unmap(HIGH);
  const table = m.pte(HIGH) & ~0xfff;
  m.poke(HANDLER, [
    0x60, // pusha
    ...[0xff, ...absolute(0, COUNTER)], // inc dword [COUNTER]
    ...[0x0f, 0x20, 0xd0], // mov eax, cr2
    ...[0xc1, 0xe8, 12], // shr eax, 12
    ...[0x25, ...little(0x3ff, 4)], // and eax, 0x3ff
    ...[0x89, 0xc3, 0xc1, 0xe3, 12], // mov ebx, eax; shl ebx, 12
    ...[0x81, 0xc3, ...little(0x50000 + OPEN, 4)], // add ebx, 0x50007
    ...[0x89, 0x1c, 0x85, ...little(table, 4)], // mov [table + eax * 4], ebx
    0x61, // popa
    ...[0x83, 0xc4, 4], // add esp, 4
    0xcf, // iret
  ]);
  m.idt(14, gate(TYPE.interruptGate32, codeOf(0), HANDLER));
  return m;
}
/** Runs to the hlt behind the code; how many page faults there were. */
function program(m: PagedMachine, ...bytes: number[]): number {
  m.code([...bytes, 0xf4]);
  expect(m.run(10_000).kind).toBe("halted");
  expect(m.p.faults.every((f) => f.vector === 14)).toBe(true);
  return m.dword(COUNTER);
}

describe("an access in two pages of which the second is missing", () => {
  const crossing = HIGH + 0xffe;
  const cases: [string, number[]][] = [
    ["mov [], eax", [0x89, ...absolute(0, crossing)]],
    ["mov eax, []", [0x8b, ...absolute(0, crossing)]],
    ["add [], eax", [0x01, ...absolute(0, crossing)]],
    ["xchg [], eax", [0x87, ...absolute(0, crossing)]],
    ["pop []", [0x8f, ...absolute(0, crossing)]],
    ["push []", [0xff, ...absolute(6, crossing)]],
    ["movsd", [0xa5]],
    ["stosd", [0xab]],
    ["lodsd", [0xad]],
    ["cmpxchg", [0x0f, 0xb1, ...absolute(1, crossing)]],
    ["cmpxchg8b", [0x0f, 0xc7, ...absolute(1, crossing - 4)]],
    ["sgdt", [0x0f, 0x01, ...absolute(0, crossing)]],
    ["fnstenv", [0xd9, ...absolute(6, crossing - 20)]],
  ];
  test.each(cases)("%s", (_name, bytes) => {
    const m = new PagedMachine();
    for (let n = 0; n < 8; n++) m.set(L.GPR + 4 * n, crossing);
    m.set(L.ESP, STACK);
    m.p.flags = 0x8d7;
    m.idt(14, [0, 0]);
    m.idt(8, [0, 0]);
    m.code(bytes);
    const memory = Buffer.from(m.p.u8.subarray(L.RAM + DATA, L.RAM + DATA + 0x1000));
    const before = m.state();
    expect(m.step()).toMatch(/^#PF/);
    expect(m.state()).toEqual(before);
    expect(m.cr2).toBe(HIGH + 0x1000);
    expect(Buffer.from(m.p.u8.subarray(L.RAM + DATA, L.RAM + DATA + 0x1000)).equals(memory)).toBe(true);
  });
});

describe.each([0, 3])("a handler that maps the page and returns, at CPL %i", (ring) => {
  const done = (m: PagedMachine, ...bytes: number[]): number => {
    if (ring === 0) return program(m, ...bytes);
    m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), HANDLERS, { dpl: 3 }));
    return program(m, ...bytes, 0xcd, 0x40);
  };
  test("serves a store", () => {
    const m = withPager(ring);
    m.set(L.EAX, 0x11223344);
    expect([done(m, 0xa3, ...little(HIGH, 4)), m.dword(0x50000)]).toEqual([1, 0x11223344]);
  });
  test("serves an access in two missing pages, one after the other", () => {
    const m = withPager(ring);
    m.set(L.EAX, 0x11223344);
    expect(done(m, 0xa3, ...little(HIGH + 0xffe, 4))).toBe(2);
    expect([m.dword(0x50ffe), m.dword(0x51000)]).toEqual([0x11223344, 0x1122]);
  });
  test("serves an addition to memory once", () => {
    const m = withPager(ring);
    m.dword(0x50010, 5);
    expect([done(m, 0x83, 0x05, ...little(HIGH + 0x10, 4), 3), m.dword(0x50010)]).toEqual([1, 8]);
  });
  test("serves rep movs in the middle of its count", () => {
    const m = withPager(ring);
    const bytes = Array.from({ length: 0x2800 }, (_, n) => (n * 7 + (n >> 8)) & 0xff);
    m.poke(DATA, bytes);
    m.set(L.ESI, DATA);
    m.set(L.EDI, HIGH + 0x400);
    m.set(L.ECX, bytes.length / 4);
    expect(done(m, 0xf3, 0xa5)).toBe(3);
    expect([m.get(L.ESI), m.get(L.EDI), m.get(L.ECX)]).toEqual([DATA + 0x2800, HIGH + 0x2c00, 0]);
    expect(Array.from(m.p.u8.subarray(L.RAM + 0x50400, L.RAM + 0x52c00))).toEqual(bytes);
  });
  test("serves a fetch in a missing page", () => {
    const m = withPager(ring);
    // mov ecx, 77; ret
    m.poke(0x50800, [0xb9, ...little(77, 4), 0xc3]);
    m.set(L.EBX, HIGH + 0x800);
    expect([done(m, 0xff, 0xd3), m.get(L.ECX)]).toEqual([1, 77]);
  });
  test("serves an instruction whose end lies in a missing page", () => {
    const m = withPager(ring);
    m.map(HIGH, 0x50000);
    m.poke(0x50ffd, [0xb9, 1, 2]);
    m.poke(0x51000, [3, 4, 0xc3]);
    m.set(L.EBX, HIGH + 0xffd);
    expect([done(m, 0xff, 0xd3), m.get(L.ECX), m.cr2]).toEqual([1, 0x04030201, HIGH + 0x1000]);
  });
  test("serves code that runs on from one page into the next", () => {
    const m = withPager(ring);
    m.map(HIGH, 0x50000);
    m.poke(0x50fff, [0x41]);
    m.poke(0x51000, [0x41, 0xc3]);
    m.set(L.ECX, 0);
    m.set(L.EBX, HIGH + 0xfff);
    expect([done(m, 0xff, 0xd3), m.get(L.ECX), m.cr2]).toEqual([1, 2, HIGH + 0x1000]);
  });
  test("serves the load of a selector whose descriptor table is missing", () => {
    const m = withPager(ring);
    m.set(L.GDTR_BASE, HIGH + 0x2000);
    // The processor's tables are where they were; the pager's frame gets a copy.
    m.poke(
      0x52000,
      Array.from({ length: 0x80 }, (_, n) => m.byte(GDT + n)),
    );
    m.map(HIGH + 0x2000, 0x52000);
    m.set(L.EAX, 0x18 + ring * 0x10 + ring);
    expect([done(m, 0x8e, 0xe0), m.selector(4)]).toEqual([0, 0x18 + ring * 0x10 + ring]);
  });
});

test("push and pop are served, by a handler on another stack", () => {
  const m = withPager(3);
  m.set(L.ESP, HIGH + 0x1002);
  m.set(L.EAX, 0x11223344);
  m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), HANDLERS, { dpl: 3 }));
  expect(program(m, 0x50, 0x5b, 0xcd, 0x40)).toBe(2);
  expect([m.get(L.EBX), m.stack(4)[3]]).toEqual([0x11223344, HIGH + 0x1002]);
});

test("an interrupt whose stack is missing is taken up again, with nothing pushed the first time", () => {
  const m = withPager(1);
  // The pager runs on ring 0's stack; int 0x40 to a conforming handler stays on this one, which is missing.
  m.gdt(0x60, [0xffff, 0x00cf9e00]);
  m.idt(0x40, gate(TYPE.interruptGate32, 0x60, HANDLERS + 0x40, { dpl: 3 }));
  m.poke(HANDLERS + 0x40, [0xeb, 0xfe]);
  m.set(L.ESP, HIGH + 0x1004);
  m.code([0xcd, 0x40]);
  m.run(100);
  expect([m.dword(COUNTER), m.esp, m.eip]).toEqual([2, HIGH + 0x1004 - 12, HANDLERS + 0x40]);
  expect(m.dword(0x50ff8)).toBe(CODE + 2);
});

test("a page that comes without an invlpg is found by the record that missed it", () => {
  const m = withPager(0);
  m.map(HIGH, 0x50000);
  // The entries of these two pages lie in different lines of the table.
  const at = HIGH + 0x10000;
  m.map(at - 0x1000, 0x5f000);
  m.poke(0x5fffe, [0xb9, 1]);
  m.poke(0x60000, [2, 3, 4, 0xc3]);
  m.set(L.EBX, at - 2);
  expect([program(m, 0xff, 0xd3), m.get(L.ECX)]).toEqual([1, 0x04030201]);
  // call, the mov that faults, the pager's 12, mov, ret, hlt: looking again is no instruction.
  expect(m.cpu.retired).toBe(17);
});

test("the pager's TSS is read with its page missing: a double fault, not a wrong stack", () => {
  const m = withPager(3);
  m.unmap(TSS);
  m.flush();
  m.attempt(0xa1, ...little(HIGH, 4));
  expect(m.p.faults.map((f) => f.vector)).toEqual([14, 8, 14]);
});
