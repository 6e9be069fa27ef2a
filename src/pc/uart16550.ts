/**
 * A serial port with a 16550A. Register and bit names are those of National Semiconductor's data sheet (PC16550D).
 *
 * The transmitter takes no time: a byte written is sent at once, and LSR always says "empty". Kernels that poll before each
 * character, as POK does, then never wait. The receiver takes the time the baud rate gives it, because drivers that read one byte per
 * interrupt rely on the pause between two. Bytes wait at the far end while the receiver is full: host input does not overrun.
 */
import type { Board, Device, Timer } from "./board.js";

const FIFO_SIZE = 16;
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
/** The crystal: 16 of its ticks a bit at divisor 1, which is 115200 baud. */
const UART_HZ = 1843200;

const IER = { received: 1, transmitterEmpty: 2, lineStatus: 4, modemStatus: 8 } as const;
const IIR = { none: 1, modemStatus: 0, transmitterEmpty: 2, received: 4, lineStatus: 6, timeout: 12 } as const;
const LCR_DLAB = 0x80;
const MCR = { dtr: 1, rts: 2, out1: 4, out2: 8, loop: 16 } as const;
const LSR = { dataReady: 1, overrun: 2, transmitterEmpty: 0x60 } as const;
/** The far end is always there: DCD, DSR and CTS are on. */
const MSR_CONNECTED = 0xb0;

const powerOn = {
  ier: 0,
  lcr: 0,
  mcr: 0,
  scr: 0,
  msr: MSR_CONNECTED,
  divisor: 12,
  fifo: false,
  trigger: 1,
  received: [] as readonly number[],
  overrun: false,
  /** THR became empty and nobody has been told: the source of the THRE interrupt. */
  emptied: false,
  /** The FIFO has been left alone for four character times. */
  timedOut: false,
  /** When the byte on the line, or the character timeout, is complete. */
  arrival: undefined as number | undefined,
  timeout: undefined as number | undefined,
};

type State = typeof powerOn;

export interface Uart16550Options {
  /** Hears what the guest sends, in order. */
  readonly output: (bytes: Uint8Array) => void;
  /** First of its eight ports, and its line; those of COM1 unless given. */
  readonly port?: number;
  readonly irq?: number;
}

export class Uart16550 implements Device {
  readonly name: string;
  private readonly output: (bytes: Uint8Array) => void;
  private readonly port: number;
  private readonly irq: number;
  private board!: Board;
  private state: State = { ...powerOn };
  /** What the far end has sent and the receiver has not taken in yet. */
  private line: number[] = [];
  private arrivalTimer: Timer | undefined;
  private timeoutTimer: Timer | undefined;

  constructor(options: Uart16550Options) {
    this.output = options.output;
    this.port = options.port ?? 0x3f8;
    this.irq = options.irq ?? 4;
    this.name = `serial port at 0x${this.port.toString(16)}`;
  }

  attach(board: Board): void {
    this.board = board;
    board.ports.claim(this.name, this.port, 8, {
      read: (port) => this.read(port - this.port),
      write: (port, _size, value) => this.write(port - this.port, value),
    });
  }

  /** Input from outside. */
  receive(bytes: Iterable<number>): void {
    for (const byte of bytes) this.line.push(byte & 0xff);
    this.listen();
  }

  reset(): void {
    this.state = { ...powerOn };
    this.restartTimers();
    this.listen();
    this.update();
  }

  save(): unknown {
    return { ...this.state, received: [...this.state.received], line: [...this.line] };
  }

  load(saved: unknown): void {
    const { line, ...state } = saved as State & { line: readonly number[] };
    this.state = { ...state, received: [...state.received] };
    this.line = [...line];
    this.restartTimers();
  }

  private read(register: number): number {
    const { state } = this;
    switch (register) {
      case 0:
        return this.dlab ? state.divisor & 0xff : this.readReceiver();
      case 1:
        return this.dlab ? state.divisor >> 8 : state.ier;
      case 2:
        return this.readIdentification();
      case 3:
        return state.lcr;
      case 4:
        return state.mcr;
      case 5:
        return this.readLineStatus();
      case 6: {
        const { msr } = state;
        state.msr &= 0xf0;
        this.update();
        return msr;
      }
      default:
        return state.scr;
    }
  }

  private write(register: number, value: number): void {
    const { state } = this;
    switch (register) {
      case 0:
        if (this.dlab) state.divisor = (state.divisor & 0xff00) | value;
        else this.send(value);
        break;
      case 1:
        if (this.dlab) state.divisor = (state.divisor & 0xff) | (value << 8);
        else {
          // THR is empty, so enabling its interrupt raises it.
          if (value & ~state.ier & IER.transmitterEmpty) state.emptied = true;
          state.ier = value & 0x0f;
        }
        break;
      case 2:
        this.controlFifo(value);
        break;
      case 3:
        state.lcr = value;
        break;
      case 4:
        state.mcr = value & 0x1f;
        this.updateModemStatus();
        break;
      case 7:
        state.scr = value;
        break;
      default: // LSR is for factory tests, MSR cannot be written
    }
    this.update();
  }

  private get dlab(): boolean {
    return (this.state.lcr & LCR_DLAB) !== 0;
  }

  private send(byte: number): void {
    // The interrupt goes away with the byte written and comes back with the byte sent, so that a driver sees a new edge for each.
    this.state.emptied = false;
    this.update();
    if (this.state.mcr & MCR.loop) this.takeIn(byte);
    else this.output(Uint8Array.of(byte));
    this.state.emptied = true;
  }

  private readReceiver(): number {
    const { state } = this;
    const [byte = 0, ...rest] = state.received;
    state.received = rest;
    state.timedOut = false;
    this.restartTimeout();
    this.listen();
    this.update();
    return byte;
  }

  private readLineStatus(): number {
    const { state } = this;
    const status = LSR.transmitterEmpty | (state.received.length > 0 ? LSR.dataReady : 0) | (state.overrun ? LSR.overrun : 0);
    state.overrun = false;
    this.update();
    return status;
  }

  private readIdentification(): number {
    const { state } = this;
    const source = this.interruptSource;
    if (source === IIR.transmitterEmpty) {
      state.emptied = false;
      this.update();
    }
    return source | (state.fifo ? 0xc0 : 0);
  }

  private controlFifo(value: number): void {
    const { state } = this;
    const enable = (value & 1) !== 0;
    if (enable !== state.fifo || (enable && value & 2)) {
      state.received = [];
      state.timedOut = false;
    }
    state.fifo = enable;
    state.trigger = enable ? TRIGGER_LEVELS[value >> 6]! : 1;
    this.restartTimeout();
    this.listen();
  }

  /** In loopback the modem outputs are wired to the modem inputs; bits 0-3 tell which of these have changed. */
  private updateModemStatus(): void {
    const { state } = this;
    const { mcr } = state;
    const loop = (mcr & MCR.rts ? 0x10 : 0) | (mcr & MCR.dtr ? 0x20 : 0) | (mcr & MCR.out1 ? 0x40 : 0) | (mcr & MCR.out2 ? 0x80 : 0);
    const before = state.msr & 0xf0;
    const after = mcr & MCR.loop ? loop : MSR_CONNECTED;
    const changed = (before ^ after) >> 4;
    // The ring indicator counts only when it ends.
    const ringGoesOn = (after & 0x40) !== 0;
    state.msr = after | (state.msr & 0x0f) | (ringGoesOn ? changed & ~4 : changed);
  }

  private takeIn(byte: number): void {
    const { state } = this;
    if (state.received.length >= (state.fifo ? FIFO_SIZE : 1)) state.overrun = true;
    else state.received = [...state.received, byte];
    this.restartTimeout();
  }

  /** Begins to take in the next byte from outside if there is one and room for it. */
  private listen(): void {
    const { state } = this;
    if (state.arrival !== undefined || this.line.length === 0 || state.received.length >= (state.fifo ? FIFO_SIZE : 1)) return;
    state.arrival = this.board.clock.now + this.characterTime;
    this.restartTimers();
  }

  private arrive(): void {
    const { state } = this;
    state.arrival = undefined;
    // Loopback may have filled the receiver meanwhile.
    if (state.received.length < (state.fifo ? FIFO_SIZE : 1)) this.takeIn(this.line.shift()!);
    this.listen();
    this.update();
  }

  private get characterTime(): number {
    const { lcr, divisor } = this.state;
    const bits = 1 + 5 + (lcr & 3) + (lcr & 8 ? 1 : 0) + (lcr & 4 ? 2 : 1);
    return Math.ceil((this.board.clock.ips * bits * 16 * (divisor || 1)) / UART_HZ);
  }

  private restartTimeout(): void {
    const { state } = this;
    state.timeout = state.fifo && state.received.length > 0 ? this.board.clock.now + 4 * this.characterTime : undefined;
    this.restartTimers();
  }

  private restartTimers(): void {
    const { state } = this;
    const { clock } = this.board;
    this.arrivalTimer?.cancel();
    this.timeoutTimer?.cancel();
    this.arrivalTimer = state.arrival === undefined ? undefined : clock.at(state.arrival, () => this.arrive());
    this.timeoutTimer = undefined;
    if (state.timeout !== undefined) {
      this.timeoutTimer = clock.at(state.timeout, () => {
        state.timeout = undefined;
        this.state.timedOut = true;
        this.update();
      });
    }
  }

  /** The interrupt of the highest priority (data sheet, table "Interrupt control functions"). */
  private get interruptSource(): number {
    const { ier, overrun, received, trigger, timedOut, emptied, msr } = this.state;
    if (ier & IER.lineStatus && overrun) return IIR.lineStatus;
    if (ier & IER.received && received.length >= trigger) return IIR.received;
    if (ier & IER.received && timedOut) return IIR.timeout;
    if (ier & IER.transmitterEmpty && emptied) return IIR.transmitterEmpty;
    if (ier & IER.modemStatus && msr & 0x0f) return IIR.modemStatus;
    return IIR.none;
  }

  /** On a PC, OUT2 connects the interrupt output to the bus. */
  private update(): void {
    this.board.irq.set(this.irq, (this.state.mcr & MCR.out2) !== 0 && this.interruptSource !== IIR.none);
  }
}
