/** catch exec: partitions that begin, and begin anew. The kernel of this image restarts two of its four. */
import { describe, expect, it } from "vitest";
import { GDBS } from "../gdbstub/real-gdb.js";
import { image } from "../support/pok386.js";
import { ALL, session } from "./session.js";

const kernel = image("test-errors.elf");
const caught = (part: number) => new RegExp(`hit Catchpoint 1 \\(exec'd /pok386/part${part}\\.elf\\), _start \\(\\) at `);

describe.each(GDBS)("%s", (gdb) => {
  it("stops at the first instruction of each partition, and again where its kernel restarts it; breakpoints stay", async () => {
    const commands = [ALL, "monitor exec-events on", "inferior 3", "catch exec", "break part2.c:main", "continue", "continue"];
    const said = await session(gdb, [...commands, "continue", "backtrace", "continue", "backtrace"], { kernel });
    expect(said.of("monitor exec-events on")).toMatch(/^exec-events on/);
    expect(said.of("continue", 0)).toMatch(caught(1));
    expect(said.of("continue", 1)).toMatch(caught(2));
    expect(said.of("continue", 2)).toMatch(/hit Breakpoint 2, main \(\) at .*part2\.c:7\n/);
    expect(said.of("backtrace", 0)).toMatch(/^#0 +main /);
    expect(said.of("continue", 3)).toContain("process 3 is executing new program: /pok386/part2.elf");
    expect(said.of("continue", 3)).toMatch(caught(2));
    expect(said.last).toMatch(/^#0 +_start /);
  });
});

it("without catch exec gdb reads the program anew and goes on", async () => {
  const said = await session("gdb", [ALL, "monitor exec-events on", "break part2.c:main", "continue", "continue"], { kernel });
  expect(said.of("continue", 0)).toMatch(/hit Breakpoint 1, main \(\) at .*part2\.c/);
  expect(said.of("continue", 1)).toContain("process 3 is executing new program: /pok386/part2.elf");
  expect(said.of("continue", 1)).toMatch(/hit Breakpoint 1, main \(\) at .*part2\.c/);
});

it("nothing is told unless it has been asked for", async () => {
  const commands = [ALL, "monitor exec-events", "break part2.c:main", "set debug remote 1", "continue", "set debug remote 0"];
  const said = await session("gdb", [...commands, "monitor exec-events maybe"], { kernel });
  expect(said.of("monitor exec-events")).toBe("exec-events off\n");
  expect(said.of("continue")).toMatch(/hit Breakpoint 1, /);
  expect(said.of("continue")).not.toContain("exec:");
  expect(said.last).toContain('"maybe" is neither on nor off');
});

it("they are asked for still when the machine is started again", async () => {
  const commands = [ALL, "monitor exec-events on", "inferior 2", "catch exec", "continue", "run"];
  const said = await session("gdb", commands, { kernel, connect: "target extended-remote" });
  expect(said.of("continue")).toMatch(caught(1));
  expect(said.of("run")).toMatch(caught(1));
});
