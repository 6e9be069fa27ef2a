/** Code that changes: what has been decoded must be forgotten at once, whoever writes and wherever the writer is. */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { CODE, codeOf, gate, HANDLERS, little, Machine, STACK, TYPE } from "./machine.js";

const INC_EBX = 0x43;
const DEC_EBX = 0x4b;
/** mov byte [at], value: 7 bytes. */
const storeByte = (at: number, value: number): number[] => [0xc6, 0x05, ...little(at, 4), value];

/** Runs until hlt and gives EBX. */
function ebx(m: Machine, bytes: number[], at = CODE): number {
  expect(m.code([...bytes, 0xf4], at).run(1000).kind).toBe("halted");
  return m.get(L.EBX) | 0;
}

describe("a store", () => {
  test("to the next instruction takes effect at once", () => {
    expect(ebx(new Machine(), [...storeByte(CODE + 7, DEC_EBX), INC_EBX])).toBe(-1);
  });
  test("further ahead in the same block", () => {
    expect(ebx(new Machine(), [...storeByte(CODE + 9, DEC_EBX), INC_EBX, INC_EBX, INC_EBX])).toBe(1);
  });
  test("to itself matters only next time", () => {
    // mov byte [the store's own immediate], 5; loop: the second pass stores 5 again, over itself.
    const m = new Machine();
    m.set(L.ECX, 2);
    m.code([...storeByte(CODE + 6, 5), 0xe2, 0xf7, 0xf4]).run(100);
    expect(m.byte(CODE + 6)).toBe(5);
    expect(m.eip).toBe(CODE + 10);
  });
  test("to a block that has run and is run again", () => {
    // call f; store into f; call f; hlt; f: inc ebx; ret
    const f = CODE + 5 + 7 + 5 + 1;
    const m = new Machine();
    const bytes = [0xe8, ...little(f - CODE - 5, 4), ...storeByte(f, DEC_EBX), 0xe8, ...little(f - CODE - 17, 4), 0xf4, INC_EBX, 0xc3];
    expect(ebx(m, bytes)).toBe(0);
  });
  test("to a linked jump's target", () => {
    const m = new Machine();
    m.set(L.ECX, 3);
    // l: jmp t; t: inc ebx; store dec over it; loop l
    expect(ebx(m, [0xeb, 0, INC_EBX, ...storeByte(CODE + 2, DEC_EBX), 0xe2, 0xf4])).toBe(-1);
  });
  test("across a line boundary changes the line behind it", () => {
    const at = (CODE & ~63) + 64 - 10;
    // mov dword [63], imm: its last bytes lie in the next line, where the instruction is.
    const m = new Machine();
    const target = at + 10;
    m.code([0xc7, 0x05, ...little(target - 2, 4), ...little(0x004b0000 | 0x9090, 4), 0xf4], at + 0x100);
    m.code([INC_EBX, 0xf4], target);
    m.run(5);
    expect(m.get(L.EBX)).toBe(1);
    m.code([0xc7, 0x05, ...little(target - 2, 4), 0x90, 0x90, DEC_EBX, 0xf4, 0xf4], at + 0x100);
    m.p.halted = false;
    m.run(5);
    m.p.halted = false;
    m.set(L.EIP, target);
    m.run(5);
    expect(m.get(L.EBX)).toBe(0);
  });
  test("by rep stosb over code ahead", () => {
    const m = new Machine();
    m.set(L.ECX, 3);
    m.set(L.EDI, CODE + 2);
    m.set(L.EAX, DEC_EBX);
    expect(ebx(m, [0xf3, 0xaa, INC_EBX, INC_EBX, INC_EBX, INC_EBX])).toBe(-2);
  });
  test("by rep stosb over itself ends the repetition", () => {
    const m = new Machine();
    m.set(L.ECX, 8);
    m.set(L.EDI, CODE);
    m.set(L.EAX, 0x90);
    m.code([0xf3, 0xaa, 0x90, 0x90, 0xf4]).run(100);
    // The first store turns the rep prefix into a nop: one stosb follows, and one nop of it after that.
    expect(m.get(L.EDI)).toBe(CODE + 2);
    expect(m.get(L.ECX)).toBe(7);
  });
  test("by a push", () => {
    const m = new Machine();
    m.set(L.ESP, CODE + 6);
    m.set(L.EAX, 0x4b4b4b4b);
    expect(ebx(m, [0x50, 0x90, INC_EBX, INC_EBX, INC_EBX, INC_EBX])).toBe(-4);
  });
  test("by an interrupt's push", () => {
    const m = new Machine();
    m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), HANDLERS));
    m.code([INC_EBX, 0xf4], STACK - 4);
    m.run(2);
    m.p.halted = false;
    // EFLAGS, 2, lands on the inc: add al, [eax]
    m.code([0xcd, 0x40]).run(1);
    m.set(L.EIP, STACK - 4);
    m.set(L.EAX, 0x100);
    m.run(1);
    expect([m.get(L.EBX), m.eip]).toEqual([1, STACK - 2]);
  });
});

test("a debugger's write takes effect at once", () => {
  const m = new Machine();
  m.code([INC_EBX, INC_EBX, 0xf4]).run(1);
  m.poke(CODE + 1, [DEC_EBX]);
  m.run(5);
  expect(m.get(L.EBX)).toBe(0);
});

test("code may be reached at overlapping offsets", () => {
  // eb ff c0: jmp into its own last byte, which with the next is inc eax.
  const m = new Machine();
  m.code([0xeb, 0xff, 0xc0, 0xf4]).run(10);
  expect([m.get(L.EAX), m.eip]).toEqual([1, CODE + 4]);
});
