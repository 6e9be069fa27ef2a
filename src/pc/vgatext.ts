/**
 * The 80 x 25 colour text screen (VGA mode 3). Its memory at 0xb8000 is ordinary RAM here: nothing happens when the guest writes, and
 * the screen is read when somebody wants to see it. Of the registers there are those of the CRTC: cursor, start address.
 */
import { physical } from "../cpu386/address.js";
import type { Board, Device } from "./board.js";
import { CP437 } from "./cp437.js";

const COLUMNS = 80;
const ROWS = 25;
const TEXT_MEMORY = 0xb8000;
const TEXT_MEMORY_BYTES = 0x8000;
const CRTC = 0x3d4;

/** CRTC registers (VGA register model, index 0-0x18). */
const START_ADDRESS = 0x0c;
const CURSOR_START = 0x0a;
const CURSOR_LOCATION = 0x0e;
const CURSOR_OFF = 0x20;

/** The order of the colours: VGA counts blue first, ANSI red. */
const ANSI_COLOUR = [0, 4, 2, 6, 1, 5, 3, 7] as const;

interface Saved {
  readonly index: number;
  readonly registers: readonly number[];
}

export class VgaText implements Device {
  readonly name = "text screen";
  private board!: Board;
  private index = 0;
  private registers = new Uint8Array(256);

  attach(board: Board): void {
    this.board = board;
    board.ports.claim(this.name, CRTC, 2, {
      read: (port) => (port === CRTC ? this.index : this.registers[this.index]!),
      write: (port, _size, value) => {
        if (port === CRTC) this.index = value;
        else this.registers[this.index] = value;
      },
    });
  }

  reset(): void {
    this.index = 0;
    this.registers.fill(0);
  }

  save(): unknown {
    return { index: this.index, registers: [...this.registers] } satisfies Saved;
  }

  load(state: unknown): void {
    const { index, registers } = state as Saved;
    this.index = index;
    this.registers = Uint8Array.from(registers);
  }

  /** Where the cursor is; undefined if it is switched off or not on the screen. */
  cursor(): { row: number; column: number } | undefined {
    const cell = this.pair(CURSOR_LOCATION) - this.pair(START_ADDRESS);
    if (this.registers[CURSOR_START]! & CURSOR_OFF || cell < 0 || cell >= ROWS * COLUMNS) return undefined;
    return { row: Math.floor(cell / COLUMNS), column: cell % COLUMNS };
  }

  /** The 25 lines as Unicode, without the spaces at their ends. */
  text(): string[] {
    return this.rows((cells) =>
      cells
        .map(({ character }) => character)
        .join("")
        .trimEnd(),
    );
  }

  /** The screen with its colours as escape sequences for a terminal (ECMA-48 SGR), a line end after each row. */
  ansi(): string {
    return this.rows((cells) => {
      let line = "";
      let before: number | undefined;
      for (const { character, attribute } of cells) {
        if (attribute !== before) line += `\x1b[${graphicRendition(attribute)}m`;
        before = attribute;
        line += character;
      }
      return `${line}\x1b[0m\n`;
    }).join("");
  }

  private rows<T>(render: (cells: { character: string; attribute: number }[]) => T): T[] {
    const memory = this.board.memory.peek(physical(TEXT_MEMORY), TEXT_MEMORY_BYTES) ?? new Uint8Array(0);
    const start = this.pair(START_ADDRESS);
    return Array.from({ length: ROWS }, (_, row) =>
      render(
        Array.from({ length: COLUMNS }, (_, column) => {
          const at = (2 * (start + row * COLUMNS + column)) % TEXT_MEMORY_BYTES;
          return { character: CP437[memory[at] ?? 0]!, attribute: memory[at + 1] ?? 7 };
        }),
      ),
    );
  }

  private pair(register: number): number {
    return (this.registers[register]! << 8) | this.registers[register + 1]!;
  }
}

/** Attribute byte: bits 0-3 foreground, 4-6 background, 7 blink. */
function graphicRendition(attribute: number): string {
  const foreground = (attribute & 8 ? 90 : 30) + ANSI_COLOUR[attribute & 7]!;
  const background = 40 + ANSI_COLOUR[(attribute >> 4) & 7]!;
  return `0;${foreground};${background}${attribute & 0x80 ? ";5" : ""}`;
}
