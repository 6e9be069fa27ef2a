import { beforeEach, describe, expect, test } from "vitest";
import { PicPair } from "../../src/pc/pic-pair.js";
import { Pic8259 } from "../../src/pc/pic8259.js";
import { FakeBoard } from "./fake-board.js";

let board: FakeBoard;
let pic: PicPair;
let requests: number;

/** As every PC kernel does it: vectors 32 and 40, edge-triggered, nothing masked. */
function initialize(icw4 = 0x01, icw1 = 0x11): void {
  board.out(0x20, icw1);
  board.out(0x21, 32, 4, icw4);
  board.out(0xa0, icw1);
  board.out(0xa1, 40, 2, icw4 & ~0x10);
}
function pulse(irq: number): void {
  pic.set(irq, false);
  pic.set(irq, true);
}
/** OCW3, then the register it chose. */
function readMaster(ocw3: number): number {
  board.out(0x20, ocw3);
  return board.in(0x20);
}
const irr = () => readMaster(0x0a);
const isr = () => readMaster(0x0b);

beforeEach(() => {
  board = new FakeBoard();
  pic = new PicPair();
  pic.attach(board);
  pic.onRequest = () => requests++;
  requests = 0;
  initialize();
});

describe("requests", () => {
  test("an edge raises INTR, and INTA answers with the vector of ICW2", () => {
    expect(pic.pending).toBe(false);
    pulse(1);
    expect(pic.pending).toBe(true);
    expect(requests).toBe(1);
    expect(pic.acknowledge()).toBe(33);
    expect(pic.pending).toBe(false);
  });

  test("a line that stays high is one request when edge-triggered", () => {
    pulse(1);
    pic.acknowledge();
    board.out(0x20, 0x20);
    expect(pic.pending).toBe(false);
  });

  test("a line that stays high asks again after EOI when level-triggered (ICW1 bit 3)", () => {
    initialize(0x01, 0x19);
    pulse(1);
    pic.acknowledge();
    board.out(0x20, 0x20);
    expect(pic.pending).toBe(true);
    pic.set(1, false);
    expect(pic.pending).toBe(false);
  });

  test("the edge/level control register makes single lines level-triggered, and never line 0", () => {
    board.out(0x4d0, 0xff);
    expect(board.in(0x4d0)).toBe(0xf8);
    pulse(5);
    pic.acknowledge();
    board.out(0x20, 0x65);
    expect(pic.pending).toBe(true);
  });

  test("a masked line is latched and asks when it is unmasked (OCW1)", () => {
    board.out(0x21, 0x02);
    pulse(1);
    expect(pic.pending).toBe(false);
    expect(irr()).toBe(0x02);
    board.out(0x21, 0);
    expect(pic.pending).toBe(true);
    expect(board.in(0x21)).toBe(0);
  });

  test("a request goes away with its line", () => {
    pulse(1);
    pic.set(1, false);
    expect(pic.pending).toBe(false);
  });

  test("ICW1 forgets requests, masks and what is in service", () => {
    pulse(1);
    pic.acknowledge();
    pulse(0);
    board.out(0x21, 0x55);
    initialize();
    expect([pic.pending, isr(), irr(), board.in(0x21)]).toEqual([false, 0, 0, 0]);
  });
});

describe("priorities", () => {
  test("the lowest number is served first, and keeps higher numbers waiting until EOI", () => {
    pulse(3);
    pulse(1);
    expect(pic.acknowledge()).toBe(33);
    expect(pic.pending).toBe(false);
    board.out(0x20, 0x20);
    expect(pic.acknowledge()).toBe(35);
  });

  test("a lower number interrupts a higher one in service", () => {
    pulse(3);
    pic.acknowledge();
    pulse(1);
    expect(pic.acknowledge()).toBe(33);
    expect(isr()).toBe(0x0a);
  });

  test("a non-specific EOI ends the highest in service, a specific one the one named", () => {
    pulse(3);
    pic.acknowledge();
    pulse(1);
    pic.acknowledge();
    board.out(0x20, 0x63);
    expect(isr()).toBe(0x02);
    board.out(0x20, 0x20);
    expect(isr()).toBe(0);
  });

  test("auto-EOI leaves nothing in service", () => {
    initialize(0x03);
    pulse(1);
    pic.acknowledge();
    expect(isr()).toBe(0);
  });

  test("rotation on EOI makes the line just served the last one", () => {
    pulse(1);
    pic.acknowledge();
    board.out(0x20, 0xa0);
    pulse(1);
    pulse(3);
    expect(pic.acknowledge()).toBe(35);
  });

  test("rotation in auto-EOI mode does so at every acknowledge", () => {
    initialize(0x03);
    board.out(0x20, 0x80);
    pulse(1);
    pic.acknowledge();
    pulse(1);
    pulse(3);
    expect(pic.acknowledge()).toBe(35);
  });

  test("set priority names the last line", () => {
    board.out(0x20, 0xc4);
    pulse(0);
    pulse(5);
    expect(pic.acknowledge()).toBe(37);
  });

  test("special mask mode lets lower priorities in once the line in service is masked", () => {
    pulse(1);
    pic.acknowledge();
    board.out(0x21, 0x02);
    pulse(3);
    expect(pic.pending).toBe(false);
    board.out(0x20, 0x68);
    expect(pic.acknowledge()).toBe(35);
    board.out(0x20, 0x20);
    expect(isr(), "a non-specific EOI passes over masked lines").toBe(0x02);
  });
});

describe("the cascade", () => {
  test("a line of the slave comes through IR2 with the slave's vector, and both need an EOI", () => {
    pulse(12);
    expect(pic.acknowledge()).toBe(44);
    expect(isr()).toBe(0x04);
    board.out(0xa0, 0x0b);
    expect(board.in(0xa0)).toBe(0x10);
    board.out(0xa0, 0x20);
    board.out(0x20, 0x20);
    expect(isr()).toBe(0);
    expect(board.in(0xa0)).toBe(0);
  });

  test("slave lines have a priority between 1 and 3", () => {
    pulse(3);
    pulse(8);
    pulse(1);
    expect(pic.acknowledge()).toBe(33);
    board.out(0x20, 0x20);
    expect(pic.acknowledge()).toBe(40);
    board.out(0xa0, 0x20);
    board.out(0x20, 0x20);
    expect(pic.acknowledge()).toBe(35);
  });

  test("a higher line of the slave waits for the master's EOI, unless the master is special fully nested", () => {
    pulse(12);
    pic.acknowledge();
    pulse(8);
    expect(pic.pending).toBe(false);

    initialize(0x11);
    pulse(12);
    pic.acknowledge();
    pulse(8);
    expect(pic.acknowledge()).toBe(40);
  });

  test("IRQ 2 belongs to the slave", () => {
    expect(() => pic.set(2, true)).toThrow();
  });
});

describe("spurious interrupts and polling", () => {
  test("INTA without a request answers IR7 and puts nothing in service", () => {
    pulse(1);
    pic.set(1, false);
    expect(pic.acknowledge()).toBe(39);
    expect(isr()).toBe(0);
  });

  test("a slave whose request has gone answers its IR7, IRQ 15", () => {
    const slave = new Pic8259(false);
    slave.writeCommand(0x11);
    for (const word of [40, 2, 1]) slave.writeData(word);
    slave.setInput(0, true);
    slave.setInput(0, false);
    expect(slave.vector(slave.acknowledge())).toBe(47);
    expect(slave.state.isr).toBe(0);
  });

  test("a poll acknowledges, and tells whether there was a request", () => {
    pulse(3);
    board.out(0x20, 0x0c);
    expect(board.in(0x20)).toBe(0x83);
    expect(isr()).toBe(0x08);
    board.out(0x20, 0x0c);
    expect(board.in(0x20) & 0x80).toBe(0);
  });
});

test("a saved state goes on where it was", () => {
  pulse(3);
  pic.acknowledge();
  pulse(1);
  const saved = JSON.parse(JSON.stringify(pic.save()));
  const other = new PicPair();
  other.load(saved);
  expect(other.pending).toBe(true);
  expect(other.acknowledge()).toBe(33);
  expect(pic.acknowledge()).toBe(33);
  expect(other.save()).toEqual(pic.save());
});
