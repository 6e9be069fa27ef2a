import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findExecutables } from "../../src/pok/embedded.js";
import { makeElf } from "../gdbstub/tiny-elf.js";
import { TWO } from "../support/pok386.js";

const program = (text: number[], address = 0x1000): Uint8Array =>
  makeElf({
    text: { address, bytes: Uint8Array.from(text) },
    data: { address: 0x2000, bytes: Uint8Array.of(1, 2, 3, 4) },
    symbols: [{ name: "main", address, size: text.length, kind: "function" }],
  });
const ONE = program([0x90, 0xc3]);
const OTHER = program([0xf4, 0xeb, 0xfd], 0x40);
const join = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const zeros = (count: number): number[] => Array(count).fill(0);

it("an executable is found where it lies, and ends where it ends", () => {
  const found = findExecutables(join(zeros(100), ONE, zeros(1000)));
  expect(found.map(({ bytes }) => bytes)).toEqual([ONE]);
});

it("several one after the other are found in their order", () => {
  expect(findExecutables(join(ONE, OTHER, ONE)).map(({ bytes }) => bytes)).toEqual([ONE, OTHER, ONE]);
});

it("padding between them may be of any length", () => {
  fc.assert(
    fc.property(fc.nat(37), fc.nat(37), (before, between) => {
      expect(findExecutables(join(zeros(before), ONE, zeros(between), OTHER)).map(({ bytes }) => bytes)).toEqual([ONE, OTHER]);
    }),
  );
});

it("one that is not whole is none, at whatever byte it ends", () => {
  for (let length = 0; length < ONE.length; length++) expect(findExecutables(ONE.subarray(0, length)), `${length} bytes`).toEqual([]);
});

it("one that is not whole does not hide the next", () => {
  expect(findExecutables(join(ONE.subarray(0, 40), OTHER)).map(({ bytes }) => bytes)).toEqual([OTHER]);
});

it("one inside another is part of it, unless that is said to be a container", () => {
  const outer = program([...ONE]);
  expect(findExecutables(outer).map(({ bytes }) => bytes)).toEqual([outer]);
  expect(findExecutables(outer, ({ bytes }) => bytes.length === outer.length).map(({ bytes }) => bytes)).toEqual([ONE]);
});

it("symbols are those of each", () => {
  expect(findExecutables(join(ONE, OTHER)).map((elf) => elf.symbol("main")?.value)).toEqual([0x1000, 0x40]);
});

describe("not taken for a partition", () => {
  const changed = (at: number, value: number): Uint8Array => {
    const bytes = ONE.slice();
    bytes[at] = value;
    return bytes;
  };

  it.each([
    ["a 64-bit file", changed(4, 2)],
    ["a big-endian file", changed(5, 2)],
    ["an object file", changed(16, 1)],
    ["a shared library", changed(16, 3)],
    ["a file for another processor", changed(18, 40)],
    ["a file whose headers are too small", changed(42, 8)],
    ["a file whose section headers lie beyond everything", changed(35, 0x7f)],
    ["the magic alone", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1, 1)],
  ])("%s", (_, bytes) => {
    expect(findExecutables(bytes)).toEqual([]);
  });
});

it("garbage is no trouble", () => {
  const magic = [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0];
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 400 }), (noise) => {
      for (const { bytes } of findExecutables(join(magic, noise))) expect(bytes.length).toBeLessThanOrEqual(magic.length + noise.length);
    }),
    { numRuns: 500 },
  );
});

it("the sample's kernel holds two, and is one itself", () => {
  const bytes = new Uint8Array(readFileSync(TWO));
  expect(findExecutables(bytes)[0]!.bytes).toEqual(bytes);
  expect(findExecutables(bytes.subarray(1)).map((elf) => [elf.symbol("crc_block")?.value, elf.symbol("update_track")?.value])).toEqual([
    [0x102000, undefined],
    [undefined, 0x102000],
  ]);
});
