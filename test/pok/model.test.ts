/** What is known of the system in a machine, and by which names. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ElfFile } from "../../src/pc/elf.js";
import { Machine } from "../../src/pc/machine.js";
import { type NamedPartition, PokSystem } from "../../src/pok/model.js";
import { makeElf } from "../gdbstub/tiny-elf.js";
import { FIRST, otherLayout, SECOND } from "../support/other-layout.js";
import { partitionBytes } from "../support/partitions.js";
import { TWO } from "../support/pok386.js";
import { long } from "../support/tiny-kernel.js";

const named = (name: string, bytes: Uint8Array): NamedPartition => ({ name, elf: new ElfFile(bytes, name) });
const stranger = makeElf({
  text: { address: 0x1000, bytes: Uint8Array.of(1, 2, 3) },
  data: { address: 0x2000, bytes: new Uint8Array(4) },
  symbols: [],
});

function machine(path: string, bytes: Uint8Array): Machine {
  return new Machine({ memoryBytes: 8 << 20, ips: 100_000_000, boot: { kind: "multiboot", path, bytes }, console: () => {} });
}
const sample = (): Machine => machine("pok-two.elf", new Uint8Array(readFileSync(TWO)));
const names = (system: PokSystem): string[] =>
  system.spaces().map(({ id, name, executable }) => `${id} ${name} ${executable?.path ?? "-"}`);

it("the kernel is 1, embedded executables are 2 and on, before anything has run", () => {
  const spaces = new PokSystem(sample()).spaces();
  expect(spaces.map(({ id, name, segments }) => [id, name, segments])).toEqual([
    [1, "kernel", undefined],
    [2, "part1", undefined],
    [3, "part2", undefined],
  ]);
});

it("a named partition takes the place of the one it equals in code", () => {
  const system = new PokSystem(sample(), [named("radar", partitionBytes(2))]);
  expect(names(system)).toEqual(["1 kernel /pok386/kernel.elf", "2 part1 /pok386/part1.elf", "3 radar /pok386/radar.elf"]);
});

it("named partitions may come in any order", () => {
  const system = new PokSystem(sample(), [named("b", partitionBytes(2)), named("a", partitionBytes(1))]);
  expect(names(system).slice(1)).toEqual(["2 a /pok386/a.elf", "3 b /pok386/b.elf"]);
});

it("what equals none takes the first place that is free", () => {
  const system = new PokSystem(sample(), [named("x", stranger), named("a", partitionBytes(1))]);
  expect(names(system).slice(1)).toEqual(["2 a /pok386/a.elf", "3 x /pok386/x.elf"]);
});

it("more names than there are partitions make further spaces", () => {
  const system = new PokSystem(sample(), [named("x", stranger), named("y", stranger), named("z", stranger)]);
  expect(names(system).slice(1)).toEqual(["2 x /pok386/x.elf", "3 y /pok386/y.elf", "4 z /pok386/z.elf"]);
});

it("a found name gives way to the same one given by the user", () => {
  const system = new PokSystem(sample(), [named("part1", partitionBytes(2))]);
  expect(names(system).slice(1)).toEqual(["2 part1-2 /pok386/part1-2.elf", "3 part1 /pok386/part1.elf"]);
});

it("segments are those whose memory holds the executable", () => {
  const computer = sample();
  const system = new PokSystem(computer);
  computer.run(20_000_000);
  expect(system.spaces().map(({ name, segments }) => [name, segments?.base, segments?.limit, segments?.code, segments?.data])).toEqual([
    ["kernel", undefined, undefined, undefined, undefined],
    ["part1", 0x118000, 0x17ffff, 0x23, 0x2b],
    ["part2", 0x298000, 0x18ffff, 0x33, 0x3b],
  ]);
});

it("presence is as it is now", () => {
  const computer = sample();
  const system = new PokSystem(computer);
  const seen = new Set<string>();
  for (let n = 0; n < 40; n++) {
    computer.run(500_000);
    seen.add(
      system
        .spaces()
        .map(({ segments }) => (segments?.present ? "P" : "-"))
        .join(""),
    );
  }
  expect(seen).toContain("-P-");
  expect(seen).toContain("--P");
  expect(seen).not.toContain("-PP");
});

it("the space of code is told by its CS base, in ring 0 always the kernel's", () => {
  const computer = sample();
  const system = new PokSystem(computer);
  computer.run(20_000_000);
  expect([system.spaceOf(3, 0x118000), system.spaceOf(3, 0x298000), system.spaceOf(0, 0x298000), system.spaceOf(3, 0x1234)]).toEqual([
    2, 3, 1, 1,
  ]);
});

it("a thread is known by the stack the kernel would use for it, and by none before there is a task", () => {
  const computer = sample();
  const system = new PokSystem(computer);
  expect(system.threadKey()).toBe(0);
  computer.run(20_000_000);
  expect(system.threadKey()).toBeGreaterThan(0x100000);
});

it("a kernel that is loaded whole, its ELF header included, is not taken for a partition, nor hides those inside it", () => {
  const inner = partitionBytes(1);
  const header = [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const start = 0x100000 + 96;
  const size = 100 + inner.length;
  const fields = [2 | (3 << 16), 1, start, 52, 0, 0, 52 | (32 << 16), 1, 0].flatMap(long);
  const segment = [1, 0, 0x100000, 0x100000, size, size, 7, 4096].flatMap(long);
  const multiboot = [0x1badb002, 0, -0x1badb002].flatMap(long);
  const computer = machine(
    "kernel.elf",
    Uint8Array.from([...header, ...fields, ...segment, ...multiboot, 0xeb, 0xfe, 0x90, 0x90, ...inner]),
  );
  expect(names(new PokSystem(computer))).toEqual(["1 kernel /pok386/kernel.elf", "2 part1 /pok386/part1.elf"]);
});

it("a kernel without symbols and executables is found by its descriptors", () => {
  const { image } = otherLayout();
  const computer = machine("kernel.bin", image);
  const system = new PokSystem(computer);
  expect(names(system)).toEqual(["1 kernel -"]);
  computer.run(1000);
  expect(system.spaces().slice(1)).toEqual([
    { id: 2, name: "part1", executable: undefined, segments: { ...pick(FIRST), present: true } },
    { id: 3, name: "part2", executable: undefined, segments: { ...pick(SECOND), present: false } },
  ]);
});
const pick = ({ base, limit, code, data }: typeof FIRST) => ({ base, limit, code, data });

it.each([
  [1, 0x102000, "pok_sched_tick"],
  [2, 0x102000, "crc_block"],
  [3, 0x102000, "update_track"],
  [3, 0x102009, "update_track+9"],
  [3, 0x17fff0, undefined],
  [9, 0x102000, undefined],
])("in space %i 0x%x is %s", (space, address, expected) => {
  expect(new PokSystem(sample()).symbol(space, address)).toBe(expected);
});

/** The sample with a symbol of its kernel renamed to what ld calls the start of a binary file, and moved to the first partition's. */
function withBinarySymbol(name: string): Uint8Array {
  const bytes = new Uint8Array(readFileSync(TWO));
  const elf = new ElfFile(bytes, TWO);
  const view = new DataView(bytes.buffer);
  const victim = "pok_release_end_of_frame";
  const strings = elf.section(".strtab")!;
  const at = Buffer.from(bytes.buffer).indexOf(`\0${victim}\0`, strings.offset, "latin1") + 1;
  bytes.set(Buffer.from(name.padEnd(victim.length, "\0"), "latin1"), at);
  const symbols = elf.section(".symtab")!;
  for (let entry = symbols.offset; entry < symbols.offset + symbols.size; entry += symbols.entrySize) {
    if (view.getUint32(entry, true) === at - strings.offset) view.setUint32(entry + 4, elf.symbol("__archive2_begin")!.value, true);
  }
  return bytes;
}

it("a symbol that ld gives to an embedded file names the partition", () => {
  const system = new PokSystem(machine("kernel.elf", withBinarySymbol("_binary_radar_elf_start")));
  expect(names(system).slice(1)).toEqual(["2 radar /pok386/radar.elf", "3 part2 /pok386/part2.elf"]);
});
