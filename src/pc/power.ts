/** The ports by which a guest ends the machine or restarts it. */
import type { Board, Device, PowerEvent } from "./board.js";

/** PM1a control register, where QEMU's PC has it. Power-off is SLP_EN with sleep type 0 there (ACPI 4.8.3.2). */
const PM1A_CONTROL = 0x604;
const SLP_EN = 0x2000;
const SLP_TYP = 0x1c00;
/** QEMU's isa-debug-exit at its usual port: ends the emulator with a status. */
const DEBUG_EXIT = 0xf4;
/** Reset control register of Intel's south bridges: bit 2 resets when it goes from 0 to 1. */
const RESET_CONTROL = 0xcf9;
const RESET_CPU = 0x04;

export class PowerControl implements Device {
  readonly name = "power control";
  private resetControl = 0;

  attach(board: Board): void {
    const { ports } = board;
    ports.claim(this.name, PM1A_CONTROL, 2, {
      wide: true,
      read: () => 0,
      write: (port, size, value) => {
        const word = size === 1 && port === PM1A_CONTROL + 1 ? value << 8 : value;
        if ((word & (SLP_EN | SLP_TYP)) === SLP_EN) board.power({ kind: "power-off" });
      },
    });
    ports.claim(this.name, DEBUG_EXIT, 4, {
      wide: true,
      read: () => 0,
      write: (_port, _size, value) => board.power({ kind: "debug-exit", value }),
    });
    ports.claim(this.name, RESET_CONTROL, 1, {
      read: () => this.resetControl,
      write: (_port, _size, value) => {
        const rises = (value & ~this.resetControl & RESET_CPU) !== 0;
        this.resetControl = value & ~RESET_CPU;
        if (rises) board.power({ kind: "reset", by: "the reset control register (port 0xcf9)" });
      },
    });
  }

  reset(): void {
    this.resetControl = 0;
  }

  save(): unknown {
    return { resetControl: this.resetControl };
  }

  load(state: unknown): void {
    this.resetControl = (state as { resetControl: number }).resetControl;
  }
}

/** The exit status of the emulator's process; that of debug-exit is QEMU's. A reset ends nothing. */
export function exitStatus(event: PowerEvent): number {
  return event.kind === "debug-exit" ? ((event.value << 1) | 1) & 0xff : 0;
}
