/** The seams between the board and what is plugged into it. */
import type { Memory, PortBus, Size } from "../cpu386/bus.js";

/** A pending alarm of the {@link Clock}. */
export interface Timer {
  /** The clock reading at which it fires. */
  readonly when: number;
  cancel(): void;
}

/**
 * Virtual time. Its unit is one instruction: `now` counts instructions retired plus those a halted processor would have had time
 * for. It stays an exact integer below 2^53, about three years at the default rate. Nothing on the board knows another clock.
 */
export interface Clock {
  readonly now: number;
  /** Instructions per virtual second. */
  readonly ips: number;
  /** Calls `fire` when the clock reads exactly `when` (at once on the next look if that has passed). Equal times fire in order of asking. */
  at(when: number, fire: () => void): Timer;
}

/** Registers ranges of ports with the board; a range belongs to one device. */
export interface PortRegistry extends PortBus {
  /** Throws, naming both devices, if a port is taken. */
  claim(device: string, first: number, count: number, handler: PortHandler): void;
}
export interface PortHandler {
  /** Takes accesses of 2 and 4 bytes whole; without it they arrive as bytes, the lowest port first. */
  readonly wide?: true;
  read(port: number, size: Size): number;
  write(port: number, size: Size, value: number): void;
}

/** An input of the interrupt controller pair, IRQ 0-15. */
export interface InterruptLines {
  /** Drives line `irq` high or low. */
  set(irq: number, level: boolean): void;
  /** Whether it makes a difference now that line `irq` falls: it takes back a request that has not been acknowledged. */
  mindsFall(irq: number): boolean;
  /**
   * For a device that passes falls on late while nobody minds. `refresh` is called before the line's level is looked at, and whenever
   * mindsFall(irq) has become another.
   */
  passesFallsLate(irq: number, refresh: () => void): void;
}

/** Why the machine ends of its own accord. */
export type PowerEvent =
  | { readonly kind: "power-off" }
  | { readonly kind: "debug-exit"; readonly value: number }
  | { readonly kind: "reset"; readonly by: string };

/** What a device may use. */
export interface Board {
  readonly memory: Memory;
  readonly ports: PortRegistry;
  readonly clock: Clock;
  readonly irq: InterruptLines;
  /** Asks the machine to stop after the current instruction. */
  power(event: PowerEvent): void;
}

/** A device: plain state that can be saved, and handlers on the board's ports. */
export interface Device {
  readonly name: string;
  attach(board: Board): void;
  reset(): void;
  /** A plain JSON value; `load` takes exactly what `save` gave. */
  save(): unknown;
  load(state: unknown): void;
}
