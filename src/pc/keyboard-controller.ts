/** The keyboard controller (8042) with its keyboard, the A20 gate and the reset lines; and system control port A, which has them too. */
import type { Board, Device } from "./board.js";

const DATA = 0x60;
const COMMAND = 0x64;
const SYSTEM_CONTROL_A = 0x92;
const IRQ = 1;
/** A keyboard keeps so many codes for a controller that does not take them. */
const BUFFER = 16;

/** Status register: output buffer full, self-test passed, keyboard not locked. */
const STATUS = { full: 0x01, passed: 0x04, unlocked: 0x10 } as const;
const OUTPUT_PORT = { notReset: 0x01, a20: 0x02 } as const;
/** Command byte: raise IRQ 1 when the output buffer is full; the keyboard is held. */
const COMMAND_BYTE = { interrupt: 0x01, disabled: 0x10 } as const;

const ACKNOWLEDGE = 0xfa;
const SELF_TEST_PASSED = 0xaa;

interface State {
  outputPort: number;
  commandByte: number;
  /** A command whose byte has not been written yet. */
  pending: number;
  output: number;
  full: boolean;
  /** Codes that the keyboard has not handed over. */
  codes: readonly number[];
}
const POWER_ON: State = { outputPort: 0xcf, commandByte: 0x65, pending: 0, output: 0, full: false, codes: [] };

export class KeyboardController implements Device {
  readonly name = "keyboard controller";
  private state: State = { ...POWER_ON };
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

  /** Codes of scan code set 1, as if keys were pressed and let go. What the keyboard cannot keep is lost. */
  press(codes: readonly number[]): void {
    this.state.codes = [...this.state.codes, ...codes].slice(0, BUFFER);
    this.handOver();
  }

  private readData(): number {
    this.state.full = false;
    this.board.irq.set(IRQ, false);
    const { output } = this.state;
    this.handOver();
    return output;
  }
  private handOver(): void {
    const { full, commandByte, codes } = this.state;
    if (full || commandByte & COMMAND_BYTE.disabled || codes.length === 0) return;
    this.state.codes = codes.slice(1);
    this.answer(codes[0]!);
  }
  private answer(value: number): void {
    this.state.output = value;
    this.state.full = true;
    if (this.state.commandByte & COMMAND_BYTE.interrupt) this.board.irq.set(IRQ, true);
  }

  /** Commands of the 8042 as the AT's firmware has them. */
  private command(value: number): void {
    if ((value & 0xf0) === 0xf0) {
      // Pulse output lines: bit 0 low is a reset.
      if (!(value & OUTPUT_PORT.notReset)) this.board.power({ kind: "reset", by: "the keyboard controller (port 0x64)" });
      return;
    }
    const { state } = this;
    switch (value) {
      case 0x20:
        return this.answer(state.commandByte);
      case 0xaa:
        return this.answer(0x55);
      case 0xab:
        return this.answer(0x00);
      case 0xad:
      case 0xae:
        return this.setCommandByte(value === 0xad ? state.commandByte | COMMAND_BYTE.disabled : state.commandByte & ~COMMAND_BYTE.disabled);
      case 0xd0:
        return this.answer(state.outputPort);
      case 0xdd:
        return this.setOutputPort(state.outputPort & ~OUTPUT_PORT.a20);
      case 0xdf:
        return this.setOutputPort(state.outputPort | OUTPUT_PORT.a20);
      default:
        state.pending = value;
    }
  }

  private writeData(value: number): void {
    const { pending } = this.state;
    this.state.pending = 0;
    switch (pending) {
      case 0x60:
        return this.setCommandByte(value);
      case 0xd1:
        if (!(value & OUTPUT_PORT.notReset)) this.board.power({ kind: "reset", by: "the keyboard controller's output port" });
        return this.setOutputPort(value);
      case 0xd2:
        // As if it came from the keyboard.
        return this.answer(value);
      case 0:
        // To the keyboard itself, which acknowledges everything, and says how its test went after a reset.
        return this.press(value === 0xff ? [ACKNOWLEDGE, SELF_TEST_PASSED] : [ACKNOWLEDGE]);
    }
  }

  private setCommandByte(value: number): void {
    this.state.commandByte = value;
    if (this.state.full) this.board.irq.set(IRQ, (value & COMMAND_BYTE.interrupt) !== 0);
    this.handOver();
  }
  private setOutputPort(value: number): void {
    this.state.outputPort = value | OUTPUT_PORT.notReset;
    this.setA20((value & OUTPUT_PORT.a20) !== 0);
  }

  reset(): void {
    this.state = { ...POWER_ON };
    this.board.irq.set(IRQ, false);
    this.setA20(true);
  }
  save(): unknown {
    return { ...this.state };
  }
  load(state: unknown): void {
    this.state = { ...(state as State) };
    this.board.irq.set(IRQ, this.state.full && (this.state.commandByte & COMMAND_BYTE.interrupt) !== 0);
    this.setA20((this.state.outputPort & OUTPUT_PORT.a20) !== 0);
  }
}
