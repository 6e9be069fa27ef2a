/**
 * The 8259A programmable interrupt controller. Terms are those of Intel's data sheet (order number 231468): IRR, ISR, IMR, the
 * initialization command words ICW1-4 and the operation command words OCW1-3.
 */

/** The parts of a chip's state that outlive a bus cycle; plain data, so that saving is copying. */
const powerOn = {
  /** Interrupt requests latched, in service, and masked: one bit per input IR0-7. */
  irr: 0,
  isr: 0,
  imr: 0xff,
  /** Levels of the inputs. */
  inputs: 0,
  /** Inputs that are level-triggered by the edge/level control register, a PC's addition to the chip. */
  elcr: 0,
  /** ICW1 bit 3: all inputs are level-triggered. */
  levelTriggered: false,
  /** High five bits of the vectors (ICW2). */
  vectorBase: 0,
  /** ICW3: on a master, the inputs with a slave; on a slave, its number. */
  icw3: 0,
  autoEoi: false,
  specialFullyNested: false,
  rotateOnAutoEoi: false,
  specialMask: false,
  /** The input of the lowest priority; the one after it has the highest. */
  lowest: 7,
  readIsr: false,
  poll: false,
  /** The initialization command word expected next at the data port; 0 = none. */
  expects: 0 as 0 | 2 | 3 | 4,
  single: false,
  needsIcw4: false,
};

export type Pic8259State = typeof powerOn;

export class Pic8259 {
  state: Pic8259State = { ...powerOn };

  constructor(private readonly master: boolean) {}

  reset(): void {
    this.state = { ...powerOn, inputs: this.state.inputs };
  }

  /** Drives input `ir`. An edge is latched, but only while the input stays high: data sheet, "Edge and level triggered modes". */
  setInput(ir: number, high: boolean): void {
    const { state } = this;
    const bit = 1 << ir;
    const rising = high && (state.inputs & bit) === 0;
    state.inputs = high ? state.inputs | bit : state.inputs & ~bit;
    if (!high) state.irr &= ~bit;
    else if (rising || this.isLevelTriggered(bit)) state.irr |= bit;
  }

  /** Whether it makes a difference that input `ir` falls: it takes back a request, which a level is as long as it is high. */
  mindsFall(ir: number): boolean {
    return (this.state.irr & (1 << ir)) !== 0;
  }

  setElcr(value: number): void {
    this.state.elcr = value;
    this.state.irr |= this.state.inputs & value;
  }

  /** The input that INT is asserted for, or undefined if INT is low: the priority resolver. */
  get request(): number | undefined {
    const { irr, isr, imr, lowest, specialMask, specialFullyNested, icw3 } = this.state;
    const requests = irr & ~imr;
    if (requests === 0) return undefined;
    for (let n = 1; n <= 8; n++) {
      const ir = (lowest + n) & 7;
      const bit = 1 << ir;
      const inService = (isr & bit) !== 0;
      // A slave in service may ask again for an input of higher priority if the master is told to let it (ICW4 bit 4).
      const slaveMayRepeat = specialFullyNested && this.master && (icw3 & bit) !== 0;
      if (requests & bit && (!inService || slaveMayRepeat)) return ir;
      // Whatever is in service keeps lower priorities out, unless it is masked in special mask mode.
      if (inService && !(specialMask && imr & bit)) return undefined;
    }
    return undefined;
  }

  /** The INTA cycle; without a request it answers IR7 and sets no ISR bit, which is how software recognizes a spurious interrupt. */
  acknowledge(): number {
    const { state } = this;
    const ir = this.request;
    if (ir === undefined) return 7;
    const bit = 1 << ir;
    if (!this.isLevelTriggered(bit)) state.irr &= ~bit;
    state.isr |= bit;
    if (state.autoEoi) {
      state.isr &= ~bit;
      if (state.rotateOnAutoEoi) state.lowest = ir;
    }
    return ir;
  }

  vector(ir: number): number {
    return this.state.vectorBase | ir;
  }

  readCommand(): number {
    const { state } = this;
    if (!state.poll) return state.readIsr ? state.isr : state.irr;
    // A poll is an acknowledge: bit 7 tells whether there was a request (data sheet, "Poll command").
    state.poll = false;
    return this.request === undefined ? 7 : 0x80 | this.acknowledge();
  }

  readData(): number {
    return this.state.imr;
  }

  writeCommand(value: number): void {
    if (value & 0x10) this.initialize(value);
    else if (value & 0x08) this.operationCommand3(value);
    else this.operationCommand2(value);
  }

  writeData(value: number): void {
    const { state } = this;
    switch (state.expects) {
      case 0:
        state.imr = value; // OCW1
        return;
      case 2:
        state.vectorBase = value & 0xf8;
        state.expects = !state.single ? 3 : state.needsIcw4 ? 4 : 0;
        return;
      case 3:
        state.icw3 = value;
        state.expects = state.needsIcw4 ? 4 : 0;
        return;
      case 4:
        state.autoEoi = (value & 0x02) !== 0;
        state.specialFullyNested = (value & 0x10) !== 0;
        state.expects = 0;
    }
  }

  /** ICW1: edges must come anew, masks and priorities are reset, and IRR is what a read gives. */
  private initialize(value: number): void {
    this.state = {
      ...powerOn,
      imr: 0,
      inputs: this.state.inputs,
      elcr: this.state.elcr,
      vectorBase: this.state.vectorBase,
      expects: 2,
      levelTriggered: (value & 0x08) !== 0,
      single: (value & 0x02) !== 0,
      needsIcw4: (value & 0x01) !== 0,
    };
    this.state.irr = this.state.inputs & (this.state.levelTriggered ? 0xff : this.state.elcr);
  }

  private operationCommand2(value: number): void {
    const { state } = this;
    const rotate = (value & 0x80) !== 0;
    const specific = (value & 0x40) !== 0;
    const eoi = (value & 0x20) !== 0;
    if (!eoi) {
      if (!specific) state.rotateOnAutoEoi = rotate;
      else if (rotate) state.lowest = value & 7;
      return;
    }
    const ir = specific ? value & 7 : this.highestInService();
    if (ir === undefined) return;
    state.isr &= ~(1 << ir);
    if (rotate) state.lowest = ir;
  }

  private operationCommand3(value: number): void {
    const { state } = this;
    if (value & 0x40) state.specialMask = (value & 0x20) !== 0;
    if (value & 0x04) state.poll = true;
    else if (value & 0x02) state.readIsr = (value & 0x01) !== 0;
  }

  /** What a non-specific EOI ends; in special mask mode masked inputs are passed over. */
  private highestInService(): number | undefined {
    const { isr, imr, lowest, specialMask } = this.state;
    const candidates = specialMask ? isr & ~imr : isr;
    for (let n = 1; n <= 8; n++) {
      const ir = (lowest + n) & 7;
      if (candidates & (1 << ir)) return ir;
    }
    return undefined;
  }

  private isLevelTriggered(bit: number): boolean {
    return this.state.levelTriggered || (this.state.elcr & bit) !== 0;
  }
}
