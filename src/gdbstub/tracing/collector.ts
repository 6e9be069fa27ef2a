/** Collects what a tracepoint's actions ask for, at the moment the thread is there (GDB manual, "Tracepoint Action Lists"). */
import type { DebugTarget, PointView } from "../../debug/target.js";
import { AgentError, type AgentMachine, type Collection } from "../agent/machine.js";
import { concat } from "../bytes.js";
import { GENERAL_PACKET, readSlot } from "../register-layout.js";
import { FrameBuilder } from "./frame.js";
import type { CollectAction, TraceAction } from "./tracepoint.js";

/** Looked through for the end of a string at a time. */
const STRING_PIECE = 256;

class Frame implements Collection {
  readonly builder = new FrameBuilder();

  constructor(
    private readonly target: DebugTarget,
    private readonly view: PointView,
    private readonly machine: AgentMachine,
    /** Bytes it may grow to. */
    private readonly room: number,
  ) {}

  registers(): void {
    const { registers } = this.target;
    // A register without a value is taken down as zeros: a frame has all registers or none.
    this.builder.registers(
      concat(...GENERAL_PACKET.map((slot) => readSlot(registers, this.view.thread, slot) ?? new Uint8Array(slot.bytes))),
    );
  }

  memory(address: number, length: number): void {
    if (length === 0) return;
    if (length > this.room) throw new FrameFull();
    const bytes = this.target.memory.read(this.view.thread.space, address, length);
    // What cannot be read is not collected; the client sees it as unavailable, which it is.
    if (typeof bytes !== "string") this.builder.memory(address, bytes);
    if (this.builder.size > this.room) throw new FrameFull();
  }

  string(address: number, most: number): void {
    let length = 0;
    while (length < most) {
      const piece = this.target.memory.read(this.view.thread.space, address + length, Math.min(STRING_PIECE, most - length));
      if (typeof piece === "string" || piece.length === 0) break;
      const end = piece.indexOf(0);
      length += end < 0 ? piece.length : end + 1;
      if (end >= 0) break;
    }
    this.memory(address, length);
  }

  variable(number: number): void {
    this.builder.variable(number, this.machine.variables.get(number) ?? 0n);
  }

  perform(action: CollectAction): void {
    if (action.kind === "registers") this.registers();
    else if (action.kind === "memory") this.memory((this.#base(action.base) + action.offset) >>> 0, action.length);
    else this.machine.collect(action.program, this.view, this);
  }
  #base(register: string | undefined): number {
    if (register === undefined) return 0;
    const value = this.view.register(register);
    if (value === undefined) throw new AgentError(`register ${register} has no value`);
    return value;
  }
}

/** There is no room for so much. */
class FrameFull extends Error {}

/** A frame's blocks, "full" if they are more than there is room for, or why one could not be collected. */
export const collectFrame = (
  target: DebugTarget,
  view: PointView,
  machine: AgentMachine,
  actions: readonly TraceAction[],
  room: number,
): Uint8Array | "full" | { readonly error: string; readonly data: Uint8Array } => {
  const frame = new Frame(target, view, machine, room);
  try {
    for (const { action } of actions) frame.perform(action);
    return frame.builder.finish();
  } catch (error) {
    if (error instanceof FrameFull) return "full";
    if (error instanceof AgentError) return { error: error.message, data: frame.builder.finish() };
    throw error;
  }
};
