import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PIT_HZ, Pit8254 } from "../../src/pc/pit8254.js";
import { floorDivide, modulo, TimeBase } from "../../src/pc/timebase.js";
import { FakeBoard } from "./fake-board.js";

/** At this rate the clock's readings are the timer's ticks. */
function atTicks() {
  const board = new FakeBoard(PIT_HZ);
  const pit = new Pit8254();
  pit.attach(board);
  return { board, pit };
}
function program(board: FakeBoard, control: number, count: number): void {
  board.out(0x43, control);
  board.out(0x40 + (control >> 6), count & 0xff, count >> 8);
  board.edges.length = 0;
}
const read16 = (board: FakeBoard, port: number) => board.in(port) | (board.in(port) << 8);
const rising = (board: FakeBoard) => board.edges.filter(({ level }) => level).map(({ at }) => at);

describe("the time base", () => {
  const rates = fc.integer({ min: 1, max: 7_000_000_000 });

  test("a tick happens exactly at its reading", () => {
    fc.assert(
      fc.property(rates, fc.nat(2 ** 36), (ips, tick) => {
        const time = new TimeBase(PIT_HZ, ips);
        const reading = time.reading(tick);
        fc.pre(Number.isSafeInteger(reading));
        expect(time.ticks(reading)).toBeGreaterThanOrEqual(tick);
        if (reading > 0) expect(time.ticks(reading - 1)).toBeLessThan(tick);
      }),
    );
  });

  test("a quotient just below a whole number is not rounded up to it, however large", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7_000_000_000 }), fc.maxSafeNat(), fc.constantFrom(-1, 0, 1), (b, near, beside) => {
        const a = near - (near % b) + beside;
        fc.pre(Number.isSafeInteger(a) && a >= 0);
        expect(BigInt(floorDivide(a, b))).toBe(BigInt(a) / BigInt(b));
        expect(BigInt(modulo(a, b))).toBe(BigInt(a) % BigInt(b));
      }),
      { numRuns: 2_000 },
    );
  });

  test("it agrees with integer arithmetic of any size", () => {
    fc.assert(
      fc.property(rates, fc.nat(2 ** 40), (ips, now) => {
        const ticks = (BigInt(now) * BigInt(PIT_HZ)) / BigInt(ips);
        fc.pre(ticks <= Number.MAX_SAFE_INTEGER);
        expect(BigInt(new TimeBase(PIT_HZ, ips).ticks(now))).toBe(ticks);
      }),
    );
  });
});

describe("channel 0 and IRQ 0", () => {
  test("mode 2 rises once per count, without drift at any instruction rate", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000, max: 200_000_000 }), fc.integer({ min: 20, max: 65535 }), (ips, count) => {
        const board = new FakeBoard(ips);
        new Pit8254().attach(board);
        program(board, 0x34, count);
        const time = new TimeBase(PIT_HZ, ips);
        board.advanceTo(time.reading(100 * count + 1));
        expect(rising(board)).toEqual(Array.from({ length: 100 }, (_, n) => time.reading((n + 1) * count + 1)));
      }),
      { numRuns: 20 },
    );
  });

  test("no tick is lost when an instruction takes longer than the low pulse", () => {
    const board = new FakeBoard(100_000);
    new Pit8254().attach(board);
    program(board, 0x34, 1193);
    board.advance(100_000);
    expect(rising(board).length).toBe(1000);
  });

  test("mode 3 is high and low for half the count each, the odd tick being a high one", () => {
    const { board } = atTicks();
    program(board, 0x36, 7);
    board.advanceTo(22);
    expect(board.edges.map(({ at, level }) => [at, level])).toEqual([
      [5, false],
      [8, true],
      [12, false],
      [15, true],
      [19, false],
      [22, true],
    ]);
  });

  test("mode 0 rises once, count + 1 ticks after the count was written", () => {
    const { board } = atTicks();
    program(board, 0x30, 100);
    board.advanceTo(1000);
    expect(board.edges).toEqual([{ irq: 0, level: true, at: 101 }]);
  });

  test("mode 4 strobes low for one tick", () => {
    const { board } = atTicks();
    program(board, 0x38, 100);
    board.advanceTo(1000);
    expect(board.edges.map(({ at, level }) => [at, level])).toEqual([
      [101, false],
      [102, true],
    ]);
  });

  test("a count of 0 is 65536", () => {
    const { board } = atTicks();
    program(board, 0x34, 0);
    board.advanceTo(70_000);
    expect(rising(board)).toEqual([65537]);
  });

  test("a new count in mode 2 takes effect when the cycle under way ends", () => {
    const { board } = atTicks();
    program(board, 0x34, 100);
    board.advanceTo(50);
    board.out(0x40, 10, 0);
    board.advanceTo(125);
    expect(rising(board)).toEqual([101, 111, 121]);
  });

  test("after reset it runs as a BIOS leaves it: mode 3, 18.2 Hz", () => {
    const { board } = atTicks();
    board.edges.length = 0;
    board.advance(PIT_HZ);
    expect(rising(board).length).toBe(18);
  });
});

describe("reading", () => {
  test("latched counts stay until read, low byte first", () => {
    const { board } = atTicks();
    program(board, 0x34, 1000);
    board.advance(101);
    board.out(0x43, 0x00);
    board.advance(50);
    board.out(0x43, 0x00);
    expect(read16(board, 0x40)).toBe(900);
    expect(read16(board, 0x40)).toBe(850);
  });

  test("read-back latches counts and status of several channels; the status is read first", () => {
    const { board } = atTicks();
    program(board, 0x30, 1000);
    program(board, 0x74, 500);
    board.advance(101);
    board.out(0x43, 0xc6); // count and status of channels 0 and 1
    board.advance(100);
    expect(board.in(0x40)).toBe(0x30);
    expect(read16(board, 0x40)).toBe(900);
    expect(board.in(0x41)).toBe(0x80 | 0x34);
    expect(read16(board, 0x41)).toBe(400);
  });

  test("the status tells OUT and whether the count has been loaded: newer POK's delay loop", () => {
    const { board } = atTicks();
    board.out(0x43, 0x30);
    const status = () => {
      board.out(0x43, 0xe2);
      return board.in(0x40);
    };
    expect(status()).toBe(0x40 | 0x30);
    board.out(0x40, 100, 0);
    board.advance(1);
    expect(status()).toBe(0x30);
    board.advance(100);
    expect(status()).toBe(0x80 | 0x30);
  });

  test("access mode 1 and 2 read and write one byte only", () => {
    const { board } = atTicks();
    board.out(0x43, 0x14);
    board.out(0x40, 200);
    board.advance(1);
    expect([board.in(0x40), board.in(0x40)]).toEqual([200, 200]);
    board.out(0x43, 0x24);
    board.out(0x40, 2);
    board.advance(1);
    expect([board.in(0x40), board.in(0x40)]).toEqual([2, 2]);
  });

  test("BCD counts in decimal", () => {
    const { board } = atTicks();
    program(board, 0x35, 0x1000);
    board.advance(2);
    expect(read16(board, 0x40).toString(16)).toBe("999");
  });
});

describe("channel 2 and port 0x61", () => {
  test("the gate stops and restarts the square wave", () => {
    const { board, pit } = atTicks();
    board.out(0x61, 3);
    program(board, 0xb6, 100);
    board.advance(60);
    expect(board.in(0x61) & 0x23).toBe(0x03);
    expect(pit.speaker).toBe(false);
    board.out(0x61, 2);
    expect(board.in(0x61) & 0x20, "OUT is high without gate").toBe(0x20);
    board.advance(1000);
    board.out(0x61, 3);
    board.advance(50);
    expect(board.in(0x61) & 0x20).toBe(0x20);
    board.advance(1);
    expect(board.in(0x61) & 0x20).toBe(0);
  });

  test("in mode 0 the gate makes the count pause", () => {
    const { board } = atTicks();
    board.out(0x61, 1);
    program(board, 0xb0, 100);
    board.advance(51);
    board.out(0x61, 0);
    board.advance(1000);
    board.out(0x61, 1);
    board.advance(49);
    expect(board.in(0x61) & 0x20).toBe(0);
    board.advance(1);
    expect(board.in(0x61) & 0x20).toBe(0x20);
  });

  test.each([
    [0xb2, "mode 1: low from the trigger for the length of the count", [0, 0x20]],
    [0xba, "mode 5: low for one tick, a count after the trigger", [0x20, 0]],
  ])("control word %i, %s", (control, _, [during, after]) => {
    const { board } = atTicks();
    program(board, control, 100);
    board.advance(500);
    expect(board.in(0x61) & 0x20).toBe(0x20);
    board.out(0x61, 1);
    board.advance(50);
    expect(board.in(0x61) & 0x20).toBe(during);
    board.advance(51);
    expect(board.in(0x61) & 0x20).toBe(after);
    board.advance(1);
    expect(board.in(0x61) & 0x20).toBe(0x20);
  });

  test("bit 4 toggles with the memory refresh", () => {
    const { board } = atTicks();
    const seen = new Set<number>();
    for (let n = 0; n < 40; n++) {
      seen.add(board.in(0x61) & 0x10);
      board.advance(1);
    }
    expect(seen.size).toBe(2);
  });
});

test("a saved state gives the same edges later", () => {
  const { board, pit } = atTicks();
  program(board, 0x34, 1193);
  board.advance(5000);
  const saved = JSON.parse(JSON.stringify(pit.save()));
  const other = new FakeBoard(PIT_HZ);
  const copy = new Pit8254();
  copy.attach(other);
  other.clock.clear();
  other.time = 5000;
  copy.load(saved);
  board.edges.length = other.edges.length = 0;
  board.advance(10_000);
  other.advance(10_000);
  expect(other.edges).toEqual(board.edges);
  expect(other.edges.length).toBeGreaterThan(10);
});
