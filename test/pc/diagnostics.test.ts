import { beforeEach, expect, test } from "vitest";
import { Diagnostics } from "../../src/pc/diagnostics.js";
import { FakeBoard } from "./fake-board.js";

let board: FakeBoard;
let posts: [number, number][];
let printed: number[];

beforeEach(() => {
  board = new FakeBoard();
  posts = [];
  printed = [];
  new Diagnostics({ post: (port, code) => posts.push([port, code]), parallel: (byte) => printed.push(byte) }).attach(board);
});

test("POST codes are heard from both ports", () => {
  board.out(0x80, 0x12);
  board.out(0x190, 0x34);
  expect(posts).toEqual([
    [0x80, 0x12],
    [0x190, 0x34],
  ]);
});

test("the printer takes a byte when STROBE goes active, once", () => {
  board.out(0x378, 0x41);
  expect(printed).toEqual([]);
  board.out(0x37a, 0x01);
  board.out(0x37a, 0x01);
  expect(printed).toEqual([0x41]);
  board.out(0x37a, 0x00);
  board.out(0x37a, 0x01);
  expect(printed).toEqual([0x41, 0x41]);
});

test("the printer is never busy", () => {
  expect(board.in(0x379) & 0x80).toBe(0x80);
});
