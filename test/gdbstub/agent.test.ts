/** Agent expressions by the manual's description of each instruction ("Bytecode Descriptions"). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PointView } from "../../src/debug/target.js";
import { decode } from "../../src/gdbstub/agent/decode.js";
import { AgentMachine } from "../../src/gdbstub/agent/machine.js";

const memory = Uint8Array.from({ length: 64 }, (_, n) => n + 0x80);
const BASE = 0x1000;
memory.set(new TextEncoder().encode("hello\0"), 32);

const makeView = () => {
  const printed: string[] = [];
  const view: PointView = {
    thread: { space: 1, thread: 1 },
    register: (name) => ({ eax: 0xfffffffe, ecx: 3 })[name],
    load: (address, length) => {
      if (address < BASE || address + length > BASE + memory.length) return undefined;
      let value = 0;
      for (let n = length - 1; n >= 0; n--) value = value * 256 + memory[address - BASE + n];
      return value;
    },
    print: (text) => printed.push(text),
  };
  return { view, printed };
};

const NAMES: Readonly<Record<number, string>> = { 0: "eax", 1: "ecx" };
const bytes = (code: string): Uint8Array => Uint8Array.from(Buffer.from(code.replaceAll(" ", ""), "hex"));
const program = (code: string) => decode(bytes(code), (number) => NAMES[number]);

const evaluate = (code: string): bigint => {
  const machine = new AgentMachine();
  machine.run(program(code), makeView().view);
  return machine.stack.signed(machine.stack.depth - 1);
};
const stackOf = (code: string): number[] => {
  const machine = new AgentMachine();
  machine.run(program(code), makeView().view);
  return Array.from({ length: machine.stack.depth }, (_, n) => Number(machine.stack.signed(n)));
};

const const64 = (value: bigint): string => `25${BigInt.asUintN(64, value).toString(16).padStart(16, "0")}`;
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);
const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);
const bool = (value: boolean): bigint => (value ? 1n : 0n);
const by = (n: bigint): bigint => (unsigned(n) > 64n ? 64n : unsigned(n));

const BINARY: Readonly<Record<string, [string, (a: bigint, b: bigint) => bigint]>> = {
  add: ["02", (a, b) => a + b],
  sub: ["03", (a, b) => a - b],
  mul: ["04", (a, b) => a * b],
  lsh: ["09", (a, b) => a << by(b)],
  rsh_signed: ["0a", (a, b) => a >> by(b)],
  rsh_unsigned: ["0b", (a, b) => unsigned(a) >> by(b)],
  bit_and: ["0f", (a, b) => a & b],
  bit_or: ["10", (a, b) => a | b],
  bit_xor: ["11", (a, b) => a ^ b],
  equal: ["13", (a, b) => bool(a === b)],
  less_signed: ["14", (a, b) => bool(a < b)],
  less_unsigned: ["15", (a, b) => bool(unsigned(a) < unsigned(b))],
};
const DIVISION: typeof BINARY = {
  div_signed: ["05", (a, b) => a / b],
  div_unsigned: ["06", (a, b) => unsigned(a) / unsigned(b)],
  rem_signed: ["07", (a, b) => a % b],
  rem_unsigned: ["08", (a, b) => unsigned(a) % unsigned(b)],
};

const edge = [0n, 1n, -1n, 0x7fffffffn, 0x80000000n, -0x80000000n, 0xffffffffn, 0x100000000n, (1n << 63n) - 1n, -(1n << 63n)];
const value64 = fc.oneof(fc.constantFrom(...edge), fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), fc.integer().map(BigInt));

describe("arithmetic modulo 2^64", () => {
  it.each(Object.entries(BINARY))("%s", (_, [opcode, meaning]) => {
    fc.assert(
      fc.property(value64, fc.oneof(value64, fc.bigInt({ min: 0n, max: 70n })), (a, b) => {
        expect(evaluate(`${const64(a)} ${const64(b)} ${opcode} 27`)).toBe(signed(meaning(a, b)));
      }),
    );
  });

  it.each(Object.entries(DIVISION))("%s", (_, [opcode, meaning]) => {
    fc.assert(
      fc.property(value64, value64, (a, b) => {
        fc.pre(b !== 0n);
        expect(evaluate(`${const64(a)} ${const64(b)} ${opcode} 27`)).toBe(signed(meaning(a, b)));
      }),
    );
    expect(() => evaluate(`2201 2200 ${opcode} 27`)).toThrow("division by zero");
  });

  it("log_not, bit_not", () => {
    fc.assert(
      fc.property(value64, (a) => {
        expect(evaluate(`${const64(a)} 0e 27`)).toBe(bool(a === 0n));
        expect(evaluate(`${const64(a)} 12 27`)).toBe(~a);
      }),
    );
  });

  it("ext and zero_ext of any number of bits", () => {
    fc.assert(
      fc.property(value64, fc.integer({ min: 0, max: 70 }), (a, bits) => {
        const width = bits.toString(16).padStart(2, "0");
        expect(evaluate(`${const64(a)} 16${width} 27`)).toBe(BigInt.asIntN(Math.min(bits, 64), a));
        expect(evaluate(`${const64(a)} 2a${width} 27`)).toBe(signed(BigInt.asUintN(Math.min(bits, 64), a)));
      }),
    );
  });
});

describe("the other instructions", () => {
  it("constants are big-endian, and have no sign", () => {
    expect(stackOf("22ff 23fffe 24fffffffd 27")).toEqual([0xff, 0xfffe, 0xfffffffd]);
  });
  it("dup, pop, swap, pick and rot", () => {
    expect(stackOf("2201 28 27")).toEqual([1, 1]);
    expect(stackOf("2201 2202 29 27")).toEqual([1]);
    expect(stackOf("2201 2202 2b 27")).toEqual([2, 1]);
    expect(stackOf("2201 2202 2203 3202 27")).toEqual([1, 2, 3, 1]);
    expect(stackOf("2201 2202 2203 33 27")).toEqual([3, 1, 2]);
  });
  it("references, little-endian as the guest", () => {
    expect(evaluate("231001 17 27")).toBe(0x81n);
    expect(evaluate("231001 18 27")).toBe(0x8281n);
    expect(evaluate("231001 19 27")).toBe(0x84838281n);
    expect(unsigned(evaluate("231001 1a 27"))).toBe(0x8887868584838281n);
  });
  it("registers, without a sign", () => {
    expect(evaluate("260000 27")).toBe(0xfffffffen);
    expect(() => evaluate("260009 27")).toThrow("register 9 has no value");
  });
  it("goto and if_goto", () => {
    expect(stackOf("210005 2201 2202 27")).toEqual([2]);
    expect(stackOf("2200 200007 2201 2202 27")).toEqual([1, 2]);
    expect(stackOf("2201 200007 2201 2202 27")).toEqual([2]);
  });
  it("trace state variables are kept from one evaluation to the next", () => {
    const machine = new AgentMachine();
    const counting = program("2c0007 2201 02 2d0007 2203 13 27");
    expect([1, 2, 3, 4].map(() => machine.test(counting, makeView().view))).toEqual([false, false, true, false]);
  });
  it("what collects for tracepoints takes its arguments and nothing else", () => {
    expect(stackOf("2201 2202 2203 0c 27")).toEqual([1]);
    expect(stackOf("2201 2202 2203 2f 27")).toEqual([1]);
    expect(stackOf("2201 0d04 300004 2e0001 27")).toEqual([1]);
  });
});

describe("what makes no sense", () => {
  it.each([
    ["an expression is empty", ""],
    ["0x99 is no instruction", "99"],
    ["const32 is cut short", "2401"],
    ["where no instruction begins", "210001 27"],
    ["printf's format has no end", "34 00 0003 6162 27"],
    ["printf's format has no end", "34 00 0002 6162 27"],
  ])("is refused: %s", (text, code) => expect(() => program(code)).toThrow(text));

  it.each(["01", "1b", "1c", "1d", "1e", "1f", "31"])("is refused: the reserved instruction 0x%s", (opcode) => {
    expect(() => program(`2201 ${opcode} 27`)).toThrow(`0x${opcode} is no instruction of agent expressions`);
  });

  it.each([
    ["does not end", "2201"],
    ["more than 4096 instructions", "210000"],
    ["takes more off its stack", "02 27"],
    ["takes more off its stack", "2201 02 27"],
    ["a stack of more than 100", "2201 210000"],
    ["pick reaches below", "2201 3201 27"],
    ["there is no memory at 0x40", "2240 17 27"],
    ["fewer arguments than it says", "2200 2200 34 01 0002 6100 27"],
  ])("has no value: %s", (text, code) => expect(() => evaluate(code)).toThrow(text));

  it("is survived, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (code) => {
        try {
          new AgentMachine().run(
            decode(code, () => "eax"),
            makeView().view,
          );
        } catch (error) {
          expect(["Error", "RangeError"]).toContain((error as Error).name);
          expect((error as Error).message).not.toMatch(/undefined|BigInt|index/);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("printf", () => {
  const printf = (format: string, ...args: (number | bigint)[]): string => {
    const { view, printed } = makeView();
    const text = Buffer.from(`${format}\0`, "latin1");
    const values = args.toReversed().map((value) => const64(BigInt(value)));
    const count = args.length.toString(16).padStart(2, "0");
    const length = text.length.toString(16).padStart(4, "0");
    new AgentMachine().run(program(`${values.join("")} 2200 2200 34 ${count} ${length} ${text.toString("hex")} 27`), view);
    return printed.join("");
  };

  it.each<[string, string, (number | bigint)[]]>([
    ["plain\n", "plain\\n", []],
    ["7 -1 4294967295", "%d %i %u", [7, -1, -1]],
    ["ff 0XFF 0377", "%x %#X %#o", [255, 255, 255]],
    ["[   42] [42   ] [00042] [  042]", "[%5d] [%-5d] [%05d] [%5.3d]", [42, 42, 42, 42]],
    ["+1 | 1|-00001", "%+d |% d|%06d", [1, 1, -1]],
    ["-1 65535", "%hhd %hu", [255, -1]],
    ["18446744073709551615", "%llu", [-1]],
    ["0x1020 c 100%", "%p %c 100%%", [0x1020, 99]],
    ["[hello] [  hel]", "[%s] [%5.3s]", [BASE + 32, BASE + 32]],
  ])("%j", (expected, format, args) => expect(printf(format, ...args)).toBe(expected));

  it("has no %n, no floating point, and no argument that was not given", () => {
    expect(() => printf("%n", 1)).toThrow("no conversion %n");
    expect(() => printf("%f", 1)).toThrow("no conversion %f");
    expect(() => printf("%d %d", 1)).toThrow("more conversions than arguments");
    expect(() => printf("%s", 5)).toThrow("there is no memory at 0x5");
  });
});
