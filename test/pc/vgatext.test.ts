import { beforeEach, expect, test } from "vitest";
import { CP437 } from "../../src/pc/cp437.js";
import { VgaText } from "../../src/pc/vgatext.js";
import { FakeBoard } from "./fake-board.js";

let board: FakeBoard;
let vga: VgaText;

function write(row: number, column: number, text: string, attribute = 7): void {
  [...text].forEach((character, n) => {
    const at = 0xb8000 + 2 * (row * 80 + column + n);
    board.memory.bytes.set([character.charCodeAt(0), attribute], at);
  });
}

beforeEach(() => {
  board = new FakeBoard();
  vga = new VgaText();
  vga.attach(board);
});

test("code page 437 has 256 characters", () => {
  expect(CP437.length).toBe(256);
  expect(CP437[0x41]).toBe("A");
  expect(CP437[0xdb]).toBe("█");
});

test("text gives 25 lines without the spaces at their ends", () => {
  write(0, 0, "POK");
  write(24, 78, "\xb1\x01");
  const lines = vga.text();
  expect(lines.length).toBe(25);
  expect(lines[0]).toBe("POK");
  expect(lines[1]).toBe("");
  expect(lines[24]).toBe(`${" ".repeat(78)}▒☺`);
});

test("the start address moves the window, and wraps at 32 KB", () => {
  write(1, 0, "second");
  board.out(0x3d4, 0x0d);
  board.out(0x3d5, 80);
  expect(vga.text()[0]).toBe("second");
  board.ports.write(0x3d4, 2, 0x3f0c); // both registers in one OUT: index 0x0c, value 0x3f
  board.ports.write(0x3d4, 2, 0xb00d);
  expect(vga.text()[2]).toBe("second");
});

test("the cursor is where the CRTC has it", () => {
  board.ports.write(0x3d4, 2, 0x000e);
  board.ports.write(0x3d4, 2, (85 << 8) | 0x0f);
  expect(vga.cursor()).toEqual({ row: 1, column: 5 });
  expect(board.in(0x3d5)).toBe(85);
  board.ports.write(0x3d4, 2, 0x200a);
  expect(vga.cursor()).toBeUndefined();
});

test("ansi gives colours in the terminal's order", () => {
  for (let row = 0; row < 25; row++) write(row, 0, " ".repeat(80));
  write(0, 0, "ab", 0x1c); // bright red on blue
  write(0, 2, "c", 0x82); // green on black, blinking
  const first = vga.ansi().split("\n")[0];
  expect(first).toBe(`\x1b[0;91;44mab\x1b[0;32;40;5mc\x1b[0;37;40m${" ".repeat(77)}\x1b[0m`);
});

test("memory that is not there shows as spaces", () => {
  const small = new FakeBoard(1_000_000, 0x1000);
  const screen = new VgaText();
  screen.attach(small);
  expect(screen.text()).toEqual(Array(25).fill(""));
});
