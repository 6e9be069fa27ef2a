/** The A20 gate and the reset lines beside it: keyboard controller (8042) and system control port A. No keyboard is attached. */
import type { Board, Device } from "./board.js";

const DATA = 0x60;
const COMMAND = 0x64;
const SYSTEM_CONTROL_A = 0x92;

/** Status register: output buffer full, self-test passed, keyboard not locked. */
const STATUS = { full: 0x01, passed: 0x04, unlocked: 0x10 } as const;
const OUTPUT_PORT = { notReset: 0x01, a20: 0x02 } as const;

const powerOn = { outputPort: 0xcf, commandByte: 0x65, pending: 0, answer: 0, full: false };

export class A20Control implements Device {
  readonly name = "keyboard controller";
  private state = { ...powerOn };
  private board!: Board;

  /** @param setA20 opens or closes the gate */
  constructor(private readonly setA20: (open: boolean) => void) {}

  attach(board: Board): void {
    this.board = board;
    board.ports.claim(this.name, DATA, 1, { read: () => this.readData(), write: (_port, _size, value) => this.writeData(value) });
    board.ports.claim(this.name, COMMAND, 1, {
      read: () => STATUS.passed | STATUS.unlocked | (this.state.full ? STATUS.full : 0),
      write: (_port, _size, value) => this.command(value),
    });
    board.ports.claim(this.name, SYSTEM_CONTROL_A, 1, {
      read: () => this.state.outputPort & OUTPUT_PORT.a20,
      write: (_port, _size, value) => {
        if (value & 1) board.power({ kind: "reset", by: "system control port A (port 0x92)" });
        this.setOutputPort((this.state.outputPort & ~OUTPUT_PORT.a20) | (value & OUTPUT_PORT.a20));
      },
    });
  }

  private readData(): number {
    this.state.full = false;
    return this.state.answer;
  }
  private answer(value: number): void {
    this.state.answer = value;
    this.state.full = true;
  }

  /** Commands of the 8042 as the AT's firmware has them. */
  private command(value: number): void {
    if ((value & 0xf0) === 0xf0) {
      // Pulse output lines: bit 0 low is a reset.
      if (!(value & OUTPUT_PORT.notReset)) this.board.power({ kind: "reset", by: "the keyboard controller (port 0x64)" });
      return;
    }
    switch (value) {
      case 0x20:
        return this.answer(this.state.commandByte);
      case 0xaa:
        return this.answer(0x55);
      case 0xab:
        return this.answer(0x00);
      case 0xd0:
        return this.answer(this.state.outputPort);
      case 0xdd:
        return this.setOutputPort(this.state.outputPort & ~OUTPUT_PORT.a20);
      case 0xdf:
        return this.setOutputPort(this.state.outputPort | OUTPUT_PORT.a20);
      default:
        this.state.pending = value;
    }
  }

  private writeData(value: number): void {
    const { pending } = this.state;
    this.state.pending = 0;
    if (pending === 0x60) this.state.commandByte = value;
    else if (pending === 0xd1) {
      if (!(value & OUTPUT_PORT.notReset)) this.board.power({ kind: "reset", by: "the keyboard controller's output port" });
      this.setOutputPort(value);
    }
  }

  private setOutputPort(value: number): void {
    this.state.outputPort = value | OUTPUT_PORT.notReset;
    this.setA20((value & OUTPUT_PORT.a20) !== 0);
  }

  reset(): void {
    this.state = { ...powerOn };
    this.setA20(true);
  }
  save(): unknown {
    return { ...this.state };
  }
  load(state: unknown): void {
    this.state = { ...(state as typeof powerOn) };
    this.setA20((this.state.outputPort & OUTPUT_PORT.a20) !== 0);
  }
}
