import { beforeEach, expect, test } from "vitest";
import { A20Control } from "../../src/pc/a20.js";
import { FakeBoard } from "./fake-board.js";

let board: FakeBoard;
let gate: boolean[];

beforeEach(() => {
  board = new FakeBoard();
  gate = [];
  const device = new A20Control((open) => gate.push(open));
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
