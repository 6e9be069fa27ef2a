/** Conditions and commands of a breakpoint as one check (GDB manual, "Packets": Z0). */
import type { PointCheck, PointView } from "../../debug/target.js";
import { expressionOf } from "./expression.js";
import { AgentError, type AgentMachine, type Program } from "./machine.js";

/** What came with a Z packet. */
export interface PointOptions {
  /** Any of them makes the breakpoint hit; none is always. */
  readonly conditions: readonly Program[];
  /** Executed at a hit, which is no stop then. */
  readonly commands: readonly Program[];
  /** The commands stay in force when the client has gone. */
  readonly persistent: boolean;
}

/** Undefined if the machine stops at every hit. */
export const pointCheck = ({ conditions, commands }: PointOptions, machine: AgentMachine): PointCheck | undefined => {
  if (conditions.length === 0 && commands.length === 0) return undefined;
  /** A condition without a value is for gdb to look at: the machine stops, as gdbserver does. */
  const holds = (view: PointView): boolean => {
    try {
      for (const condition of conditions) if (machine.test(condition, view)) return true;
      return conditions.length === 0;
    } catch (error) {
      if (error instanceof AgentError) return true;
      throw error;
    }
  };
  if (commands.length === 0) {
    const expressions = conditions.map(expressionOf);
    return Object.assign(holds, { anyOf: expressions.every((e) => e !== undefined) ? expressions : undefined });
  }
  return (view) => holds(view) && !execute(commands, machine, view);
};

/** False if a command could not be executed to its end: the machine stops there, and the user reads why. */
const execute = (commands: readonly Program[], machine: AgentMachine, view: PointView): boolean => {
  try {
    for (const command of commands) machine.run(command, view);
    return true;
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    view.print(`pok386: a command of this breakpoint has failed: ${error.message}\n`);
    return false;
  }
};

/** Software and hardware breakpoints of one place are one to the target: it stops if either would. Both are asked: either may print. */
export const either = (a: PointCheck | undefined, b: PointCheck | undefined): PointCheck | undefined => {
  if (a === undefined || b === undefined) return undefined;
  const both = (view: PointView): boolean => [a(view), b(view)].includes(true);
  return Object.assign(both, { anyOf: a.anyOf && b.anyOf && [...a.anyOf, ...b.anyOf] });
};
