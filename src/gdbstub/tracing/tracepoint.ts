/** What a tracepoint is (GDB manual, "Tracepoint Packets"). */
import type { Program } from "../agent/machine.js";

export type CollectAction =
  /** R: all registers; the mask says which the client will look at. */
  | { readonly kind: "registers" }
  /** M: memory at an address, or at an offset from a register. */
  | { readonly kind: "memory"; readonly base: string | undefined; readonly offset: number; readonly length: number }
  /** X: an expression that collects what it comes by. */
  | { readonly kind: "expression"; readonly program: Program };

export interface TraceAction {
  readonly action: CollectAction;
  /** After each step of "while-stepping", and not at the tracepoint itself. */
  readonly stepping: boolean;
  /** As it came, for a client that uploads the tracepoint. */
  readonly text: string;
}

/** A piece of what the user typed: `QTDPsrc`. */
export interface SourcePiece {
  readonly type: string;
  readonly start: number;
  readonly length: number;
  /** Hexadecimal digits, as they came. */
  readonly text: string;
}

export interface Tracepoint {
  readonly number: number;
  readonly address: number;
  /** The process whose address it is. */
  space: number;
  enabled: boolean;
  /** Steps of "while-stepping"; 0: none. */
  readonly steps: number;
  /** Hits after which the trace ends; 0: never. */
  readonly passCount: number;
  readonly condition: { readonly program: Program; readonly text: string } | undefined;
  readonly actions: TraceAction[];
  readonly sources: SourcePiece[];
  hits: number;
  /** Bytes of the trace buffer that its frames take. */
  usage: number;
}
