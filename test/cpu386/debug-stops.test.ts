/** Breakpoints and watchpoints of the debugger, which the guest cannot see. */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { CODE, codeOf, DATA, dataOf, gate, HANDLERS, little, Machine, RING0_STACK, STACK, TYPE } from "./machine.js";
import { HIGH, PagedMachine } from "./paged-machine.js";

describe("a breakpoint", () => {
  const INCS = [0x43, 0x43, 0x43, 0xf4];
  const broken = (at: number, bytes = INCS): Machine => {
    const m = new Machine();
    m.code(bytes);
    m.cpu.records.setBreakpoint(at);
    return m;
  };
  test("stops before its instruction", () => {
    const m = broken(CODE + 1);
    expect(m.run(10).kind).toBe("breakpoint");
    expect([m.eip, m.get(L.EBX), m.cpu.retired]).toEqual([CODE + 1, 1, 1]);
  });
  test("at the current address stops at once, unless it is to be passed", () => {
    const m = broken(CODE);
    expect(m.run(10).kind).toBe("breakpoint");
    expect(m.eip).toBe(CODE);
    expect(m.run(10, { passBreakpoint: true }).kind).toBe("halted");
    expect(m.get(L.EBX)).toBe(3);
  });
  test("passed once is met again in a loop", () => {
    const m = broken(CODE, [0x43, 0xeb, 0xfd]);
    m.run(10);
    expect(m.run(10, { passBreakpoint: true }).kind).toBe("breakpoint");
    expect([m.eip, m.get(L.EBX)]).toEqual([CODE, 1]);
  });
  test("set in a block that has run is met, and cleared is not", () => {
    const m = new Machine();
    m.code([0x43, 0x43, 0xeb, 0xfc]).run(8);
    m.cpu.records.setBreakpoint(CODE + 1);
    expect(m.run(100).kind).toBe("breakpoint");
    m.cpu.records.clearBreakpoint(CODE + 1);
    expect(m.run(100).kind).toBe("budget");
  });
  test("survives a change of the code under it", () => {
    const m = broken(CODE + 1);
    m.run(10);
    m.poke(CODE, [0x4b, 0x4b, 0x4b]);
    m.set(L.EIP, CODE);
    expect(m.run(10).kind).toBe("breakpoint");
    expect(m.eip).toBe(CODE + 1);
  });
  test("survives the passing of an instruction that faults", () => {
    const m = broken(CODE, [0x0f, 0x0b]);
    m.run(10);
    m.idt(6, gate(TYPE.interruptGate32, codeOf(0), CODE + 0x100));
    // iret back to the same ud2
    m.poke(CODE + 0x100, [0xcf]);
    expect(m.run(10, { passBreakpoint: true }).kind).toBe("breakpoint");
    expect(m.eip).toBe(CODE);
  });
  test("on an instruction that cannot be decoded stops before its fault", () => {
    const m = broken(CODE + 1, [0x43, 0x0f, 0x0b]);
    expect(m.run(10).kind).toBe("breakpoint");
    expect(m.p.faults).toEqual([]);
  });
  test("in the middle of an instruction is not met", () => {
    expect(broken(CODE + 1, [0xbb, 0x43, 0, 0, 0, 0xf4]).run(10).kind).toBe("halted");
  });
  test("is at a linear address, wherever CS's base is", () => {
    const m = broken(CODE + 1);
    m.gdt(0x60, [0xffff | ((CODE & 0xffff) << 16), 0xcf9b00 | (CODE >>> 16)]);
    m.load(1, 0x60);
    m.set(L.EIP, 0);
    expect(m.run(10).kind).toBe("breakpoint");
    expect(m.eip).toBe(1);
  });
  test("leaves memory alone", () => {
    expect(broken(CODE).byte(CODE)).toBe(0x43);
  });
});

describe("a watchpoint", () => {
  const watch = (m: Machine, access: "read" | "write", start = DATA, length = 4): Machine => {
    m.cpu.watchpoints.set([{ start, length, read: access === "read", write: access === "write" }]);
    return m;
  };
  const store = (at: number): number[] => [0xa3, ...little(at, 4)];
  const load = (at: number): number[] => [0xa1, ...little(at, 4)];
  /** Where the run stops, counted from CODE, or undefined if it does not. */
  const stop = (m: Machine, bytes: number[]): number | undefined => {
    const exit = m.code([...bytes, 0xf4]).run(1000);
    return exit.kind === "watchpoint" ? m.eip - CODE : undefined;
  };

  test("stops after the instruction that writes", () => {
    const m = watch(new Machine(), "write");
    expect(stop(m, [0x43, ...store(DATA), 0x43])).toBe(6);
    expect(m.cpu.retired).toBe(2);
  });
  test("tells the access and the range", () => {
    const m = watch(new Machine(), "write", DATA, 2);
    expect(m.code(store(DATA)).run(5)).toMatchObject({
      kind: "watchpoint",
      hit: { address: DATA, length: 4, access: "write", ranges: [{ start: DATA, length: 2 }] },
    });
  });
  test.each(["read", "write"] as const)("sees a %s where the TLB leads to and the tables no more", (access) => {
    const m = new PagedMachine();
    m.write(HIGH);
    m.map(HIGH, STACK & ~0xfff);
    expect(stop(watch(m, access, HIGH), access === "read" ? load(HIGH) : store(HIGH))).toBe(5);
  });
  test("of writes lets reads pass, and of reads writes", () => {
    expect(stop(watch(new Machine(), "write"), load(DATA))).toBe(undefined);
    expect(stop(watch(new Machine(), "read"), store(DATA))).toBe(undefined);
    expect(stop(watch(new Machine(), "read"), load(DATA))).toBe(5);
  });
  test.each([
    [DATA - 4, false],
    [DATA - 3, true],
    [DATA + 3, true],
    [DATA + 4, false],
  ])("is exact: an access at %i", (at, hit) => {
    expect(stop(watch(new Machine(), "write"), store(at))).toBe(hit ? 5 : undefined);
    expect(stop(watch(new Machine(), "read"), load(at))).toBe(hit ? 5 : undefined);
  });
  test("across a line's end sees accesses that begin before it", () => {
    expect(stop(watch(new Machine(), "write", DATA + 64, 1), store(DATA + 61))).toBe(5);
    expect(stop(watch(new Machine(), "read", DATA + 64, 1), load(DATA + 61))).toBe(5);
  });
  test("stops rep in the iteration that touches it", () => {
    const m = watch(new Machine(), "write", DATA + 10, 1);
    m.set(L.EDI, DATA);
    m.set(L.ECX, 100);
    expect(stop(m, [0xf3, 0xaa])).toBe(0);
    expect([m.get(L.ECX), m.get(L.EDI)]).toEqual([89, DATA + 11]);
  });
  test("of reads stops rep movs as well", () => {
    const m = watch(new Machine(), "read", DATA + 10, 1);
    m.set(L.ESI, DATA);
    m.set(L.EDI, DATA + 0x1000);
    m.set(L.ECX, 100);
    expect(stop(m, [0xf3, 0xa4])).toBe(0);
    expect(m.get(L.ESI)).toBe(DATA + 11);
  });
  test("sees pushes and pops", () => {
    expect(stop(watch(new Machine(), "write", STACK - 4), [0x50])).toBe(1);
    expect(stop(watch(new Machine(), "read", STACK), [0x58])).toBe(1);
  });
  test("sees what an interrupt pushes on the inner stack", () => {
    const m = watch(new Machine(3), "write", RING0_STACK - 4);
    m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), HANDLERS, { dpl: 3 }));
    expect(m.code([0xcd, 0x40]).run(5).kind).toBe("watchpoint");
    expect(m.eip).toBe(HANDLERS);
  });
  test("sees what an exception pushes", () => {
    const m = watch(new Machine(), "write", STACK - 4);
    expect(m.code([0x0f, 0x0b]).run(5).kind).toBe("watchpoint");
  });
  test.each([
    ["pop ds", [0x1f], STACK],
    ["iret", [0xcf], STACK + 4],
    ["retf", [0xcb], STACK],
    ["popf", [0x9d], STACK],
    ["lds", [0xc5, 0x1d, ...little(DATA, 4)], DATA + 4],
    ["mov ds, m16", [0x8e, 0x1d, ...little(DATA, 4)], DATA],
    ["rcl m32", [0xd1, 0x15, ...little(DATA, 4)], DATA],
    ["outsb", [0x6e], DATA],
    ["bound", [0x62, 0x05, ...little(DATA, 4)], DATA + 4],
  ])("of reads sees %s, an operation outside the interpreter", (_name, bytes, at) => {
    const m = watch(new Machine(), "read", at, 1);
    m.dword(STACK, dataOf(0));
    m.dword(STACK + 4, codeOf(0));
    m.dword(STACK + 8, 2);
    m.dword(DATA + 4, dataOf(0));
    m.set(L.ESI, DATA);
    expect(m.code(bytes).run(1).kind).toBe("watchpoint");
  });
  test("does not see a debugger's own accesses", () => {
    const m = watch(new Machine(), "write");
    m.dword(DATA, 5);
    expect(m.code([0x43]).run(1).kind).toBe("budget");
  });
  test("is gone when it is taken away", () => {
    const m = watch(new Machine(), "write");
    m.cpu.watchpoints.set([]);
    expect(stop(m, store(DATA))).toBe(undefined);
  });
  test("does not change the run", () => {
    const m = watch(new Machine(), "write");
    stop(m, [...store(DATA), 0x43, 0x43]);
    m.run(2);
    expect([m.get(L.EBX), m.cpu.retired, m.eip]).toEqual([2, 3, CODE + 7]);
  });
});
