/** Interrupt and trap gates: SDM volume 3, 6.12; volume 2, INT n. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { CODE, codeOf, dataOf, FREE, GDT, gate, HANDLERS, Machine, RING0_STACK, STACK, segment, TSS, TYPE } from "./machine.js";

const INT = [0xcd, 0x40];
const user = (type: number = TYPE.interruptGate32): Machine => {
  const m = new Machine(3);
  m.idt(0x40, gate(type, codeOf(0), HANDLERS + 0x40, { dpl: 3 }));
  return m;
};

describe("from ring 3 to ring 0", () => {
  test("pushes SS, ESP, EFLAGS, CS and EIP onto the stack of the TSS", () => {
    const m = user();
    m.p.flags = FLAG.IF | FLAG.CF | 2;
    expect(m.attempt(...INT)).toBe("none");
    expect(m.esp).toBe(RING0_STACK - 20);
    expect(m.stack(5)).toEqual([CODE + 2, codeOf(3), FLAG.IF | FLAG.CF | 2, STACK, dataOf(3)]);
    expect([m.selector(SEGMENT.CS), m.selector(SEGMENT.SS), m.p.cpl, m.eip]).toEqual([codeOf(0), dataOf(0), 0, HANDLERS + 0x40]);
  });
  test("keeps the data segments", () => {
    const m = user();
    m.attempt(...INT);
    expect(m.selector(SEGMENT.DS)).toBe(dataOf(3));
  });
  test("pushes words through a 16-bit gate", () => {
    const m = user(TYPE.interruptGate16);
    m.attempt(...INT);
    expect(m.esp).toBe(RING0_STACK - 10);
    expect(m.stack(2)).toEqual([((codeOf(3) << 16) | ((CODE + 2) & 0xffff)) >>> 0, ((STACK << 16) | 2) >>> 0]);
  });
  test("takes the stack of a 16-bit TSS", () => {
    const m = user();
    m.gdt(FREE, segment(3, { base: TSS + 0x80, limit: 0x2b, wide: false }));
    m.load(SEGMENT.TR, FREE);
    m.dword(TSS + 0x82, (dataOf(0) << 16) | 0x9000);
    m.attempt(...INT);
    expect(m.esp).toBe(0x9000 - 20);
  });
  test("tells of the change of ring before it takes effect", () => {
    const m = user();
    const seen: number[][] = [];
    m.p.onRingChange = (from, to, eip) => seen.push([from, to, eip, m.p.cpl]);
    m.attempt(...INT);
    expect(seen).toEqual([[3, 0, CODE + 2, 3]]);
  });
});

describe("within a ring", () => {
  test("pushes EFLAGS, CS and EIP onto the current stack", () => {
    const m = new Machine();
    m.attempt(...INT);
    expect(m.esp).toBe(STACK - 12);
    expect(m.stack(3)).toEqual([CODE + 2, codeOf(0), 2]);
  });
  test("a conforming handler runs in the ring that it interrupts", () => {
    const m = user();
    m.gdt(FREE, segment(TYPE.conforming));
    m.idt(0x40, gate(TYPE.interruptGate32, FREE, HANDLERS, { dpl: 3 }));
    m.attempt(...INT);
    expect([m.p.cpl, m.selector(SEGMENT.CS), m.esp]).toEqual([3, FREE | 3, STACK - 12]);
  });
});

describe("flags", () => {
  const flags = (type: number): number => {
    const m = user(type);
    m.p.flags = 0xcd7 | FLAG.IF | FLAG.NT | FLAG.TF | FLAG.IOPL;
    m.attempt(...INT);
    return m.p.flags;
  };
  test("an interrupt gate clears IF, TF, NT and RF", () => expect(flags(TYPE.interruptGate32)).toBe(0xcd7 | FLAG.IOPL));
  test("a trap gate keeps IF", () => expect(flags(TYPE.trapGate32)).toBe(0xcd7 | FLAG.IF | FLAG.IOPL));
  test("a fault pushes RF set, so that its restart meets no breakpoint", () => {
    const m = new Machine();
    m.attempt(0x0f, 0x0b);
    expect(m.stack(3)[2]! & FLAG.RF).toBe(FLAG.RF);
  });
  test("int n pushes RF clear, even where an iret has just set it", () => {
    const m = new Machine();
    m.p.flags = FLAG.RF | 2;
    m.attempt(...INT);
    expect(m.stack(3)[2]! & FLAG.RF).toBe(0);
  });
});

describe("the gate", () => {
  test("must lie inside the IDT", () => {
    const m = new Machine();
    m.set(L.IDTR_LIMIT, 0x206);
    expect(m.attempt(...INT)).toBe("#GP(202)");
  });
  test.each([TYPE.callGate32, TYPE.tss32, TYPE.ldt, 0])("must be an interrupt, trap or task gate, not type %i", (type) => {
    const m = new Machine();
    m.idt(0x40, gate(type, codeOf(0), HANDLERS));
    expect(m.attempt(...INT)).toBe("#GP(202)");
  });
  test("must have a DPL of at least CPL for int n", () => {
    const m = new Machine(3);
    expect(m.attempt(...INT)).toBe("#GP(202)");
  });
  test.each([
    ["int3", [0xcc], "#GP(1a)"],
    ["into", [0xce], "#GP(22)"],
  ])("must have it for %s as well", (_name, bytes, expected) => {
    const m = new Machine(3);
    m.p.flags = FLAG.OF | 2;
    expect(m.attempt(...bytes)).toBe(expected);
  });
  test("needs no DPL for exceptions", () => {
    expect(new Machine(3).attempt(0x0f, 0x0b)).toBe("#UD");
  });
  test("raises #NP if it is not present, after the check of its DPL", () => {
    const m = user();
    m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), HANDLERS, { dpl: 3, absent: true }));
    expect(m.attempt(...INT)).toBe("#NP(202)");
    m.ring(3);
    m.set(L.ESP, STACK);
    m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), HANDLERS, { dpl: 0, absent: true }));
    expect(m.attempt(...INT)).toBe("#GP(202)");
  });
  test("int3 with OF clear is taken, into is not", () => {
    const m = new Machine();
    m.attempt(0xce);
    expect(m.eip).toBe(CODE + 1);
    m.attempt(0xcc);
    expect(m.eip).toBe(HANDLERS + 3);
  });
});

describe("the handler's code segment", () => {
  const through = (selector: number, descriptor?: readonly [number, number], offset = HANDLERS): string => {
    const m = user();
    if (descriptor) m.gdt(FREE, descriptor);
    m.idt(0x40, gate(TYPE.interruptGate32, selector, offset, { dpl: 3 }));
    return m.attempt(...INT);
  };
  test("is not null", () => expect(through(3)).toBe("#GP(0)"));
  test("lies inside the GDT", () => expect(through(0x80)).toBe("#GP(80)"));
  test("is code", () => expect(through(FREE, segment(TYPE.data))).toBe("#GP(60)"));
  test("has a DPL of at most CPL", () => {
    const m = new Machine(0);
    m.idt(0x40, gate(TYPE.interruptGate32, codeOf(3), HANDLERS));
    expect(m.attempt(...INT)).toBe("#GP(40)");
  });
  test("is present", () => expect(through(FREE, segment(TYPE.code, { absent: true }))).toBe("#NP(60)"));
  test("contains the handler's offset", () =>
    expect(through(FREE, segment(TYPE.code, { limit: 0xfff, pages: false }), 0x1000)).toBe("#GP(0)"));
});

describe("the inner stack", () => {
  const withStack = (selector: number, descriptor?: readonly [number, number], esp = RING0_STACK): string => {
    const m = user();
    if (descriptor) m.gdt(FREE, descriptor);
    m.dword(TSS + 4, esp);
    m.dword(TSS + 8, selector);
    m.set(L.IDTR_LIMIT, 0x7ff);
    // The #TS or #SS itself needs a good stack: its handler stays in ring 3.
    m.gdt(0x70, segment(TYPE.conforming));
    for (const vector of [10, 12]) m.idt(vector, gate(TYPE.interruptGate32, 0x70, HANDLERS));
    return m.attempt(...INT);
  };
  test("is not null", () => expect(withStack(0)).toBe("#TS(0)"));
  test("lies inside the GDT", () => expect(withStack(0x80)).toBe("#TS(80)"));
  test("has the new ring as RPL", () => expect(withStack(dataOf(0) | 1)).toBe("#TS(18)"));
  test("has the new ring as DPL", () => expect(withStack(FREE, segment(TYPE.data, { dpl: 1 }))).toBe("#TS(60)"));
  test("is writable", () => expect(withStack(FREE, segment(TYPE.readOnly))).toBe("#TS(60)"));
  test("is present, else #SS with its selector", () => expect(withStack(FREE, segment(TYPE.data, { absent: true }))).toBe("#SS(60)"));
  test("has room for everything, else #SS with its selector", () => {
    expect(withStack(FREE, segment(TYPE.expandDown, { limit: 0xfff, pages: false }), 0x1000 + 19)).toBe("#SS(60)");
    expect(withStack(FREE, segment(TYPE.expandDown, { limit: 0xfff, pages: false }), 0x1000 + 20)).toBe("none");
  });
  test("lies within the TSS", () => {
    const m = user();
    m.gdt(TSS_ENTRY, segment(TYPE.busyTss32, { base: TSS, limit: 8, wide: false }));
    m.load(SEGMENT.TR, TSS_ENTRY);
    m.gdt(0x70, segment(TYPE.conforming));
    m.idt(10, gate(TYPE.interruptGate32, 0x70, HANDLERS));
    expect(m.attempt(...INT)).toBe("#TS(50)");
  });
});
const TSS_ENTRY = 0x50;

describe("EXT in error codes", () => {
  test("is set for faults on the way to an exception's handler", () => {
    const m = new Machine();
    m.idt(6, gate(TYPE.interruptGate32, codeOf(0), HANDLERS, { absent: true }));
    m.attempt(0x0f, 0x0b);
    expect(m.p.faults.map((f) => [f.vector, f.errorCode])).toEqual([
      [6, undefined],
      [11, 6 * 8 + 3],
    ]);
  });
  test("is set for faults on the way to an external interrupt's handler", () => {
    const m = new Machine();
    m.p.flags = FLAG.IF | 2;
    m.idt(0x20, gate(TYPE.interruptGate32, codeOf(0), HANDLERS, { absent: true }));
    m.p.interrupts = { pending: true, acknowledge: () => 0x20 };
    m.run(0);
    expect(m.p.faults[0]).toMatchObject({ vector: 11, errorCode: 0x103 });
  });
  test("makes the error code of a full current stack 1", () => {
    const m = new Machine();
    m.cache(SEGMENT.SS, segment(TYPE.expandDown, { limit: STACK - 9, pages: false }), dataOf(0));
    m.set(L.ESP, STACK);
    m.code([0x0f, 0x0b]).run();
    expect(m.p.faults.slice(0, 2).map((f) => [f.vector, f.errorCode])).toEqual([
      [6, undefined],
      [12, 1],
    ]);
  });
});

test("the error code is pushed last", () => {
  const m = new Machine(3);
  m.set(L.EAX, 0x83);
  m.attempt(0x8e, 0xd8);
  expect(m.stack(2)).toEqual([0x80, CODE]);
});
test("the handler's code segment gets its accessed bit, and CS the new ring as RPL", () => {
  const m = user();
  m.gdt(FREE, segment(TYPE.code, { fresh: true }));
  m.idt(0x40, gate(TYPE.interruptGate32, FREE | 3, HANDLERS, { dpl: 3 }));
  m.attempt(...INT);
  expect(m.selector(SEGMENT.CS)).toBe(FREE);
  expect(m.byte(GDT + FREE + 5) & 1).toBe(1);
});
