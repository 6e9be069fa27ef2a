/** Double faults, shutdown, debug traps and the interrupt shadow: SDM volume 3, 6.8, 6.15 and 18.3. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { CODE, codeOf, dataOf, gate, HANDLERS, Machine, STACK, TYPE } from "./machine.js";

const BAD_GATE = gate(TYPE.interruptGate32, codeOf(0), HANDLERS, { absent: true });
const DIVIDE_BY_ZERO = [0xf7, 0xf1];
const chain = (m: Machine): number[] => m.p.faults.map((f) => f.vector);

describe("a second exception while the first is delivered", () => {
  const faultsOf = (m: Machine, vector: number, ...bytes: number[]): number[] => {
    m.idt(vector, BAD_GATE);
    m.code(bytes).run();
    return chain(m);
  };
  test("contributory after contributory is a double fault with error code 0", () => {
    const m = new Machine();
    expect(faultsOf(m, 0, ...DIVIDE_BY_ZERO)).toEqual([0, 8]);
    expect(m.p.faults[1]!.errorCode).toBe(0);
    expect(m.stack(2)).toEqual([0, CODE]);
    expect(m.eip).toBe(HANDLERS + 8);
  });
  test("contributory after a benign one is handled in its turn", () => {
    expect(faultsOf(new Machine(), 6, 0x0f, 0x0b)).toEqual([6, 11]);
  });
  test("while a double fault is delivered shuts the processor down", () => {
    const m = new Machine();
    m.idt(8, BAD_GATE);
    expect(faultsOf(m, 0, ...DIVIDE_BY_ZERO)).toEqual([0, 8, 11]);
  });
});

describe("shutdown", () => {
  test("leaves run() with the chain of faults and the state before the first", () => {
    const m = new Machine(3);
    m.set(L.IDTR_LIMIT, 0);
    m.code([0x43, ...DIVIDE_BY_ZERO]);
    m.run(1);
    const before = m.state();
    const exit = m.run(1);
    expect(exit).toMatchObject({
      kind: "shutdown",
      chain: [{ vector: 0, eip: CODE + 1, cpl: 3, cs: codeOf(3), count: 2 }, { vector: 8 }, { vector: 13 }],
    });
    expect(m.state()).toEqual(before);
  });
  test("leaves the guest's stack as it was", () => {
    const m = new Machine();
    m.set(L.IDTR_LIMIT, 0);
    m.dword(STACK - 4, 0x55);
    m.code(DIVIDE_BY_ZERO).run();
    expect([m.esp, m.dword(STACK - 4)]).toEqual([STACK, 0x55]);
  });
});

describe("an external interrupt", () => {
  const pending = (m: Machine, vector = 0x20): Machine => {
    let waiting = true;
    m.p.interrupts = {
      get pending() {
        return waiting;
      },
      acknowledge: () => {
        waiting = false;
        return vector;
      },
    };
    return m;
  };
  const taken = (m: Machine): boolean => m.eip >= HANDLERS && m.eip <= HANDLERS + 0x100;
  const NOPS = [0x90, 0x90, 0x90, 0x90];

  test("waits for IF", () => {
    const m = pending(new Machine());
    m.code(NOPS).run(2);
    expect(m.eip).toBe(CODE + 2);
  });
  test("is taken before the next instruction, and returns to it", () => {
    const m = pending(new Machine());
    m.p.flags = FLAG.IF | 2;
    m.code(NOPS).run(0);
    expect(m.eip).toBe(HANDLERS + 0x20);
    expect(m.stack(3)).toEqual([CODE, codeOf(0), FLAG.IF | 2]);
  });
  test("wakes a halted processor, and returns behind the hlt", () => {
    const m = new Machine();
    m.p.flags = FLAG.IF | 2;
    expect(m.code([0xf4, 0x43]).run(5).kind).toBe("halted");
    pending(m).run(0);
    expect(m.stack(1)[0]).toBe(CODE + 1);
  });
  test("may be left pending by the caller", () => {
    const m = pending(new Machine());
    m.p.flags = FLAG.IF | 2;
    m.code(NOPS).run(1, { interrupts: false });
    expect(m.eip).toBe(CODE + 1);
  });
  test("waits one instruction behind sti", () => {
    const m = pending(new Machine());
    m.code([0xfb, 0x43, 0x43]).run(1);
    expect(taken(m)).toBe(false);
    m.run(1);
    expect([taken(m), m.get(L.EBX)]).toEqual([true, 1]);
  });
  test("does not wait behind sti where IF was set", () => {
    const m = new Machine();
    m.p.flags = FLAG.IF | 2;
    m.code([0xfb, 0x43]).run(1);
    pending(m).run(0);
    expect(taken(m)).toBe(true);
  });
  test.each([
    ["mov ss", [0x8e, 0xd0], 0],
    ["pop ss", [0x17], 0],
  ])("waits one instruction behind %s", (_name, bytes) => {
    const m = new Machine();
    m.p.flags = FLAG.IF | 2;
    m.set(L.EAX, dataOf(0));
    m.dword(STACK, dataOf(0));
    m.code([...bytes, 0x43, 0x43]).run(1);
    pending(m).run(1);
    expect([taken(m), m.get(L.EBX)]).toEqual([true, 1]);
  });
  test("does not wait behind lss, which loads both", () => {
    const m = new Machine();
    m.p.flags = FLAG.IF | 2;
    m.dword(0x20000, STACK);
    m.dword(0x20004, dataOf(0));
    m.code([0x0f, 0xb2, 0x25, 0, 0, 2, 0, 0x43]).run(1);
    pending(m).run(0);
    expect(taken(m)).toBe(true);
  });
});

describe("TF", () => {
  /** popf with TF in the value, then the bytes. EIP that the #DB handler would return to, or undefined. */
  const trapped = (bytes: number[], ...stack: number[]): number | undefined => {
    const m = new Machine();
    m.set(L.EAX, dataOf(0));
    for (const [n, value] of [FLAG.TF | 2, ...stack].entries()) m.dword(STACK + 4 * n, value);
    m.code([0x9d, ...bytes]).run(2);
    m.run(0);
    return m.p.faults.some((f) => f.vector === 1) ? m.stack(1)[0]! - CODE : undefined;
  };
  test("traps after the instruction behind the popf that sets it", () => expect(trapped([0x90, 0x90])).toBe(2));
  test("traps after a popf that clears it", () => expect(trapped([0x9d, 0x90], 2)).toBe(2));
  test("does not trap between mov ss and the instruction behind it", () => expect(trapped([0x8e, 0xd0, 0x90])).toBe(undefined));
  test("does not trap behind an int n, which clears it", () => expect(trapped([0xcd, 0x40])).toBe(undefined));
  test("does not trap behind a fault", () => expect(trapped([0x0f, 0x0b])).toBe(undefined));
  test("sets DR6.BS", () => {
    const m = new Machine();
    m.p.flags = FLAG.TF | 2;
    m.attempt(0x90);
    expect(m.get(L.DR + 24) & 0x4000).toBe(0x4000);
  });
  test("pushes RF clear and TF set, and is clear in the handler", () => {
    const m = new Machine();
    m.p.flags = FLAG.TF | 2;
    m.attempt(0x90);
    expect(m.stack(3)).toEqual([CODE + 1, codeOf(0), FLAG.TF | 2]);
    expect(m.p.flags & FLAG.TF).toBe(0);
  });
  test("traps after each iteration of rep", () => {
    const m = new Machine();
    m.p.flags = FLAG.TF | 2;
    m.set(L.ECX, 3);
    m.set(L.EDI, 0x20000);
    m.code([0xf3, 0xaa]).run(1);
    expect([m.stack(1)[0], m.get(L.ECX)]).toEqual([CODE, 2]);
  });
});

test("a fault's facts name the rule, the segment and the offset", () => {
  const m = new Machine();
  m.set(L.EAX, 0);
  m.attempt(0x8e, 0xd8);
  m.attempt(0xa1, 0x44, 0x33, 0x22, 0x11);
  expect(m.p.faults.at(-1)!.facts).toMatchObject({ segment: "DS", selector: 0, offset: 0x11223344, access: "read", size: 4 });
  expect(m.selector(SEGMENT.DS)).toBe(0);
});
