/** What needs a privilege: SDM volume 3, 5.9; I/O by IOPL and permission bitmap: volume 1, 18.5. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { Machine, STACK, segment, TSS, TSS_SELECTOR, TYPE } from "./machine.js";

test.each([
  ["hlt", [0xf4]],
  ["clts", [0x0f, 0x06]],
  ["lgdt", [0x0f, 0x01, 0x15, 0, 0, 2, 0]],
  ["lidt", [0x0f, 0x01, 0x1d, 0, 0, 2, 0]],
  ["lldt", [0x0f, 0x00, 0xd0]],
  ["ltr", [0x0f, 0x00, 0xd8]],
  ["lmsw", [0x0f, 0x01, 0xf0]],
  ["mov to cr0", [0x0f, 0x22, 0xc0]],
  ["mov from cr3", [0x0f, 0x20, 0xd8]],
  ["mov to dr7", [0x0f, 0x23, 0xf8]],
  ["mov from dr6", [0x0f, 0x21, 0xf0]],
  ["invlpg", [0x0f, 0x01, 0x38]],
  ["wbinvd", [0x0f, 0x09]],
])("%s needs CPL 0, and IOPL does not help", (_name, bytes) => {
  for (const ring of [1, 3]) {
    const m = new Machine(ring);
    m.p.flags = FLAG.IOPL | 2;
    expect(m.attempt(...bytes)).toBe("#GP(0)");
  }
});

test.each([
  ["sgdt", [0x0f, 0x01, 0x05, 0, 0, 2, 0]],
  ["sidt", [0x0f, 0x01, 0x0d, 0, 0, 2, 0]],
  ["sldt", [0x0f, 0x00, 0xc0]],
  ["str", [0x0f, 0x00, 0xc8]],
  ["smsw", [0x0f, 0x01, 0xe0]],
])("%s needs none", (_name, bytes) => expect(new Machine(3).attempt(...bytes)).toBe("none"));

describe.each([
  ["cli", [0xfa]],
  ["sti", [0xfb]],
])("%s", (_name, bytes) => {
  test.each([
    [0, 0, "none"],
    [1, 0, "#GP(0)"],
    [1, 1, "none"],
    [3, 2, "#GP(0)"],
    [3, 3, "none"],
  ])("at CPL %i with IOPL %i", (ring, iopl, expected) => {
    const m = new Machine(ring);
    m.p.flags = (iopl << 12) | 2;
    expect(m.attempt(...bytes)).toBe(expected);
  });
});

describe("popf", () => {
  const pop = (ring: number, before: number, value: number): number => {
    const m = new Machine(ring);
    m.p.flags = before | 2;
    m.dword(STACK, value);
    m.attempt(0x9d);
    return m.p.flags;
  };
  const ALL = 0xcd7 | FLAG.IF | FLAG.IOPL | FLAG.NT;
  test("changes everything at CPL 0", () => expect(pop(0, 0, ALL)).toBe(ALL));
  test("silently keeps IOPL at CPL 1", () => expect(pop(1, FLAG.IOPL, FLAG.IF)).toBe(FLAG.IF | FLAG.IOPL | 2));
  test("silently keeps IF above IOPL", () => expect(pop(3, FLAG.IF, 0)).toBe(FLAG.IF | 2));
  test("changes IF at CPL = IOPL", () => expect(pop(3, FLAG.IF | FLAG.IOPL, 0)).toBe(FLAG.IOPL | 2));
  test("never sets RF or VM", () => expect(pop(0, 0, FLAG.RF | FLAG.VM)).toBe(2));
});

describe("in and out", () => {
  const IN = [0xe4, 0x20];
  test("are free at CPL <= IOPL", () => {
    const m = new Machine(3);
    m.p.flags = FLAG.IOPL | 2;
    m.p.ports = { read: () => 0x5a, write: () => {} };
    expect(m.attempt(...IN)).toBe("none");
    expect(m.get(L.EAX)).toBe(0x5a);
  });
  /** Ring 3, IOPL 0, with a bitmap at 0x68 of the TSS that ends with the limit. */
  const withBitmap = (bitmap: number[], limit = 0x68 + bitmap.length - 1, type: number = TYPE.busyTss32): Machine => {
    const m = new Machine(3);
    m.dword(TSS + 0x64, 0x68 << 16);
    m.poke(TSS + 0x68, bitmap);
    m.cache(SEGMENT.TR, segment(type, { base: TSS, limit, pages: false, wide: false }), TSS_SELECTOR);
    return m;
  };
  test("are allowed above IOPL where all bits of their ports are clear", () => {
    const m = withBitmap([0xff, 0xff, 0xff, 0xff, 0xfe, 0xff]);
    expect(m.attempt(...IN)).toBe("none");
    expect(m.attempt(0xe4, 0x21)).toBe("#GP(0)");
  });
  test("of two bytes test two bits", () => {
    expect(withBitmap([0xff, 0xff, 0xff, 0xff, 0xfc, 0xff]).attempt(0x66, 0xe5, 0x20)).toBe("none");
    expect(withBitmap([0xff, 0xff, 0xff, 0xff, 0xfe, 0xff]).attempt(0x66, 0xe5, 0x20)).toBe("#GP(0)");
  });
  test("of four bytes test four bits, across bytes of the bitmap", () => {
    expect(withBitmap([0xff, 0xff, 0xff, 0xff, 0x3f, 0xfc, 0xff]).attempt(0xe5, 0x26)).toBe("none");
    expect(withBitmap([0xff, 0xff, 0xff, 0xff, 0x3f, 0xfe, 0xff]).attempt(0xe5, 0x26)).toBe("#GP(0)");
  });
  test("are refused where the bitmap has ended, two bytes being read", () => {
    expect(withBitmap([0, 0, 0, 0, 0]).attempt(...IN)).toBe("#GP(0)");
    expect(withBitmap([0, 0, 0, 0, 0, 0]).attempt(...IN)).toBe("none");
  });
  test("are refused with a 16-bit TSS", () => {
    expect(withBitmap([0, 0, 0, 0, 0, 0], 0x100, 3).attempt(...IN)).toBe("#GP(0)");
  });
  test("are refused before the port is touched", () => {
    const m = withBitmap([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    m.p.ports = { read: () => expect.fail("touched"), write: () => expect.fail("touched") };
    for (const bytes of [IN, [0xe6, 0x20], [0x6e], [0x6c]]) {
      m.ring(3);
      m.set(L.EDX, 0x20);
      expect(m.attempt(...bytes)).toBe("#GP(0)");
    }
  });
  test("ins checks its memory before it reads the port", () => {
    const m = new Machine();
    m.p.ports = { read: () => expect.fail("read"), write: () => {} };
    m.cache(SEGMENT.ES, segment(TYPE.readOnly));
    expect(m.attempt(0x6c)).toBe("#GP(0)");
  });
});
