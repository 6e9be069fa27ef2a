/** Task switches: what they save, load and mark. SDM volume 3, 7.3 and table 7-1. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { CODE, codeOf, DATA, dataOf, gate, HANDLERS, LDT, Machine, STACK, segment, TSS, TSS_SELECTOR, TYPE } from "./machine.js";
import { PagedMachine } from "./paged-machine.js";
import {
  addTask,
  call,
  GENERAL,
  INT,
  IRET,
  jump,
  NEW_CODE,
  NEW_LDT_SELECTOR,
  NEW_STACK,
  NEW_TSS,
  NEW_TSS_SELECTOR,
  saved,
  TASK_GATE,
  type TaskState,
  typeOf,
} from "./tasks.js";

const machine = (o: TaskState = {}, ring = 0): Machine => {
  const m = new Machine(ring);
  addTask(m, o);
  for (let n = 0; n < 8; n++) if (n !== 4) m.set(4 * n, 0xb0b0b0b0 + n);
  return m;
};
/** Now in the new task, which was called by the old one. */
const returning = (o: TaskState = {}): Machine => {
  const m = machine();
  addTask(m, o);
  addTask(m, { eip: CODE + 0x100, busy: true, link: 0 }, TSS, TSS_SELECTOR);
  m.gdt(NEW_TSS_SELECTOR, segment(TYPE.busyTss32, { base: NEW_TSS, limit: 0x67, wide: false }));
  m.load(SEGMENT.TR, NEW_TSS_SELECTOR);
  m.dword(NEW_TSS, TSS_SELECTOR);
  m.p.flags = FLAG.NT | 2;
  return m;
};

const WAYS: [string, number[]][] = [
  ["jmp", jump(NEW_TSS_SELECTOR)],
  ["jmp through a gate", jump(TASK_GATE)],
  ["call", call(NEW_TSS_SELECTOR)],
  ["call through a gate", call(TASK_GATE)],
  ["int", INT],
];

describe.each(WAYS)("by %s", (name, bytes) => {
  const nested = !name.startsWith("jmp");
  test("goes where the new TSS says, with its registers", () => {
    const m = machine();
    expect(m.attempt(...bytes)).toBe("none");
    expect(m.eip).toBe(NEW_CODE);
    expect(GENERAL.map((_, n) => m.get(4 * n))).toEqual([...GENERAL]);
    expect([0, 1, 2, 3, 4, 5].map((n) => m.selector(n))).toEqual([dataOf(0), codeOf(0), dataOf(0), dataOf(0), dataOf(0), dataOf(0)]);
    expect(m.p.segment(SEGMENT.TR)).toMatchObject({ selector: NEW_TSS_SELECTOR, base: NEW_TSS, limit: 0x67 });
  });
  test("saves the old task", () => {
    const m = machine();
    m.p.flags = FLAG.CF | FLAG.IF | FLAG.IOPL | 2;
    m.load(SEGMENT.FS, dataOf(1));
    m.dword(TSS + 84, 0x77770000);
    m.attempt(...bytes);
    expect([saved(m, 32), saved(m, 36)]).toEqual([CODE + bytes.length, FLAG.CF | FLAG.IF | FLAG.IOPL | 2]);
    expect(Array.from({ length: 8 }, (_, n) => saved(m, 40 + 4 * n))).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => (n === 4 ? STACK : 0xb0b0b0b0 + n)),
    );
    expect([72, 76, 80, 84, 88, 92].map((at) => saved(m, at) & 0xffff)).toEqual([
      dataOf(0),
      codeOf(0),
      dataOf(0),
      dataOf(0),
      dataOf(1),
      dataOf(0),
    ]);
  });
  test("leaves the reserved halves, CR3 and LDT of the old TSS as they are", () => {
    const m = machine();
    for (const at of [28, 72, 76, 80, 84, 88, 92, 96]) m.dword(TSS + at, 0x77777777);
    m.attempt(...bytes);
    expect([saved(m, 28), saved(m, 96)]).toEqual([0x77777777, 0x77777777]);
    expect([72, 76, 80, 84, 88, 92].map((at) => saved(m, at) >>> 16)).toEqual(new Array(6).fill(0x7777));
  });
  test(nested ? "leaves the old task busy" : "makes the old task available", () => {
    const m = machine();
    m.attempt(...bytes);
    expect([typeOf(m, TSS_SELECTOR), typeOf(m, NEW_TSS_SELECTOR)]).toEqual([nested ? TYPE.busyTss32 : TYPE.tss32, TYPE.busyTss32]);
    expect((m.p.segment(SEGMENT.TR).attributes >> 8) & 15).toBe(TYPE.busyTss32);
  });
  test(nested ? "links back and sets NT" : "neither links back nor sets NT", () => {
    const m = machine();
    m.dword(NEW_TSS, 0x1111);
    m.attempt(...bytes);
    expect([m.dword(NEW_TSS), m.p.flags & FLAG.NT]).toEqual(nested ? [TSS_SELECTOR, FLAG.NT] : [0x1111, 0]);
  });
  test("sets CR0.TS", () => {
    const m = machine();
    m.attempt(...bytes);
    expect(m.get(L.CR0)).toBe(9);
  });
  test("to a task of ring 3", () => {
    const m = machine({ segments: [3, 1, 3, 3, 3, 3].map((kind) => (kind === 1 ? codeOf(3) : dataOf(3))), eflags: FLAG.IF | 2 });
    expect(m.attempt(...bytes)).toBe("none");
    expect([m.p.cpl, m.selector(SEGMENT.SS), m.p.flags & FLAG.IF]).toEqual([3, dataOf(3), FLAG.IF]);
  });
  test("into a 16-bit TSS", () => {
    const m = machine({ wide: false, eip: 0x4000, general: [1, 2, 3, 4, 5, 6, 7, 8], eflags: FLAG.CF | 2 });
    expect(m.attempt(...bytes)).toBe("none");
    expect([m.eip, m.p.flags & FLAG.CF]).toEqual([0x4000, FLAG.CF]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((n) => m.get(4 * n) & 0xffff)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([m.selector(SEGMENT.FS), m.selector(SEGMENT.GS)]).toEqual([0, 0]);
  });
  test("out of a 16-bit TSS", () => {
    const m = machine();
    m.gdt(TSS_SELECTOR, segment(TYPE.tss16 | 2, { base: TSS, limit: 0x2b, wide: false }));
    m.load(SEGMENT.TR, TSS_SELECTOR);
    m.p.flags = FLAG.CF | 2;
    m.attempt(...bytes);
    const word = (at: number): number => saved(m, at) & 0xffff;
    expect([word(14), word(16)]).toEqual([(CODE + bytes.length) & 0xffff, FLAG.CF | 2]);
    expect([18, 20, 22, 24, 26, 28, 30, 32].map(word)).toEqual([0xb0b0, 0xb0b1, 0xb0b2, 0xb0b3, STACK & 0xffff, 0xb0b5, 0xb0b6, 0xb0b7]);
    expect([34, 36, 38, 40].map(word)).toEqual([dataOf(0), codeOf(0), dataOf(0), dataOf(0)]);
  });
});

describe("by iret with NT", () => {
  test("goes back to the task of the link", () => {
    const m = returning();
    expect(m.attempt(...IRET)).toBe("none");
    expect([m.eip, m.selector(SEGMENT.TR), m.p.flags & FLAG.NT]).toEqual([CODE + 0x100, TSS_SELECTOR, 0]);
  });
  test("makes the task that is left available and saves it with NT clear", () => {
    const m = returning();
    m.attempt(...IRET);
    expect([typeOf(m, NEW_TSS_SELECTOR), typeOf(m, TSS_SELECTOR)]).toEqual([TYPE.tss32, TYPE.busyTss32]);
    expect([m.dword(NEW_TSS + 36), m.dword(NEW_TSS + 32)]).toEqual([2, CODE + 1]);
  });
  test("keeps NT of the task returned to, which may itself be nested", () => {
    const m = returning();
    m.dword(TSS + 36, FLAG.NT | 2);
    m.attempt(...IRET);
    expect(m.p.flags & FLAG.NT).toBe(FLAG.NT);
  });
  test("at CPL 3 as well", () => {
    const m = returning();
    m.ring(3);
    expect([m.attempt(...IRET), m.p.cpl]).toEqual(["none", 0]);
  });
  test("after call comes back behind the call", () => {
    const m = machine();
    m.poke(NEW_CODE, IRET);
    m.attempt(...call(NEW_TSS_SELECTOR));
    m.run(1);
    expect([m.eip, m.esp, m.get(L.EAX)]).toEqual([CODE + 7, STACK, 0xb0b0b0b0]);
  });
});

describe("the address space", () => {
  const paged = (): PagedMachine => {
    const m = new PagedMachine();
    m.poke(
      0x90000,
      Array.from({ length: 4096 }, (_, n) => m.byte(0x80000 + n)),
    );
    return m;
  };
  test("is that of CR3 in the new TSS, translations and code with it", () => {
    const m = paged();
    addTask(m, { cr3: 0x90000 });
    const at = 0x40000000;
    m.dword(DATA, 1);
    m.dword(0x60000, 2);
    m.read(at);
    m.dword(0x90000 + (at >>> 22) * 4, 0x91007);
    m.dword(0x91000, 0x60007);
    m.attempt(...jump(NEW_TSS_SELECTOR));
    expect([m.get(L.CR3), m.read(at), m.get(L.EAX)]).toEqual([0x90000, "none", 2]);
  });
  test("stays without paging", () => {
    const m = machine({ cr3: 0x90000 });
    m.attempt(...jump(NEW_TSS_SELECTOR));
    expect(m.get(L.CR3)).toBe(0);
  });
  test("stays with a 16-bit TSS", () => {
    const m = paged();
    addTask(m, { wide: false, eip: 0x4000 });
    m.attempt(...jump(NEW_TSS_SELECTOR));
    expect(m.get(L.CR3)).toBe(0x80000);
  });
  test("has the LDT of the new TSS, before the segments that lie in it", () => {
    const m = machine({ ldt: NEW_LDT_SELECTOR, segments: [0x0c, codeOf(0), dataOf(0), dataOf(0), dataOf(0), dataOf(0)] });
    m.gdt(NEW_LDT_SELECTOR, segment(TYPE.ldt, { base: LDT + 0x100, limit: 0x1f, wide: false }));
    m.dword(LDT + 0x108, segment(TYPE.data, { base: 0x1234 })[0]);
    m.dword(LDT + 0x10c, segment(TYPE.data, { base: 0x1234 })[1]);
    expect(m.attempt(...jump(NEW_TSS_SELECTOR))).toBe("none");
    expect([m.p.segment(SEGMENT.LDTR).base, m.p.segment(SEGMENT.ES).base]).toEqual([LDT + 0x100, 0x1234]);
  });
  test("has no LDT where the TSS names none", () => {
    const m = machine();
    m.attempt(...jump(NEW_TSS_SELECTOR));
    expect([m.selector(SEGMENT.LDTR), m.p.segment(SEGMENT.LDTR).attributes]).toEqual([0, 0]);
  });
});

describe("exceptions through a task gate", () => {
  const faulting = (o: TaskState = {}, ring = 0): Machine => {
    const m = machine(o, ring);
    m.idt(13, gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0));
    m.set(L.EAX, dataOf(0) | 4);
    m.cache(SEGMENT.LDTR, segment(TYPE.ldt, { base: LDT, limit: 7, wide: false }));
    expect(m.attempt(0x8e, 0xe0)).toBe("#GP(1c)");
    return m;
  };
  test("push the error code onto the new task's stack", () => {
    const m = faulting();
    expect([m.eip, m.esp, m.stack(1)]).toEqual([NEW_CODE, NEW_STACK - 4, [0x1c]]);
  });
  test("push a word where the TSS is of 16 bits", () => {
    const m = faulting({ wide: false, eip: 0x4000, general: [0, 0, 0, 0, 0x9000, 0, 0, 0] });
    expect([m.esp & 0xffff, m.stack(1)[0]! & 0xffff]).toEqual([0x8ffe, 0x1c]);
  });
  test("save the faulting instruction's EIP", () => expect(saved(faulting(), 32)).toBe(CODE));
  test("do not ask for the gate's DPL", () => expect(faulting({}, 3).p.cpl).toBe(0));
  test("without a code push none", () => {
    const m = machine();
    m.idt(6, gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0));
    expect([m.attempt(0x0f, 0x0b), m.esp]).toEqual(["#UD", NEW_STACK]);
  });
  test("a double fault's finds a good stack when there was none", () => {
    const m = machine({}, 3);
    m.idt(8, gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0));
    m.dword(TSS + 8, 0);
    expect(m.attempt(0x0f, 0x0b)).toBe("#UD");
    // #UD is benign: the bad stack's #TS comes by itself, and only its own failure is a double fault.
    expect(m.p.faults.map((f) => f.vector)).toEqual([6, 10, 8]);
    expect([m.eip, m.stack(1), m.dword(NEW_TSS), saved(m, 32)]).toEqual([NEW_CODE, [0], TSS_SELECTOR, CODE]);
  });
});

describe("the T bit", () => {
  test("raises #DB before the new task's first instruction, and sets DR6.BT", () => {
    const m = machine({ trap: true });
    m.attempt(...jump(NEW_TSS_SELECTOR));
    expect([m.eip, m.stack(1), m.get(L.DR + 24) & 0x8000]).toEqual([HANDLERS + 1, [NEW_CODE], 0x8000]);
  });
  test("does so when an external interrupt switches tasks", () => {
    const m = machine({ trap: true });
    let pending = true;
    m.p.interrupts = {
      get pending() {
        return pending;
      },
      acknowledge: () => {
        pending = false;
        return 0x41;
      },
    };
    m.p.flags = FLAG.IF | 2;
    m.code([0x90]).run(0);
    expect([m.eip, m.stack(1)]).toEqual([HANDLERS + 1, [NEW_CODE]]);
  });
});
