/** Prefixes, instruction length and invalid opcodes: SDM volume 2, 2.1.1; volume 3, table 6-2. */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { absolute, CODE, DATA, little, Machine, segment, TYPE } from "./machine.js";

const run = (...bytes: number[]): string => {
  const m = new Machine();
  for (const register of [L.EAX, L.EBX, L.ESI, L.EDI]) m.set(register, DATA);
  return m.attempt(...bytes);
};

describe("LOCK", () => {
  test.each([
    ["add m, r", [0x01, 0x03]],
    ["inc m", [0xff, 0x03]],
    ["xchg m, r", [0x87, 0x03]],
    ["bts m, imm8", [0x0f, 0xba, 0x2b, 1]],
    ["cmpxchg8b", [0x0f, 0xc7, 0x0b]],
  ])("is allowed before %s", (_name, bytes) => expect(run(0xf0, ...bytes)).toBe("none"));
  test.each([
    ["add r, m, whose destination is a register", [0x03, 0x03]],
    ["add r, r", [0x01, 0xc3]],
    ["cmp m, r, which does not write", [0x39, 0x03]],
    ["mov m, r", [0x89, 0x03]],
    ["bt m, imm8", [0x0f, 0xba, 0x23, 1]],
    ["nop", [0x90]],
    ["movs", [0xa4]],
    ["shl m", [0xd1, 0x23]],
  ])("is an invalid opcode before %s", (_name, bytes) => expect(run(0xf0, ...bytes)).toBe("#UD"));
});

describe("length", () => {
  test("15 bytes are the most: redundant prefixes count", () => {
    expect(run(...new Array(14).fill(0x66), 0x90)).toBe("none");
    expect(run(...new Array(15).fill(0x66), 0x90)).toBe("#GP(0)");
  });
  test("is checked before what the instruction does", () => {
    const m = new Machine();
    m.attempt(...new Array(15).fill(0x3e), 0x40);
    expect(m.get(L.EAX)).toBe(0);
  });
  test("an instruction too long is so even if its opcode is invalid as well", () => {
    expect(run(...new Array(15).fill(0x3e), 0x0f, 0x0b)).toBe("#GP(0)");
  });
});

describe("redundant and repeated prefixes", () => {
  test("66 twice is 66 once", () => {
    const m = new Machine();
    m.set(L.EAX, 0x1ffff);
    m.attempt(0x66, 0x66, 0x40);
    expect(m.get(L.EAX)).toBe(0x10000);
  });
  test("the last segment override counts", () => {
    const m = new Machine();
    m.cache(SEGMENT.FS, segment(TYPE.data, { base: DATA }));
    m.dword(DATA + 4, 0x1234);
    m.attempt(0x26, 0x64, 0x8b, ...absolute(3, 4));
    expect(m.get(L.EBX)).toBe(0x1234);
  });
  test("an override does not move the destination of a string instruction, ES:EDI", () => {
    const m = new Machine();
    m.set(L.EDI, DATA);
    m.cache(SEGMENT.FS, segment(TYPE.readOnly));
    expect(m.attempt(0x64, 0xaa)).toBe("none");
  });
  test("rep means nothing before an instruction that is no string instruction", () => {
    const m = new Machine();
    m.set(L.ECX, 0);
    m.attempt(0xf3, 0x40);
    expect(m.get(L.EAX)).toBe(1);
  });
});

describe("invalid opcodes", () => {
  test.each([
    ["ud2", [0x0f, 0x0b]],
    ["a hole in the two-byte map", [0x0f, 0xff]],
    ["a hole in a group", [0xfe, 0xf8]],
    ["lea of a register", [0x8d, 0xc0]],
    ["les of a register, which is no vex prefix here", [0xc4, 0xc0]],
    ["mov to cr1", [0x0f, 0x22, 0xc8]],
    ["mov to cr5", [0x0f, 0x22, 0xe8]],
    ["far call of a register", [0xff, 0xd8]],
    ["cmpxchg8b of a register", [0x0f, 0xc7, 0xc8]],
  ])("%s", (_name, bytes) => expect(run(...bytes)).toBe("#UD"));
  test("are invalid at any privilege", () => {
    expect(new Machine(3).attempt(0x0f, 0x22, 0xc8)).toBe("#UD");
  });
});

test("mov of a control register ignores mod: there is no SIB byte and no displacement", () => {
  const m = new Machine();
  expect(m.attempt(0x0f, 0x20, 0x04)).toBe("none");
  expect([m.eip, m.get(L.ESP) & 1]).toEqual([CODE + 3, 1]);
});

describe("rep", () => {
  test("with ECX zero does nothing, and counts as an instruction", () => {
    const m = new Machine();
    m.cache(SEGMENT.ES, segment(TYPE.data, { limit: 0, pages: false }));
    m.set(L.EDI, 0x5000);
    m.p.flags = 0x8d7;
    expect(m.attempt(0xf3, 0xa6)).toBe("none");
    expect([m.get(L.EDI), m.p.flags, m.eip, m.cpu.retired]).toEqual([0x5000, 0x8d7, CODE + 2, 1]);
  });
  test("counts in CX and moves SI and DI with 16-bit addresses", () => {
    const m = new Machine();
    m.cache(SEGMENT.ES, segment(TYPE.data, { base: DATA, limit: 0xffff, pages: false }));
    m.set(L.ECX, 0xaaaa0002);
    m.set(L.EDI, 0xbbbbffff);
    m.code([0x67, 0xf3, 0xaa]).run(2);
    expect([m.get(L.ECX), m.get(L.EDI)]).toEqual([0xaaaa0000, 0xbbbb0001]);
  });
  test("goes down with DF", () => {
    const m = new Machine();
    m.p.flags = 0x402;
    m.set(L.ECX, 2);
    m.set(L.EDI, DATA);
    m.set(L.EAX, 0x77777777);
    m.code([0xf3, 0xab]).run(2);
    expect([m.dword(DATA), m.dword(DATA - 4), m.get(L.EDI)]).toEqual([0x77777777, 0x77777777, DATA - 8]);
  });
  test("is interrupted between iterations, and goes on where it was", () => {
    const m = new Machine();
    m.p.flags = 0x202;
    m.set(L.ECX, 10);
    m.set(L.EDI, DATA);
    m.code([0xf3, 0xaa]).run(4);
    let pending = true;
    m.p.interrupts = {
      get pending() {
        return pending;
      },
      acknowledge: () => {
        pending = false;
        return 0x20;
      },
    };
    m.run(0);
    expect([m.stack(1)[0], m.get(L.ECX)]).toEqual([CODE, 6]);
    m.code([0xcf], m.eip).run(1);
    m.run(6);
    expect([m.get(L.ECX), m.eip]).toEqual([0, CODE + 2]);
  });
  test.each([
    ["repe cmpsb stops at the first difference", [0xf3, 0xa6], 3],
    ["repne cmpsb at the first match", [0xf2, 0xa6], 1],
  ])("%s", (_name, bytes, done) => {
    const m = new Machine();
    m.poke(DATA, [1, 2, 3, 4]);
    m.poke(DATA + 16, [1, 2, 9, 4]);
    m.set(L.ESI, DATA);
    m.set(L.EDI, DATA + 16);
    m.set(L.ECX, 4);
    m.code([...bytes, 0xf4]).run(20);
    expect(m.get(L.ESI)).toBe(DATA + done);
  });
});

describe("16-bit code and stacks", () => {
  const narrow = (): Machine => {
    const m = new Machine();
    m.cache(SEGMENT.CS, segment(TYPE.code, { base: CODE, limit: 0xffff, pages: false, wide: false }), 0x10);
    return m;
  };
  test("operands and addresses are 16 bits wide, 32 with a prefix", () => {
    const m = narrow();
    m.set(L.EAX, 0xffffffff);
    m.code([0x40, 0x66, 0x40], 0).run(1);
    expect(m.get(L.EAX)).toBe(0xffff0000);
    m.run(1);
    expect(m.get(L.EAX)).toBe(0xffff0001);
  });
  test("a relative jump wraps at 64 KB", () => {
    const m = narrow();
    m.code([0xeb, 0x10], 0xfff0).run(1);
    expect(m.eip).toBe(2);
  });
  test("a stack with B clear uses SP and leaves the upper half of ESP", () => {
    const m = new Machine();
    m.cache(SEGMENT.SS, segment(TYPE.data, { base: DATA, limit: 0xffff, pages: false, wide: false }), 0x18);
    m.set(L.ESP, 0x12340000);
    m.set(L.EAX, 0xcafe);
    m.attempt(0x50);
    expect([m.get(L.ESP), m.dword(DATA + 0xfffc)]).toEqual([0x1234fffc, 0xcafe]);
    m.attempt(0x5b);
    expect([m.get(L.ESP), m.get(L.EBX)]).toEqual([0x12340000, 0xcafe]);
  });
  test("the same bytes decode anew in a segment of another size", () => {
    const m = new Machine();
    m.gdt(0x60, segment(TYPE.code, { limit: 0xfffff, pages: false, wide: false }));
    // inc eax, then a far jump to itself as 16-bit code: the displacement of the jump is then another
    m.set(L.EAX, 0xffff);
    m.code([0x40, 0xea, ...little(CODE, 4), 0x60, 0]).run(2);
    m.run(1);
    expect(m.get(L.EAX)).toBe(0x10001);
    m.set(L.EIP, CODE);
    m.set(L.EAX, 0xffff);
    m.run(1);
    expect(m.get(L.EAX)).toBe(0);
  });
});
