/** Runs agent expressions: the state that their instructions work on, and the bounds they are held to. */
import type { PointView } from "../../debug/target.js";
import type { Operand } from "./instructions.js";
import { Int64Stack, STACK_DEPTH } from "./int64.js";

/** One instruction, decoded. */
export interface Step {
  /** The instruction's name in the GDB manual. */
  readonly name: string;
  readonly operand: Operand;
  readonly run: (machine: AgentMachine) => void;
  /** Elements it takes off the stack. */
  readonly pops: number;
}

/** An agent expression, decoded and checked. */
export interface Program {
  readonly steps: readonly Step[];
}

/** What expressions of tracepoints collect into. */
export interface Collection {
  memory(address: number, length: number): void;
  /** Up to the zero, which is collected too, and no more than that many bytes. */
  string(address: number, most: number): void;
  /** A trace state variable. */
  variable(number: number): void;
}

/** The expression has no value: it has read memory that is not there, divided by zero, or done what no expression of gdb's does. */
export class AgentError extends Error {}

/**
 * Instructions one evaluation may take. gdb writes no loops, so this is as good as endless; a loop written by hand costs the machine
 * some fifty microseconds.
 */
const MOST_STEPS = 4096;

export class AgentMachine {
  readonly stack = new Int64Stack();
  /** The next step; negative at the end. */
  next = 0;
  view!: PointView;
  /** Absent but for tracepoints: elsewhere what collects does nothing, as in gdbserver. */
  collection: Collection | undefined;
  /** Trace state variables (GDB manual, "Trace State Variables"); one that was never set is 0. */
  readonly variables = new Map<number, bigint>();

  /** Whether the value is not zero. @throws AgentError */
  test(program: Program, view: PointView): boolean {
    this.run(program, view);
    return this.stack.depth > 0 && !this.stack.topIsZero;
  }

  /** @throws AgentError */
  collect(program: Program, view: PointView, into: Collection): void {
    this.collection = into;
    try {
      this.run(program, view);
    } finally {
      this.collection = undefined;
    }
  }

  /** @throws AgentError */
  run({ steps }: Program, view: PointView): void {
    const { stack } = this;
    this.view = view;
    stack.depth = 0;
    this.next = 0;
    for (let left = MOST_STEPS; this.next >= 0; left--) {
      const step = steps[this.next++];
      if (step === undefined) throw new AgentError("the expression does not end");
      if (left === 0) throw new AgentError(`the expression takes more than ${MOST_STEPS} instructions`);
      if (stack.depth < step.pops) throw new AgentError("the expression takes more off its stack than there is");
      step.run(this);
      if (stack.depth > STACK_DEPTH) throw new AgentError(`the expression needs a stack of more than ${STACK_DEPTH} elements`);
    }
  }

  /** Memory of the breakpoint's own space. */
  load(address: number, bytes: 1 | 2 | 4): number {
    const value = this.view.load(address, bytes);
    if (value === undefined) throw new AgentError(`there is no memory at 0x${address.toString(16)}`);
    return value;
  }
}
