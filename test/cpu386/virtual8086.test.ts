/** Virtual-8086 mode: SDM volume 3, 20.2 and 20.3. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { codeOf, dataOf, FREE, gate, HANDLERS, Machine, RING0_STACK, STACK, segment, TSS, TSS_SELECTOR, TYPE } from "./machine.js";
import { addTask, IRET, jump, NEW_TSS_SELECTOR } from "./tasks.js";

const SEGMENTS = { es: 0x2000, cs: 0x1000, ss: 0x3000, ds: 0x2100, fs: 0x2200, gs: 0x2300 } as const;
const IP = 0x100;
const SP = 0x8000;

/** At CPL 0, before an iret to virtual-8086 mode. */
function entering(flags = 0, eip = IP): Machine {
  const m = new Machine();
  const { es, cs, ss, ds, fs, gs } = SEGMENTS;
  const frame = [eip, cs, FLAG.VM | 2 | flags, SP, ss, es, ds, fs, gs];
  m.set(L.ESP, STACK - 4 * frame.length);
  for (const [n, value] of frame.entries()) m.dword(STACK - 4 * frame.length + 4 * n, value);
  return m;
}
/** In virtual-8086 mode, with those flags. */
function virtual(flags = 0): Machine {
  const m = entering(flags);
  expect(m.attempt(...IRET)).toBe("none");
  return m;
}
const attempt = (m: Machine, ...bytes: number[]): string => m.code(bytes, IP).step();
const IOPL3 = FLAG.IOPL;

describe("entry", () => {
  test("by iret loads everything from nine doublewords", () => {
    const m = virtual(FLAG.IF | FLAG.CF);
    expect([m.eip, m.esp, m.p.cpl, m.p.flags]).toEqual([IP, SP, 3, FLAG.VM | FLAG.IF | FLAG.CF | 2]);
    expect([0, 1, 2, 3, 4, 5].map((n) => m.selector(n))).toEqual(Object.values(SEGMENTS));
  });
  test("gives every segment base selector x 16 and a limit of 64 KB", () => {
    const m = virtual();
    for (let n = 0; n < 6; n++) expect(m.p.segment(n)).toMatchObject({ base: m.selector(n) << 4, limit: 0xffff });
  });
  test("by iret of 16 bits is not one", () => {
    const m = entering();
    m.attempt(0x66, ...IRET);
    expect(m.p.flags & FLAG.VM).toBe(0);
  });
  test("by iret at CPL 3 is not one: VM is not the user's to set", () => {
    const m = new Machine(3);
    for (const [n, value] of [0x100, codeOf(3), FLAG.VM | 2].entries()) m.dword(STACK - 12 + 4 * n, value);
    m.set(L.ESP, STACK - 12);
    expect([m.attempt(...IRET), m.p.flags & FLAG.VM, m.eip]).toEqual(["none", 0, 0x100]);
  });
  test("by iret beyond 64 KB raises #GP(0)", () => expect(entering(0, 0x10000).attempt(...IRET)).toBe("#GP(0)"));
  test("by popf is not one", () => {
    const m = new Machine();
    m.dword(STACK - 4, FLAG.VM | 2);
    m.set(L.ESP, STACK - 4);
    expect([m.attempt(0x9d), m.p.flags & FLAG.VM]).toEqual(["none", 0]);
  });
  test("by a task switch", () => {
    const m = new Machine();
    addTask(m, { eflags: FLAG.VM | 2, eip: IP, segments: Object.values(SEGMENTS) });
    expect(m.attempt(...jump(NEW_TSS_SELECTOR))).toBe("none");
    expect([m.p.virtual8086, m.p.cpl, m.p.segment(SEGMENT.CS).base]).toEqual([true, 3, 0x10000]);
  });
  test("by a task switch beyond 64 KB raises #GP(0) in the new task", () => {
    const m = new Machine();
    addTask(m, { eflags: FLAG.VM | 2, eip: 0x10000, segments: Object.values(SEGMENTS) });
    expect([m.attempt(...jump(NEW_TSS_SELECTOR)), m.selector(SEGMENT.TR)]).toEqual(["#GP(0)", NEW_TSS_SELECTOR]);
  });
});

describe("code", () => {
  test("is of 16 bits, and addresses are segment x 16 + offset", () => {
    const m = virtual();
    m.dword(0x21000 + 0x234, 0xbeef);
    expect([attempt(m, 0xa1, 0x34, 0x02), m.get(L.EAX) & 0xffff]).toEqual(["none", 0xbeef]);
  });
  test("loads any segment register with any value", () => {
    const m = virtual();
    m.set(L.EAX, 0x0003);
    expect([attempt(m, 0x8e, 0xd8), m.p.segment(SEGMENT.DS).base]).toEqual(["none", 0x30]);
  });
  test("may write through CS", () => {
    const m = virtual();
    m.set(L.EAX, 0x1234);
    expect([attempt(m, 0x2e, 0xa3, 0, 3), m.dword(0x10300) & 0xffff]).toEqual(["none", 0x1234]);
  });
  test("jumps far to any paragraph", () => {
    const m = virtual();
    expect([attempt(m, 0xea, 0x10, 0, 0x34, 0x12), m.eip, m.p.segment(SEGMENT.CS).base]).toEqual(["none", 0x10, 0x12340]);
  });
  test("calls far and returns", () => {
    const m = virtual();
    m.poke(0x12350, [0xcb]);
    expect([attempt(m, 0x9a, 0x10, 0, 0x34, 0x12), m.step(), m.eip, m.selector(SEGMENT.CS), m.esp]).toEqual([
      "none",
      "none",
      IP + 5,
      SEGMENTS.cs,
      SP,
    ]);
  });
  test("wraps SP at 64 KB", () => {
    const m = virtual();
    m.set(L.ESP, 0);
    expect([attempt(m, 0x50), m.esp]).toEqual(["none", 0xfffe]);
  });
  test.each([
    ["DS", [0xa1, 0xff, 0xff], "#GP(0)"],
    ["SS", [0x36, 0xa1, 0xff, 0xff], "#SS(0)"],
  ])("meets the 64 KB limit in %s", (_name, bytes, expected) => expect(attempt(virtual(), ...bytes)).toBe(expected));
  test("beyond 64 KB with a 32-bit address is refused", () => {
    const m = virtual();
    m.set(L.EBX, 0x10000);
    expect(attempt(m, 0x67, 0x8a, 0x03)).toBe("#GP(0)");
  });
});

describe("instructions that IOPL decides about", () => {
  const withFrame = (m: Machine, ...words: number[]): Machine => {
    m.set(L.ESP, SP - 2 * words.length);
    for (const [n, value] of words.entries()) m.poke(0x30000 + SP - 2 * words.length + 2 * n, [value & 0xff, value >> 8]);
    return m;
  };
  const ALL: [string, number[]][] = [
    ["cli", [0xfa]],
    ["sti", [0xfb]],
    ["pushf", [0x9c]],
    ["pushfd", [0x66, 0x9c]],
    ["popf", [0x9d]],
    ["int n", [0xcd, 0x40]],
    ["iret", [0xcf]],
  ];
  test.each(ALL)("%s raises #GP(0) with IOPL less than 3, and changes nothing", (_name, bytes) => {
    for (const iopl of [0, 1, 2]) {
      const m = withFrame(virtual(iopl << 12), 0x1234, 0x1000, 2);
      expect(attempt(m, ...bytes)).toBe("#GP(0)");
      expect(m.stack(7).slice(1)).toEqual([IP, SEGMENTS.cs, FLAG.VM | FLAG.RF | (iopl << 12) | 2, SP - 6, SEGMENTS.ss, SEGMENTS.es]);
    }
  });
  test("cli and sti work with IOPL 3", () => {
    const m = virtual(IOPL3);
    expect([attempt(m, 0xfb), m.p.flags & FLAG.IF, attempt(m, 0xfa), m.p.flags & FLAG.IF]).toEqual(["none", FLAG.IF, "none", 0]);
  });
  test("pushf with IOPL 3 pushes the flags without VM and RF", () => {
    const m = virtual(IOPL3 | FLAG.CF);
    expect([attempt(m, 0x66, 0x9c), m.stack(1)]).toEqual(["none", [IOPL3 | FLAG.CF | 2]]);
  });
  test("popf with IOPL 3 changes IF, and neither IOPL nor VM", () => {
    const m = withFrame(virtual(IOPL3), FLAG.IF | FLAG.CF);
    expect([attempt(m, 0x9d), m.p.flags]).toEqual(["none", FLAG.VM | IOPL3 | FLAG.IF | FLAG.CF | 2]);
  });
  test("iret with IOPL 3 stays in virtual-8086 mode", () => {
    const m = withFrame(virtual(IOPL3), 0x1234, 0x1500, FLAG.CF);
    expect([attempt(m, 0xcf), m.eip, m.selector(SEGMENT.CS), m.p.flags, m.esp]).toEqual([
      "none",
      0x1234,
      0x1500,
      FLAG.VM | IOPL3 | FLAG.CF | 2,
      SP,
    ]);
  });
  test("iret with IOPL 3 and NT switches no task", () => {
    const m = withFrame(virtual(IOPL3 | FLAG.NT), 0x1234, 0x1500, FLAG.CF);
    expect([attempt(m, 0xcf), m.selector(SEGMENT.TR)]).toEqual(["none", TSS_SELECTOR]);
  });
  test("int n with IOPL 3 goes through the IDT, whose gate needs DPL 3", () => {
    const m = virtual(IOPL3);
    m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), HANDLERS + 0x40, { dpl: 3 }));
    expect([attempt(m, 0xcd, 0x40), m.eip, attempt(virtual(IOPL3), 0xcd, 0x40)]).toEqual(["none", HANDLERS + 0x40, "#GP(202)"]);
  });
  test.each([
    ["int3", [0xcc], 3],
    ["into", [0xce], 4],
  ])("%s is none of them", (_name, bytes, vector) => {
    const m = virtual(FLAG.OF);
    m.idt(vector, gate(TYPE.interruptGate32, codeOf(0), HANDLERS + vector, { dpl: 3 }));
    expect([attempt(m, ...bytes), m.eip]).toEqual(["none", HANDLERS + vector]);
  });
});

describe("ports", () => {
  const withBitmap = (flags: number, bits: number): Machine => {
    const m = virtual(flags);
    m.gdt(TSS_SELECTOR, segment(TYPE.busyTss32, { base: TSS, limit: 0x8f, wide: false }));
    m.load(SEGMENT.TR, TSS_SELECTOR);
    m.dword(TSS + 100, 0x68 << 16);
    m.dword(TSS + 0x68, bits);
    return m;
  };
  test.each([0, IOPL3])("are the bitmap's to allow, whatever IOPL (flags %i)", (flags) => {
    expect([attempt(withBitmap(flags, 0), 0xe4, 0x10), attempt(withBitmap(flags, 1 << 16), 0xe4, 0x10)]).toEqual(["none", "#GP(0)"]);
  });
  test("of a word need both of their bits", () => expect(attempt(withBitmap(0, 1 << 17), 0xe5, 0x10)).toBe("#GP(0)"));
  test("without a bitmap are refused, IOPL 3 or not", () => {
    const m = virtual(IOPL3);
    m.dword(TSS + 100, 0x68 << 16);
    expect(attempt(m, 0xe6, 0x10)).toBe("#GP(0)");
  });
});

describe("an interrupt", () => {
  const interrupted = (type: number = TYPE.interruptGate32): Machine => {
    const m = virtual(FLAG.IF | FLAG.NT | IOPL3);
    m.idt(6, gate(type, codeOf(0), HANDLERS + 6));
    expect(attempt(m, 0x0f, 0x0b)).toBe("#UD");
    return m;
  };
  test("pushes GS FS DS ES SS ESP EFLAGS CS EIP", () => {
    const { es, cs, ss, ds, fs, gs } = SEGMENTS;
    const m = interrupted();
    expect([m.stack(9), m.esp]).toEqual([
      [IP, cs, FLAG.VM | FLAG.IF | FLAG.NT | FLAG.RF | IOPL3 | 2, SP, ss, es, ds, fs, gs],
      RING0_STACK - 36,
    ]);
  });
  test("nulls the data segments", () => {
    const m = interrupted();
    for (const n of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) expect(m.p.segment(n)).toMatchObject({ selector: 0, attributes: 0 });
  });
  test("clears VM, NT, RF, TF and IF", () => {
    const m = interrupted();
    expect([m.p.flags & (FLAG.VM | FLAG.NT | FLAG.RF | FLAG.TF | FLAG.IF), m.p.cpl, m.selector(SEGMENT.SS)]).toEqual([0, 0, dataOf(0)]);
  });
  test("through a trap gate keeps IF", () => expect(interrupted(TYPE.trapGate32).p.flags & FLAG.IF).toBe(FLAG.IF));
  test("through a 16-bit gate pushes words", () => {
    const m = virtual();
    m.idt(6, gate(TYPE.interruptGate16, codeOf(0), HANDLERS + 6));
    attempt(m, 0x0f, 0x0b);
    expect([m.esp, m.stack(1)]).toEqual([RING0_STACK - 18, [((SEGMENTS.cs << 16) | IP) >>> 0]]);
  });
  test("is undone by iret", () => {
    const m = interrupted();
    expect(m.attempt(...IRET)).toBe("none");
    expect([m.eip, m.esp, m.p.virtual8086, m.p.segment(SEGMENT.DS)]).toMatchObject([
      IP,
      SP,
      true,
      { selector: SEGMENTS.ds, base: SEGMENTS.ds << 4 },
    ]);
  });
  test.each([
    ["an outer ring", segment(TYPE.code, { dpl: 1 }), FREE | 1],
    ["conforming code", segment(TYPE.conforming), FREE],
  ])("to %s raises #GP with its selector", (_what, descriptor, selector) => {
    const m = virtual(IOPL3);
    m.gdt(FREE, descriptor);
    m.idt(0x40, gate(TYPE.interruptGate32, selector, HANDLERS, { dpl: 3 }));
    expect(attempt(m, 0xcd, 0x40)).toBe("#GP(60)");
  });
  test("through a task gate saves VM in the TSS, and comes back", () => {
    const m = virtual();
    addTask(m);
    m.idt(6, gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0));
    attempt(m, 0x0f, 0x0b);
    expect([m.p.virtual8086, m.p.cpl, m.dword(TSS + 36) & FLAG.VM]).toEqual([false, 0, FLAG.VM]);
    expect([m.attempt(...IRET), m.p.virtual8086, m.p.cpl, m.eip]).toEqual(["none", true, 3, IP]);
  });
});

describe("instructions of the system", () => {
  test.each([
    ["hlt", [0xf4]],
    ["lgdt", [0x0f, 0x01, 0x16, 0, 2]],
    ["lidt", [0x0f, 0x01, 0x1e, 0, 2]],
    ["lmsw", [0x0f, 0x01, 0xf0]],
    ["clts", [0x0f, 0x06]],
    ["mov eax, cr0", [0x0f, 0x20, 0xc0]],
    ["mov cr0, eax", [0x0f, 0x22, 0xc0]],
    ["mov eax, dr7", [0x0f, 0x21, 0xf8]],
    ["invlpg", [0x0f, 0x01, 0x3e, 0, 2]],
    ["wbinvd", [0x0f, 0x09]],
  ])("%s raises #GP(0), whatever IOPL", (_name, bytes) => expect(attempt(virtual(IOPL3), ...bytes)).toBe("#GP(0)"));
  test.each([
    ["sldt", [0x0f, 0x00, 0xc0]],
    ["str", [0x0f, 0x00, 0xc8]],
    ["lldt", [0x0f, 0x00, 0xd0]],
    ["ltr", [0x0f, 0x00, 0xd8]],
    ["verr", [0x0f, 0x00, 0xe0]],
    ["verw", [0x0f, 0x00, 0xe8]],
    ["lar", [0x0f, 0x02, 0xc0]],
    ["lsl", [0x0f, 0x03, 0xc0]],
    ["arpl", [0x63, 0xc0]],
    ["verr of an operand out of bounds", [0x0f, 0x00, 0x26, 0xff, 0xff]],
  ])("%s raises #UD", (_name, bytes) => expect(attempt(virtual(), ...bytes)).toBe("#UD"));
  test.each([
    ["smsw", [0x0f, 0x01, 0xe0]],
    ["sgdt", [0x0f, 0x01, 0x06, 0, 2]],
  ])("%s is anybody's", (_name, bytes) => expect(attempt(virtual(), ...bytes)).toBe("none"));
});
