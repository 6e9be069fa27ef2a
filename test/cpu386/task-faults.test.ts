/** What stops a task switch: before the commit point the old task goes on, behind it the new one has the fault. SDM volume 3, 7.3. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { CODE, codeOf, dataOf, GDT, gate, HANDLERS, LDT_SELECTOR, Machine, segment, TSS, TSS_SELECTOR, TYPE } from "./machine.js";
import { PagedMachine } from "./paged-machine.js";
import {
  addTask,
  call,
  INT,
  IRET,
  jump,
  NEW_CODE,
  NEW_STACK,
  NEW_TSS,
  NEW_TSS_SELECTOR,
  TASK_GATE,
  TASK_VECTOR,
  type TaskState,
  typeOf,
} from "./tasks.js";

const machine = (o: TaskState = {}, ring = 0): Machine => {
  const m = new Machine(ring);
  addTask(m, o);
  return m;
};
const hasStayed = (m: Machine): void => {
  expect(m.selector(SEGMENT.TR)).toBe(TSS_SELECTOR);
  expect(typeOf(m, TSS_SELECTOR)).toBe(TYPE.busyTss32);
  expect(m.get(L.CR0) & 8).toBe(0);
  expect(m.dword(NEW_TSS)).toBe(0);
};

describe.each([
  ["jmp", jump],
  ["call", call],
])("%s is refused", (_name, transfer) => {
  const to = (o: TaskState, ring = 0, selector = NEW_TSS_SELECTOR): string => {
    const m = machine(o, ring);
    const outcome = m.attempt(...transfer(selector));
    hasStayed(m);
    return outcome;
  };
  test("for a DPL less than CPL", () => expect(to({ dpl: 2 }, 3)).toBe("#GP(60)"));
  test("for a DPL less than RPL", () => expect(to({ dpl: 0 }, 0, NEW_TSS_SELECTOR | 1)).toBe("#GP(60)"));
  test("for a busy TSS", () => expect(to({ busy: true })).toBe("#GP(60)"));
  test("for a TSS that is not present", () => expect(to({ absent: true })).toBe("#NP(60)"));
  test("for a 32-bit TSS of 103 bytes", () => expect(to({ limit: 0x66 })).toBe("#TS(60)"));
  test("for a 16-bit TSS of 43 bytes", () => expect(to({ wide: false, limit: 0x2a })).toBe("#TS(60)"));

  const by = (descriptor: readonly [number, number], ring = 0, selector = TASK_GATE, o: TaskState = {}): string => {
    const m = machine(o, ring);
    m.gdt(TASK_GATE, descriptor);
    const outcome = m.attempt(...transfer(selector));
    hasStayed(m);
    return outcome;
  };
  const named = (selector: number, o: Parameters<typeof gate>[3] = { dpl: 3 }): [number, number] => gate(TYPE.taskGate, selector, 0, o);
  test("for a gate whose DPL is less than CPL", () => expect(by(named(NEW_TSS_SELECTOR, { dpl: 2 }), 3)).toBe("#GP(70)"));
  test("for a gate whose DPL is less than RPL", () => expect(by(named(NEW_TSS_SELECTOR, {}), 0, TASK_GATE | 3)).toBe("#GP(70)"));
  test("for a gate that is not present", () => expect(by(named(NEW_TSS_SELECTOR, { absent: true }))).toBe("#NP(70)"));
  test("for a gate that names null", () => expect(by(named(0))).toBe("#GP(0)"));
  test("for a gate that names the LDT", () => expect(by(named(NEW_TSS_SELECTOR | 4))).toBe("#GP(64)"));
  test("for a gate that names nothing in the GDT", () => expect(by(named(0x80))).toBe("#GP(80)"));
  test("for a gate that names no TSS", () => expect(by(named(LDT_SELECTOR))).toBe("#GP(58)"));
  test("for a gate that names a busy TSS", () => expect(by(named(NEW_TSS_SELECTOR), 0, TASK_GATE, { busy: true })).toBe("#GP(60)"));
  test("not for the DPL of a TSS behind a gate", () => {
    const m = machine({ dpl: 0 }, 3);
    expect(m.attempt(...transfer(TASK_GATE))).toBe("none");
  });
  test("not for the offset of the pointer", () => {
    const m = machine();
    m.cache(SEGMENT.CS, segment(TYPE.code, { limit: CODE + 0xff, pages: false }), codeOf(0));
    expect(m.attempt(...transfer(NEW_TSS_SELECTOR).map((byte, n) => (n > 0 && n < 5 ? 0xff : byte)))).toBe("none");
  });
});

describe("int is refused", () => {
  const by = (descriptor: readonly [number, number], ring = 0, o: TaskState = {}): string => {
    const m = machine(o, ring);
    m.idt(TASK_VECTOR, descriptor);
    return m.attempt(...INT);
  };
  const error = (TASK_VECTOR * 8 + 2).toString(16);
  test("for a gate whose DPL is less than CPL", () => expect(by(gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0), 3)).toBe(`#GP(${error})`));
  test("for a gate that is not present", () =>
    expect(by(gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0, { absent: true }))).toBe(`#NP(${error})`));
  test("for a busy TSS", () => expect(by(gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0), 0, { busy: true })).toBe("#GP(60)"));
  test("for a TSS that is not present", () => expect(by(gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0), 0, { absent: true })).toBe("#NP(60)"));
  test("as an exception with EXT in the error code", () => {
    const m = machine({ busy: true });
    m.idt(6, gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0));
    m.attempt(0x0f, 0x0b);
    expect(m.p.faults.map((f) => [f.vector, f.errorCode])).toEqual([
      [6, undefined],
      [13, 0x61],
    ]);
  });
});

describe("iret with NT is refused", () => {
  const back = (link: number, descriptor?: readonly [number, number]): string => {
    const m = machine();
    if (descriptor) m.gdt(NEW_TSS_SELECTOR, descriptor);
    m.dword(TSS, link);
    m.p.flags = FLAG.NT | 2;
    const outcome = m.attempt(...IRET);
    expect(m.selector(SEGMENT.TR)).toBe(TSS_SELECTOR);
    return outcome;
  };
  const tss = (type: number, o = {}): [number, number] => segment(type, { base: NEW_TSS, limit: 0x67, wide: false, ...o });
  test("for a null link", () => expect(back(0)).toBe("#TS(0)"));
  test("for a link into the LDT", () => expect(back(NEW_TSS_SELECTOR | 4)).toBe("#TS(64)"));
  test("for a link beyond the GDT", () => expect(back(0x80)).toBe("#TS(80)"));
  test("for a link to no TSS", () => expect(back(codeOf(0))).toBe("#TS(10)"));
  test("for a TSS that is not busy", () => expect(back(NEW_TSS_SELECTOR, tss(TYPE.tss32))).toBe("#TS(60)"));
  test("for a TSS that is not present", () => expect(back(NEW_TSS_SELECTOR, tss(TYPE.busyTss32, { absent: true }))).toBe("#NP(60)"));
  test("for a short TSS", () => expect(back(NEW_TSS_SELECTOR, tss(TYPE.busyTss32, { limit: 0x66 }))).toBe("#TS(60)"));
});

describe("a page fault leaves the old task as it was", () => {
  const faulting = (prepare: (m: PagedMachine) => void, bytes = jump(NEW_TSS_SELECTOR)): [string, number] => {
    const m = new PagedMachine();
    addTask(m, {}, NEW_TSS);
    prepare(m);
    m.code(bytes);
    m.idt(14, [0, 0]);
    m.idt(8, [0, 0]);
    const [before, types] = [m.state(), [typeOf(m, TSS_SELECTOR), typeOf(m, NEW_TSS_SELECTOR)]];
    const outcome = m.step();
    expect([m.state(), [typeOf(m, TSS_SELECTOR), typeOf(m, NEW_TSS_SELECTOR)]]).toEqual([before, types]);
    return [outcome, m.cr2];
  };
  const moveTss = (m: PagedMachine, base: number): void => m.gdt(NEW_TSS_SELECTOR, segment(TYPE.tss32, { base, limit: 0x67, wide: false }));
  test("where the new TSS is missing", () => expect(faulting((m) => moveTss(m, 0x40001000))).toEqual(["#PF(0)", 0x40001000]));
  test("where its end is missing", () => {
    const [outcome, cr2] = faulting((m) => moveTss(m, 0x40000fc0));
    expect([outcome, cr2 >>> 12]).toEqual(["#PF(0)", 0x40001]);
  });
  test("where the old TSS is missing", () => {
    const prepare = (m: PagedMachine): void =>
      m.cache(SEGMENT.TR, segment(TYPE.busyTss32, { base: 0x40001000, limit: 0x67, wide: false }), TSS_SELECTOR);
    expect(faulting(prepare)).toEqual(["#PF(2)", 0x40001020]);
  });
  test("where the back link cannot be written", () => {
    const prepare = (m: PagedMachine): void => {
      m.set(L.CR0, m.get(L.CR0) | 0x10000);
      moveTss(m, 0x40000000);
      m.map(0x40000000, NEW_TSS, 1);
    };
    expect(faulting(prepare, call(NEW_TSS_SELECTOR))).toEqual(["#PF(3)", 0x40000000]);
  });
  test("where the busy bit cannot be written", () => {
    const prepare = (m: PagedMachine): void => {
      m.set(L.CR0, m.get(L.CR0) | 0x10000);
      m.map(GDT, GDT, 1);
    };
    expect(faulting(prepare)).toEqual(["#PF(3)", GDT + NEW_TSS_SELECTOR + 5]);
  });
});

describe("behind the commit point", () => {
  const order = ["es", "cs", "ss", "ds", "fs", "gs"] as const;
  const segments = (changed: Partial<Record<(typeof order)[number], number>>): number[] =>
    order.map((name) => changed[name] ?? (name === "cs" ? codeOf(0) : dataOf(0)));
  const SPARE = 0x78;
  const to = (
    changed: Partial<Record<(typeof order)[number], number>>,
    descriptor?: readonly [number, number],
    o: TaskState = {},
  ): string => {
    const m = machine({ segments: segments(changed), ...o });
    if (descriptor) m.gdt(SPARE, descriptor);
    const outcome = m.attempt(...jump(NEW_TSS_SELECTOR));
    expect([m.selector(SEGMENT.TR), typeOf(m, NEW_TSS_SELECTOR), typeOf(m, TSS_SELECTOR)]).toEqual([
      NEW_TSS_SELECTOR,
      TYPE.busyTss32,
      TYPE.tss32,
    ]);
    return outcome;
  };
  const absent = { absent: true };

  test.each<[string, string, Parameters<typeof to>]>([
    ["an LDT in an LDT", "#TS(7c)", [{}, undefined, { ldt: SPARE | 4 }]],
    ["an LDT beyond the GDT", "#TS(80)", [{}, undefined, { ldt: 0x80 }]],
    ["an LDT that is none", "#TS(18)", [{}, undefined, { ldt: dataOf(0) }]],
    ["an LDT that is not present", "#TS(78)", [{}, segment(TYPE.ldt, { limit: 7, wide: false, ...absent }), { ldt: SPARE }]],
    ["a null CS", "#TS(0)", [{ cs: 0 }]],
    ["a CS beyond the GDT", "#TS(80)", [{ cs: 0x80 }]],
    ["data as CS", "#TS(18)", [{ cs: dataOf(0) }]],
    ["a CS whose DPL is not its RPL", "#TS(10)", [{ cs: codeOf(0) | 3 }]],
    ["conforming code with a DPL greater than RPL", "#TS(78)", [{ cs: SPARE }, segment(TYPE.conforming, { dpl: 1 })]],
    ["a CS that is not present", "#NP(78)", [{ cs: SPARE }, segment(TYPE.code, absent)]],
    ["a null SS", "#TS(0)", [{ ss: 0 }]],
    ["an SS beyond the GDT", "#TS(80)", [{ ss: 0x80 }]],
    ["a read-only SS", "#TS(78)", [{ ss: SPARE }, segment(TYPE.readOnly)]],
    ["an SS whose RPL is not CPL", "#TS(18)", [{ ss: dataOf(0) | 1 }]],
    ["an SS whose DPL is not CPL", "#TS(78)", [{ ss: SPARE }, segment(TYPE.data, { dpl: 1 })]],
    ["an SS that is not present", "#SS(78)", [{ ss: SPARE }, segment(TYPE.data, absent)]],
    ["an execute-only DS", "#TS(78)", [{ ds: SPARE }, segment(TYPE.executeOnly)]],
    ["an ES beyond the GDT", "#TS(80)", [{ es: 0x80 }]],
    ["an FS whose DPL is less than its RPL", "#TS(18)", [{ fs: dataOf(0) | 3 }]],
    ["a GS that is not present", "#NP(78)", [{ gs: SPARE }, segment(TYPE.data, absent)]],
    ["an EIP beyond CS", "#GP(0)", [{ cs: SPARE }, segment(TYPE.code, { limit: NEW_CODE - 1, pages: false })]],
    ["a null DS", "none", [{ ds: 0 }]],
  ])("%s", (_what, expected, parameters) => expect(to(...parameters)).toBe(expected));

  test("the fault's saved CS:EIP is the new task's first instruction, on its stack", () => {
    const m = machine({ segments: segments({ gs: 0x80 }) });
    m.attempt(...call(NEW_TSS_SELECTOR));
    expect([m.stack(3), m.esp, m.eip]).toEqual([[0x80, NEW_CODE, codeOf(0)], NEW_STACK - 16, HANDLERS + 10]);
    expect(m.dword(TSS + 32)).toBe(CODE + 7);
  });
  test("a segment behind the bad one keeps its selector and cannot be used", () => {
    const m = machine({ segments: segments({ ds: 0x80 }) });
    m.attempt(...jump(NEW_TSS_SELECTOR));
    expect([m.selector(SEGMENT.GS), m.p.segment(SEGMENT.DS).attributes]).toEqual([dataOf(0), 0]);
  });
  test("#TS through a task gate links to the new task", () => {
    const m = machine({ segments: segments({ ss: 0 }) });
    addTask(m, { eip: NEW_CODE + 0x100 }, NEW_TSS + 0x100, 0x78);
    m.idt(10, gate(TYPE.taskGate, 0x78, 0));
    expect(m.attempt(...jump(NEW_TSS_SELECTOR))).toBe("#TS(0)");
    expect([m.selector(SEGMENT.TR), m.dword(NEW_TSS + 0x100), m.dword(NEW_TSS + 32), m.stack(1)]).toEqual([
      0x78,
      NEW_TSS_SELECTOR,
      NEW_CODE,
      [0],
    ]);
  });
  /** Table 6-5 and 6.13: loading the new task belongs to the delivery of the exception that switched. */
  const throughGate = (vector: number, o: TaskState, ...bytes: number[]): Machine => {
    const m = machine(o);
    m.idt(vector, gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0));
    m.set(L.EAX, 0x80);
    m.attempt(...bytes);
    return m;
  };
  const faultsOf = (m: Machine, count: number): unknown[] => m.p.faults.slice(0, count).map((f) => [f.vector, f.errorCode, f.eip]);
  const GP = [0x8e, 0xe0];
  const UD2 = [0x0f, 0x0b];
  test("an error code that does not fit on the new stack makes a double fault in the new task", () => {
    const m = machine({ segments: segments({ ss: 0x78 }) });
    m.gdt(0x78, segment(TYPE.expandDown, { limit: NEW_STACK - 4, pages: false }));
    m.idt(13, gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0));
    m.set(L.EAX, 0x80);
    m.attempt(...GP);
    expect(faultsOf(m, 2)).toEqual([
      [13, 0x80, CODE],
      [8, 0, NEW_CODE],
    ]);
  });
  test("#GP that meets a bad segment of its handler's task is a double fault", () => {
    expect(faultsOf(throughGate(13, { segments: segments({ ds: 0x80 }) }, ...GP), 2)).toEqual([
      [13, 0x80, CODE],
      [8, 0, NEW_CODE],
    ]);
  });
  test("#UD that meets one is not, and EXT is set", () => {
    expect(faultsOf(throughGate(6, { segments: segments({ ds: 0x80 }) }, ...UD2), 2)).toEqual([
      [6, undefined, CODE],
      [10, 0x81, NEW_CODE],
    ]);
  });
  test("the new EIP is checked when the error code has been pushed, with EXT", () => {
    const m = machine({ segments: segments({ cs: SPARE }) });
    m.gdt(SPARE, segment(TYPE.code, { limit: NEW_CODE - 1, pages: false }));
    m.gdt(0x58, segment(TYPE.data, absent));
    m.idt(11, gate(TYPE.taskGate, NEW_TSS_SELECTOR, 0));
    m.set(L.EAX, 0x58);
    m.attempt(...GP);
    expect([faultsOf(m, 1), m.dword(NEW_STACK - 4)]).toEqual([[[11, 0x58, CODE]], 0x58]);
  });
  test("a fault is saved in the TSS with RF set", () => {
    const saved = throughGate(6, {}, ...UD2).dword(TSS + 36);
    expect(saved & FLAG.RF).toBe(FLAG.RF);
  });
  test.each([
    ["a stack", { ss: SPARE }, "#SS(78)"],
    ["data", { ds: SPARE | 3 }, "#NP(78)"],
  ])("%s that is absent and of another privilege is absent first, by table 7-1", (_what, changed, expected) => {
    expect(to(changed, segment(TYPE.data, { dpl: 1, ...absent }))).toBe(expected);
  });
});
