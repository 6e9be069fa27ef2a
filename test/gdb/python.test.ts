/** scripts/pok386.py, in both gdbs: what it prints, and what its functions give. */
import { describe, expect, it } from "vitest";
import { Gdb } from "../gdbstub/real-gdb.js";
import { debugged, image, root } from "../support/pok386.js";
import { session } from "./session.js";

const SOURCE = `source ${root}scripts/pok386.py`;
const kernel = image("test-clock.elf");

describe.each(["gdb", "gdb-multiarch"] as const)("%s", (gdb) => {
  it("names the frames between interrupted code and its handler", async () => {
    const said = await session(gdb, [SOURCE, "inferior 2", "break on_tick", "continue", "backtrace"], { kernel });
    expect(said.last).toMatch(/^#0 +on_tick .*\n#1 +<forwarded interrupt> \(\).*\n#2 .*registers_survive \(\).*\n#3 .*main /);
  });
  it("names system calls in backtraces", async () => {
    const said = await session(gdb, [SOURCE, "break update_track", "continue", "thread 3.2", "backtrace"]);
    expect(said.last).toMatch(/^#0 +pok_syscall \[THREAD_SLEEP\] /);
  });
  it("gives bases and linear addresses", async () => {
    const said = await session(gdb, [
      ...[SOURCE, "break update_track", "continue"],
      ...["print/x $part(1)", 'print/x $part("part2")', 'print/x $linear("ds", 0x10)', "print/x $linear(0x2b, &laps)", "print/x $base()"],
      ...["print $part(9)", 'print $linear("nowhere", 0)'],
    ]);
    expect(said.of("print/x $part(1)")).toBe("$1 = 0x118000\n");
    expect(said.of('print/x $part("part2")')).toBe("$2 = 0x298000\n");
    expect(said.of('print/x $linear("ds", 0x10)')).toBe("$3 = 0x298010\n");
    expect(said.of("print/x $linear(0x2b, &laps)")).toMatch(/^\$4 = 0x11[0-9a-f]{4}\n$/);
    expect(said.of("print/x $base()")).toBe("$5 = 0x298000\n");
    expect(said.of("print $part(9)")).toBe("there is no partition 9; there are: part1, part2\n");
    expect(said.last).toContain('"nowhere" is no segment register, selector or partition');
  });
  it("pok shows what the emulator knows", async () => {
    const said = await session(gdb, [SOURCE, "break update_track", "continue", "pok partitions", "pok threads", "pok segments", "pok why"]);
    expect(said.of("pok partitions")).toMatch(/^\* 3 +part2 +0x00298000 /m);
    expect(said.of("pok threads")).toMatch(/^\* p3\.1 part2 thread 1 +running at 0x00102000 <update_track>$/m);
    expect(said.of("pok segments")).toMatch(/^CS +0x0033 +0x00298000 /m);
    expect(said.last).toBe("no exception has been raised yet\n");
  });
  it("pok goto goes to another moment, and gdb knows", async () => {
    const said = await session(gdb, [
      SOURCE,
      "break update_track",
      "continue",
      "delete",
      "pok goto 20000",
      "pok goto end",
      "bt",
      "pok goto x",
    ]);
    expect(said.of("pok goto 20000")).toMatch(/^instruction 20000, in kernel at .*\n\[Switching to thread 1\.1/);
    expect(said.of("pok goto end")).toMatch(/in part2 at 0x[0-9a-f]+ <update_track>\n\[Switching to thread 3\.1/);
    expect(said.of("bt")).toMatch(/^#0 +update_track .*\n#1 .*main /);
    expect(said.last).toContain("say COUNT, +N, -N, start, end or a checkpoint's name");
  });
  it("pok irq and pok ports show the emulator's tables", async () => {
    const said = await session(gdb, [SOURCE, "break update_track", "continue", "pok irq", "pok ports"]);
    expect(said.of("pok irq")).toMatch(/^0 +32 .*edge/m);
    expect(said.last).toMatch(/^0x03f8 +0x03ff +serial port/m);
  });
  it("a stop in the kernel is told though a partition was resumed first, whether sourced before connecting or after", async () => {
    const commands = ["inferior 3", "break pok_partition_restart", "continue"];
    const errors = image("test-errors.elf");
    const after = await session(gdb, [SOURCE, ...commands], { kernel: errors });
    expect(after.last).toMatch(/"kernel" hit Breakpoint 1, pok_partition_restart /);
    const { port } = await debugged([], errors);
    const target = `target extended-remote 127.0.0.1:${port}`;
    const before = await Gdb.start(gdb, [SOURCE, target, ...commands]).exits();
    expect(before).toMatch(/"kernel" hit Breakpoint 1, pok_partition_restart /);
    // Nothing is said of it.
    expect(before.match(/^_start \(\) at .*boot\.S/gm)).toHaveLength(1);
  });
  it("sets what gdb needs for several inferiors", async () => {
    expect((await session(gdb, [SOURCE, "show schedule-multiple"])).last).toContain("is on.");
  });
});

it("says that there is no connection", async () => {
  const { spawnSync } = await import("node:child_process");
  const { stderr } = spawnSync("gdb", ["-nx", "-batch", "-ex", SOURCE, "-ex", "pok why"], { encoding: "utf8" });
  expect(stderr).toBe("connect first: target remote :PORT\n");
});
