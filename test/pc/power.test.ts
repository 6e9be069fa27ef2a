import { beforeEach, expect, test } from "vitest";
import { exitStatus, PowerControl } from "../../src/pc/power.js";
import { FakeBoard } from "./fake-board.js";

let board: FakeBoard;
beforeEach(() => {
  board = new FakeBoard();
  new PowerControl().attach(board);
});

test("POK's outw 0x2000 to port 0x604 powers off", () => {
  board.ports.write(0x604, 2, 0x2000);
  expect(board.powerEvents).toEqual([{ kind: "power-off" }]);
});

test("other sleep types, and SLP_TYP without SLP_EN, do nothing", () => {
  board.ports.write(0x604, 2, 0x2400);
  board.ports.write(0x604, 2, 0x0000);
  board.out(0x604, 0x20);
  expect(board.powerEvents).toEqual([]);
});

test("debug-exit takes a value of any size, and ends with QEMU's status", () => {
  board.ports.write(0xf4, 4, 0x10);
  board.out(0xf4, 0);
  expect(board.powerEvents).toEqual([
    { kind: "debug-exit", value: 0x10 },
    { kind: "debug-exit", value: 0 },
  ]);
  expect(board.powerEvents.map(exitStatus)).toEqual([33, 1]);
  expect(exitStatus({ kind: "power-off" })).toBe(0);
});

test("port 0xcf9 resets when bit 2 goes up", () => {
  board.out(0xcf9, 0x02);
  expect(board.powerEvents).toEqual([]);
  board.out(0xcf9, 0x06);
  expect(board.powerEvents).toEqual([{ kind: "reset", by: "the reset control register (port 0xcf9)" }]);
});
