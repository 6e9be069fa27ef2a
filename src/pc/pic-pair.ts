/** The two 8259A of a PC: the slave's INT is the master's IR2, so there are IRQ 0-15 without 2. */
import type { InterruptSource } from "../cpu386/bus.js";
import type { Board, Device, InterruptLines } from "./board.js";
import { Pic8259, type Pic8259State } from "./pic8259.js";

const MASTER = 0x20;
const SLAVE = 0xa0;
const ELCR = 0x4d0;
const CASCADE = 2;
/** IRQs that must be edge-triggered, whatever is written to the edge/level control registers: 0, 1, 2, 8 and 13. */
const ELCR_WRITABLE = [0xf8, 0xde] as const;

export interface InterruptLine {
  readonly irq: number;
  readonly vector: number;
  readonly masked: boolean;
  readonly raised: boolean;
  readonly requested: boolean;
  readonly inService: boolean;
  readonly level: boolean;
}

export class PicPair implements Device, InterruptSource, InterruptLines {
  readonly name = "interrupt controllers";
  /** Called when INTR goes from low to high. */
  onRequest: (() => void) | undefined;

  private readonly master = new Pic8259(true);
  private readonly slave = new Pic8259(false);
  private intr = false;
  /** What drives a line and passes its falls on late. */
  private late: { irq: number; refresh: () => void; minds: boolean } | undefined;

  attach(board: Board): void {
    this.attachChip(board, this.master, MASTER);
    this.attachChip(board, this.slave, SLAVE);
    board.ports.claim(this.name, ELCR, 2, {
      read: (port) => (port === ELCR ? this.master : this.slave).state.elcr,
      write: (port, _size, value) => {
        const chip = port === ELCR ? this.master : this.slave;
        chip.setElcr(value & ELCR_WRITABLE[port === ELCR ? 0 : 1]);
        this.update();
      },
    });
  }

  private attachChip(board: Board, chip: Pic8259, command: number): void {
    board.ports.claim(this.name, command, 2, {
      read: (port) => {
        const value = port === command ? chip.readCommand() : chip.readData();
        this.update();
        return value;
      },
      write: (port, _size, value) => {
        // ICW1 looks at the inputs.
        if (port === command && value & 0x10) this.late?.refresh();
        if (port === command) chip.writeCommand(value);
        else chip.writeData(value);
        this.update();
      },
    });
  }

  set(irq: number, level: boolean): void {
    if (irq === CASCADE) throw new RangeError("IRQ 2 is the cascade");
    this.chipOf(irq).setInput(irq & 7, level);
    this.update();
  }
  private chipOf(irq: number): Pic8259 {
    return irq < 8 ? this.master : this.slave;
  }

  mindsFall(irq: number): boolean {
    return this.chipOf(irq).mindsFall(irq & 7);
  }
  passesFallsLate(irq: number, refresh: () => void): void {
    if (this.late) throw new RangeError(`IRQ ${this.late.irq} falls late already`);
    this.late = { irq, refresh, minds: this.mindsFall(irq) };
  }

  get pending(): boolean {
    return this.intr;
  }

  acknowledge(): number {
    const ir = this.master.acknowledge();
    const answered = ir === CASCADE ? this.acknowledgeSlave() : this.master.vector(ir);
    this.update();
    return answered;
  }

  private acknowledgeSlave(): number {
    const ir = this.slave.acknowledge();
    // INT drops during INTA, so that a further request of the slave is a new edge for the master.
    this.master.setInput(CASCADE, false);
    return this.slave.vector(ir);
  }

  reset(): void {
    this.master.reset();
    this.slave.reset();
    this.update();
  }

  /** The state of every line but the cascade, for looking at. */
  lines(): InterruptLine[] {
    this.late?.refresh();
    const out: InterruptLine[] = [];
    for (let irq = 0; irq < 16; irq++) {
      if (irq === CASCADE) continue;
      const { inputs, irr, isr, imr, elcr, levelTriggered, vectorBase } = this.chipOf(irq).state;
      const has = (bits: number): boolean => (bits & (1 << (irq & 7))) !== 0;
      const vector = vectorBase | (irq & 7);
      const level = levelTriggered || has(elcr);
      out.push({ irq, vector, masked: has(imr), raised: has(inputs), requested: has(irr), inService: has(isr), level });
    }
    return out;
  }

  save(): unknown {
    this.late?.refresh();
    return { master: { ...this.master.state }, slave: { ...this.slave.state } };
  }

  load(saved: unknown): void {
    const { master, slave } = saved as { master: Pic8259State; slave: Pic8259State };
    this.master.state = { ...master };
    this.slave.state = { ...slave };
    this.intr = this.master.request !== undefined;
    this.tellLate();
  }

  private update(): void {
    this.master.setInput(CASCADE, this.slave.request !== undefined);
    const before = this.intr;
    this.intr = this.master.request !== undefined;
    if (this.intr && !before) this.onRequest?.();
    this.tellLate();
  }
  private tellLate(): void {
    const { late } = this;
    if (!late || late.minds === this.mindsFall(late.irq)) return;
    late.minds = !late.minds;
    late.refresh();
  }
}
