/** The guest's own breakpoints: SDM volume 3, 18.2 and 18.3. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { absolute, CODE, codeOf, DATA, gate, HANDLERS, little, Machine, RING0_STACK, registers, TYPE } from "./machine.js";

const NOP = 0x90;
/** DR7 for register n: locally enabled, of a type and a length field. */
const enable = (n: number, type: number, length: number): number => (1 << (2 * n)) | (type << (16 + 4 * n)) | (length << (18 + 4 * n));
const EXECUTE = 0;
const WRITE = 1;
const ACCESS = 3;

/** Sets DRn and DR7 as the guest does. */
function arm(m: Machine, n: number, address: number, control: number): void {
  m.set(L.EAX, address);
  m.attempt(0x0f, 0x23, registers(n, 0));
  m.set(L.EAX, control);
  m.attempt(0x0f, 0x23, registers(7, 0));
  m.set(L.EAX, 0);
}
const lastFault = (m: Machine): { vector: number | undefined; eip: number | undefined } => {
  const fault = m.p.faults.at(-1);
  return { vector: fault?.vector, eip: fault?.eip };
};

describe("an instruction breakpoint", () => {
  test("is a fault before its instruction, with its bit in DR6", () => {
    const m = new Machine();
    arm(m, 1, CODE + 2, enable(1, EXECUTE, 0));
    m.code([NOP, NOP, NOP, NOP]);
    m.run(10);
    expect(lastFault(m)).toEqual({ vector: 1, eip: CODE + 2 });
    expect(m.get(L.DR6) & 0xf).toBe(2);
    expect(m.eip).toBe(HANDLERS + 2);
  });
  test("is at a linear address: the base of CS is added", () => {
    const m = new Machine();
    arm(m, 0, CODE + 2, enable(0, EXECUTE, 0));
    m.cache(1, [0x0000ffff | (0x1000 << 16), 0x00cf9b00], codeOf(0));
    m.code([NOP, NOP, NOP], CODE - 0x1000);
    m.run(10);
    expect(lastFault(m)).toEqual({ vector: 1, eip: CODE - 0x1000 + 2 });
  });
  test("does nothing while it is not enabled", () => {
    const m = new Machine();
    arm(m, 0, CODE + 1, 0);
    m.code([NOP, NOP, 0xf4]);
    m.run(10);
    expect(lastFault(m).vector).toBeUndefined();
  });
  test("is held off for one instruction by RF, which iret restores", () => {
    const m = new Machine();
    arm(m, 0, CODE + 1, enable(0, EXECUTE, 0));
    // The handler sets RF in the saved flags and returns: or dword [esp+8], RF; iretd
    m.poke(RING0_STACK, [0x81, 0x4c, 0x24, 0x08, ...little(FLAG.RF, 4), 0xcf]);
    m.idt(1, gate(TYPE.interruptGate32, codeOf(0), RING0_STACK));
    m.code([NOP, NOP, NOP, 0xf4]);
    m.run(20);
    expect(m.p.faults.filter((f) => f.vector === 1)).toHaveLength(1);
    expect(m.eip).toBe(CODE + 4);
    expect(m.p.flags & FLAG.RF).toBe(0);
  });
});

describe("a data breakpoint", () => {
  const store = [0xc7, ...absolute(0, DATA), ...little(0x1234, 4)];
  const load = [0x8b, ...absolute(1, DATA)];
  test("is a trap behind the instruction that writes", () => {
    const m = new Machine();
    arm(m, 2, DATA, enable(2, WRITE, 3));
    m.code([...store, NOP]);
    m.run(5);
    expect(lastFault(m)).toEqual({ vector: 1, eip: CODE + store.length });
    expect(m.get(L.DR6) & 0xf).toBe(4);
    expect(m.dword(DATA)).toBe(0x1234);
  });
  test("for writes lets reads pass", () => {
    const m = new Machine();
    arm(m, 0, DATA, enable(0, WRITE, 3));
    m.code([...load, 0xf4]);
    m.run(5);
    expect(lastFault(m).vector).toBeUndefined();
  });
  test("for accesses stops reads", () => {
    const m = new Machine();
    arm(m, 0, DATA, enable(0, ACCESS, 3));
    m.code([...load, 0xf4]);
    m.run(5);
    expect(lastFault(m)).toEqual({ vector: 1, eip: CODE + load.length });
  });
  test.each([
    [0, 1],
    [1, 2],
    [3, 4],
  ])("of length field %i covers %i bytes, on their boundary", (field, bytes) => {
    for (const at of [DATA + 8 - 1, DATA + 8, DATA + 8 + bytes - 1, DATA + 8 + bytes]) {
      const m = new Machine();
      arm(m, 0, DATA + 8 + bytes - 1, enable(0, WRITE, field));
      m.code([0xc6, ...absolute(0, at), 1, 0xf4]);
      m.run(5);
      expect(lastFault(m).vector === 1).toBe(at >= DATA + 8 && at < DATA + 8 + bytes);
    }
  });
});

test("mov to and from a debug register with DR7.GD set is a #DB with DR6.BD, and GD is clear in the handler", () => {
  const m = new Machine();
  m.set(L.EAX, 0x2000);
  m.attempt(0x0f, 0x23, registers(7, 0));
  expect(m.attempt(0x0f, 0x21, registers(0, 0))).toBe("#DB");
  expect([m.get(L.DR6) & 0x2000, m.get(L.DR7) & 0x2000]).toEqual([0x2000, 0]);
});
test("DR4 and DR5 are DR6 and DR7, or invalid with CR4.DE", () => {
  const m = new Machine();
  m.attempt(0x0f, 0x21, registers(5, 1));
  expect(m.get(L.ECX)).toBe(0x400);
  m.set(L.CR4, 8);
  expect(m.attempt(0x0f, 0x21, registers(5, 1))).toBe("#UD");
});
test("bits that are fixed read as the manual has them", () => {
  const m = new Machine();
  m.set(L.EAX, 0);
  m.attempt(0x0f, 0x23, registers(6, 0));
  m.attempt(0x0f, 0x23, registers(7, 0));
  expect([m.get(L.DR6), m.get(L.DR7)]).toEqual([0xffff0ff0, 0x400]);
});

describe("an I/O breakpoint (SDM volume 3, 18.2.4)", () => {
  const PORT = 2;
  const IN_DX = 0xec;
  const armed = (at: number, length: number, cr4 = 8): Machine => {
    const m = new Machine();
    m.set(L.EAX, cr4);
    m.attempt(0x0f, 0x22, registers(4, 0));
    arm(m, 1, at, enable(1, PORT, length));
    return m;
  };
  test("is a trap behind in", () => {
    const m = armed(0x80, 0);
    m.set(L.EDX, 0x80);
    m.code([IN_DX, NOP]);
    m.run(3);
    expect(lastFault(m)).toEqual({ vector: 1, eip: CODE + 1 });
    expect(m.get(L.DR6) & 0xf).toBe(2);
  });
  test("is a trap behind out", () => {
    const m = armed(0x80, 0);
    m.code([0xe6, 0x80, NOP]);
    m.run(3);
    expect(lastFault(m)).toEqual({ vector: 1, eip: CODE + 2 });
  });
  test("covers as many ports as its length says", () => {
    for (const port of [0x7f, 0x80, 0x83, 0x84]) {
      const m = armed(0x82, 3);
      m.set(L.EDX, port);
      m.code([IN_DX, 0xf4]);
      m.run(3);
      expect(lastFault(m).vector === 1).toBe(port >= 0x80 && port < 0x84);
    }
  });
  test("comes between the iterations of a repeated outs", () => {
    const m = armed(0x80, 0);
    m.set(L.EDX, 0x80);
    m.set(L.ECX, 5);
    m.set(L.ESI, DATA);
    m.code([0xf3, 0x6e, 0xf4]);
    m.run(2);
    expect(lastFault(m)).toEqual({ vector: 1, eip: CODE });
    expect(m.get(L.ECX)).toBe(4);
  });
  test("is none without CR4.DE", () => {
    const m = armed(0x80, 0, 0);
    m.code([0xe6, 0x80, 0xf4]);
    m.run(3);
    expect(lastFault(m).vector).toBeUndefined();
  });
});
