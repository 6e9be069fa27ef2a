/** Falls of IRQ 0 that nobody minds are passed on late. Nobody who looks may find out: a pair that is told of each is the judge. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Board } from "../../src/pc/board.js";
import { PicPair } from "../../src/pc/pic-pair.js";
import { Pit8254 } from "../../src/pc/pit8254.js";
import { FakeBoard } from "./fake-board.js";

class Pair {
  readonly board: FakeBoard;
  readonly pic = new PicPair();
  readonly pit = new Pit8254();
  /** What reads gave, and each request with its time. */
  readonly seen: unknown[] = [];

  constructor(
    ips: number,
    private readonly late: boolean,
  ) {
    this.board = new FakeBoard(ips);
    const { pic } = this;
    const irq = late ? pic : { set: pic.set.bind(pic), mindsFall: () => true, passesFallsLate: () => {} };
    const { memory, ports, clock } = this.board;
    const board: Board = { memory, ports, clock, irq, power: () => {} };
    pic.attach(board);
    this.pit.attach(board);
    pic.onRequest = () => this.seen.push(["request", this.board.time]);
  }

  /** Whichever is saved first. */
  get state(): unknown {
    if (this.seen.length % 2 === 0) return { pic: this.pic.save(), pit: this.pit.save() };
    return { pit: this.pit.save(), pic: this.pic.save() };
  }
  /** Into the past's state and out again, as Machine.load does. */
  reload(): void {
    const [pic, pit] = [this.pic.save(), this.pit.save()];
    this.board.clock.clear();
    this.pit.load(pit);
    this.pic.load(pic);
  }
  do(step: Step): void {
    const { board, seen } = this;
    if ("advance" in step) board.advance(step.advance);
    else if ("out" in step) board.out(step.out[0], ...step.out[1]);
    else if ("in" in step) seen.push(board.in(step.in));
    else if (step.act === "acknowledge") seen.push(this.pic.pending && this.pic.acknowledge());
    else if (step.act === "look") seen.push(this.pic.lines());
    else if (this.late) this.reload();
  }
}

type Step =
  | { readonly advance: number }
  | { readonly out: readonly [number, readonly number[]] }
  | { readonly in: number }
  | { readonly act: "acknowledge" | "look" | "reload" };

const initialize = (icw1: number, icw4: number): Step[] => [{ out: [0x20, [icw1]] }, { out: [0x21, [32, 4, icw4]] }, { out: [0x21, [0]] }];
const program = (mode: number, count: number): Step[] => [{ out: [0x43, [0x10 | (mode << 1)]] }, { out: [0x40, [count]] }];
const byte = fc.nat(255);
const step: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 9, arbitrary: fc.nat(150).map((advance) => [{ advance }]) },
  { weight: 7, arbitrary: fc.constant([{ act: "acknowledge" as const }, { out: [0x20, [0x20]] as const }]) },
  { weight: 3, arbitrary: fc.constantFrom<Step[]>([{ act: "acknowledge" }], [{ act: "look" }], [{ act: "reload" }]) },
  // OCW3 with the poll command, and what answers it.
  { weight: 1, arbitrary: fc.constantFrom<Step[]>([{ out: [0x20, [0x0c]] }, { in: 0x20 }], [{ out: [0x20, [0x0a]] }, { in: 0x20 }]) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(0x11, 0x19), fc.constantFrom(1, 3)).map(([a, b]) => initialize(a, b)) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 0xff).map((imr) => [{ out: [0x21, [imr]] as const }]) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(5), fc.integer({ min: 2, max: 255 })).map(([mode, count]) => program(mode, count)) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 255 }).map((count) => [{ out: [0x40, [count]] as const }]) },
  { weight: 1, arbitrary: fc.constantFrom<Step[]>([{ in: 0x40 }], [{ out: [0x43, [0xe2]] }, { in: 0x40 }]) },
  { weight: 1, arbitrary: byte.map((value) => [{ out: [0xa1, [value]] as const }]) },
);

test("states, reads and requests are those of a timer whose every edge is passed on at its time", () => {
  const rates = fc.constantFrom(400_000, 1_193_182, 3_000_000);
  fc.assert(
    fc.property(rates, fc.constantFrom(2, 3), fc.array(step, { minLength: 5, maxLength: 60 }), (ips, mode, steps) => {
      const [late, exact] = [new Pair(ips, true), new Pair(ips, false)];
      for (const each of [...initialize(0x11, 1), ...program(mode, 60), ...steps.flat()]) {
        late.do(each);
        exact.do(each);
        // To look makes up for what is late: not each time.
        if ("act" in each && each.act === "look") expect(late.state).toEqual(exact.state);
      }
      expect(late.state).toEqual(exact.state);
      expect(late.seen.filter((each) => each !== undefined)).toEqual(exact.seen);
    }),
    { numRuns: 500 },
  );
});

test("a state is not changed by being looked at: with and without looks on the way it ends the same", () => {
  const ends = [0, 1].map((looks) => {
    const pair = new Pair(50_000_000, true);
    for (const each of [...initialize(0x11, 1), { out: [0x43, [0x34]] } as const, { out: [0x40, [200, 0]] } as const]) pair.do(each);
    for (let n = 0; n < 3000; n++) {
      pair.do({ advance: 97 });
      if (n % 5 === 0) pair.do({ act: "acknowledge" });
      if (n % 5 === 0) pair.do({ out: [0x20, [0x20]] });
      if (looks) pair.pic.lines();
    }
    return pair.state;
  });
  expect(ends[0]).toEqual(ends[1]);
});

test("a timer whose ticks are acknowledged sets one alarm in a period, not two", () => {
  const pair = new Pair(50_000_000, true);
  for (const each of [...initialize(0x11, 1), { out: [0x43, [0x34]] } as const, { out: [0x40, [200, 0]] } as const]) pair.do(each);
  let alarms = 0;
  for (let at = pair.board.clock.next()!; alarms < 100; at = pair.board.clock.next()!, alarms++) {
    pair.do({ advance: at - pair.board.time });
    pair.do({ act: "acknowledge" });
    pair.do({ out: [0x20, [0x20]] });
  }
  const ticks = pair.seen.filter((each) => each === 32).length;
  expect(ticks).toBeGreaterThanOrEqual(99);
});
