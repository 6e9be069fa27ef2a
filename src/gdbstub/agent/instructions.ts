/** The instructions of agent expressions (GDB manual, "Bytecode Descriptions"), by their opcodes. */
import { formatted } from "./format.js";
import { AgentError, type AgentMachine } from "./machine.js";

/** What stands behind the opcode: a big-endian number; with printf's, its format, with reg's, the register's name. */
export interface Operand {
  readonly lo: number;
  readonly hi: number;
  /** The step that a jump leads to. */
  readonly target: number;
  readonly text: string;
}

export interface Instruction {
  readonly name: string;
  readonly operandBytes: number;
  readonly pops: number;
  readonly run: (machine: AgentMachine, operand: Operand) => void;
}

type Run = Instruction["run"];

const instruction = (name: string, pops: number, run: Run, operandBytes = 0): Instruction => ({ name, operandBytes, pops, run });

/** A number that the target's description does not have, or a register of more than 32 bits, has no value here. */
const register: Run = ({ stack, view }, { lo, text }) => {
  const value = view.register(text);
  if (value === undefined) throw new AgentError(`register ${lo} has no value`);
  stack.push(value, 0);
};

const reference =
  (bytes: 1 | 2 | 4): Run =>
  (machine) => {
    const { stack } = machine;
    stack.push(machine.load(stack.popLow(), bytes), 0);
  };

const reference64: Run = (machine) => {
  const { stack } = machine;
  const address = stack.popLow();
  stack.push(machine.load(address, 4), machine.load((address + 4) >>> 0, 4));
};

const divide = (unsigned: boolean, combine: (a: bigint, b: bigint) => bigint): Run => {
  return ({ stack }) => {
    if (stack.topIsZero) throw new AgentError("division by zero");
    stack.big(unsigned, combine);
  };
};

/** Shifts by the width or more leave nothing but the sign. */
const places = (n: bigint): bigint => (n > 64n ? 64n : n);
const shift = (unsigned: boolean, left: boolean): Run => {
  return ({ stack }) =>
    stack.big(unsigned, (value, n) => {
      const by = places(BigInt.asUintN(64, n));
      return left ? value << by : value >> by;
    });
};

const constant: Run = ({ stack }, { lo, hi }) => stack.push(lo, hi);
const discard =
  (count: number): Run =>
  ({ stack }) => {
    stack.depth -= count;
  };

const swap: Run = ({ stack }) => {
  stack.copy(1);
  const { lo, hi, depth } = stack;
  [lo[depth - 3], hi[depth - 3]] = [lo[depth - 2]!, hi[depth - 2]!];
  [lo[depth - 2], hi[depth - 2]] = [lo[depth - 1]!, hi[depth - 1]!];
  stack.depth--;
};

/** a b c -> c a b */
const rotate: Run = ({ stack: { lo, hi, depth } }) => {
  for (const half of [lo, hi]) {
    const top = half[depth - 1]!;
    half[depth - 1] = half[depth - 2]!;
    half[depth - 2] = half[depth - 3]!;
    half[depth - 3] = top;
  }
};

const pick: Run = ({ stack }, { lo: from }) => {
  if (from >= stack.depth) throw new AgentError("pick reaches below the stack");
  stack.copy(from);
};

const jump: Run = (machine, { target }) => {
  machine.next = target;
};
const jumpIf: Run = (machine, operand) => {
  const isZero = machine.stack.topIsZero;
  machine.stack.depth--;
  if (!isZero) jump(machine, operand);
};

const getVariable: Run = ({ stack, variables }, { lo }) => {
  stack.push(0, 0);
  stack.setBig(stack.depth - 1, variables.get(lo) ?? 0n);
};
const setVariable: Run = ({ stack, variables }, { lo }) => {
  variables.set(lo, stack.signed(stack.depth - 1));
};

/** The function and the channel on top are for agents that live in the program (GDB manual, "Dynamic Printf"); the arguments follow. */
const print: Run = (machine, { lo: count, text }) => {
  const { stack, view } = machine;
  if (stack.depth < count + 2) throw new AgentError("printf has fewer arguments than it says");
  stack.depth -= 2;
  const values: bigint[] = [];
  for (let n = 0; n < count; n++) values.push(stack.signed(--stack.depth));
  view.print(formatted(text, values, (address) => machine.load(address, 1)));
};

export const REG = 0x26;
export const PRINTF = 0x34;
export const IF_GOTO = 0x20;
export const GOTO = 0x21;

const traceMemory: Run = ({ stack, collection }) => {
  const length = stack.popLow();
  const address = stack.popLow();
  collection?.memory(address, length);
};
/** The address stays on the stack. */
const traceQuick: Run = ({ stack, collection }, { lo: length }) => collection?.memory(stack.lo[stack.depth - 1]! >>> 0, length);
const traceString: Run = ({ stack, collection }) => {
  const most = stack.popLow();
  const address = stack.popLow();
  collection?.string(address, most);
};

const COLLECTION: readonly (readonly [number, Instruction])[] = [
  [0x0c, instruction("trace", 2, traceMemory)],
  [0x0d, instruction("trace_quick", 1, traceQuick, 1)],
  [0x2e, instruction("tracev", 0, ({ collection }, { lo }) => collection?.variable(lo), 2)],
  [0x2f, instruction("tracenz", 2, traceString)],
  [0x30, instruction("trace16", 1, traceQuick, 2)],
];

const ARITHMETIC: readonly (readonly [number, Instruction])[] = [
  [0x02, instruction("add", 2, ({ stack }) => stack.add())],
  [0x03, instruction("sub", 2, ({ stack }) => stack.subtract())],
  [0x04, instruction("mul", 2, ({ stack }) => stack.multiply())],
  [
    0x05,
    instruction(
      "div_signed",
      2,
      divide(false, (a, b) => a / b),
    ),
  ],
  [
    0x06,
    instruction(
      "div_unsigned",
      2,
      divide(true, (a, b) => a / b),
    ),
  ],
  [
    0x07,
    instruction(
      "rem_signed",
      2,
      divide(false, (a, b) => a % b),
    ),
  ],
  [
    0x08,
    instruction(
      "rem_unsigned",
      2,
      divide(true, (a, b) => a % b),
    ),
  ],
  [0x09, instruction("lsh", 2, shift(false, true))],
  [0x0a, instruction("rsh_signed", 2, shift(false, false))],
  [0x0b, instruction("rsh_unsigned", 2, shift(true, false))],
  [
    0x0e,
    instruction("log_not", 1, ({ stack }) => {
      const isZero = stack.topIsZero;
      stack.depth--;
      stack.push(isZero ? 1 : 0, 0);
    }),
  ],
  [0x0f, instruction("bit_and", 2, ({ stack }) => stack.bitwise((a, b) => a & b))],
  [0x10, instruction("bit_or", 2, ({ stack }) => stack.bitwise((a, b) => a | b))],
  [0x11, instruction("bit_xor", 2, ({ stack }) => stack.bitwise((a, b) => a ^ b))],
  [
    0x12,
    instruction("bit_not", 1, ({ stack: { lo, hi, depth } }) => {
      lo[depth - 1] = ~lo[depth - 1]!;
      hi[depth - 1] = ~hi[depth - 1]!;
    }),
  ],
  [0x13, instruction("equal", 2, ({ stack }) => stack.compare("equal"))],
  [0x14, instruction("less_signed", 2, ({ stack }) => stack.compare("signed"))],
  [0x15, instruction("less_unsigned", 2, ({ stack }) => stack.compare("unsigned"))],
  [0x16, instruction("ext", 1, ({ stack }, { lo }) => stack.extend(lo, true), 1)],
  [0x2a, instruction("zero_ext", 1, ({ stack }, { lo }) => stack.extend(lo, false), 1)],
];

/**
 * 0x01 and 0x1b to 0x1f are reserved for floating point: no gdb writes them, gdbserver knows them as little as any other number that is not
 * here, and an expression with one of them is refused when it is given.
 */
export const INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map([
  ...ARITHMETIC,
  ...COLLECTION,
  [0x17, instruction("ref8", 1, reference(1))],
  [0x18, instruction("ref16", 1, reference(2))],
  [0x19, instruction("ref32", 1, reference(4))],
  [0x1a, instruction("ref64", 1, reference64)],
  [IF_GOTO, instruction("if_goto", 1, jumpIf, 2)],
  [GOTO, instruction("goto", 0, jump, 2)],
  [0x22, instruction("const8", 0, constant, 1)],
  [0x23, instruction("const16", 0, constant, 2)],
  [0x24, instruction("const32", 0, constant, 4)],
  [0x25, instruction("const64", 0, constant, 8)],
  [REG, instruction("reg", 0, register, 2)],
  [
    0x27,
    instruction("end", 0, (machine) => {
      machine.next = -1;
    }),
  ],
  [0x28, instruction("dup", 1, ({ stack }) => stack.copy(0))],
  [0x29, instruction("pop", 1, discard(1))],
  [0x2b, instruction("swap", 2, swap)],
  [0x2c, instruction("getv", 0, getVariable, 2)],
  [0x2d, instruction("setv", 1, setVariable, 2)],
  [0x32, instruction("pick", 1, pick, 1)],
  [0x33, instruction("rot", 3, rotate)],
  // The format is decoded apart: its length stands in front of it.
  [PRINTF, instruction("printf", 2, print, 1)],
]);
