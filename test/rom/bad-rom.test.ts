/** A ROM that cannot start: exit status 2, and one line that names the file and says what is wrong. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { file } from "../support/partitions.js";
import { Emulator, image } from "../support/pok386.js";

const good = new Uint8Array(readFileSync(image("test-rom.bin")));

async function complaint(path: string): Promise<string> {
  const emulator = new Emulator(["run", "--rom", path]);
  expect(await emulator.exit, emulator.stderr).toBe(2);
  expect(emulator.stdout).toBe("");
  expect(emulator.stderr).toMatch(/^pok386: [^\n]+\n$/);
  return emulator.stderr.slice("pok386: ".length, -1);
}

test.each([0, 1, 0x8000, 0xffff, 0x10001, 0x1ffff, 0x40000])("of %i bytes", async (size) => {
  const path = file("rom.bin", new Uint8Array(size).fill(0xea));
  expect(await complaint(path)).toBe(`${path}: a ROM has 65536 or 131072 bytes, this file has ${size}`);
});

test.each([0x00, 0xff, 0x90, 0x7f])("with %i at the reset vector", async (byte) => {
  const bytes = good.slice();
  bytes[0xfff0] = byte;
  const path = file("rom.bin", bytes);
  const hex = byte.toString(16).padStart(2, "0");
  expect(await complaint(path)).toBe(`${path}: no jump at the reset vector (offset 0xfff0 holds 0x${hex}, not ea, e9 or eb)`);
});

test("of 128 KB without a jump, by its own offset", async () => {
  const path = file("rom.bin", new Uint8Array(0x20000));
  expect(await complaint(path)).toBe(`${path}: no jump at the reset vector (offset 0x1fff0 holds 0x00, not ea, e9 or eb)`);
});

test("that is not there", async () => {
  expect(await complaint("/nowhere/rom.bin")).toBe("/nowhere/rom.bin: no such file");
});
