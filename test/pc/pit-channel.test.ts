/** The arithmetic of PitChannel against a counter that is counted down, one clock pulse at a time, as the data sheet tells it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PitChannel } from "../../src/pc/pit-channel.js";

class Counter {
  out: boolean;
  /** The counting element; undefined before the first load, and where the data sheet leaves it open. */
  element: number | undefined;
  private register: number | undefined;
  private loading = false;
  private odd = false;

  constructor(
    private readonly mode: number,
    private gate: boolean,
  ) {
    this.out = mode !== 0;
  }

  write(count: number): void {
    const first = this.register === undefined;
    this.register = count;
    if (this.mode === 0) this.out = false;
    if (this.mode === 0 || this.mode === 4 || (first && (this.mode === 2 || this.mode === 3) && this.gate)) this.loading = true;
  }

  setGate(high: boolean): void {
    if (high === this.gate) return;
    this.gate = high;
    const triggered = this.mode !== 0 && this.mode !== 4;
    if (high && triggered && this.register !== undefined) this.loading = true;
    if (!high && (this.mode === 2 || this.mode === 3)) this.out = true;
  }

  pulse(): void {
    const counts = this.gate || this.mode === 1 || this.mode === 5;
    if (this.loading) {
      this.loading = false;
      this.load();
      this.out = this.mode === 2 || this.mode === 3 || this.mode > 3;
    } else if (this.element !== undefined && counts) {
      this.count();
    }
  }

  private load(): void {
    this.odd = this.register! % 2 === 1;
    this.element = this.mode === 3 ? this.register! & ~1 : this.register!;
  }

  private count(): void {
    if (this.mode === 3) {
      const over = this.element === (this.odd && this.out ? 0 : 2);
      if (over) {
        this.out = !this.out;
        this.load();
      } else this.element! -= 2;
      return;
    }
    this.element = (this.element! + 0xffff) & 0xffff;
    if (this.mode === 2) {
      if (this.element === 0) this.load();
      this.out = this.element !== 1;
    } else if (this.mode < 2) {
      if (this.element === 0) this.out = true;
    } else {
      this.out = this.element !== 0;
    }
  }
}

interface Action {
  readonly ticks: number;
  readonly count?: number;
  readonly gate?: boolean;
}

const actions = fc.array(
  fc.record(
    { ticks: fc.nat(30), count: fc.integer({ min: 2, max: 12 }), gate: fc.boolean() },
    { requiredKeys: ["ticks"] },
  ) as fc.Arbitrary<Action>,
  { minLength: 1, maxLength: 20 },
);

/** Runs both; returns the ticks at which OUT of the counted one changed, checking the other on the way. */
function compare(mode: number, steps: readonly Action[], everyTick: (channel: PitChannel, counter: Counter, tick: number) => void): void {
  const channel = new PitChannel();
  const counter = new Counter(mode, true);
  channel.control(0x30 | (mode << 1));
  let tick = 0;
  for (const { ticks, count, gate } of steps) {
    if (count !== undefined) {
      counter.write(count);
      channel.write(count, tick);
      channel.write(0, tick);
    }
    if (gate !== undefined) {
      counter.setGate(gate);
      channel.setGate(gate, tick);
    }
    for (let n = 0; n < ticks; n++) {
      counter.pulse();
      tick++;
      everyTick(channel, counter, tick);
    }
  }
}

test.each([0, 1, 2, 3, 4, 5])("mode %i: OUT and the count are those of a counter counted pulse by pulse", (mode) => {
  fc.assert(
    fc.property(actions, (steps) => {
      compare(mode, steps, (channel, counter, tick) => {
        expect(channel.out(tick), `OUT at ${tick}`).toBe(counter.out);
        if (counter.element === undefined) return;
        channel.latchCount(tick);
        const read = channel.read(tick) | (channel.read(tick) << 8);
        expect(read, `count at ${tick}`).toBe(counter.element);
      });
    }),
    { numRuns: 500 },
  );
});

test.each([0, 1, 2, 3, 4, 5])("mode %i: nextEdge foretells every change of OUT", (mode) => {
  fc.assert(
    fc.property(actions, fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 60 }), (steps, count, ticks) => {
      const channel = new PitChannel();
      channel.control(0x30 | (mode << 1));
      let tick = 0;
      for (const step of [...steps, { ticks: 0, count }]) {
        if (step.count !== undefined) {
          channel.write(step.count, tick);
          channel.write(0, tick);
        }
        if (step.gate !== undefined) channel.setGate(step.gate, tick);
        tick += step.ticks;
      }
      const foretold: number[] = [];
      const reader = new PitChannel();
      reader.state = { ...channel.state };
      for (let edge = channel.nextEdge(tick); edge !== undefined && edge <= tick + ticks; edge = channel.nextEdge(edge))
        foretold.push(edge);
      const seen: number[] = [];
      let before = reader.out(tick);
      for (let at = tick + 1; at <= tick + ticks; at++) {
        const out = reader.out(at);
        if (out !== before) seen.push(at);
        before = out;
      }
      expect(foretold).toEqual(seen);
    }),
    { numRuns: 500 },
  );
});
