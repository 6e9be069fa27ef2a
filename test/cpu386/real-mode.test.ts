/** Real mode, and the ways into protected mode and back: SDM volume 3, 9.9 and 20.1. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { codeOf, dataOf, little, Machine, segment, TYPE } from "./machine.js";

const IP = 0x100;
const SP = 0x8000;

/** Real mode as after reset, but CS 1000, DS 2000, SS 3000, ES 4000; vector n leads to a hlt at 0500:n. */
function real(): Machine {
  const m = new Machine();
  m.set(L.CR0, 0x10);
  m.set(L.IDTR_BASE, 0);
  m.set(L.IDTR_LIMIT, 0x3ff);
  const selectors: [number, number][] = [
    [SEGMENT.CS, 0x1000],
    [SEGMENT.DS, 0x2000],
    [SEGMENT.SS, 0x3000],
    [SEGMENT.ES, 0x4000],
    [SEGMENT.FS, 0],
    [SEGMENT.GS, 0],
  ];
  for (const [n, selector] of selectors) m.cache(n, segment(TYPE.data, { base: selector << 4, limit: 0xffff, wide: false }), selector);
  for (let n = 0; n < 256; n++) m.dword(n * 4, 0x05000000 + n);
  m.set(L.ESP, SP);
  m.set(L.EIP, IP);
  return m;
}
const attempt = (m: Machine, ...bytes: number[]): string => m.code(bytes, IP).step();
/** Runs code to a hlt at its end. */
function program(m: Machine, ...bytes: number[]): Machine {
  m.code([...bytes, 0xf4], IP);
  expect(m.run(1000).kind).toBe("halted");
  return m;
}
const words = (m: Machine, count: number): number[] =>
  Array.from({ length: count }, (_, n) => m.dword(m.p.segment(SEGMENT.SS).base + (m.esp & 0xffff) + 2 * n) & 0xffff);

describe("segments", () => {
  test("lie at selector x 16", () => {
    const m = real();
    m.set(L.EAX, 0xabcd);
    expect([attempt(m, 0x8e, 0xd8), m.p.segment(SEGMENT.DS).base, m.selector(SEGMENT.DS)]).toEqual(["none", 0xabcd0, 0xabcd]);
  });
  test("reach beyond the first megabyte", () => {
    const m = real();
    m.set(L.EAX, 0xffff);
    attempt(m, 0x8e, 0xd8);
    // There is no RAM at 0x10fff0; the bus reads as ones.
    expect([attempt(m, 0xa0, 0xf0, 0xff), m.get(L.EAX) & 0xff]).toEqual(["none", 0xff]);
  });
  test("are wrapped at the megabyte by the A20 gate", () => {
    const m = real();
    m.p.setA20(false);
    m.poke(0xffe0, [0x5a]);
    m.set(L.EAX, 0xffff);
    attempt(m, 0x8e, 0xd8);
    expect([attempt(m, 0xa0, 0xf0, 0xff), m.get(L.EAX) & 0xff]).toEqual(["none", 0x5a]);
  });
  test("hold code that can be written", () => {
    const m = real();
    m.set(L.EAX, 0x1234);
    expect([attempt(m, 0x2e, 0xa3, 0, 3), m.dword(0x10300) & 0xffff]).toEqual(["none", 0x1234]);
  });
  test.each([
    ["es", [0x07], SEGMENT.ES],
    ["ss", [0x17], SEGMENT.SS],
    ["ds", [0x1f], SEGMENT.DS],
    ["fs", [0x0f, 0xa1], SEGMENT.FS],
    ["gs", [0x0f, 0xa9], SEGMENT.GS],
  ])("pop %s", (_name, bytes, n) => {
    const m = real();
    m.dword(0x30000 + SP, 0x4321);
    expect([attempt(m, ...bytes), m.p.segment(n).base, m.esp]).toEqual(["none", 0x43210, SP + 2]);
  });
  test("lds takes offset and segment", () => {
    const m = real();
    m.dword(0x20200, 0x12345678);
    expect([attempt(m, 0xc5, 0x1e, 0, 2), m.selector(SEGMENT.DS), m.get(L.EBX) & 0xffff]).toEqual(["none", 0x1234, 0x5678]);
  });
});

describe("the 64 KB limit", () => {
  test.each([
    ["a word at ffff", [0xa1, 0xff, 0xff], 13],
    ["a doubleword at fffd", [0x66, 0xa1, 0xfd, 0xff], 13],
    ["a word at ffff in SS", [0x36, 0xa1, 0xff, 0xff], 12],
  ])("%s goes through the vector table, without an error code", (_what, bytes, vector) => {
    const m = real();
    m.p.flags = FLAG.IF | FLAG.CF | 2;
    attempt(m, ...bytes);
    expect([m.p.faults[0]!.vector, m.selector(SEGMENT.CS), m.eip]).toEqual([vector, 0x500, vector]);
    expect([words(m, 3), m.esp]).toEqual([[IP, 0x1000, FLAG.IF | FLAG.CF | 2], SP - 6]);
  });
  test("allows a byte at ffff and a word at fffe", () =>
    expect([attempt(real(), 0xa0, 0xff, 0xff), attempt(real(), 0xa1, 0xfe, 0xff)]).toEqual(["none", "none"]));
  test("16-bit addresses wrap", () => {
    const m = real();
    m.poke(0x20004, [0x77]);
    m.set(L.EBX, 0xfff0);
    m.set(L.ESI, 0x14);
    expect([attempt(m, 0x8a, 0x00), m.get(L.EAX) & 0xff]).toEqual(["none", 0x77]);
  });
  test("32-bit addresses do not", () => {
    const m = real();
    m.set(L.EBX, 0x10000);
    expect(attempt(m, 0x67, 0x8a, 0x03)).toBe("#GP(0)");
  });
  test("SP wraps from 0 to fffe", () => {
    const m = real();
    m.set(L.ESP, 0);
    expect([attempt(m, 0x50), m.esp]).toEqual(["none", 0xfffe]);
  });
  test("a push with SP = 1 is a stack fault, and its delivery another: shutdown", () => {
    const m = real();
    m.set(L.ESP, 1);
    expect([m.code([0x50], IP).run(1).kind, m.p.faults.map((f) => f.vector)]).toEqual(["shutdown", [12, 8, 12]]);
  });
  test("code that runs over the end of CS is #GP", () => {
    const m = real();
    m.code([0x90], 0xffff);
    expect([m.step(), m.step()]).toEqual(["none", "#GP(0)"]);
  });
});

describe("interrupts", () => {
  test("int n pushes FLAGS, CS and IP, and clears IF and TF", () => {
    const m = real();
    m.p.flags = FLAG.IF | FLAG.CF | 2;
    expect(attempt(m, 0xcd, 0x40)).toBe("none");
    expect([m.selector(SEGMENT.CS), m.eip, words(m, 3), m.p.flags]).toEqual([
      0x500,
      0x40,
      [IP + 2, 0x1000, FLAG.IF | FLAG.CF | 2],
      FLAG.CF | 2,
    ]);
  });
  test("iret undoes it", () => {
    const m = real();
    m.p.flags = FLAG.IF | FLAG.CF | 2;
    m.poke(0x5040, [0xcf]);
    attempt(m, 0xcd, 0x40);
    expect([m.step(), m.selector(SEGMENT.CS), m.eip, m.esp, m.p.flags]).toEqual(["none", 0x1000, IP + 2, SP, FLAG.IF | FLAG.CF | 2]);
  });
  test("iret sets IOPL and NT, and takes NT for no task", () => {
    const m = real();
    m.poke(0x30000 + SP, [...little(0x200, 2), ...little(0x1100, 2), ...little(FLAG.NT | FLAG.IOPL | 2, 2)]);
    expect([attempt(m, 0xcf), m.p.flags]).toEqual(["none", FLAG.NT | FLAG.IOPL | 2]);
    m.poke(0x30000 + SP, [...little(0x200, 2), ...little(0x1100, 2), 2, 0]);
    m.set(L.ESP, SP);
    expect([m.code([0xcf], IP).step(), m.p.flags]).toEqual(["none", 2]);
  });
  test("lidt moves the vector table", () => {
    const m = real();
    m.poke(0x20200, [...little(0x3ff, 2), ...little(0x6000, 4)]);
    m.dword(0x6000 + 0x40 * 4, 0x07001234);
    attempt(m, 0x0f, 0x01, 0x1e, 0, 2);
    attempt(m, 0xcd, 0x40);
    expect([m.selector(SEGMENT.CS), m.eip]).toEqual([0x700, 0x1234]);
  });
  test("a vector beyond IDTR's limit is #GP", () => {
    const m = real();
    m.set(L.IDTR_LIMIT, 0x40 * 4 + 2);
    expect([attempt(m, 0xcd, 0x3f), attempt(real(), 0xcd, 0x40)]).toEqual(["none", "none"]);
    const short = real();
    short.set(L.IDTR_LIMIT, 0x40 * 4 + 2);
    attempt(short, 0xcd, 0x40);
    expect([short.p.faults[0]!.vector, words(short, 1)]).toEqual([13, [IP]]);
  });
  test("without a vector for the double fault either shut the processor down", () => {
    const m = real();
    m.set(L.IDTR_LIMIT, 3);
    expect([m.code([0xcd, 0x40], IP).run(1).kind, m.p.faults.map((f) => f.vector)]).toEqual(["shutdown", [13, 8, 13]]);
  });
  test("division by zero saves the instruction's own IP", () => {
    const m = real();
    m.set(L.ECX, 0);
    attempt(m, 0xf7, 0xf1);
    expect([m.eip, words(m, 1)]).toEqual([0, [IP]]);
  });
});

describe("far transfers", () => {
  test("jmp", () => {
    const m = real();
    expect([attempt(m, 0xea, 0x34, 0x12, 0, 0x50), m.eip, m.p.segment(SEGMENT.CS).base]).toEqual(["none", 0x1234, 0x50000]);
  });
  test("call and retf n", () => {
    const m = real();
    m.poke(0x51234, [0xca, 4, 0]);
    attempt(m, 0x9a, 0x34, 0x12, 0, 0x50);
    expect(words(m, 2)).toEqual([IP + 5, 0x1000]);
    expect([m.step(), m.eip, m.selector(SEGMENT.CS), m.esp]).toEqual(["none", IP + 5, 0x1000, SP + 4]);
  });
  test("to an offset beyond 64 KB is #GP", () => expect(attempt(real(), 0x66, 0xea, ...little(0x10000, 4), 0, 0x50)).toBe("#GP(0)"));
});

test.each([
  ["sldt", [0x0f, 0x00, 0xc0]],
  ["str", [0x0f, 0x00, 0xc8]],
  ["lldt", [0x0f, 0x00, 0xd0]],
  ["ltr", [0x0f, 0x00, 0xd8]],
  ["verr", [0x0f, 0x00, 0xe0]],
  ["lar", [0x0f, 0x02, 0xc0]],
  ["lsl", [0x0f, 0x03, 0xc0]],
  ["arpl", [0x63, 0xc0]],
])("%s is not known", (_name, bytes) => expect(attempt(real(), ...bytes)).toBe("#UD"));
test("privileged instructions and ports are free", () => {
  const m = real();
  for (const bytes of [[0xfa], [0xfb], [0x0f, 0x06], [0x0f, 0x20, 0xc0], [0x0f, 0x01, 0xe0], [0xe4, 0x10]])
    expect(attempt(m, ...bytes)).toBe("none");
});

describe("into protected mode and back", () => {
  /** mov eax, cr0; or al, 1; mov cr0, eax */
  const ENTER = [0x0f, 0x20, 0xc0, 0x0c, 1, 0x0f, 0x22, 0xc0];
  /** mov eax, cr0; and al, fe; mov cr0, eax */
  const LEAVE = [0x0f, 0x20, 0xc0, 0x24, 0xfe, 0x0f, 0x22, 0xc0];
  const load = (register: number, selector: number): number[] => [0xb8, ...little(selector, 2), 0x8e, 0xc0 | (register << 3)];
  const [DS, ES] = [3, 0];

  test("the code goes on in the segment it is in until it loads CS", () => {
    const m = program(real(), ...ENTER);
    expect([m.get(L.CR0) & 1, m.selector(SEGMENT.CS), m.p.segment(SEGMENT.CS).base]).toEqual([1, 0x1000, 0x10000]);
  });
  test("a far jump enters 32-bit code", () => {
    const m = real();
    // mov eax, 0x12345678; hlt as 32-bit code
    m.poke(0x60000, [0xb8, ...little(0x12345678, 4), 0xf4]);
    m.code([...ENTER, 0x66, 0xea, ...little(0x60000, 4), ...little(codeOf(0), 2)], IP);
    expect([m.run(100).kind, m.get(L.EAX)]).toEqual(["halted", 0x12345678]);
  });
  test("a limit loaded there stays in real mode: big real mode", () => {
    const m = real();
    m.dword(0x70000, 0xcafe);
    // movl ax, [0x70000] by a 32-bit address
    program(m, ...ENTER, ...load(DS, dataOf(0)), ...LEAVE, 0x66, 0x67, 0xa1, ...little(0x70000, 4));
    expect([m.get(L.EAX), m.p.segment(SEGMENT.DS).limit]).toEqual([0xcafe, 0xffffffff]);
  });
  test("a load in real mode changes the base and keeps the limit", () => {
    const m = real();
    m.dword(0x70010, 0xcafe);
    program(m, ...ENTER, ...load(DS, dataOf(0)), ...LEAVE, ...load(DS, 1), 0x66, 0x67, 0xa1, ...little(0x70000, 4));
    expect([m.get(L.EAX), m.p.segment(SEGMENT.DS)]).toMatchObject([0xcafe, { base: 0x10, limit: 0xffffffff }]);
  });
  test("a load in real mode makes a read-only segment writable", () => {
    const m = real();
    m.gdt(0x60, segment(TYPE.readOnly, { limit: 0xffff, wide: false }));
    program(m, ...ENTER, ...load(ES, 0x60), ...LEAVE, ...load(ES, 0x4000), 0x26, 0xa3, 0, 0);
    expect(m.dword(0x40000) & 0xffff).toBe(0x4000);
  });
  test("code that was entered through a descriptor can be written after a far jump in real mode", () => {
    const m = real();
    m.gdt(0x60, segment(TYPE.code, { base: 0x10000, limit: 0xffff, wide: false }));
    const back = IP + ENTER.length + 5 + LEAVE.length + 5;
    program(m, ...ENTER, 0xea, ...little(IP + ENTER.length + 5, 2), 0x60, 0, ...LEAVE, 0xea, ...little(back, 2), 0, 0x10, 0x2e, 0xa3, 0, 3);
    expect(m.dword(0x10300) & 0xff).toBe(0x10);
  });
  test("privilege is 0 again, whatever CS said", () => {
    const m = program(real(), ...ENTER, ...LEAVE);
    expect(m.p.cpl).toBe(0);
  });
  test("CR0.PG without CR0.PE is #GP(0)", () => {
    const m = real();
    m.set(L.EAX, 0x80000000);
    expect(attempt(m, 0x0f, 0x22, 0xc0)).toBe("#GP(0)");
  });
  test("lmsw enters and does not leave", () => {
    const m = real();
    m.set(L.EAX, 1);
    attempt(m, 0x0f, 0x01, 0xf0);
    m.set(L.EAX, 0);
    expect([attempt(m, 0x0f, 0x01, 0xf0), m.get(L.CR0) & 1]).toEqual(["none", 1]);
  });
});
