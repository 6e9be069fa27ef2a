/** A kernel without symbols, with a descriptor table laid out in another way: its partitions are found all the same. */
import { describe, expect, it } from "vitest";
import { GDBS } from "../gdbstub/real-gdb.js";
import { makeElf } from "../gdbstub/tiny-elf.js";
import { FIRST, otherLayout } from "../support/other-layout.js";
import { file } from "../support/partitions.js";
import { debugged } from "../support/pok386.js";
import { ALL, type SessionOptions, session, sessionAt } from "./session.js";

const { image, labels } = otherLayout();
const place = (label: string): string => `*0x${labels.get(label)!.toString(16)}`;
const options = (...args: string[]): SessionOptions => ({ kernel: file("kernel.bin", image), args });
/** The partition's code lies at 0x40; its counter at 0x100. */
const partition = (): string =>
  file(
    "partition.elf",
    makeElf({
      text: { address: 0x40, bytes: Uint8Array.from([0x90, 0xff, 0x05, 0, 1, 0, 0, 0xcd, 0x30, 0xeb, 0xf5]) },
      data: { address: 0x100, bytes: new Uint8Array(4) },
      symbols: [
        { name: "job", address: 0x40, size: 11, kind: "function" },
        { name: "count", address: 0x100, size: 4, kind: "object" },
      ],
    }),
  );

describe.each(GDBS)("%s", (gdb) => {
  it("finds pairs of equal base, present or not, and nothing else", async () => {
    const said = await session(gdb, [ALL, `break ${place("after_gdt")}`, "continue", "monitor partitions"], options());
    const rows = said.last.split("\n").filter((line) => line.includes("part"));
    expect(rows).toEqual([
      expect.stringMatching(/^ {2}2 +part1 +0x00200000 0x0002ffff 0x5b 0x53 present +\(no symbols\)$/),
      expect.stringMatching(/^ {2}3 +part2 +0x00300010 0x000001ff 0x83 0x7b off +\(no symbols\)$/),
    ]);
  });

  it("finds none before the kernel has set its table up", async () => {
    const said = await session(gdb, [`break ${place("before_gdt")}`, "continue", "info inferiors", "monitor partitions"], options());
    expect(said.of("info inferiors")).not.toMatch(/process 2/);
    expect(said.last).not.toMatch(/part/);
  });

  it("stays where it stopped when partitions turn up that were not known when it came, and says what to do", async () => {
    const said = await session(gdb, [ALL, `break ${place("enter")}`, "continue", "info inferiors", "x/i $pc"], options());
    expect(said.of("continue")).toMatch(/the kernel has set up part1, part2 since you came; "disconnect" and "target remote" again/);
    expect(said.of("continue")).toMatch(/^Breakpoint 1, 0x001/m);
    expect(said.of("info inferiors")).not.toMatch(/process 2/);
    expect(said.last).toMatch(/:\tiret/);
  });

  it("has an inferior for each when it comes again", async () => {
    const { port } = await debugged([], file("kernel.bin", image));
    await sessionAt(gdb, port, [`break ${place("enter")}`, "continue", "disconnect"]);
    const said = await sessionAt(gdb, port, ["info inferiors"]);
    expect(said.last).toMatch(/process 3/);
  });

  it("follows the processor into a partition that was not known when gdb came", async () => {
    const said = await session(
      gdb,
      [ALL, `break ${place("enter")}`, "continue", "delete", "stepi", "x/i $pc", "info inferiors"],
      options(),
    );
    expect(said.of("x/i $pc")).toMatch(/^=> 0x40:\tnop *$/m);
    expect(said.last).toMatch(/^\* 2 +process 2 /m);
  });

  it("lists partitions that --partition names from the start, and hits their breakpoints at the first execution", async () => {
    const commands = [ALL, "info inferiors", "break job", "continue", "bt", "print *(int *)&count", "continue", "print *(int *)&count"];
    const said = await session(gdb, commands, options("--partition", `radar=${partition()}`));
    expect(said.of("info inferiors")).toMatch(/ 2 +process 2 .*\/pok386\/radar\.elf/);
    expect(said.of("continue")).toMatch(/Thread 2\.1 "radar thread 1" hit Breakpoint 1, 0x0000004\d in job \(\)/);
    expect(said.of("print *(int *)&count")).toBe("$1 = 0\n");
    expect(said.last).toBe("$2 = 1\n");
  });

  it("matches a named partition to the segments whose memory holds it, not to the first", async () => {
    const other = file(
      "other.elf",
      makeElf({ text: { address: 0x40, bytes: Uint8Array.of(1, 2, 3) }, data: { address: 0x80, bytes: new Uint8Array(4) }, symbols: [] }),
    );
    const said = await session(
      gdb,
      [ALL, `break ${place("enter")}`, "continue", "monitor partitions"],
      options("--partition", `second=${other}`, "--partition", `first=${partition()}`),
    );
    expect(said.last).toMatch(new RegExp(`first +0x00${FIRST.base.toString(16)} .*/pok386/first\\.elf`));
    expect(said.last).toMatch(/second +0x00300010 .*\/pok386\/second\.elf/);
  });

  it("refuses memory beyond a byte-granular limit of a partition without symbols", async () => {
    const said = await session(
      gdb,
      [ALL, `break ${place("enter")}`, "continue", "delete", "stepi", "x/xb 0x2ffff", "x/xb 0x30000"],
      options(),
    );
    expect(said.of("x/xb 0x2ffff")).toMatch(/^0x2ffff:\t0x00$/m);
    expect(said.last).toContain("Cannot access memory at address 0x30000");
  });
});
