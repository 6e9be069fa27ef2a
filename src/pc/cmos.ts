/** CMOS RAM behind ports 0x70 and 0x71. The clock in it stands still at a date of its own: no run may depend on the day it is made. */
import type { Board, Device } from "./board.js";

const INDEX = 0x70;
const KILOBYTE = 1024;

/** 2013-01-01 00:00:00, a Tuesday, in BCD; status B: 24 hours. */
const CLOCK: Readonly<Record<number, number>> = { 6: 3, 7: 1, 8: 1, 9: 0x13, 10: 0x26, 11: 0x02, 13: 0x80, 50: 0x20 };

export class Cmos implements Device {
  readonly name = "CMOS RAM";
  private index = 0;
  private bytes: number[] = [];

  /** @param maskNmi hears bit 7 of the index: non-maskable interrupts are held back at the board */
  constructor(
    private readonly memoryBytes: number,
    private readonly maskNmi: (masked: boolean) => void = () => {},
  ) {}

  attach({ ports }: Board): void {
    ports.claim(this.name, INDEX, 2, {
      read: (port) => (port === INDEX ? 0xff : (this.bytes[this.index] ?? 0)),
      write: (port, _size, value) => {
        if (port === INDEX) {
          this.index = value & 0x7f;
          this.maskNmi((value & 0x80) !== 0);
        } else this.bytes[this.index] = value;
      },
    });
  }

  reset(): void {
    this.index = 0;
    this.bytes = new Array<number>(128).fill(0);
    for (const [at, value] of Object.entries(CLOCK)) this.bytes[Number(at)] = value;
    const word = (at: number, value: number): void => {
      this.bytes[at] = value & 0xff;
      this.bytes[at + 1] = value >> 8;
    };
    const extended = Math.min(0xffff, this.memoryBytes / KILOBYTE - 1024);
    word(0x15, 640);
    word(0x17, extended);
    word(0x30, extended);
    word(0x34, Math.max(0, Math.min(0xffff, (this.memoryBytes - 16 * 0x100000) / 0x10000)));
  }
  save(): unknown {
    return { index: this.index, bytes: [...this.bytes] };
  }
  load(state: unknown): void {
    const { index, bytes } = state as { index: number; bytes: readonly number[] };
    this.index = index;
    this.bytes = [...bytes];
  }
}
