import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.js";
import { type LoadedImage, loadMultiboot, type MultibootRequest } from "../../src/pc/multiboot.js";
import { FakeMemory } from "./fake-board.js";

const MEGABYTE = 0x100000;
const pok = new Uint8Array(readFileSync(new URL("../../src/guest/images/pok-two.elf", import.meta.url)));

function load(request: Partial<MultibootRequest> = {}, megabytes = 4): { memory: FakeMemory; image: LoadedImage } {
  const memory = new FakeMemory(megabytes * MEGABYTE);
  memory.bytes.fill(0xcc);
  return { memory, image: loadMultiboot({ path: "kernel.elf", bytes: pok, ...request }, memory) };
}
function refusal(request: Partial<MultibootRequest>, megabytes?: number): string {
  try {
    load(request, megabytes);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  return "no error";
}

/** A flat file with a header at `at`: words after the magic number and the flags, with a right checksum. */
function flat(flags: number, addresses: number[] = [], at = 0, size = 64): Uint8Array {
  const bytes = new Uint8Array(size).fill(0x90);
  const view = new DataView(bytes.buffer);
  const words = [0x1badb002, flags, -(0x1badb002 + flags), ...addresses];
  words.forEach((word, n) => {
    view.setUint32(at + 4 * n, word, true);
  });
  return bytes;
}

describe("an ELF kernel", () => {
  test("lies where its program headers say, .bss zeroed", () => {
    const { memory, image } = load();
    expect(image.entry).toBe(0x10000c);
    expect(memory.word(0x100000)).toBe(0x1badb002);
    const { elf } = image;
    const bss = elf!.section(".bss")!;
    expect(memory.bytes.subarray(bss.address, bss.address + bss.size).every((byte) => byte === 0)).toBe(true);
    expect(memory.bytes[bss.address + bss.size + 16]).toBe(0xcc);
    expect(elf!.symbol("pok_gdt")).toBeDefined();
  });

  test("nothing that was placed overlaps anything else", () => {
    const module = { path: "m", bytes: new Uint8Array(5000) };
    const { image } = load({ commandLine: "frames=1", modules: [module, module] });
    const sorted = [...image.regions].sort((a, b) => a.start - b.start);
    for (let n = 1; n < sorted.length; n++) expect(sorted[n]!.start).toBeGreaterThanOrEqual(sorted[n - 1]!.end);
    expect(sorted.length).toBeGreaterThan(8);
  });

  test("the entry point is a virtual address of a segment loaded elsewhere", () => {
    const bytes = pok.slice();
    new DataView(bytes.buffer).setUint32(52 + 8, 0xc0100000, true); // p_vaddr of the first segment
    new DataView(bytes.buffer).setUint32(24, 0xc010000c, true);
    expect(load({ bytes }).image.entry).toBe(0x10000c);
  });
});

describe("the information", () => {
  test("has the memory's size and map", () => {
    const { memory, image } = load();
    const { info } = image;
    expect(memory.word(info) & 0x41).toBe(0x41);
    expect([memory.word(info + 4), memory.word(info + 8)]).toEqual([639, 3 * 1024]);
    const entries: number[][] = [];
    const map = memory.word(info + 48);
    for (let at = 0; at < memory.word(info + 44); at += memory.word(map + at) + 4) {
      entries.push([4, 12, 20].map((offset) => memory.word(map + at + offset)));
    }
    expect(entries).toEqual([
      [0, 0x9fc00, 1],
      [0x9fc00, 0x400, 2],
      [0xf0000, 0x10000, 2],
      [MEGABYTE, 3 * MEGABYTE, 1],
    ]);
  });

  test("has the command line, which begins with the file's name, and the loader's name", () => {
    const { memory, image } = load({ commandLine: "frames=50 lap=40" });
    expect(memory.word(image.info) & 0x204).toBe(0x204);
    expect(memory.text(memory.word(image.info + 16))).toBe("kernel.elf frames=50 lap=40");
    expect(memory.text(memory.word(image.info + 64))).toBe("pok386");
    expect(load().memory.text(memory.word(load().image.info + 16))).toBe("kernel.elf");
  });

  test("has the modules, on page boundaries above the image, with their strings", () => {
    const modules = [
      { path: "one.elf", bytes: Uint8Array.of(1, 2, 3) },
      { path: "two.elf", bytes: Uint8Array.of(4), string: "second module" },
    ];
    const { memory, image } = load({ modules });
    expect(memory.word(image.info) & 8).toBe(8);
    expect(memory.word(image.info + 20)).toBe(2);
    const list = memory.word(image.info + 24);
    const end = Math.max(...image.regions.filter(({ what }) => what.startsWith("segment")).map((region) => region.end));
    for (const [n, string] of ["one.elf", "second module"].entries()) {
      const [start, stop, text] = [0, 4, 8].map((at) => memory.word(list + 16 * n + at)) as [number, number, number];
      expect(start % 4096).toBe(0);
      expect(start).toBeGreaterThanOrEqual(end);
      expect(memory.bytes.slice(start, stop)).toEqual(modules[n]!.bytes);
      expect(memory.text(text)).toBe(string);
    }
  });

  test("has the ELF sections, the symbol table among them loaded", () => {
    const { memory, image } = load();
    const [count, size, headers, names] = [28, 32, 36, 40].map((at) => memory.word(image.info + at)) as [number, number, number, number];
    expect(memory.word(image.info) & 32).toBe(32);
    expect([count, size]).toEqual([image.elf!.sections.length, 40]);
    const nth = image.elf!.sections.findIndex(({ type }) => type === 2);
    const table = image.elf!.sections[nth]!;
    const address = memory.word(headers + nth * size + 12);
    expect(memory.bytes.slice(address, address + table.size)).toEqual(image.elf!.contents(table));
    const strings = memory.word(headers + names * size + 12);
    expect(memory.text(strings + memory.word(headers + nth * size))).toBe(".symtab");
  });

  test("lies in low memory, which a kernel does not take for free, unless the image is there", () => {
    expect(load().image.info).toBeLessThan(0xa0000);
    const all = flat(0x10000, [0x1000, 0x1000, 0, 0x9fc00, 0x1000]);
    expect(load({ bytes: all }).image.info).toBeGreaterThanOrEqual(MEGABYTE);
  });
});

describe("a kernel that is not ELF (flag 16)", () => {
  test("is loaded by the header's addresses, from the right place in the file", () => {
    const bytes = flat(0x10000, [0x200010, 0x200008, 0x200020, 0x200030, 0x200018], 16);
    bytes.set([0xaa, 0xbb], 8);
    const { memory, image } = load({ bytes });
    expect(image.entry).toBe(0x200018);
    expect([...memory.bytes.subarray(0x200007, 0x20000a)]).toEqual([0xcc, 0xaa, 0xbb]);
    expect([...memory.bytes.subarray(0x20001e, 0x200022)]).not.toContain(0xcc);
    expect([...memory.bytes.subarray(0x200020, 0x200030)]).toEqual(Array(16).fill(0));
    expect(memory.bytes[0x200030]).toBe(0xcc);
    expect(image.elf).toBeUndefined();
  });

  test("load_end_addr 0 means the whole file, bss_end_addr 0 no bss", () => {
    const { memory, image } = load({ bytes: flat(0x10000, [0x200000, 0x200000, 0, 0, 0x200000], 0, 100) });
    expect(image.regions[0]).toMatchObject({ start: 0x200000, end: 0x200064 });
    expect(memory.bytes[0x200063]).toBe(0x90);
  });

  test("is not looked at as ELF even if it is", () => {
    const bytes = pok.slice();
    const header = flat(0x10000, [0x100094, 0x100000, 0, 0, 0x1000c0], 0, 32);
    bytes.set(header, 0x94);
    const { image } = load({ bytes });
    expect(image.entry).toBe(0x1000c0);
    expect(image.elf?.symbol("pok_gdt")).toBeDefined();
  });
});

describe("what cannot be loaded is refused with one line naming the file", () => {
  test.each<[string, Partial<MultibootRequest>, string | RegExp]>([
    ["no header", { bytes: new Uint8Array(100) }, "kernel.elf: no multiboot header in the first 8 KB; is it a kernel?"],
    ["a header beyond 8 KB", { bytes: flat(0, [], 8184, 9000) }, "kernel.elf: no multiboot header in the first 8 KB; is it a kernel?"],
    ["a header at an odd place", { bytes: flat(0, [], 2) }, "kernel.elf: no multiboot header in the first 8 KB; is it a kernel?"],
    ["a wrong checksum", { bytes: flat(0).fill(1, 8, 9) }, "kernel.elf: no multiboot header in the first 8 KB; is it a kernel?"],
    ["a video mode", { bytes: flat(4) }, /^kernel\.elf: multiboot header asks for a video mode/],
    ["unknown flags", { bytes: flat(0x48) }, "kernel.elf: multiboot header requires a feature that is not known (flags 0x48)"],
    ["no addresses and no ELF", { bytes: flat(0) }, "kernel.elf: not an ELF file"],
    ["addresses below the file", { bytes: flat(0x10000, [0x200100, 0x200000, 0, 0, 0]) }, /load_addr and header_addr do not fit/],
    [
      "a cut image",
      { bytes: flat(0x10000, [0x200000, 0x200000, 0x200100, 0, 0]) },
      /truncated: load_end_addr is 192 bytes beyond the file/,
    ],
    ["a cut header", { bytes: flat(0x10000, [], 0, 16) }, "kernel.elf: multiboot header: truncated"],
    ["bss before the end", { bytes: flat(0x10000, [0x200000, 0x200000, 0, 0x200010, 0]) }, /bss_end_addr is below/],
    [
      "too large an image",
      { bytes: flat(0x10000, [0x200000, 0x200000, 0, 0x900000, 0]) },
      /image \(0x200000 to 0x900000\) does not fit in 4 MB/,
    ],
    ["too large a module", { modules: [{ path: "big", bytes: new Uint8Array(4 * MEGABYTE) }] }, /^big: big \(0x.*\) does not fit in 4 MB/],
  ])("%s", (_, request, expected) => {
    if (typeof expected === "string") expect(refusal(request)).toBe(expected);
    else expect(refusal(request)).toMatch(expected);
  });

  test("memory smaller than the image", () => {
    expect(refusal({}, 1)).toMatch(/^kernel\.elf: segment 0 \(0x100000 to 0x10001f\) does not fit in 1 MB of memory$/);
  });
});
