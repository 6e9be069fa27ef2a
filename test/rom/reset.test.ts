/** The processor's state after reset, and a ROM's place in memory: SDM volume 3, table 9-1 and 9.1.4. */
import { expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { Machine } from "../../src/pc/machine.js";

/** A ROM that goes on at f000:0000 with that code. */
function firmware(...code: number[]): Uint8Array {
  const bytes = new Uint8Array(0x10000).fill(0xf4);
  bytes.set(code, 0);
  bytes.set([0xea, 0, 0, 0, 0xf0], 0xfff0);
  return bytes;
}
function machine(bytes: Uint8Array, memoryBytes = 32 << 20): Machine {
  return new Machine({ memoryBytes, ips: 1_000_000, boot: { kind: "rom", path: "rom.bin", bytes }, console: () => {} });
}

test("real mode, at the end of the address space", () => {
  const { processor: p } = machine(firmware()).cpu;
  expect([p.eip, p.selector(SEGMENT.CS), p.segment(SEGMENT.CS).base, p.cpl, p.flags]).toEqual([0xfff0, 0xf000, 0xffff0000, 0, 2]);
  for (const n of [SEGMENT.ES, SEGMENT.SS, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) {
    expect(p.segment(n)).toMatchObject({ selector: 0, base: 0, limit: 0xffff });
  }
  expect([L.CR0, L.CR2, L.CR3, L.CR4].map((at) => p.word(at))).toEqual([0x60000010, 0, 0, 0]);
  expect([p.word(L.IDTR_BASE), p.word(L.IDTR_LIMIT), p.word(L.GDTR_BASE), p.word(L.GDTR_LIMIT)]).toEqual([0, 0xffff, 0, 0xffff]);
  expect([p.word(L.DR + 24), p.word(L.DR + 28)]).toEqual([0xffff0ff0, 0x400]);
  expect([L.EAX, L.EBX, L.ECX, L.ESI, L.EDI, L.EBP, L.ESP].map((at) => p.word(at))).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test("the far jump leaves the end of the address space for the first megabyte", () => {
  const m = machine(firmware(0xf4));
  m.run(1);
  expect([m.cpu.processor.eip, m.cpu.processor.segment(SEGMENT.CS).base]).toEqual([0, 0xf0000]);
});

test("fetching from the end of the address space leaves RAM alone", () => {
  const m = machine(firmware(0xf4), 64 << 20);
  m.run(10);
  const ram = m.peek(0x100000, (64 << 20) - 0x100000)!;
  expect(ram.every((byte) => byte === 0)).toBe(true);
});

test("stores to the ROM change nothing", () => {
  // mov word cs:[0x100], 0x1234; mov ax, cs:[0x100]; hlt
  const m = machine(firmware(0x2e, 0xc7, 0x06, 0, 1, 0x34, 0x12, 0x2e, 0xa1, 0, 1, 0xf4));
  expect(m.run(100).kind).toBe("dead");
  expect(m.cpu.processor.word(L.EAX) & 0xffff).toBe(0xf4f4);
});

test("a reset begins at the reset vector again", () => {
  // mov al, 0xfe; out 0x64, al
  const m = machine(firmware(0xb0, 0xfe, 0xe6, 0x64, 0xf4));
  expect(m.run(100)).toMatchObject({ kind: "power", event: { kind: "reset" } });
  m.restart();
  expect([m.cpu.processor.eip, m.cpu.processor.segment(SEGMENT.CS).base]).toEqual([0xfff0, 0xffff0000]);
});

test("a RAM address is another one with the A20 gate closed, for code too", () => {
  const m = machine(
    firmware(
      ...[0xb8, 0xff, 0xff, 0x8e, 0xd8], // mov ax, ffff; mov ds, ax
      ...[0xc6, 0x06, 0x10, 0x05, 0xcb], // mov byte [0x510], retf: at 0x100500
      ...[0x31, 0xc0, 0x8e, 0xc0, 0xbc, 0x00, 0x40], // xor ax, ax; mov es, ax; mov sp, 0x4000
      ...[0x26, 0xc7, 0x06, 0x00, 0x05, 0x43, 0xcb], // mov word es:[0x500], inc bx; retf
      ...[0x9a, 0x10, 0x05, 0xff, 0xff], // call ffff:0510
      ...[0xb0, 0xdd, 0xe6, 0x64], // mov al, 0xdd; out 0x64, al: the gate closes
      ...[0x9a, 0x10, 0x05, 0xff, 0xff], // call ffff:0510: now at 0x500
      ...[0x26, 0xc6, 0x06, 0x00, 0x05, 0xcb], // mov byte es:[0x500], retf
      ...[0x9a, 0x10, 0x05, 0xff, 0xff], // and that is seen
      0xf4,
    ),
  );
  expect(m.run(1000).kind).toBe("dead");
  expect(m.cpu.processor.word(L.EBX)).toBe(1);
});
