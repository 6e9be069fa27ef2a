/** A board without a processor: the test sets the time, and asks for what devices have done. */
import type { Physical } from "../../src/cpu386/address.js";
import type { Memory, Size } from "../../src/cpu386/bus.js";
import type { Board, InterruptLines, PowerEvent } from "../../src/pc/board.js";
import { VirtualClock } from "../../src/pc/clock.js";
import { Ports } from "../../src/pc/ports.js";

export class FakeMemory implements Memory {
  readonly bytes: Uint8Array;
  constructor(readonly size: number) {
    this.bytes = new Uint8Array(size);
  }
  read(address: Physical, size: Size): number {
    let value = 0;
    for (let n = size - 1; n >= 0; n--) value = value * 256 + (this.bytes[address + n] ?? 0xff);
    return value;
  }
  write(address: Physical, size: Size, value: number): void {
    for (let n = 0; n < size; n++) this.bytes[address + n] = value >>> (8 * n);
  }
  peek(address: Physical, length: number): Uint8Array | undefined {
    return address < this.size ? this.bytes.slice(address, address + length) : undefined;
  }
  poke(address: Physical, bytes: Uint8Array): boolean {
    if (address + bytes.length > this.size) return false;
    this.bytes.set(bytes, address);
    return true;
  }
  word(address: number): number {
    return this.read(address as Physical, 4);
  }
  /** A string ended by a zero byte. */
  text(address: number): string {
    return new TextDecoder().decode(this.bytes.subarray(address, this.bytes.indexOf(0, address)));
  }
}

export class FakeBoard implements Board {
  time = 0;
  readonly memory: FakeMemory;
  readonly ports = new Ports();
  readonly clock: VirtualClock;
  /** Every change of an interrupt line, with the time. */
  readonly edges: { irq: number; level: boolean; at: number }[] = [];
  readonly levels = new Map<number, boolean>();
  readonly irq: InterruptLines = {
    set: (irq, level) => {
      if ((this.levels.get(irq) ?? false) === level) return;
      this.levels.set(irq, level);
      this.edges.push({ irq, level, at: this.time });
    },
    mindsFall: () => true,
    passesFallsLate: () => {},
  };
  readonly powerEvents: PowerEvent[] = [];

  constructor(ips = 50_000_000, memoryBytes = 0x200000) {
    this.memory = new FakeMemory(memoryBytes);
    this.clock = new VirtualClock(() => this.time, ips);
  }

  power(event: PowerEvent): void {
    this.powerEvents.push(event);
  }

  in(port: number): number {
    return this.ports.read(port, 1);
  }
  out(port: number, ...values: number[]): void {
    for (const value of values) this.ports.write(port, 1, value);
  }

  /** Lets time pass, stopping at every alarm as the processor does. */
  advanceTo(time: number): void {
    for (let next = this.clock.next(); next !== undefined && next <= time; next = this.clock.next()) {
      this.time = Math.max(this.time, next);
      this.clock.fireDue();
    }
    this.time = time;
  }
  advance(by: number): void {
    this.advanceTo(this.time + by);
  }
}
