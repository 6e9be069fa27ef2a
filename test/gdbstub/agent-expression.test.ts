/** Agent expressions as trees: they have the value that executing them has. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CheckExpression, PointView } from "../../src/debug/target.js";
import { decode } from "../../src/gdbstub/agent/decode.js";
import { expressionOf } from "../../src/gdbstub/agent/expression.js";
import { AgentMachine } from "../../src/gdbstub/agent/machine.js";

const view: PointView = {
  thread: { space: 1, thread: 1 },
  register: (name) => ({ eax: 0xfffffffe, ecx: 3 })[name],
  load: (address, bytes) => (address * 0x01010101 + 0x80) % 2 ** (8 * bytes),
  print: () => undefined,
};
const program = (code: string) =>
  decode(Uint8Array.from(Buffer.from(code.replaceAll(" ", ""), "hex")), (number) => ({ 0: "eax", 1: "ecx" })[number]);

const mask = (value: bigint): bigint => BigInt.asUintN(64, value);
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);
function value(e: CheckExpression): bigint {
  switch (e.op) {
    case "constant":
      return mask(e.value);
    case "register":
      return BigInt(view.register(e.name)!);
    case "load":
      return BigInt(view.load(Number(BigInt.asUintN(32, value(e.address))), e.bytes)!);
    case "extend":
      return mask((e.signed ? BigInt.asIntN : BigInt.asUintN)(e.bits, value(e.of)));
    case "if":
      return value(value(e.condition) !== 0n ? e.yes : e.no);
    default: {
      const [a, b] = [value(e.a), value(e.b)];
      const results = {
        ...{ add: a + b, sub: a - b, mul: a * b, and: a & b, or: a | b, xor: a ^ b, equal: BigInt(a === b) },
        ...{ "less-signed": BigInt(signed(a) < signed(b)), "less-unsigned": BigInt(a < b) },
      };
      return mask(results[e.op]);
    }
  }
}

const executed = (code: string): bigint => {
  const machine = new AgentMachine();
  machine.run(program(code), view);
  return mask(machine.stack.signed(machine.stack.depth - 1));
};

/** A stretch of code that leaves one value more than it finds. */
const { leaf: code } = fc.letrec<{ leaf: string }>((tie) => ({
  leaf: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom("26 0000", "26 0001"),
    fc.bigInt({ min: 0n, max: 255n }).map((n) => `22 ${n.toString(16).padStart(2, "0")}`),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((n) => `25 ${n.toString(16).padStart(16, "0")}`),
    fc
      .tuple(tie("leaf"), tie("leaf"), fc.constantFrom("02", "03", "04", "0f", "10", "11", "13", "14", "15", "2b 02", "2b 29"))
      .map((parts) => parts.join(" ")),
    fc
      .tuple(tie("leaf"), fc.constantFrom("0e", "12", "17", "18", "19", "16 08", "16 20", "2a 10", "28 02"))
      .map((parts) => parts.join(" ")),
  ),
}));

describe("an expression as a tree", () => {
  it("has the value of its execution", () => {
    fc.assert(
      fc.property(code, (bytes) => {
        const tree = expressionOf(program(`${bytes} 27`));
        fc.pre(tree !== undefined);
        expect(value(tree)).toBe(executed(`${bytes} 27`));
      }),
      { numRuns: 2000 },
    );
  });

  // eax == 0xfffffffe && ecx == n, as gdb writes it: each half jumps to the end of the other.
  const both = (n: string): string => `26 0000 24 fffffffe 13 0e 20 001a 26 0001 22 ${n} 13 0e 20 001a 22 01 27 22 00 27`;
  it.each(["03", "04"])("follows jumps (%s)", (n) => {
    expect(value(expressionOf(program(both(n)))!)).toBe(executed(both(n)));
  });

  it.each([
    ["division", "22 08 22 02 05 27"],
    ["a trace state variable", "2c 0001 27"],
    ["what collects", "22 00 22 04 0c 22 00 27"],
    ["an endless loop", "21 0000 27"],
    ["what takes more than there is", "02 27"],
    ["64 bits of memory", "22 00 1a 27"],
  ])("there is none for %s", (_, bytes) => {
    expect(expressionOf(program(bytes))).toBeUndefined();
  });
});
