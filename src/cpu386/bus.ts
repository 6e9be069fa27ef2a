/** What the processor asks of the board it is plugged into, and what memory looks like to everything that is not the processor. */
import type { Physical } from "./address.js";

/** An operand size in bytes. */
export type Size = 1 | 2 | 4;

/** Physical memory as devices, loaders and the debugger see it. */
export interface Memory {
  /** Bytes of RAM, counted from physical address 0. */
  readonly size: number;
  /** A bus read: little-endian, unsigned. Addresses without memory read as all ones. */
  read(address: Physical, size: Size): number;
  /** A bus write; code decoded from the bytes is forgotten. Addresses without memory ignore it. */
  write(address: Physical, size: Size, value: number): void;
  /** Looks without touching: a copy of at most `length` bytes, shorter at the end of RAM, undefined where there is none. */
  peek(address: Physical, length: number): Uint8Array | undefined;
  /** Changes RAM on a debugger's or loader's behalf; false, with nothing written, if any byte is outside RAM. */
  poke(address: Physical, bytes: Uint8Array): boolean;
}

/** The I/O address space: 64 Ki ports. */
export interface PortBus {
  /** IN: unsigned value of `size` bytes; ports without a device read as all ones. */
  read(port: number, size: Size): number;
  /** OUT; ports without a device ignore it. */
  write(port: number, size: Size, value: number): void;
}

/** The INTR pin and its acknowledge cycle. */
export interface InterruptSource {
  /** Is INTR asserted? */
  readonly pending: boolean;
  /** The INTA cycle: returns the vector (0-255) and moves the controller on. */
  acknowledge(): number;
}
