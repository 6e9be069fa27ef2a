/** Page faults in far transfers, whose many accesses all come before any change: SDM volume 3, 6.5 and 6.15. */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { codeOf, dataOf, FREE, FREE2, GDT, gate, little, RING0_STACK, segment, TSS, TYPE } from "./machine.js";
import { HIGH, PAGE, PagedMachine, WP } from "./paged-machine.js";

const MISSING = HIGH + 0x1000;
const CALL = (selector: number): number[] => [0x9a, 0, 1, 0, 0, ...little(selector, 2)];
const JMP = (selector: number): number[] => [0xea, 0, 1, 0, 0, ...little(selector, 2)];
const [RETF, IRET] = [[0xcb], [0xcf]];

/** Runs to the fault; nothing can be delivered, so the state left is that before it. */
function faulting(m: PagedMachine, bytes: readonly number[]): [string, number] {
  m.set(L.IDTR_LIMIT, 0);
  m.code(bytes);
  const changes: number[] = [];
  m.p.onRingChange = (from, to) => changes.push(from, to);
  const before = m.state();
  const ram = Buffer.from(m.p.u8.slice(L.RAM, L.RAM + 0x80000));
  const outcome = m.step();
  expect([m.state(), changes]).toEqual([before, []]);
  expect(Buffer.from(m.p.u8.slice(L.RAM, L.RAM + 0x80000)).equals(ram)).toBe(true);
  return [outcome, m.cr2];
}
/** Values on a stack of which the last ones lie in a missing page: `present` of them do not. */
function crossing(m: PagedMachine, present: readonly number[]): PagedMachine {
  m.set(L.ESP, MISSING - 4 * present.length);
  for (const [n, value] of present.entries()) m.dword(0x21000 - 4 * present.length + 4 * n, value);
  return m;
}

describe("a stack that ends in a missing page", () => {
  test.each<[string, number[], number[]]>([
    ["retf", RETF, [0x100]],
    ["retf to an outer ring", RETF, [0x100, codeOf(3)]],
    ["retf to an outer ring, SS only", RETF, [0x100, codeOf(3), 0x7000]],
    ["iret", IRET, [0x100, codeOf(0)]],
    ["iret to an outer ring", IRET, [0x100, codeOf(3), 2, 0x7000]],
    ["iret to virtual-8086 mode", IRET, [0x100, 0x1000, 0x20002, 0x100, 0, 0, 0, 0]],
  ])("%s", (_name, bytes, present) => expect(faulting(crossing(new PagedMachine(), present), bytes)).toEqual(["#PF(0)", MISSING]));
});

test("a far call whose second push has no page", () => {
  const m = new PagedMachine();
  m.map(HIGH + 0x1000, 0x60000);
  m.unmap(HIGH);
  m.set(L.ESP, MISSING + 4);
  expect(faulting(m, CALL(codeOf(0)))).toEqual(["#PF(2)", MISSING - 4]);
});

describe("a call gate to an inner ring", () => {
  const through = (m: PagedMachine): PagedMachine => {
    m.gdt(FREE, gate(TYPE.callGate32, codeOf(0), 0x200, { dpl: 3, parameters: 2 }));
    return m;
  };
  test("whose new stack is missing", () => {
    const m = through(new PagedMachine(3));
    m.unmap(RING0_STACK - 0x1000);
    expect(faulting(m, CALL(FREE))).toEqual(["#PF(2)", RING0_STACK - 4]);
  });
  test("whose parameters are missing, with the user's rights", () => {
    expect(faulting(through(crossing(new PagedMachine(3), [1])), CALL(FREE))).toEqual(["#PF(4)", MISSING]);
  });
  test("whose TSS is missing", () => {
    const m = through(new PagedMachine(3));
    m.unmap(TSS);
    expect(faulting(m, CALL(FREE))).toEqual(["#PF(0)", TSS + 4]);
  });
});

describe("a descriptor table that cannot be written", () => {
  const sealed = (ring: number, ...descriptors: [number, [number, number]][]): PagedMachine => {
    const m = new PagedMachine(ring, WP);
    for (const [selector, descriptor] of descriptors) m.gdt(selector, descriptor);
    m.map(GDT, GDT, PAGE.present);
    return m;
  };
  test("stops a far jump that would set an accessed bit", () => {
    const m = sealed(0, [FREE, segment(TYPE.code, { fresh: true })]);
    expect(faulting(m, JMP(FREE))).toEqual(["#PF(3)", GDT + FREE + 5]);
  });
  test("stops a return to an outer ring before CS has changed", () => {
    const m = sealed(0, [FREE2, segment(TYPE.data, { dpl: 3, fresh: true })]);
    m.set(L.ESP, 0x30000 - 16);
    for (const [n, value] of [0x100, codeOf(3), 0x7000, FREE2 | 3].entries()) m.dword(0x30000 - 16 + 4 * n, value);
    expect(faulting(m, RETF)).toEqual(["#PF(3)", GDT + FREE2 + 5]);
  });
  test("stops a call gate before SS has changed", () => {
    const m = sealed(3, [FREE, gate(TYPE.callGate32, FREE2, 0x200, { dpl: 3 })], [FREE2, segment(TYPE.code, { fresh: true })]);
    m.set(L.IDTR_LIMIT, 0);
    m.code(CALL(FREE));
    const before = m.state();
    expect([m.step(), m.cr2, m.state()]).toEqual(["#PF(3)", GDT + FREE2 + 5, before]);
  });
  test("is no hindrance where the bits are set", () => {
    const m = sealed(0);
    expect([m.attempt(...JMP(codeOf(0))), m.eip]).toEqual(["none", 0x100]);
  });
});

test("a far pointer in two pages is read whole before anything changes", () => {
  const m = new PagedMachine();
  m.set(L.EBX, MISSING - 4);
  m.dword(0x21000 - 4, 0x100);
  // lds ebx, [ebx]
  expect(faulting(m, [0xc5, 0x1b])).toEqual(["#PF(0)", MISSING]);
  expect(m.selector(SEGMENT.DS)).toBe(dataOf(0));
});
