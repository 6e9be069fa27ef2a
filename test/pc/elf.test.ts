import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.js";
import { ElfFile, PT_LOAD } from "../../src/pc/elf.js";

const image = new Uint8Array(readFileSync(new URL("../../src/guest/images/pok-two.elf", import.meta.url)));
const kernel = new ElfFile(image, "pok-two.elf");

/** A copy with some bytes changed. */
function changed(...patches: [at: number, ...bytes: number[]][]): Uint8Array {
  const copy = image.slice();
  for (const [at, ...bytes] of patches) copy.set(bytes, at);
  return copy;
}
const message = (bytes: Uint8Array) => {
  try {
    new ElfFile(bytes, "x.elf");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  return "no error";
};

describe("a good file", () => {
  test("has an entry point and segments", () => {
    expect(kernel.entry).toBe(0x10000c);
    const load = kernel.segments.filter(({ type }) => type === PT_LOAD);
    expect(load.map(({ paddr }) => paddr)).toEqual([0x100000, 0x102000]);
    expect(kernel.contents(load[1]!).length).toBe(load[1]!.filesz);
    expect(load[1]!.memsz).toBeGreaterThan(load[1]!.filesz);
  });

  test("has sections by name", () => {
    expect(kernel.section(".text")?.address).toBe(0x102000);
    expect(kernel.section(".bss")?.type).toBe(8);
    expect(kernel.contents(kernel.section(".bss")!).length).toBe(0);
    expect(kernel.section(".nothing")).toBeUndefined();
  });

  test("has symbols with sizes and types", () => {
    expect(kernel.symbol("pok_sched_tick")).toMatchObject({ value: 0x102000, type: "function", global: true });
    expect(kernel.symbol("pok_gdt")).toMatchObject({ size: 2048, type: "object" });
    expect(kernel.symbol("pok_exception_0")).toMatchObject({ global: false });
  });

  test("holds the partitions' files, found by part_sizes", () => {
    const sizes = kernel.symbol("part_sizes")!;
    const words = new Uint32Array(kernel.read(sizes.value, sizes.size)!.slice().buffer);
    let at = kernel.symbol("__archive2_begin")!.value;
    const shared = [...words].map((size) => {
      const part = new ElfFile(kernel.read(at, size)!, "part");
      at += size;
      return part.symbols.find(({ value }) => value === 0x102000)?.name;
    });
    expect(shared).toEqual(["crc_block", "update_track"]);
  });

  test("read gives nothing outside what is loaded from the file", () => {
    expect(kernel.read(0, 4)).toBeUndefined();
    expect(kernel.read(kernel.section(".bss")!.address, 4)).toBeUndefined();
  });
});

describe("a bad file is refused with one line that says why", () => {
  test.each([
    ["nothing", new Uint8Array(0), "x.elf: not an ELF file"],
    ["text", new TextEncoder().encode("#!/bin/sh\n"), "x.elf: not an ELF file"],
    ["a cut header", image.slice(0, 20), "x.elf: truncated: 20 bytes are less than an ELF header"],
    ["64 bits", changed([4, 2]), "x.elf: a 64-bit ELF file; only 32-bit ones run on an i386"],
    ["class 7", changed([4, 7]), "x.elf: ELF class 7 is neither 32-bit nor 64-bit"],
    ["big-endian", changed([5, 2]), "x.elf: a big-endian ELF file; an i386 is little-endian"],
    ["no encoding", changed([5, 0]), "x.elf: ELF data encoding 0 is neither little-endian nor big-endian"],
    ["ARM", changed([18, 40]), "x.elf: made for ELF machine 40, not for the i386 (machine 3)"],
    ["an object file", changed([16, 1]), "x.elf: ELF type 1 is not an executable (type 2); it needs linking"],
    ["no segments", changed([44, 0, 0]), "x.elf: no program headers: nothing to load"],
    ["small entries", changed([42, 8, 0]), "x.elf: program header table: entries of 8 bytes are too small"],
    ["a table outside", changed([28, 0xff, 0xff, 0xff, 0x7f]), /^x\.elf: truncated: program header table at 0x7fffffff ends beyond/],
    ["a segment outside", changed([52 + 16, 0, 0, 0, 0x7f]), /^x\.elf: truncated: segment 0 \(\d+ bytes at 0x94\) ends beyond/],
    ["less memory than file", changed([52 + 20, 1, 0, 0, 0]), /^x\.elf: segment 0 has \d+ bytes in the file but 1 in memory$/],
    ["an address wrap", changed([52 + 8, 0xff, 0xff, 0xff, 0xff]), "x.elf: segment 0 goes beyond virtual address 4 GB"],
    ["no section names", changed([50, 0, 0]), "x.elf: the section with the names of sections is not a string table"],
    ["a cut end", image.slice(0, 80_000), /^x\.elf: truncated: section header table/],
  ])("%s", (_, bytes, expected) => {
    if (typeof expected === "string") expect(message(bytes)).toBe(expected);
    else expect(message(bytes)).toMatch(expected);
    expect(message(bytes)).not.toContain("\n");
  });

  test("whatever is done to a file, it is read or refused, and never more", () => {
    const headers = fc.nat(200);
    const tables = fc.integer({ min: image.length - 18 * 40, max: image.length - 1 });
    const symbols = fc.integer({ min: kernel.section(".symtab")!.offset, max: image.length - 1 });
    const patch = fc.tuple(fc.oneof(headers, tables, symbols), fc.nat(255));
    fc.assert(
      fc.property(fc.array(patch, { maxLength: 12 }), fc.option(fc.nat(image.length), { nil: image.length }), (patches, length) => {
        const bytes = changed(...patches).slice(0, length);
        try {
          const file = new ElfFile(bytes, "x.elf");
          for (const part of [...file.segments.filter(({ type }) => type === PT_LOAD), ...file.sections]) file.contents(part);
          expect(file.symbols.every(({ name }) => typeof name === "string")).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect((error as UserError).message).toMatch(/^x\.elf: [^\n]+$/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
