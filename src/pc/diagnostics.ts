/** What firmware shows of itself: POST codes, and the parallel port as a printer that takes everything. */
import type { Board, Device } from "./board.js";

/** 0x80 is the IBM AT's; 0x190 is what test ROMs use on machines whose chipset takes 0x80. */
const POST_PORTS = [0x80, 0x190] as const;
const LPT1 = 0x378;
/** Status: not busy, no error, selected, paper there, no acknowledge under way. */
const READY = 0xdf;
const STROBE = 1;

export interface DiagnosticsOptions {
  readonly post: (port: number, code: number) => void;
  readonly parallel: (byte: number) => void;
}

export class Diagnostics implements Device {
  readonly name = "diagnostic ports";
  private lastPost = 0;
  private data = 0;
  private control = 0;

  constructor(private readonly options: DiagnosticsOptions) {}

  attach({ ports }: Board): void {
    for (const port of POST_PORTS) {
      ports.claim(this.name, port, 1, {
        read: () => this.lastPost,
        write: (_port, _size, value) => {
          this.lastPost = value;
          this.options.post(port, value);
        },
      });
    }
    ports.claim(this.name, LPT1, 3, {
      read: (port) => [this.data, READY, this.control | 0xe0][port - LPT1]!,
      write: (port, _size, value) => this.write(port - LPT1, value),
    });
  }

  /** The printer takes the data when STROBE goes active (IEEE 1284, compatibility mode). */
  private write(register: number, value: number): void {
    if (register === 0) this.data = value;
    if (register !== 2) return;
    if (value & ~this.control & STROBE) this.options.parallel(this.data);
    this.control = value & 0x1f;
  }

  reset(): void {
    this.lastPost = this.data = this.control = 0;
  }
  save(): unknown {
    return { lastPost: this.lastPost, data: this.data, control: this.control };
  }
  load(state: unknown): void {
    Object.assign(this, state as { lastPost: number; data: number; control: number });
  }
}
