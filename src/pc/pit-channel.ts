/**
 * One counter of the 8254 programmable interval timer, as arithmetic: nothing is counted down. From the tick at which the counting
 * element was loaded follow the count, the OUT pin and its next edge at any tick. Terms and diagrams: Intel data sheet 231164.
 *
 * Times are ticks of the 1.193182 MHz input. A count written at tick t is loaded by the next clock pulse, t + 1.
 */
import { modulo } from "./timebase.js";

const initial = {
  mode: 0,
  bcd: false,
  /** Read/write mode of the control word: 1 = low byte, 2 = high byte, 3 = low byte, then high byte. */
  access: 3,
  gate: true,
  /** The tick at which `count` was loaded; undefined while the counter waits for a count (or, in modes 1 and 5, a trigger). */
  loadedAt: undefined as number | undefined,
  /** OUT between the write or trigger that starts the counter and the clock pulse that loads it. */
  outBeforeLoad: true,
  /** What was loaded, 1 to 65536 (10000 in BCD). */
  count: 0x10000,
  /** Clock pulses counted when the gate stopped the counter. */
  stoppedAfter: undefined as number | undefined,
  /** A count that is to replace the present one when the cycle under way ends. */
  next: undefined as { count: number; at: number } | undefined,
  /** The count register; undefined until the first count is written. */
  written: undefined as number | undefined,
  writesHigh: false,
  lowByte: 0,
  readsHigh: false,
  latchedCount: undefined as number | undefined,
  latchedStatus: undefined as number | undefined,
};

export type PitChannelState = typeof initial;

export class PitChannel {
  state: PitChannelState = { ...initial };

  /** As a PC's BIOS leaves channel 0: a square wave of 18.2 Hz. */
  reset(tick: number, gate: boolean): void {
    this.state = { ...initial, mode: 3, gate, written: 0x10000, ...(gate ? { loadedAt: tick } : {}) };
  }

  /** The control word's mode, access and BCD bits (data sheet, "Control word format"). */
  control(value: number): void {
    const mode = (value >> 1) & 7;
    this.state = {
      ...initial,
      gate: this.state.gate,
      mode: mode > 5 ? mode - 4 : mode,
      bcd: (value & 1) !== 0,
      access: (value >> 4) & 3,
    };
  }

  latchCount(tick: number): void {
    this.state.latchedCount ??= this.encode(this.countAt(tick));
  }

  latchStatus(tick: number): void {
    const { mode, access, bcd } = this.state;
    this.state.latchedStatus ??= (this.out(tick) ? 0x80 : 0) | (this.isNull(tick) ? 0x40 : 0) | (access << 4) | (mode << 1) | (bcd ? 1 : 0);
  }

  read(tick: number): number {
    const { state } = this;
    if (state.latchedStatus !== undefined) {
      const status = state.latchedStatus;
      state.latchedStatus = undefined;
      return status;
    }
    const value = state.latchedCount ?? this.encode(this.countAt(tick));
    const high = state.access === 2 || (state.access === 3 && state.readsHigh);
    if (state.access === 3) state.readsHigh = !state.readsHigh;
    if (state.access !== 3 || high) state.latchedCount = undefined;
    return high ? value >> 8 : value & 0xff;
  }

  write(byte: number, tick: number): void {
    const { state } = this;
    if (state.access === 3 && !state.writesHigh) {
      state.lowByte = byte;
      state.writesHigh = true;
      // In mode 0 the first byte stops the counter and keeps OUT low until the second has come.
      if (state.mode === 0) state.loadedAt = undefined;
      return;
    }
    state.writesHigh = false;
    this.writeCount(state.access === 1 ? byte : (byte << 8) | (state.access === 3 ? state.lowByte : 0), tick);
  }

  private writeCount(value: number, tick: number): void {
    const { state } = this;
    const count = this.decode(value);
    state.written = count;
    if (state.mode === 0) this.start(tick, false);
    else if (state.mode === 4) this.start(tick, this.out(tick));
    else if (state.loadedAt !== undefined && tick < state.loadedAt) {
      state.count = count; // a load that is on its way takes the latest
    } else if (state.mode === 2 || state.mode === 3) {
      if (state.loadedAt === undefined) {
        if (state.gate) this.start(tick, true);
      } else if (state.stoppedAfter === undefined) {
        state.next = { count, at: this.endOfCycle(tick) };
      }
    }
    // Modes 1 and 5, and a stopped counter, take the count at the next trigger.
  }

  setGate(high: boolean, tick: number): void {
    const { state } = this;
    if (high === state.gate) return;
    const out = this.out(tick);
    state.gate = high;
    switch (state.mode) {
      case 0:
      case 4:
        if (state.loadedAt === undefined) return;
        if (!high) state.stoppedAfter = Math.max(0, tick - state.loadedAt);
        else if (state.stoppedAfter !== undefined) {
          // The clock pulse that loads does so whatever the gate says.
          state.loadedAt = Math.max(state.loadedAt, tick - state.stoppedAfter);
          state.stoppedAfter = undefined;
        }
        return;
      case 2:
      case 3:
        if (high) this.start(tick, out);
        else if (state.loadedAt !== undefined) {
          state.stoppedAfter = Math.max(0, tick - state.loadedAt);
          state.next = undefined;
        }
        return;
      default:
        if (high) this.start(tick, out); // the trigger
    }
  }

  /** Loads the count register at the next clock pulse. */
  private start(tick: number, out: boolean): void {
    const { state } = this;
    if (state.written === undefined) return;
    state.outBeforeLoad = out;
    state.count = state.written;
    state.loadedAt = tick + 1;
    state.next = undefined;
    state.stoppedAfter = state.gate || state.mode === 1 || state.mode === 5 ? undefined : 0;
  }

  /** The OUT pin. */
  out(tick: number): boolean {
    this.settle(tick);
    const { mode, count, gate } = this.state;
    const n = this.elapsed(tick);
    if (n === undefined) return mode !== 0;
    if (n < 0) return this.state.outBeforeLoad;
    switch (mode) {
      case 0:
      case 1:
        return n >= count;
      case 2:
        return !gate || modulo(n, count) !== count - 1;
      case 3:
        return !gate || modulo(n, count) < half(count);
      default:
        return n !== count;
    }
  }

  /** The first tick after `tick` at which OUT changes if nothing is written and the gate stays; undefined if never. */
  nextEdge(tick: number): number | undefined {
    this.settle(tick);
    const { mode, count, loadedAt, stoppedAfter, next } = this.state;
    if (loadedAt === undefined || stoppedAfter !== undefined) return undefined;
    const edge = this.edgeOfCycle(mode, count, loadedAt, tick);
    // Edges of a cycle that will not come about are not its successor's.
    if (next !== undefined && (edge === undefined || edge >= next.at)) {
      const before = this.out(tick);
      return before === this.outAtLoad(next.at) ? this.edgeAfterLoad(next.at) : next.at;
    }
    return edge;
  }

  private edgeOfCycle(mode: number, count: number, loadedAt: number, tick: number): number | undefined {
    const n = tick - loadedAt;
    if (n < 0) return this.outAtLoad(loadedAt) !== this.state.outBeforeLoad ? loadedAt : this.edgeOfCycle(mode, count, loadedAt, loadedAt);
    if (mode === 0 || mode === 1) return n < count ? loadedAt + count : undefined;
    if (mode > 3) return n < count ? loadedAt + count : n === count ? tick + 1 : undefined;
    if (count === 1) return undefined; // not allowed in these modes
    const phase = modulo(n, count);
    const falls = mode === 2 ? count - 1 : half(count);
    return tick - phase + (phase < falls ? falls : count);
  }

  private outAtLoad(at: number): boolean {
    return this.copyAt(at).out(at);
  }
  private edgeAfterLoad(at: number): number | undefined {
    return this.copyAt(at).nextEdge(at);
  }
  private copyAt(at: number): PitChannel {
    const copy = new PitChannel();
    copy.state = { ...this.state };
    copy.settle(at);
    return copy;
  }

  /** The counting element. */
  private countAt(tick: number): number {
    this.settle(tick);
    const { mode, count } = this.state;
    const wrap = this.state.bcd ? 10000 : 0x10000;
    const n = this.elapsed(tick);
    if (n === undefined || n < 0) return count % wrap;
    if (mode === 2) return (count - modulo(n, count)) % wrap;
    if (mode === 3) {
      // Counts down by two from an even number, twice in a cycle.
      const phase = modulo(n, count);
      return ((count & ~1) - 2 * (phase < half(count) ? phase : phase - half(count))) % wrap;
    }
    return modulo(count - n, wrap);
  }

  /** Status bit 6: the count last written has not been loaded yet. */
  private isNull(tick: number): boolean {
    const { loadedAt, next, written, count } = this.state;
    return loadedAt === undefined || tick < loadedAt || next !== undefined || written !== count;
  }

  /** Clock pulses counted since the load; undefined before any. */
  private elapsed(tick: number): number | undefined {
    const { loadedAt, stoppedAfter } = this.state;
    return loadedAt === undefined ? undefined : (stoppedAfter ?? tick - loadedAt);
  }

  /** Carries out the replacement of the count if its time has come. */
  private settle(tick: number): void {
    const { state } = this;
    const { next } = state;
    if (next === undefined || tick < next.at) return;
    // In mode 3 the replacement may fall into the middle of a cycle, which then goes on with its low half.
    const lowHalf = state.mode === 3 && (next.at - state.loadedAt!) % state.count !== 0;
    state.count = next.count;
    state.loadedAt = lowHalf ? next.at - half(next.count) : next.at;
    state.next = undefined;
  }

  /** The tick at which a count written at `tick` takes effect: the end of the cycle in mode 2, of the half cycle in mode 3. */
  private endOfCycle(tick: number): number {
    this.settle(tick);
    const { mode, count, loadedAt } = this.state;
    const n = tick + 1 - loadedAt!;
    const phase = modulo(n, count);
    if (phase === 0) return tick + 1;
    return tick + 1 - phase + (mode === 3 && phase <= half(count) ? half(count) : count);
  }

  private decode(value: number): number {
    if (!this.state.bcd) return value === 0 ? 0x10000 : value;
    const decimal = (value >> 12) * 1000 + ((value >> 8) & 15) * 100 + ((value >> 4) & 15) * 10 + (value & 15);
    return decimal === 0 ? 10000 : decimal;
  }

  private encode(count: number): number {
    if (!this.state.bcd) return count;
    const digit = (power: number) => Math.floor(count / power) % 10;
    return (digit(1000) << 12) | (digit(100) << 8) | (digit(10) << 4) | digit(1);
  }
}

/** Clock pulses OUT is high in a cycle of mode 3; odd counts have the longer half there. */
function half(count: number): number {
  return (count + 1) >> 1;
}
