/**
 * Agent expressions without effects as trees, so that the target can compile them. What gdb writes for the conditions that users write is
 * one; whatever else stays with the machine that executes the instructions.
 */
import type { CheckExpression } from "../../debug/target.js";
import type { Program, Step } from "./machine.js";

/** Nodes at most, counting what is shared as often as it is used. */
const MAX_NODES = 64;
/** Choices between two values at most. */
const MAX_CHOICES = 4;

const BINARY = {
  add: "add",
  sub: "sub",
  mul: "mul",
  bit_and: "and",
  bit_or: "or",
  bit_xor: "xor",
  equal: "equal",
  less_signed: "less-signed",
  less_unsigned: "less-unsigned",
} as const;
const LOADS = { ref8: 1, ref16: 2, ref32: 4 } as const;
const EXTENSIBLE: ReadonlySet<number> = new Set([8, 16, 32]);

const has = <T extends object>(table: T, name: string): name is Extract<keyof T, string> => Object.hasOwn(table, name);
const constant = (value: bigint): CheckExpression => ({ op: "constant", value });
const ZERO = constant(0n);

type Stack = readonly CheckExpression[];

class Inexpressible extends Error {}

/** Undefined if it is not a pure expression, or too large a one. */
export const expressionOf = ({ steps }: Program): CheckExpression | undefined => {
  try {
    return new Reader(steps).value(0, []);
  } catch (error) {
    if (error instanceof Inexpressible) return undefined;
    throw error;
  }
};

class Reader {
  private nodes = 0;
  private choices = 0;

  constructor(private readonly steps: readonly Step[]) {}

  /** What is on top of the stack at the end, from a step on. */
  value(from: number, given: Stack): CheckExpression {
    let stack = given;
    for (let n = from; ; n++) {
      const step = this.steps[n];
      if (!step || stack.length < step.pops || ++this.nodes > MAX_NODES) throw new Inexpressible();
      if (step.name === "end") return stack.at(-1) ?? ZERO;
      if (step.name === "goto") return this.value(step.operand.target, stack);
      if (step.name === "if_goto") {
        if (++this.choices > MAX_CHOICES) throw new Inexpressible();
        const rest = stack.slice(0, -1);
        return { op: "if", condition: stack.at(-1)!, yes: this.value(step.operand.target, rest), no: this.value(n + 1, rest) };
      }
      stack = [...stack.slice(0, stack.length - step.pops), ...this.result(step, stack.slice(stack.length - step.pops))];
    }
  }

  /** What an instruction leaves of what it takes. */
  private result({ name, operand }: Step, taken: Stack): Stack {
    const [a, b] = taken as [CheckExpression, CheckExpression];
    if (has(BINARY, name)) return [{ op: BINARY[name], a, b }];
    if (has(LOADS, name)) return [{ op: "load", bytes: LOADS[name], address: a }];
    if (name.startsWith("const")) return [constant((BigInt(operand.hi >>> 0) << 32n) | BigInt(operand.lo >>> 0))];
    if ((name === "ext" || name === "zero_ext") && EXTENSIBLE.has(operand.lo))
      return [{ op: "extend", bits: operand.lo, signed: name === "ext", of: a }];
    switch (name) {
      case "reg":
        return [{ op: "register", name: operand.text }];
      case "log_not":
        return [{ op: "equal", a, b: ZERO }];
      case "bit_not":
        return [{ op: "xor", a, b: constant(-1n) }];
      case "dup":
        return [a, a];
      case "pop":
        return [];
      case "swap":
        return [b, a];
      default:
        throw new Inexpressible();
    }
  }
}
