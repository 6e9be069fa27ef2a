/** The non-maskable interrupt: SDM volume 3, 6.7. */
import { expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { CODE, codeOf, gate, HANDLERS, Machine, RING0_STACK, TYPE } from "./machine.js";

const NOP = 0x90;
const HLT = 0xf4;
const IRET = 0xcf;
/** Vector 2's handler in these tests: counts in ebx, and returns. */
const INC_EBX = 0x43;

function counting(): Machine {
  const m = new Machine();
  m.poke(RING0_STACK, [INC_EBX, IRET]);
  m.idt(2, gate(TYPE.interruptGate32, codeOf(0), RING0_STACK));
  return m;
}

test("is taken through vector 2 with IF clear", () => {
  const m = new Machine().code([NOP, NOP]);
  m.p.nmi = true;
  m.run(1);
  expect(m.eip).toBe(HANDLERS + 2 + 1);
  expect(m.stack(1)).toEqual([CODE]);
});
test("wakes a processor that has halted with IF clear", () => {
  const m = counting().code([HLT, NOP, HLT]);
  expect(m.run(10).kind).toBe("halted");
  m.p.nmi = true;
  m.run(10);
  expect([m.get(L.EBX), m.eip]).toEqual([1, CODE + 3]);
});
test("a second one waits until the handler's iret", () => {
  const m = counting().code([NOP, NOP, HLT]);
  m.p.nmi = true;
  m.run(1);
  m.p.nmi = true;
  expect([m.get(L.EBX), m.eip]).toEqual([1, RING0_STACK + 1]);
  m.run(1);
  expect(m.get(L.EBX)).toBe(1);
  m.run(1);
  expect([m.get(L.EBX), m.eip]).toEqual([2, RING0_STACK + 1]);
});
test("goes before an interrupt that waits as well", () => {
  const m = new Machine().code([NOP]);
  m.p.flags = FLAG.IF | 2;
  m.p.interrupts = { pending: true, acknowledge: () => 0x40 };
  m.p.nmi = true;
  m.run(0);
  expect(m.eip).toBe(HANDLERS + 2);
});
test("waits behind an instruction that has loaded SS", () => {
  const m = new Machine().code([0x8e, 0xd0, NOP, HLT]);
  m.set(L.EAX, 0x18);
  m.run(1);
  m.p.nmi = true;
  m.run(1);
  expect(m.stack(1)).toEqual([CODE + 3]);
});
test("a breakpoint on the handler's first instruction stops there, though another was to be passed", () => {
  const m = new Machine().code([NOP, NOP]);
  m.cpu.records.setBreakpoint(HANDLERS + 2);
  m.p.nmi = true;
  expect(m.run(5, { passBreakpoint: true }).kind).toBe("breakpoint");
  expect(m.eip).toBe(HANDLERS + 2);
});
