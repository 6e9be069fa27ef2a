import { beforeEach, expect, test } from "vitest";
import { Cmos } from "../../src/pc/cmos.js";
import { FakeBoard } from "./fake-board.js";

let board: FakeBoard;
let masks: boolean[];

beforeEach(() => {
  board = new FakeBoard();
  masks = [];
  const device = new Cmos(64 << 20, (masked) => masks.push(masked));
  device.attach(board);
  device.reset();
});

test("port 0x70 chooses the byte that port 0x71 reads and writes", () => {
  board.out(0x70, 0x40);
  board.out(0x71, 0x5a);
  board.out(0x70, 0x41);
  board.out(0x70, 0x40);
  expect(board.in(0x71)).toBe(0x5a);
});
test("bytes 34 and 35 give the memory above 16 MB in units of 64 KB", () => {
  board.out(0x70, 0x34);
  const low = board.in(0x71);
  board.out(0x70, 0x35);
  expect(low | (board.in(0x71) << 8)).toBe((48 << 20) / 0x10000);
});
test("bit 7 of the index masks non-maskable interrupts", () => {
  board.out(0x70, 0x8f);
  board.out(0x70, 0x0f);
  expect(masks).toEqual([true, false]);
});
