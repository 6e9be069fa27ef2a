import { expect, it } from "vitest";
import { ElfFile } from "../../src/pc/elf.js";
import { SymbolTable } from "../../src/pok/symbols.js";
import { makeElf, type Symbol as Named } from "../gdbstub/tiny-elf.js";

const table = (...symbols: readonly Named[]): SymbolTable =>
  new SymbolTable(
    new ElfFile(
      makeElf({ text: { address: 0x1000, bytes: new Uint8Array(64) }, data: { address: 0x9000, bytes: new Uint8Array(8) }, symbols }),
      "test",
    ),
  );
const f = (name: string, address: number, size: number): Named => ({ name, address, size, kind: "function" });

it("names a symbol's first byte, and offsets into it", () => {
  const symbols = table(f("main", 0x1000, 16));
  expect([symbols.lookup(0x1000), symbols.lookup(0x100f)]).toEqual(["main", "main+15"]);
});

it("names nothing before the first, behind an end, or in a gap", () => {
  const symbols = table(f("a", 0x1000, 4), f("b", 0x1010, 4));
  expect([0xfff, 0x1004, 0x100f, 0x1014].map((at) => symbols.lookup(at))).toEqual([undefined, undefined, undefined, undefined]);
});

it("takes the symbols in any order", () => {
  expect(table(f("b", 0x1010, 4), f("a", 0x1000, 4)).lookup(0x1002)).toBe("a+2");
});

it("names variables too", () => {
  expect(table({ name: "track", address: 0x9000, size: 8, kind: "object" }).lookup(0x9004)).toBe("track+4");
});

it("lets a label without a size reach to the next symbol, but not far", () => {
  const symbols = table(f("entry", 0x1000, 0), f("end", 0x4000, 4));
  expect([symbols.lookup(0x1ffe), symbols.lookup(0x2000)]).toEqual(["entry+4094", undefined]);
});

it("prefers the symbol with a size where a label lies at the same address", () => {
  expect(table(f("main", 0x1000, 16), f("label", 0x1000, 0)).lookup(0x1004)).toBe("main+4");
  expect(table(f("label", 0x1000, 0), f("main", 0x1000, 16)).lookup(0x1004)).toBe("main+4");
});

it("has no names for a file without symbols", () => {
  expect(table().lookup(0x1000)).toBeUndefined();
});
