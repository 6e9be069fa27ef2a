/** Trace state variables (GDB manual, "Trace State Variables"): what is known of each; the values are the agent's. */
import type { AgentMachine } from "../agent/machine.js";

export interface TraceVariable {
  readonly number: number;
  readonly initial: bigint;
  readonly builtin: boolean;
  readonly name: string;
}

export class TraceVariables {
  readonly #known = new Map<number, TraceVariable>();

  constructor(private readonly machine: AgentMachine) {}

  define(variable: TraceVariable): void {
    this.#known.set(variable.number, variable);
    this.machine.variables.set(variable.number, variable.initial);
  }
  clear(): void {
    this.#known.clear();
    this.machine.variables.clear();
  }
  all(): readonly TraceVariable[] {
    return [...this.#known.values()];
  }
  /** Undefined if there is no such variable. */
  value(number: number): bigint | undefined {
    return this.#known.has(number) ? (this.machine.variables.get(number) ?? 0n) : undefined;
  }
}
