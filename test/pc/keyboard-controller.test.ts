import { beforeEach, expect, test } from "vitest";
import { KeyboardController } from "../../src/pc/keyboard-controller.js";
import { FakeBoard } from "./fake-board.js";

let board: FakeBoard;
let gate: boolean[];
let device: KeyboardController;

beforeEach(() => {
  board = new FakeBoard();
  gate = [];
  device = new KeyboardController((open) => gate.push(open));
  device.attach(board);
  device.reset();
  gate.length = 0;
});

test.each([0xfe, 0xf0])("keyboard controller command %i pulses the reset line", (command) => {
  board.out(0x64, command);
  expect(board.powerEvents).toEqual([{ kind: "reset", by: "the keyboard controller (port 0x64)" }]);
});

test("other keyboard commands, and pulses of other lines, are no reset", () => {
  board.out(0x64, 0x20);
  board.out(0x64, 0xff);
  expect(board.powerEvents).toEqual([]);
  expect(board.in(0x64) & 2, "the input buffer is empty").toBe(0);
});

test("command d1 writes the output port, whose bit 1 is the gate", () => {
  board.out(0x64, 0xd1);
  board.out(0x60, 0xcd);
  expect(gate).toEqual([false]);
  board.out(0x64, 0xd0);
  expect(board.in(0x60) & 2).toBe(0);
});

test("port 0x92 bit 1 is the same gate", () => {
  board.out(0x92, 0x00);
  board.out(0x92, 0x02);
  expect(gate).toEqual([false, true]);
});

test("port 0x92 bit 0 resets", () => {
  board.out(0x92, 0x03);
  expect(board.powerEvents).toEqual([{ kind: "reset", by: "system control port A (port 0x92)" }]);
});

test("the self-test passes", () => {
  board.out(0x64, 0xaa);
  expect(board.in(0x64) & 1).toBe(1);
  expect(board.in(0x60)).toBe(0x55);
  expect(board.in(0x64) & 1).toBe(0);
});

test("a key pressed raises line 1 until its code is read", () => {
  device.press([0x1e]);
  expect([board.levels.get(1), board.in(0x64) & 1]).toEqual([true, 1]);
  expect(board.in(0x60)).toBe(0x1e);
  expect([board.levels.get(1), board.in(0x64) & 1]).toEqual([false, 0]);
});
test("the next code comes when the one before it has been read", () => {
  device.press([0x1e, 0x9e]);
  expect([board.in(0x60), board.levels.get(1), board.in(0x60), board.levels.get(1)]).toEqual([0x1e, true, 0x9e, false]);
});
test("command d2 writes a byte as if the keyboard had sent it", () => {
  board.out(0x64, 0xd2);
  board.out(0x60, 0x5a);
  expect([board.levels.get(1), board.in(0x60)]).toEqual([true, 0x5a]);
});
test("the command byte's bit 0 lets line 1 be raised", () => {
  board.out(0x64, 0x60);
  board.out(0x60, 0x44);
  device.press([0x1e]);
  expect([board.levels.get(1) ?? false, board.in(0x64) & 1]).toEqual([false, 1]);
  board.out(0x64, 0x60);
  board.out(0x60, 0x45);
  expect(board.levels.get(1)).toBe(true);
});
test("commands ad and ae hold the keyboard and let it go", () => {
  board.out(0x64, 0xad);
  device.press([0x1e]);
  expect(board.in(0x64) & 1).toBe(0);
  board.out(0x64, 0xae);
  expect(board.in(0x60)).toBe(0x1e);
});
test("the keyboard acknowledges what is written to it, and tests itself at a reset", () => {
  board.out(0x60, 0xff);
  expect([board.in(0x60), board.in(0x60)]).toEqual([0xfa, 0xaa]);
});
test("codes that nobody takes are kept, sixteen of them", () => {
  device.press(Array.from({ length: 40 }, (_, n) => n + 1));
  const taken: number[] = [];
  while (board.in(0x64) & 1) taken.push(board.in(0x60));
  expect(taken).toEqual(Array.from({ length: 16 }, (_, n) => n + 1));
});
test("a state that was saved goes on where it was", () => {
  device.press([0x1e, 0x9e]);
  const saved = device.save();
  device.reset();
  expect(board.levels.get(1)).toBe(false);
  device.load(saved);
  expect([board.levels.get(1), board.in(0x60), board.in(0x60)]).toEqual([true, 0x1e, 0x9e]);
});
