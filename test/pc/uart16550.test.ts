import { beforeEach, describe, expect, test } from "vitest";
import { Uart16550 } from "../../src/pc/uart16550.js";
import { FakeBoard } from "./fake-board.js";

const COM1 = 0x3f8;
const [DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR] = [COM1, COM1 + 1, COM1 + 2, COM1 + 3, COM1 + 4, COM1 + 5, COM1 + 6, COM1 + 7] as const;
/** 115200 instructions a second and 115200 baud: a bit an instruction, ten a character. */
const CHARACTER = 10;

let board: FakeBoard;
let uart: Uart16550;
let sent: number[];

beforeEach(() => {
  board = new FakeBoard(115200);
  sent = [];
  uart = new Uart16550({ output: (bytes) => sent.push(...bytes) });
  uart.attach(board);
  board.out(LCR, 0x83);
  board.out(DATA, 1);
  board.out(IER, 0);
  board.out(LCR, 0x03);
  board.out(MCR, 0x0b);
});
const irq = () => board.levels.get(4) ?? false;

describe("registers", () => {
  test("the divisor latch hides behind DLAB", () => {
    board.out(LCR, 0x83);
    board.out(DATA, 0x34);
    board.out(IER, 0x12);
    expect([board.in(DATA), board.in(IER)]).toEqual([0x34, 0x12]);
    board.out(LCR, 0x03);
    expect(board.in(IER)).toBe(0);
    expect(sent).toEqual([]);
  });

  test("the scratch register keeps its value, MCR five bits, IER four", () => {
    board.out(SCR, 0xa5);
    board.out(MCR, 0xff);
    board.out(IER, 0xff);
    expect([board.in(SCR), board.in(MCR), board.in(IER)]).toEqual([0xa5, 0x1f, 0x0f]);
  });

  test("the far end is connected: DCD, DSR and CTS", () => {
    expect(board.in(MSR)).toBe(0xb0);
  });
});

describe("the transmitter", () => {
  test("takes no time", () => {
    expect(board.in(LSR)).toBe(0x60);
    for (const byte of [72, 105]) board.out(DATA, byte);
    expect(sent).toEqual([72, 105]);
    expect(board.in(LSR)).toBe(0x60);
  });

  test("asks for more as soon as its interrupt is enabled, until IIR is read", () => {
    board.out(IER, 2);
    expect(irq()).toBe(true);
    expect(board.in(IIR)).toBe(0x02);
    expect(irq()).toBe(false);
    expect(board.in(IIR)).toBe(0x01);
  });

  test("gives a new edge for every byte written", () => {
    board.out(IER, 2);
    board.edges.length = 0;
    board.out(DATA, 1);
    expect(board.edges.map(({ level }) => level)).toEqual([false, true]);
  });

  test("the interrupt needs OUT2", () => {
    board.out(MCR, 0x03);
    board.out(IER, 2);
    expect(irq()).toBe(false);
    board.out(MCR, 0x0b);
    expect(irq()).toBe(true);
  });
});

describe("the receiver", () => {
  test("a byte takes its ten bits' time to arrive", () => {
    uart.receive([65]);
    board.advance(CHARACTER - 1);
    expect(board.in(LSR) & 1).toBe(0);
    board.advance(1);
    expect(board.in(LSR) & 1).toBe(1);
    expect(board.in(DATA)).toBe(65);
    expect(board.in(LSR) & 1).toBe(0);
  });

  test("a guest that does not read loses nothing", () => {
    uart.receive([1, 2, 3]);
    board.advance(1000);
    const bytes = [1, 2, 3].map(() => {
      const byte = board.in(DATA);
      board.advance(CHARACTER);
      return byte;
    });
    expect(bytes).toEqual([1, 2, 3]);
    expect(board.in(LSR) & 2).toBe(0);
  });

  test("without FIFO every byte is an interrupt with an edge of its own", () => {
    board.out(IER, 1);
    uart.receive([1, 2]);
    board.advance(CHARACTER);
    expect(board.in(IIR)).toBe(0x04);
    expect(irq()).toBe(true);
    board.in(DATA);
    expect(irq()).toBe(false);
    board.advance(CHARACTER);
    expect(irq()).toBe(true);
  });

  test.each([
    [0x01, 1],
    [0x41, 4],
    [0x81, 8],
    [0xc1, 14],
  ])("FIFO control %i interrupts at %i bytes", (fcr, level) => {
    board.out(IIR, fcr);
    board.out(IER, 1);
    uart.receive(new Uint8Array(20));
    board.advance(CHARACTER * level - 1);
    expect(irq()).toBe(false);
    board.advance(1);
    expect(irq()).toBe(true);
    expect(board.in(IIR)).toBe(0xc4);
  });

  test("bytes below the trigger level interrupt after four character times", () => {
    board.out(IIR, 0x81);
    board.out(IER, 1);
    uart.receive([7]);
    board.advance(5 * CHARACTER - 1);
    expect(irq()).toBe(false);
    board.advance(1);
    expect(board.in(IIR)).toBe(0xcc);
    board.in(DATA);
    expect(irq()).toBe(false);
  });

  test("the FIFO takes sixteen bytes, and the rest waits", () => {
    board.out(IIR, 0x01);
    uart.receive(Array.from({ length: 40 }, (_, n) => n));
    board.advance(10_000);
    const drain = () => {
      const bytes: number[] = [];
      while (board.in(LSR) & 1) bytes.push(board.in(DATA));
      return bytes;
    };
    expect(drain()).toEqual(Array.from({ length: 16 }, (_, n) => n));
    board.advance(10_000);
    expect(drain()[0]).toBe(16);
  });

  test("clearing the FIFO drops what it holds", () => {
    board.out(IIR, 0x01);
    uart.receive([1]);
    board.advance(CHARACTER);
    board.out(IIR, 0x03);
    expect(board.in(LSR) & 1).toBe(0);
  });
});

describe("loopback", () => {
  beforeEach(() => board.out(MCR, 0x1b));

  test("what is sent is received, and not sent", () => {
    board.out(DATA, 0x5a);
    expect(board.in(DATA)).toBe(0x5a);
    expect(sent).toEqual([]);
  });

  test("the modem outputs are the modem inputs, with their changes", () => {
    board.in(MSR);
    board.out(MCR, 0x12); // RTS alone
    expect(board.in(MSR)).toBe(0x10 | 0x0a); // CTS is on; DSR and DCD went off
    expect(board.in(MSR)).toBe(0x10);
  });

  test("one byte too many is an overrun, told once", () => {
    board.out(IER, 4);
    board.out(DATA, 1);
    board.out(DATA, 2);
    expect(board.in(IIR)).toBe(0x06);
    expect(board.in(LSR) & 2).toBe(2);
    expect(board.in(LSR) & 2).toBe(0);
    expect(board.in(DATA)).toBe(1);
  });
});

test("a saved state goes on with what was on its way", () => {
  board.out(IIR, 0x81);
  board.out(IER, 1);
  uart.receive([1, 2, 3]);
  board.advance(15);
  const saved = JSON.parse(JSON.stringify(uart.save()));
  const other = new FakeBoard(115200);
  other.time = 15;
  const copy = new Uart16550({ output: () => {} });
  copy.attach(other);
  copy.load(saved);
  other.advance(100);
  expect([other.in(DATA), other.in(DATA), other.in(DATA)]).toEqual([1, 2, 3]);
  expect(other.edges.map(({ at }) => at)).toContain(70);
});
