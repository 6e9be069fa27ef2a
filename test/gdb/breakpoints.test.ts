import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GDBS } from "../gdbstub/real-gdb.js";
import { root } from "../support/pok386.js";
import { ALL, functions, session } from "./session.js";

const source = readFileSync(`${root}src/guest/two/part2.c`, "utf8").split("\n");
const lineOf = (text: string): number => source.findIndex((line) => line.includes(text)) + 1;

const IN_PART2 =
  /Thread 3\.1 "part2 thread 1" hit Breakpoint \d+, update_track \(t=t@entry=0x[0-9a-f]+ <track>\) at src\/guest\/two\/part2\.c:\d+\n/;
const IN_PART1 =
  /Thread 2\.1 "part1 thread 1" hit Breakpoint \d+, crc_block \(words=words@entry=0x[0-9a-f]+ <block>, count=count@entry=64\)/;
const IN_KERNEL = /Thread 1\.1 "kernel" hit Breakpoint \d+, pok_sched_tick \(\) at src\/guest\/kernel\/sched\.c:\d+\n/;

describe.each(GDBS)("%s", (gdb) => {
  it("hits a function of partition 2 by its name, at its first execution, though the partition was not loaded when it was set", async () => {
    const said = await session(gdb, ["break update_track", "continue", "print laps", "x/i $pc"]);
    expect(said.of("continue")).toMatch(IN_PART2);
    expect(said.of("print laps")).toBe("$1 = 1\n");
    expect(said.of("x/i $pc")).toMatch(/^=> 0x102000 <update_track>:\t/);
  });

  it("hits an address in the partition whose inferior it was set in, and not in the kernel or the other partition", async () => {
    const said = await session(gdb, ["inferior 2", "break *0x102000", "inferior 1", "continue", "x/i $pc", "continue", "print laps"]);
    expect(said.of("continue")).toMatch(IN_PART1);
    expect(said.of("x/i $pc")).toMatch(/^=> 0x102000 <crc_block>:\t/);
    expect(said.of("continue", 1)).toMatch(IN_PART1);
    expect(said.of("print laps")).toBe("$1 = 2\n");
  });

  it("tells one numeric address in the kernel and both partitions apart", async () => {
    const said = await session(gdb, [
      ...["inferior 3", "break *0x102000", "inferior 2", "break *0x102000", "inferior 1", "break *0x102000"],
      ...["continue", "delete 3", "continue", "continue", "continue", "continue"],
    ]);
    expect(said.of("continue", 0)).toMatch(IN_KERNEL);
    expect(said.of("continue", 1)).toMatch(IN_PART1);
    expect(said.of("continue", 2)).toMatch(IN_PART2);
    expect(said.of("continue", 3)).toMatch(IN_PART1);
    expect(said.of("continue", 4)).toMatch(IN_PART2);
  });

  it("gives a name of both partitions a location in each", async () => {
    const said = await session(gdb, ["break main", "continue", "continue"]);
    expect(said.of("break main")).toMatch(/\(2 locations\)\n$/);
    expect(said.of("continue")).toMatch(/Thread 2\.1 .* hit Breakpoint 1\.1, main \(\) at src\/guest\/two\/part1\.c/);
    expect(said.of("continue", 1)).toMatch(/Thread 3\.1 .* hit Breakpoint 1\.2, main \(\) at src\/guest\/two\/part2\.c/);
  });

  it("breaks at a line of a partition's file, on a condition of its locals", async () => {
    const said = await session(gdb, [
      "inferior 3",
      `break part2.c:${lineOf("if (depth == 0)")} if depth == 0`,
      "inferior 1",
      "continue",
      "bt",
    ]);
    expect(said.of("continue")).toMatch(/Thread 3\.1 .* hit Breakpoint 1, descend \(depth=(depth@entry=)?0\)/);
    expect(functions(said.last)).toEqual([...Array(6).fill("descend"), "main"]);
  });

  it("stops at a condition's hit only", async () => {
    const said = await session(gdb, ["inferior 3", "break update_track if laps == 3", "inferior 1", "continue", "print laps"]);
    expect(said.of("continue")).toMatch(IN_PART2);
    expect(said.last).toBe("$1 = 3\n");
  });

  it("passes over a breakpoint as often as it is told to", async () => {
    const said = await session(gdb, [ALL, "break update_track", "ignore 1 2", "continue", "print laps"]);
    expect(said.last).toBe("$1 = 3\n");
  });

  it("takes hardware breakpoints, as many as one likes", async () => {
    const said = await session(gdb, [
      ALL,
      ...["crc_block", "update_track", "descend", "report", "beat", "fill_block"].map((f) => `hbreak ${f}`),
      "continue",
    ]);
    expect(said.last).toMatch(/hit Breakpoint \d, \w+ /);
  });

  it("forgets a temporary breakpoint once hit", async () => {
    const said = await session(gdb, ["tbreak update_track", "continue", "info breakpoints"]);
    expect(said.of("continue")).toMatch(/Thread 3\.1 .* hit Temporary breakpoint 1, update_track/);
    expect(said.last).toContain("No breakpoints or watchpoints.");
  });

  it("advances to a place, and runs until the line behind a loop", async () => {
    const said = await session(gdb, [ALL, "break speed_of", "continue", "next", "next", "advance square", "finish", "until"]);
    expect(said.of("advance square")).toMatch(/^square \(n=n@entry=1\)/);
    expect(said.last).toMatch(/return root;\n$/);
  });

  it("steps off a breakpoint and comes back to it a lap later", async () => {
    const said = await session(gdb, ["break update_track", "continue", "stepi", "continue", "print laps"]);
    expect(said.of("continue", 1)).toMatch(IN_PART2);
    expect(said.last).toBe("$1 = 2\n");
  });

  it("runs on after a breakpoint is deleted", async () => {
    const said = await session(gdb, ["break update_track", "break report", "continue", "delete 1", "continue", "continue"]);
    expect(said.of("continue", 1)).toMatch(/hit Breakpoint 2, report/);
    expect(said.of("continue", 2)).toMatch(/hit Breakpoint 2, report/);
  });

  it("leaves no trace of breakpoints in memory", async () => {
    const said = await session(gdb, ["inferior 3", "x/4xb 0x102000", "break update_track", "inferior 1", "continue", "x/4xb 0x102000"]);
    expect(said.of("x/4xb 0x102000", 1)).toBe(said.of("x/4xb 0x102000"));
  });
});

it("a hit in a process whose registers were read before is told, with schedule-multiple off", async () => {
  const said = await session("gdb", [
    // gdb has read the registers of both partitions, and resumes one of them only.
    ...[
      "break crc_block",
      "continue",
      "inferior 3",
      "info registers eip",
      "break update_track",
      "inferior 2",
      "delete 1",
      "continue",
      "print laps",
    ],
  ]);
  expect(said.of("continue", 1)).toMatch(/Thread 3\.1 .* hit Breakpoint 2, update_track/);
  expect(said.last).toMatch(/ = 1\n/);
});
