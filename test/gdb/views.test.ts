/** What addresses mean: `monitor view`, and 16-bit code in real and virtual-8086 mode. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { file } from "../support/partitions.js";
import { Emulator, image } from "../support/pok386.js";
import { ALL, session, sessionAt, type Transcript } from "./session.js";

const REFRESH = "maintenance flush register-cache";
const IN_PART2 = [ALL, "break update_track", "continue", "delete"];

const inRom = async (rom: string, commands: readonly string[]): Promise<Transcript> => {
  const emulator = new Emulator(["run", "--rom", rom, "--gdb", "0"]);
  return sessionAt("gdb", await emulator.port(), commands);
};
/** A ROM of 64 KB with this code at f000:0000, where the reset vector leads. */
const romOf = (code: readonly number[]): string => {
  const bytes = new Uint8Array(0x10000).fill(0xf4);
  bytes.set(code);
  bytes.set([0xea, 0x00, 0x00, 0x00, 0xf0], 0xfff0);
  return file("rom.bin", bytes);
};
const number = (text: string): string | undefined => /= (\S+)/.exec(text)?.[1];

describe("real mode", () => {
  /** mov ax, 1000h; mov ss, ax; mov esp, dead0100h; push 1234h; call +2; nop; nop; hlt */
  const ROM = [0xb8, 0, 0x10, 0x8e, 0xd0, 0x66, 0xbc, 0, 1, 0xad, 0xde, 0x68, 0x34, 0x12, 0xe8, 2, 0, 0x90, 0x90, 0xf4];

  it("is shown by linear addresses and disassembled as code of 16 bits, without a word from the user", async () => {
    const said = await inRom(romOf(ROM), ["show architecture", "x/i $pc", "stepi", "x/2i $pc", "break *0xf000e", "continue", "x/i $pc"]);
    expect(said.of("show architecture")).toContain("i8086");
    expect(said.of("x/i $pc")).toMatch(/^=> 0xfffffff0:\tljmp +\$0xf000,\$0x0\n/);
    expect(said.of("x/2i $pc")).toMatch(/^=> 0xf0000:\tmov +\$0x1000,%ax\n +0xf0003:\tmov +%ax,%ss\n/);
    expect(said.of("continue")).toMatch(/Breakpoint 1, 0x000f000e in/);
    expect(said.last).toMatch(/^=> 0xf000e:\tcall +0xf0013\n/);
  });

  it("has its stack where ss and sp say, whatever the upper half of esp holds", async () => {
    const said = await inRom(romOf(ROM), ["break *0xf000e", "continue", "print/x $sp", "x/xh $sp", "stepi", "print/x $sp", "x/2xh $sp"]);
    expect(number(said.of("print/x $sp"))).toBe("0x100fe");
    expect(said.of("x/xh $sp")).toBe("0x100fe:\t0x1234\n");
    expect(number(said.of("print/x $sp", 1))).toBe("0x100fc");
    expect(said.last).toBe("0x100fc:\t0x0011\t0x1234\n");
  });

  it("takes what is written to sp and pc as such addresses", async () => {
    const commands = ["break *0xf000e", "continue", "set $sp = 0x10080", "set $pc = 0xf000b", "stepi", "x/xh 0x1007e"];
    const said = await inRom(romOf(ROM), [...commands, "print/x $sp", "monitor segments"]);
    expect(said.of("x/xh 0x1007e")).toBe("0x1007e:\t0x1234\n");
    expect(number(said.of("print/x $sp"))).toBe("0x1007e");
  });

  it("may be disassembled as 32-bit code once it has become that", async () => {
    const said = await inRom(romOf(ROM), ["stepi", "set architecture i386", "x/i $pc", "set architecture auto", "x/i $pc"]);
    expect(said.of("x/i $pc")).toMatch(/mov +\$0xd08e1000,%eax/);
    expect(said.last).toMatch(/mov +\$0x1000,%ax/);
  });

  it("is selector * 16 + offset in a view of its own, whatever the hidden base is", async () => {
    const said = await inRom(romOf(ROM), ["print/x $pc", "monitor view real-mode", REFRESH, "print/x $pc", "x/i $pc"]);
    expect(said.of("print/x $pc")).toBe("$1 = 0xfffffff0\n");
    expect(said.of("print/x $pc", 1)).toBe("$2 = 0xffff0\n");
    expect(said.last).toMatch(/^=> 0xffff0:\tljmp +\$0xf000,\$0x0\n/);
  });
});

it("virtual-8086 code is debugged at its linear addresses too", async () => {
  const rom = image("test-rom.bin");
  // mov ax, cs; call: the first thing that the task in virtual-8086 mode does after its greeting.
  const CODE = Buffer.from([0x8c, 0xc8, 0x66, 0xe8]);
  const bytes = readFileSync(rom);
  const place = `*0x${(0xf0000 + bytes.indexOf(CODE)).toString(16)}`;
  const said = await inRom(rom, [
    `break ${place} if $eflags & 0x20000`,
    "handle SIGTRAP nostop noprint pass",
    "continue",
    "x/i $pc",
    "print $cpl",
    "stepi",
    "print/x $ax",
  ]);
  expect(said.of("x/i $pc")).toMatch(/mov +%cs,%ax\n/);
  expect(said.of("print $cpl")).toBe("$1 = 3\n");
  expect(said.last).toBe("$2 = 0xf000\n");
});

describe("monitor view", () => {
  it("shows every process's", async () => {
    const said = await session("gdb", ["monitor view"]);
    expect(said.last).toBe(
      "1   kernel       linear    linear addresses\n2   part1        segment   offsets of its segments\n3   part2        segment   offsets of its segments\n",
    );
  });

  it("shows a partition by linear addresses: registers, memory and breakpoints alike, and by its own again", async () => {
    const said = await session("gdb", [
      ...[
        ...IN_PART2,
        "print/x $sp",
        "set $base = $sp",
        "monitor view part2 linear",
        REFRESH,
        "print/x $pc",
        "set $base = $sp - $base",
        "print/x $base",
      ],
      ...["x/i $pc", "break *($base + 0x10b0)", "continue", "print/x $pc - $base", "delete", "monitor view 3 segment", REFRESH, "bt"],
    ]);
    expect(said.of("print/x $base")).toBe("$3 = 0x298000\n");
    expect(said.of("print/x $pc")).toBe("$2 = 0x39a000\n");
    expect(said.of("x/i $pc")).toMatch(/^=> 0x39a000:/);
    expect(said.of("continue", 1)).toMatch(/hit Breakpoint 2, 0x002990b0 in/);
    expect(said.of("print/x $pc - $base")).toBe("$4 = 0x10b0\n");
    expect(said.last).toMatch(/^#0 +report \(t=/);
  });

  it("shows a process memory by physical addresses", async () => {
    const said = await session("gdb", [...IN_PART2, "print &track", "monitor view part2 physical", "x/xw 0x298000 + (unsigned) &track"]);
    expect(said.last).toMatch(/^0x299b20[^:]*:\t0x00000007\n/);
  });

  it("tells a mistake in a line", async () => {
    const said = await session("gdb", ["monitor view part9 linear", "monitor view part1 sideways", "monitor view kernel segment"]);
    expect(said.of("monitor view part9 linear")).toBe('view: there is no process part9; "monitor partitions" lists them\n');
    expect(said.of("monitor view part1 sideways")).toBe('view: "sideways" is none of segment, linear, physical, real-mode\n');
    expect(said.of("monitor view kernel segment")).toBe("view: the kernel's segments need not be one: its addresses are linear\n");
  });
});
