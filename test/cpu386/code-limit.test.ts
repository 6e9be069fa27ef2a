/** The code segment's limit: on fetching instructions, and on branches, which fault themselves (SDM volume 2, JMP, CALL, Jcc, RET). */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { absolute, CODE, little, Machine, STACK, segment, TYPE } from "./machine.js";

const LIMIT = CODE + 0xff;

/** Code at CODE; 256 bytes from there on are inside the segment. */
function limited(): Machine {
  const m = new Machine();
  m.cache(SEGMENT.CS, segment(TYPE.code, { limit: LIMIT, pages: false }), 0x10);
  m.set(L.ECX, 5);
  m.set(L.EAX, LIMIT + 1);
  m.dword(0x20000, LIMIT + 1);
  m.dword(STACK, LIMIT + 1);
  return m;
}
/** Runs without a handler: the state is then the one at the fault. */
function stopAtFault(m: Machine, bytes: number[]): unknown {
  m.code(bytes);
  m.set(L.IDTR_LIMIT, 0);
  const before = { ...m.state(), stack: m.stack(1), below: m.dword(STACK - 4) };
  expect(m.run().kind).toBe("shutdown");
  expect({ ...m.state(), stack: m.stack(1), below: m.dword(STACK - 4) }).toEqual(before);
  const { vector, errorCode } = m.p.faults[0]!;
  return [vector, errorCode];
}
const far = little(0x1000, 4);

describe("beyond the limit, nothing changes and #GP(0) is raised at", () => {
  test.each([
    ["jmp rel8", [0xeb, 0x7f], 0x90],
    ["jmp rel32", [0xe9, ...far], 0],
    ["call rel32", [0xe8, ...far], 0],
    ["jmp r/m32", [0xff, 0xe0], 0],
    ["jmp m32", [0xff, ...absolute(4, 0x20000)], 0],
    ["call r/m32", [0xff, 0xd0], 0],
    ["ret", [0xc3], 0],
    ["ret imm16", [0xc2, 8, 0], 0],
    ["a taken jcc", [0x0f, 0x85, ...far], 0],
    ["a taken loop", [0xe2, 0x7f], 0x90],
    ["a taken loopne", [0xe0, 0x7f], 0x90],
  ])("%s", (_name, bytes, at) => {
    const m = limited();
    const nops = new Array(at).fill(0x90);
    m.code([...nops, ...bytes]);
    if (at) m.run(at);
    m.set(L.IDTR_LIMIT, 0);
    const before = { ...m.state(), below: m.dword(STACK - 4) };
    expect(m.run().kind).toBe("shutdown");
    expect({ ...m.state(), below: m.dword(STACK - 4) }).toEqual(before);
    expect(m.p.faults[0]).toMatchObject({ vector: 13, errorCode: 0, eip: CODE + at });
  });
  test("jecxz with ECX zero", () => {
    const m = limited();
    m.set(L.ECX, 0);
    m.code([0xe3, 0x7f], CODE + 0x90);
    expect(m.step()).toBe("#GP(0)");
  });
});

describe("not taken, a branch beyond the limit is harmless:", () => {
  test.each([
    ["je", [0x74, 0x7f], 5],
    ["jecxz", [0xe3, 0x7f], 5],
    ["loope", [0xe1, 0x7f], 4],
  ])("%s", (_name, bytes, ecx) => {
    const m = limited();
    m.code(bytes, CODE + 0x90);
    expect(m.step()).toBe("none");
    expect(m.eip).toBe(CODE + 0x92);
    expect(m.get(L.ECX)).toBe(ecx);
  });
  test("loop with ECX one", () => {
    const m = limited();
    m.set(L.ECX, 1);
    m.code([0xe2, 0x7f], CODE + 0x90);
    expect(m.step()).toBe("none");
    expect(m.get(L.ECX)).toBe(0);
  });
});

describe("fetching", () => {
  test("an instruction that ends at the limit is executed", () => {
    const m = limited();
    expect(m.code([0x89, 0xc3], LIMIT - 1).step()).toBe("none");
  });
  test("one that passes it raises #GP(0)", () => {
    const m = limited();
    expect(m.code([0x89, 0xc3], LIMIT).step()).toBe("#GP(0)");
  });
  test("running off the end raises #GP(0) there", () => {
    const m = limited();
    m.set(L.IDTR_LIMIT, 0);
    m.code([0x90], LIMIT).run(2);
    expect(m.p.faults[0]).toMatchObject({ vector: 13, errorCode: 0, eip: LIMIT + 1 });
  });
  test("a limit raised by a far jump makes room", () => {
    const m = limited();
    m.code([0xea, ...little(LIMIT + 1, 4), 0x10, 0]);
    m.poke(LIMIT + 1, [0x43]);
    m.run(2);
    expect(m.get(L.EBX)).toBe(1);
  });
  test("in a 16-bit segment, EIP does not wrap at 64 KB", () => {
    const m = new Machine();
    m.cache(SEGMENT.CS, segment(TYPE.code, { limit: 0xffff, wide: false, pages: false }), 0x10);
    m.set(L.IDTR_LIMIT, 0);
    m.code([0x90], 0xffff).run(2);
    expect(m.p.faults[0]).toMatchObject({ vector: 13, errorCode: 0, eip: 0x10000 });
  });
});

test("a faulting call leaves the stack as it was", () => {
  expect(stopAtFault(limited(), [0xe8, ...far])).toEqual([13, 0]);
});
