/** Checks on loading segment registers: SDM volume 2, MOV ("protected mode exceptions" and the pseudo-code), volume 3, 5.6 and 5.7. */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { codeOf, dataOf, FREE, FREE2, GDT, LDT_SELECTOR, Machine, registers, segment, TYPE } from "./machine.js";

/** mov of AX to the segment register. */
function load(m: Machine, n: number, selector: number): string {
  m.set(L.EAX, selector);
  return m.attempt(0x8e, registers(n, 0));
}
const DATA_REGISTERS = [
  ["ES", SEGMENT.ES],
  ["DS", SEGMENT.DS],
  ["FS", SEGMENT.FS],
  ["GS", SEGMENT.GS],
] as const;

describe.each(DATA_REGISTERS)("%s", (_name, n) => {
  test.each([0, 1, 2, 3])("takes the null selector %i without a fault", (selector) => {
    const m = new Machine(3);
    expect(load(m, n, selector)).toBe("none");
    expect(m.selector(n)).toBe(selector);
  });
  test("refuses an index beyond the GDT", () => {
    expect(load(new Machine(), n, 0x83)).toBe("#GP(80)");
  });
  test("takes the last entry of the GDT", () => {
    const m = new Machine();
    m.gdt(0x78, segment(TYPE.data));
    expect(load(m, n, 0x78)).toBe("none");
  });
  test("refuses an entry that the GDT's limit cuts", () => {
    const m = new Machine();
    m.gdt(0x78, segment(TYPE.data));
    m.set(L.GDTR_LIMIT, 0x7e);
    expect(load(m, n, 0x78)).toBe("#GP(78)");
  });
  test.each([
    ["read-only data", TYPE.readOnly, "none"],
    ["writable data", TYPE.data, "none"],
    ["expand-down data", TYPE.expandDown, "none"],
    ["readable code", TYPE.code, "none"],
    ["readable conforming code", TYPE.conforming, "none"],
    ["execute-only code", TYPE.executeOnly, "#GP(60)"],
    ["execute-only conforming code", TYPE.executeOnlyConforming, "#GP(60)"],
    ["an LDT", TYPE.ldt, "#GP(60)"],
    ["a TSS", TYPE.tss32, "#GP(60)"],
    ["a call gate", TYPE.callGate32, "#GP(60)"],
  ])("with %s", (_type, type, expected) => {
    const m = new Machine();
    m.gdt(FREE, segment(type));
    expect(load(m, n, FREE)).toBe(expected);
  });
  test("refuses RPL greater than DPL", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.data, { dpl: 1 }));
    expect(load(m, n, FREE | 2)).toBe("#GP(60)");
    expect(load(m, n, FREE | 1)).toBe("none");
  });
  test("refuses CPL greater than DPL", () => {
    const m = new Machine(3);
    m.gdt(FREE, segment(TYPE.data, { dpl: 2 }));
    expect(load(m, n, FREE)).toBe("#GP(60)");
  });
  test("asks no privilege of conforming code", () => {
    const m = new Machine(3);
    m.gdt(FREE, segment(TYPE.conforming, { dpl: 0 }));
    expect(load(m, n, FREE | 3)).toBe("none");
  });
  test("checks privilege before presence", () => {
    const m = new Machine(3);
    m.gdt(FREE, segment(TYPE.data, { dpl: 0, absent: true }));
    expect(load(m, n, FREE)).toBe("#GP(60)");
  });
  test("raises #NP for a segment that is not present", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.data, { absent: true }));
    expect(load(m, n, FREE)).toBe("#NP(60)");
  });
  test("keeps its old value when a load faults", () => {
    const m = new Machine();
    const before = m.p.segment(n);
    load(m, n, codeOf(0) | 0x80);
    expect(m.p.segment(n)).toEqual(before);
  });
});

describe("SS", () => {
  const { SS } = SEGMENT;
  test.each([0, 3])("refuses the null selector %i", (selector) => {
    expect(load(new Machine(), SS, selector)).toBe("#GP(0)");
  });
  test("refuses RPL different from CPL", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.data));
    expect(load(m, SS, FREE | 1)).toBe("#GP(60)");
  });
  test("refuses DPL different from CPL", () => {
    const m = new Machine(3);
    m.gdt(FREE, segment(TYPE.data, { dpl: 2 }));
    expect(load(m, SS, FREE | 3)).toBe("#GP(60)");
  });
  test.each([
    ["read-only data", TYPE.readOnly],
    ["code", TYPE.code],
    ["an LDT", TYPE.ldt],
  ])("refuses %s", (_name, type) => {
    const m = new Machine();
    m.gdt(FREE, segment(type));
    expect(load(m, SS, FREE)).toBe("#GP(60)");
  });
  test("takes expand-down data", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.expandDown));
    expect(load(m, SS, FREE)).toBe("none");
  });
  test("raises #SS, not #NP, for a segment that is not present", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.data, { absent: true }));
    expect(load(m, SS, FREE)).toBe("#SS(60)");
  });
  test("refuses an index beyond the GDT", () => {
    expect(load(new Machine(), SS, 0x80)).toBe("#GP(80)");
  });
});

describe("CS", () => {
  test("is not loaded by mov", () => {
    expect(load(new Machine(), SEGMENT.CS, codeOf(0))).toBe("#UD");
  });
  test("is refused before a memory operand is read", () => {
    const m = new Machine();
    m.load(SEGMENT.DS, dataOf(0));
    m.cache(SEGMENT.DS, segment(TYPE.data, { limit: 0 }));
    expect(m.attempt(0x8e, 0x0d, 0, 0, 1, 0)).toBe("#UD");
  });
  test.each([6, 7])("has no neighbour %i", (n) => {
    expect(load(new Machine(), n, dataOf(0))).toBe("#UD");
  });
});

describe("the local descriptor table", () => {
  test("serves selectors with TI set", () => {
    const m = new Machine();
    m.ldt(8, segment(TYPE.data, { base: 0x1234 }));
    expect(load(m, SEGMENT.ES, 0xc)).toBe("none");
    expect(m.p.segment(SEGMENT.ES).base).toBe(0x1234);
  });
  test("has a limit of its own, and TI appears in the error code", () => {
    expect(load(new Machine(), SEGMENT.ES, 0x24)).toBe("#GP(24)");
  });
  test("may be absent: every selector with TI is then outside", () => {
    const m = new Machine();
    m.set(L.EAX, 0);
    expect(m.attempt(0x0f, 0x00, registers(2, 0))).toBe("none");
    expect(load(m, SEGMENT.ES, 4)).toBe("#GP(4)");
  });
  test.each([
    ["a selector with TI set", 0xc, "#GP(c)"],
    ["a segment that is no LDT", dataOf(0), "#GP(18)"],
    ["an index beyond the GDT", 0x80, "#GP(80)"],
    ["an LDT", LDT_SELECTOR, "none"],
  ])("lldt with %s", (_name, selector, expected) => {
    const m = new Machine();
    m.set(L.EAX, selector);
    expect(m.attempt(0x0f, 0x00, registers(2, 0))).toBe(expected);
  });
  test("lldt raises #NP for a table that is not present", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.ldt, { absent: true }));
    m.set(L.EAX, FREE);
    expect(m.attempt(0x0f, 0x00, registers(2, 0))).toBe("#NP(60)");
  });
});

describe("the accessed bit", () => {
  const access = (m: Machine): number => m.byte(GDT + FREE + 5);
  test("is set in the table by a load", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.data, { fresh: true }));
    load(m, SEGMENT.ES, FREE);
    expect(access(m) & 1).toBe(1);
  });
  test("is not written again when it is set", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.data));
    m.cpu.watchpoints.set([{ start: GDT + FREE, length: 8, read: false, write: true }]);
    m.set(L.EAX, FREE);
    expect(m.code([0x8e, registers(0, 0)]).run(1).kind).toBe("budget");
  });
  test("is not set by a load that faults", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.data, { fresh: true, absent: true }));
    load(m, SEGMENT.ES, FREE);
    expect(access(m) & 1).toBe(0);
  });
  test("is not set by lar, lsl, verr and verw", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.data, { fresh: true }));
    m.set(L.EAX, FREE);
    for (const bytes of [[0x02], [0x03]]) m.attempt(0x0f, ...bytes, registers(1, 0));
    for (const digit of [4, 5]) m.attempt(0x0f, 0x00, registers(digit, 0));
    expect(access(m) & 1).toBe(0);
  });
});

describe("the task register", () => {
  const ltr = (m: Machine, selector: number): string => {
    m.set(L.EAX, selector);
    return m.attempt(0x0f, 0x00, registers(3, 0));
  };
  test("takes an available TSS and marks it busy", () => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.tss32, { limit: 0x67 }));
    expect(ltr(m, FREE)).toBe("none");
    expect(m.byte(GDT + FREE + 5) & 15).toBe(TYPE.busyTss32);
  });
  test.each([
    ["a null selector", 0, "#GP(0)"],
    ["a selector with TI set", FREE | 4, "#GP(64)"],
    ["a busy TSS", FREE, "#GP(60)"],
    ["an index beyond the GDT", 0x80, "#GP(80)"],
    ["a TSS that is not present", FREE2, "#NP(68)"],
  ])("refuses %s", (_name, selector, expected) => {
    const m = new Machine();
    m.gdt(FREE, segment(TYPE.busyTss32));
    m.gdt(FREE2, segment(TYPE.tss32, { absent: true }));
    expect(ltr(m, selector)).toBe(expected);
  });
});
