/** Limit and type checks on every access: SDM volume 3, 5.3 and 5.4. */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { absolute, CODE, type DescriptorOptions, little, Machine, segment, TYPE } from "./machine.js";

const BASE = 0x40000;
/** Opcode and operand-size prefix of a load and a store of that many bytes. */
const LOAD: Record<number, number[]> = { 1: [0x8a], 2: [0x66, 0x8b], 4: [0x8b] };
const STORE: Record<number, number[]> = { 1: [0x88], 2: [0x66, 0x89], 4: [0x89] };

function access(type: number, o: DescriptorOptions, at: number, size: number, write = false): string {
  const m = new Machine(0, 1 << 21);
  m.cache(SEGMENT.DS, segment(type, { base: BASE, ...o }));
  return m.attempt(...(write ? STORE : LOAD)[size]!, ...absolute(0, at));
}

describe.each([1, 2, 4])("an access of %i bytes", (size) => {
  test.each([
    ["byte-granular", { limit: 0xfff, pages: false }, 0xfff],
    ["page-granular", { limit: 0, pages: true }, 0xfff],
    ["page-granular, of several pages", { limit: 2, pages: true }, 0x2fff],
    ["of one byte", { limit: 0, pages: false }, 0],
  ])("ends at the limit of a segment that is %s", (_name, o, last) => {
    const highest = last - size + 1;
    if (highest >= 0) expect(access(TYPE.data, o, highest, size)).toBe("none");
    expect(access(TYPE.data, o, highest + 1, size)).toBe("#GP(0)");
    if (highest >= 0) expect(access(TYPE.data, o, highest, size, true)).toBe("none");
    expect(access(TYPE.data, o, highest + 1, size, true)).toBe("#GP(0)");
  });
  test("begins above the limit of an expand-down segment", () => {
    const o = { limit: 0xfff, pages: false };
    expect(access(TYPE.expandDown, o, 0xfff, size)).toBe("#GP(0)");
    expect(access(TYPE.expandDown, o, 0x1000, size)).toBe("none");
    expect(access(TYPE.expandDown, o, 0x1000, size, true)).toBe("none");
    expect(access(TYPE.expandDown, o, 0, size)).toBe("#GP(0)");
  });
  test("ends at 64 KB in an expand-down segment with B clear", () => {
    const o = { limit: 0xfff, pages: false, wide: false };
    expect(access(TYPE.expandDown, o, 0x10000 - size, size, true)).toBe("none");
    expect(access(TYPE.expandDown, o, 0x10001 - size, size, true)).toBe("#GP(0)");
  });
  test("ends at 4 GB in an expand-down segment with B set", () => {
    const o = { limit: 0xfff, pages: false, wide: true };
    expect(access(TYPE.expandDown, o, 2 ** 32 - size, size)).toBe("none");
    if (size > 1) expect(access(TYPE.expandDown, o, 2 ** 32 - size + 1, size)).toBe("#GP(0)");
  });
});

test("page granularity of an expand-down segment fills the limit's low bits with ones", () => {
  expect(access(TYPE.expandDown, { limit: 0, pages: true }, 0xfff, 1)).toBe("#GP(0)");
  expect(access(TYPE.expandDown, { limit: 0, pages: true }, 0x1000, 1)).toBe("none");
});

describe("types", () => {
  test.each([
    ["read-only data", TYPE.readOnly, "none", "#GP(0)"],
    ["read-only expand-down data", TYPE.readOnlyDown, "#GP(0)", "#GP(0)"],
    ["readable code", TYPE.code, "none", "#GP(0)"],
    ["conforming code", TYPE.conforming, "none", "#GP(0)"],
  ])("%s", (_name, type, read, write) => {
    expect(access(type, {}, 0x100, 4)).toBe(read);
    expect(access(type, {}, 0x100, 4, true)).toBe(write);
  });
  test("execute-only code cannot be read through CS", () => {
    const m = new Machine();
    m.cache(SEGMENT.CS, segment(TYPE.executeOnly));
    expect(m.attempt(0x2e, ...LOAD[4]!, ...absolute(0, CODE))).toBe("#GP(0)");
  });
  test("code cannot be written through CS", () => {
    expect(new Machine().attempt(0x2e, ...STORE[4]!, ...absolute(0, CODE))).toBe("#GP(0)");
  });
  test("a null data segment cannot be used", () => {
    const m = new Machine();
    m.set(L.EAX, 0);
    m.attempt(0x8e, 0xe0);
    expect(m.attempt(0x64, ...LOAD[1]!, ...absolute(0, 0))).toBe("#GP(0)");
    expect(m.p.faults.at(-1)?.facts).toMatchObject({ segment: "FS", access: "read" });
  });
  test("a read-modify-write of read-only memory faults before the flags change", () => {
    const m = new Machine();
    m.cache(SEGMENT.DS, segment(TYPE.readOnly));
    m.code([0x83, ...absolute(0, 0x100), 1]);
    m.p.flags = 0x8d7;
    m.p.setWord(L.IDTR_LIMIT, 0);
    expect(m.run().kind).toBe("shutdown");
    expect(m.p.flags).toBe(0x8d7);
  });
});

describe("which vector", () => {
  const limited = (n: number): Machine => {
    const m = new Machine();
    m.cache(n, segment(TYPE.data, { limit: 0xfff, pages: false }));
    m.set(L.EBP, 0x1000);
    m.set(L.EBX, 0x1000);
    return m;
  };
  test("#SS through EBP, whose default segment is SS", () => {
    const m = limited(SEGMENT.SS);
    m.set(L.ESP, 0x800);
    m.p.setWord(L.IDTR_LIMIT, 0x7ff);
    expect(m.attempt(0x8b, 0x45, 0)).toBe("#SS(0)");
  });
  test("#SS through an SS override", () => {
    const m = limited(SEGMENT.SS);
    m.set(L.ESP, 0x800);
    expect(m.attempt(0x36, 0x8b, 0x03)).toBe("#SS(0)");
  });
  test("#GP through EBP with another segment", () => {
    expect(limited(SEGMENT.DS).attempt(0x3e, 0x8b, 0x45, 0)).toBe("#GP(0)");
  });
  test("#SS of a push below the segment", () => {
    const m = new Machine();
    m.cache(SEGMENT.SS, segment(TYPE.expandDown, { limit: 0x7fff, pages: false }));
    m.set(L.ESP, 0x8000);
    const before = m.esp;
    m.p.setWord(L.IDTR_LIMIT, 0);
    m.code([0x50]).run();
    expect(m.p.faults[0]).toMatchObject({ vector: 12, errorCode: 0 });
    expect(m.esp).toBe(before);
  });
});

describe("linear addresses", () => {
  test("wrap at 4 GB", () => {
    const m = new Machine();
    m.dword(0x100, 0x12345678);
    m.cache(SEGMENT.DS, segment(TYPE.data, { base: 0xfffff000 }));
    expect(m.attempt(...LOAD[4]!, ...absolute(0, 0x1100))).toBe("none");
    m.attempt(0x8b, 0x1d, ...little(0x1100, 4));
    expect(m.get(L.EBX)).toBe(0x12345678);
  });
  test("wrap in the middle of an access", () => {
    const m = new Machine();
    m.dword(0, 0x0000beef);
    m.cache(SEGMENT.DS, segment(TYPE.data, { base: 0xfffffff0 }));
    m.attempt(0x8b, 0x1d, ...little(0xe, 4));
    // The two bytes below 4 GB are where no memory is.
    expect(m.get(L.EBX)).toBe(0xbeefffff);
  });
  test("may lie where no memory is: ones are read, writes are lost", () => {
    const m = new Machine();
    m.set(L.EAX, 0x1234);
    expect(m.attempt(0x89, ...absolute(0, 0x80000000))).toBe("none");
    m.attempt(0x8b, 0x1d, ...little(0x80000000, 4));
    expect(m.get(L.EBX)).toBe(0xffffffff);
  });
  test("of an access across the end of memory", () => {
    const m = new Machine();
    m.dword((1 << 20) - 4, 0x11223344);
    m.attempt(0x8b, 0x1d, ...little((1 << 20) - 2, 4));
    expect(m.get(L.EBX)).toBe(0xffff1122);
  });
});
