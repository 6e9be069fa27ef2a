/** Far jmp, call, ret and iret, directly and through call gates: SDM volume 2; volume 3, 5.8. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { CODE, codeOf, DATA, dataOf, FREE, FREE2, gate, little, Machine, RING0_STACK, STACK, segment, TSS, TYPE } from "./machine.js";

const jump = (selector: number, offset = 0x100): number[] => [0xea, ...little(offset, 4), ...little(selector, 2)];
const call = (selector: number, offset = 0x100): number[] => [0x9a, ...little(offset, 4), ...little(selector, 2)];
const RETF = [0xcb];
const IRET = [0xcf];

function withStack(m: Machine, ...values: number[]): Machine {
  m.set(L.ESP, STACK - 4 * values.length);
  for (const [n, value] of values.entries()) m.dword(STACK - 4 * values.length + 4 * n, value);
  return m;
}

describe.each([
  ["jmp", jump],
  ["call", call],
])("a direct far %s", (_name, transfer) => {
  const to = (ring: number, selector: number, descriptor?: readonly [number, number], offset?: number): string => {
    const m = new Machine(ring);
    if (descriptor) m.gdt(FREE, descriptor);
    return m.attempt(...transfer(selector, offset));
  };
  test("refuses a null selector", () => expect(to(0, 3)).toBe("#GP(0)"));
  test("refuses an index beyond the GDT", () => expect(to(0, 0x80)).toBe("#GP(80)"));
  test("refuses data", () => expect(to(0, dataOf(0))).toBe("#GP(18)"));
  test("refuses RPL greater than CPL", () => expect(to(1, FREE | 2, segment(TYPE.code, { dpl: 1 }))).toBe("#GP(60)"));
  test("allows RPL smaller than CPL", () => expect(to(1, FREE, segment(TYPE.code, { dpl: 1 }))).toBe("none"));
  test.each([0, 2, 3])("refuses nonconforming code of DPL %i at CPL 1", (dpl) => {
    expect(to(1, FREE, segment(TYPE.code, { dpl }))).toBe("#GP(60)");
  });
  test("refuses conforming code of a DPL greater than CPL", () =>
    expect(to(1, FREE, segment(TYPE.conforming, { dpl: 2 }))).toBe("#GP(60)"));
  test("enters conforming code of an inner ring without changing CPL", () => {
    const m = new Machine(3);
    m.gdt(FREE, segment(TYPE.conforming));
    expect(m.attempt(...transfer(FREE))).toBe("none");
    expect([m.p.cpl, m.selector(SEGMENT.CS), m.eip]).toEqual([3, FREE | 3, 0x100]);
  });
  test("raises #NP for code that is not present", () => expect(to(0, FREE, segment(TYPE.code, { absent: true }))).toBe("#NP(60)"));
  test("raises #GP(0) for an offset beyond the limit", () => {
    expect(to(0, FREE, segment(TYPE.code, { limit: 0xff, pages: false }), 0x100)).toBe("#GP(0)");
  });
});

test("a far call pushes CS and the next EIP", () => {
  const m = new Machine();
  m.attempt(...call(codeOf(0)));
  expect(m.stack(2)).toEqual([CODE + 7, codeOf(0)]);
});
test("a far call without room on the stack raises #SS(0)", () => {
  const m = new Machine(3);
  m.cache(SEGMENT.SS, segment(TYPE.expandDown, { limit: STACK - 8, pages: false, dpl: 3 }), dataOf(3));
  expect(m.attempt(...call(codeOf(3)))).toBe("#SS(0)");
});

describe("a call gate", () => {
  const through = (ring: number, selector: number, descriptor: readonly [number, number], transfer = call): string => {
    const m = new Machine(ring);
    m.gdt(FREE, descriptor);
    return m.attempt(...transfer(selector));
  };
  const toRing0 = (o: Parameters<typeof gate>[3] = {}): [number, number] => gate(TYPE.callGate32, codeOf(0), 0x200, { dpl: 3, ...o });
  test("needs a DPL of at least CPL", () => expect(through(3, FREE, toRing0({ dpl: 2 }))).toBe("#GP(60)"));
  test("needs a DPL of at least the selector's RPL", () => expect(through(0, FREE | 3, toRing0({ dpl: 2 }))).toBe("#GP(60)"));
  test("raises #NP if it is not present", () => expect(through(3, FREE, toRing0({ absent: true }))).toBe("#NP(60)"));
  test("names a code segment", () => expect(through(0, FREE, gate(TYPE.callGate32, dataOf(0), 0))).toBe("#GP(18)"));
  test("does not name a null segment", () => expect(through(0, FREE, gate(TYPE.callGate32, 0, 0))).toBe("#GP(0)"));
  test("does not let jmp change ring, not even to code that is not present", () => {
    const m = new Machine(3);
    m.gdt(FREE, gate(TYPE.callGate32, FREE2, 0, { dpl: 3 }));
    m.gdt(FREE2, segment(TYPE.code, { absent: true }));
    expect(m.attempt(...jump(FREE | 3))).toBe(`#GP(${FREE2.toString(16)})`);
  });
  test("does not lead to an outer ring", () => expect(through(0, FREE, gate(TYPE.callGate32, codeOf(3), 0))).toBe("#GP(40)"));
  test("cannot take a jmp to an inner ring", () => expect(through(3, FREE, toRing0(), jump)).toBe("#GP(10)"));
  test("takes a jmp within the ring, whatever the offset in the instruction", () => {
    const m = new Machine();
    m.gdt(FREE, gate(TYPE.callGate32, codeOf(0), 0x200));
    expect(m.attempt(...jump(FREE, 0xffffffff))).toBe("none");
    expect(m.eip).toBe(0x200);
  });
  test("within a ring pushes CS and EIP only", () => {
    const m = new Machine();
    m.gdt(FREE, gate(TYPE.callGate32, codeOf(0), 0x200, { parameters: 2 }));
    m.attempt(...call(FREE));
    expect(m.stack(2)).toEqual([CODE + 7, codeOf(0)]);
    expect(m.esp).toBe(STACK - 8);
  });
  test("to an inner ring copies its parameters between the old SS:ESP and the return address", () => {
    const m = withStack(new Machine(3), 0x11, 0x22, 0x33);
    m.gdt(FREE, toRing0({ parameters: 3 }));
    expect(m.attempt(...call(FREE | 3))).toBe("none");
    expect(m.stack(7)).toEqual([CODE + 7, codeOf(3), 0x11, 0x22, 0x33, STACK - 12, dataOf(3)]);
    expect([m.p.cpl, m.selector(SEGMENT.CS), m.selector(SEGMENT.SS), m.esp]).toEqual([0, codeOf(0), dataOf(0), RING0_STACK - 28]);
  });
  test("of 16 bits pushes words", () => {
    const m = withStack(new Machine(3), 0x2211, 0);
    m.gdt(FREE, gate(TYPE.callGate16, codeOf(0), 0x200, { dpl: 3, parameters: 1 }));
    m.attempt(...call(FREE));
    expect(m.esp).toBe(RING0_STACK - 10);
    expect(m.stack(2)).toEqual([((codeOf(3) << 16) | ((CODE + 7) & 0xffff)) >>> 0, (((STACK - 8) << 16) | 0x2211) >>> 0]);
  });
  test("to an inner ring without a good stack raises #TS", () => {
    const m = new Machine(3);
    m.gdt(FREE, toRing0());
    m.dword(TSS + 8, 0);
    m.gdt(0x70, segment(TYPE.conforming));
    m.idt(10, gate(TYPE.interruptGate32, 0x70, 0x5000));
    expect(m.attempt(...call(FREE))).toBe("#TS(0)");
  });
});

describe.each([
  ["retf", RETF, 2],
  ["iret", IRET, 3],
])("%s", (name, bytes, words) => {
  const frame = (eip: number, cs: number, ...outer: number[]): number[] => [eip, cs, ...(words === 3 ? [2] : []), ...outer];
  const to = (ring: number, ...values: number[]): string => withStack(new Machine(ring), ...values).attempt(...bytes);
  test("refuses a null CS", () => expect(to(0, ...frame(0x100, 0))).toBe("#GP(0)"));
  test("refuses a CS beyond the GDT", () => expect(to(0, ...frame(0x100, 0x80))).toBe("#GP(80)"));
  test("refuses data as CS", () => expect(to(0, ...frame(0x100, dataOf(0)))).toBe("#GP(18)"));
  test("refuses a return to an inner ring", () => expect(to(3, ...frame(0x100, codeOf(0)))).toBe("#GP(10)"));
  test("refuses DPL different from RPL", () => expect(to(0, ...frame(0x100, codeOf(0) | 1))).toBe("#GP(10)"));
  test("refuses an EIP beyond the limit", () => {
    const m = withStack(new Machine(), ...frame(0x1000, FREE));
    m.gdt(FREE, segment(TYPE.code, { limit: 0xfff, pages: false }));
    expect(m.attempt(...bytes)).toBe("#GP(0)");
  });
  test("raises #NP for a code segment that is not present", () => {
    const m = withStack(new Machine(), ...frame(0x100, FREE));
    m.gdt(FREE, segment(TYPE.code, { absent: true }));
    expect(m.attempt(...bytes)).toBe("#NP(60)");
  });
  test("within a ring pops its frame and no more", () => {
    const m = withStack(new Machine(), ...frame(0x100, codeOf(0)), 0x77);
    expect(m.attempt(...bytes)).toBe("none");
    expect([m.eip, m.esp, m.stack(1)[0]]).toEqual([0x100, STACK - 4, 0x77]);
  });
  test("with the frame beyond the stack raises #SS(0)", () => {
    const m = new Machine();
    m.cache(SEGMENT.SS, segment(TYPE.data, { limit: STACK + 4 * words - 2, pages: false }), dataOf(0));
    m.dword(STACK, 0x100);
    m.dword(STACK + 4, codeOf(0));
    expect(m.attempt(...bytes)).toBe("#SS(0)");
  });
  describe("to an outer ring", () => {
    const outer = (m: Machine, cs = codeOf(3), ss = dataOf(3)): Machine => withStack(m, ...frame(0x100, cs, 0x7000, ss));
    test("takes SS:ESP from the stack and changes CPL", () => {
      const m = outer(new Machine());
      expect(m.attempt(...bytes)).toBe("none");
      expect([m.p.cpl, m.eip, m.esp, m.selector(SEGMENT.CS), m.selector(SEGMENT.SS)]).toEqual([3, 0x100, 0x7000, codeOf(3), dataOf(3)]);
    });
    test.each([
      ["a null SS", 0, "#GP(0)"],
      ["an SS beyond the GDT", 0x83, "#GP(80)"],
      ["an SS whose RPL is not CS's", dataOf(3) & ~1, "#GP(48)"],
      ["an SS whose DPL is not CS's RPL", dataOf(2) | 3, "#GP(38)"],
      ["code as SS", codeOf(3), "#GP(40)"],
    ])("refuses %s", (_what, ss, expected) => expect(outer(new Machine(), codeOf(3), ss).attempt(...bytes)).toBe(expected));
    test("raises #SS for a stack that is not present", () => {
      const m = outer(new Machine(), codeOf(3), FREE | 3);
      m.gdt(FREE, segment(TYPE.data, { dpl: 3, absent: true }));
      expect(m.attempt(...bytes)).toBe("#SS(60)");
    });
    test("loads SP only for a 16-bit stack: the upper half of ESP stays", () => {
      const m = withStack(new Machine(), ...frame(0x100, codeOf(3), 0x12347000, FREE | 3));
      m.gdt(FREE, segment(TYPE.data, { dpl: 3, wide: false }));
      expect(m.attempt(...bytes)).toBe("none");
      expect(m.get(L.ESP)).toBe(((STACK & 0xffff0000) | 0x7000) >>> 0);
    });
    test("makes data segments null that the outer ring may not use", () => {
      const m = outer(new Machine());
      m.gdt(FREE, segment(TYPE.conforming));
      m.gdt(FREE2, segment(TYPE.data, { dpl: 3 }));
      m.load(SEGMENT.FS, FREE);
      m.load(SEGMENT.GS, FREE2);
      m.attempt(...bytes);
      const n = [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS].map((s) => m.selector(s));
      expect(n).toEqual([0, 0, FREE, FREE2]);
      expect(m.p.segment(SEGMENT.DS).attributes).toBe(0);
    });
    test("tells of the change of ring", () => {
      const m = outer(new Machine());
      const seen: number[][] = [];
      m.p.onRingChange = (from, into) => seen.push([from, into, m.p.cpl]);
      m.attempt(...bytes);
      expect(seen).toEqual([[0, 3, 0]]);
    });
  });
  test("of words takes words", () => {
    const m = withStack(new Machine(), (codeOf(0) << 16) | 0x1234, 2);
    expect(m.attempt(0x66, ...bytes)).toBe("none");
    expect([m.eip, m.esp]).toEqual([0x1234, STACK - 8 + (name === "iret" ? 6 : 4)]);
  });
});

test("retf imm16 releases parameters on both stacks", () => {
  const m = withStack(new Machine(), 0x100, codeOf(3), 0xaa, 0xbb, 0x7000, dataOf(3));
  expect(m.attempt(0xca, 8, 0)).toBe("none");
  expect(m.esp).toBe(0x7008);
});

describe("iret and EFLAGS", () => {
  const ALL = 0xcd7 | FLAG.IF | FLAG.IOPL;
  const returning = (m: Machine, ring: number, bits: number): number => {
    withStack(m, 0x100, codeOf(ring), bits);
    m.attempt(...IRET);
    return m.p.flags;
  };
  test("at CPL 0 all of them change", () => expect(returning(new Machine(), 0, ALL)).toBe(ALL));
  test("at CPL 3, IOPL stays, and IF with it where IOPL is less", () => {
    expect(returning(new Machine(3), 3, ALL)).toBe(0xcd7);
  });
  test("at CPL <= IOPL, IF changes", () => {
    const m = new Machine(3);
    m.p.flags = FLAG.IOPL | 2;
    expect(returning(m, 3, 0xcd7 | FLAG.IF)).toBe(0xcd7 | FLAG.IF | FLAG.IOPL);
  });
  test("CPL before the return decides", () => {
    const m = new Machine();
    withStack(m, 0x100, codeOf(3), ALL, 0x7000, dataOf(3));
    m.attempt(...IRET);
    expect(m.p.flags).toBe(ALL);
  });
});

test.each([
  ["les", [0xc4], SEGMENT.ES],
  ["lds", [0xc5], SEGMENT.DS],
  ["lfs", [0x0f, 0xb4], SEGMENT.FS],
  ["lgs", [0x0f, 0xb5], SEGMENT.GS],
])("%s loads neither register if the selector is bad", (_name, opcode, n) => {
  const m = new Machine();
  m.dword(DATA, 0x12345678);
  m.dword(DATA + 4, 0x80);
  m.set(L.EBX, 1);
  const before = m.p.segment(n);
  expect(m.attempt(...opcode, 0x1d, ...little(DATA, 4))).toBe("#GP(80)");
  expect([m.get(L.EBX), m.p.segment(n)]).toEqual([1, before]);
});
