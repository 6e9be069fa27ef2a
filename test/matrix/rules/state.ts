/** What the manual's rules speak about: registers, descriptors, memory. Nothing here comes from src/cpu386. */
import { AREA, AREA_BYTES, GDT, GDT_LIMIT, MONITOR_STACK, MONITOR_TSS } from "../layout.js";
import type { Departure } from "./departures.js";

/** Memory that nobody looks at: where a stack without limits wraps to; below 0x400 a TSS at 0 is written. */
const NOWHERE = 0x20000;

export const UD = 6;
export const DF = 8;
export const TS = 10;
export const NP = 11;
export const SS = 12;
export const GP = 13;

/** An exception with its error code: the manual's notation #GP(selector). */
export class Fault {
  /** After a task switch's commit point: it belongs to the new task (SDM volume 3, 7.3). */
  ofNewTask: "event" | "transfer" | undefined;
  constructor(
    readonly vector: number,
    readonly errorCode?: number,
  ) {}
}
export const FLAG = { IF: 0x200, TF: 0x100, IOPL: 0x3000, NT: 0x4000, RF: 0x10000, VM: 0x20000 } as const;

/** SDM volume 3, figure 3-8 and table 3-2. */
export interface Descriptor {
  readonly selector: number;
  readonly linear: number;
  readonly low: number;
  readonly high: number;
}
export const typeOf = (d: Descriptor): number => (d.high >>> 8) & 0x1f;
export const dplOf = (d: Descriptor): number => (d.high >>> 13) & 3;
export const isPresent = (d: Descriptor): boolean => (d.high & 0x8000) !== 0;
export const isSystem = (d: Descriptor): boolean => typeOf(d) < 0x10;
export const isCode = (d: Descriptor): boolean => typeOf(d) >= 0x18;
export const isConforming = (d: Descriptor): boolean => typeOf(d) >= 0x1c;
export const isData = (d: Descriptor): boolean => !isSystem(d) && !isCode(d);
export const isWritable = (d: Descriptor): boolean => isData(d) && (typeOf(d) & 2) !== 0;
export const isReadable = (d: Descriptor): boolean => isData(d) || (isCode(d) && (typeOf(d) & 2) !== 0);
export const isExpandDown = (d: Descriptor): boolean => isData(d) && (typeOf(d) & 4) !== 0;
export const isBig = (d: Descriptor): boolean => (d.high & 0x400000) !== 0;
export const baseOf = (d: Descriptor): number => ((d.low >>> 16) | ((d.high & 0xff) << 16) | (d.high & 0xff000000)) >>> 0;
/** 5.3: with G set, the low twelve bits are not checked. */
export const limitOf = (d: Descriptor): number => {
  const field = (d.low & 0xffff) | (d.high & 0xf0000);
  return d.high & 0x800000 ? ((field << 12) | 0xfff) >>> 0 : field;
};
export const offsetOfGate = (d: Descriptor): number => ((d.low & 0xffff) | (typeOf(d) & 8 ? d.high & 0xffff0000 : 0)) >>> 0;
export const selectorOfGate = (d: Descriptor): number => d.low >>> 16;

export const isNull = (selector: number): boolean => (selector & 0xfffc) === 0;
export const rplOf = (selector: number): number => selector & 3;
/** 6.13: an error code names a descriptor by index and TI; EXT is its bit 0. */
export const errorOf = (selector: number, ext = 0): number => (selector & 0xfffc) | ext;

/** A segment register: its visible part, and its hidden one unless that is not valid. */
export interface SegmentRegister {
  readonly selector: number;
  readonly descriptor: Descriptor | undefined;
}
export const SEGMENTS = ["es", "cs", "ss", "ds", "fs", "gs"] as const;
export type SegmentName = (typeof SEGMENTS)[number];

/** 20.2.1: what a segment register holds in virtual-8086 mode. */
export const virtualSegment = (selector: number): SegmentRegister => {
  const base = selector * 16;
  return { selector, descriptor: { selector, linear: 0, low: ((base & 0xffff) << 16) | 0xffff, high: 0xf300 | (base >>> 16) } };
};

export class State {
  readonly memory: Uint8Array;
  private readonly departures: ReadonlySet<Departure>;
  eip = 0;
  flags = 2;
  cpl = 0;
  readonly general = new Uint32Array(8);
  readonly segments: Record<SegmentName, SegmentRegister>;
  ldtr: SegmentRegister = { selector: 0, descriptor: undefined };
  tr: SegmentRegister = { selector: 0, descriptor: undefined };
  /** What was pushed on the monitor's stack: the error code that it reports. */
  reported: number | undefined;

  /** @param asked gets the departures that were asked for and are made */
  constructor(
    memory: Uint8Array,
    departures: Iterable<Departure> = [],
    private readonly asked?: Set<Departure>,
  ) {
    this.memory = memory.slice();
    this.departures = new Set(departures);
    const none = { selector: 0, descriptor: undefined };
    this.segments = { es: none, cs: none, ss: none, ds: none, fs: none, gs: none };
  }

  departs(name: Departure): boolean {
    if (!this.departures.has(name)) return false;
    this.asked?.add(name);
    return true;
  }
  get esp(): number {
    return this.general[4]!;
  }
  set esp(value: number) {
    this.general[4] = value;
  }
  get virtual8086(): boolean {
    return (this.flags & FLAG.VM) !== 0;
  }

  readLinear(linear: number, size: number): number {
    let value = 0;
    for (let n = size - 1; n >= 0; n--) value = value * 256 + this.memory[this.placeOf((linear + n) >>> 0)]!;
    return value;
  }
  writeLinear(linear: number, size: number, value: number): void {
    for (let n = 0; n < size; n++) {
      const at = (linear + n) >>> 0;
      if (at >= MONITOR_TSS && at < MONITOR_TSS + 0x68) continue;
      if (at < 0x400 || (at >= NOWHERE && at < NOWHERE + 0x10000)) continue;
      if (at >= MONITOR_STACK - 4 && at < MONITOR_STACK) this.reported = value;
      else this.memory[this.placeOf(at)] = value >>> (8 * n);
    }
  }
  private placeOf(linear: number): number {
    const place = linear - AREA;
    if (place < 0 || place >= AREA_BYTES) throw new Error(`the case goes beyond its area, to 0x${linear.toString(16)}`);
    return place;
  }

  /** 3.5.1: the descriptor a selector names, or undefined if its index lies outside its table. */
  lookUp(selector: number): Descriptor | undefined {
    const local = (selector & 4) !== 0;
    if (local && !this.ldtr.descriptor) return undefined;
    const [base, limit] = local ? [baseOf(this.ldtr.descriptor!), limitOf(this.ldtr.descriptor!)] : [AREA + GDT, GDT_LIMIT];
    const index = selector & 0xfff8;
    if (index + 7 > limit) return undefined;
    return { selector, linear: base + index, low: this.readLinear(base + index, 4), high: this.readLinear(base + index + 4, 4) };
  }
  /** The same for who must have one: a fault with the selector. */
  fetch(selector: number, vector = GP, ext = 0): Descriptor {
    const d = this.lookUp(selector);
    if (!d) throw new Fault(vector, errorOf(selector, ext));
    return d;
  }
  /** 3.4.5.1: the accessed bit is set whenever the selector is loaded into a segment register. */
  accessed(d: Descriptor): Descriptor {
    this.writeLinear(d.linear + 5, 1, (d.high >>> 8) | 1);
    return { ...d, high: (d.high | 0x100) >>> 0 };
  }
  load(name: SegmentName, d: Descriptor, selector = d.selector, byMove = false): void {
    const marks = byMove || !this.departs("sets accessed in mov only");
    this.segments[name] = { selector, descriptor: marks ? this.accessed(d) : d };
  }
  loadNull(name: SegmentName, selector: number): void {
    this.segments[name] = { selector, descriptor: undefined };
  }
}
