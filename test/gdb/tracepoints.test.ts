/** Trace experiments as a user makes them (GDB manual, "Tracepoints"), in partitions whose segments do not begin at 0. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Gdb } from "../gdbstub/real-gdb.js";
import { debugged, Emulator, TWO } from "../support/pok386.js";
import { ALL, session, sessionAt, TROUBLE } from "./session.js";

const IN_PART2 = [ALL, "break update_track", "continue", "delete"];
const UNTIL_LAP_5 = "break report if laps == 5";
const RUN = ["tstart", "continue", "tstop"];

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "pok386-trace-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
};
/** gdb reads a list of actions from a script or a terminal, not from its command line. */
const actions = (...lines: readonly string[]): string => {
  const path = join(folder(), "actions.gdb");
  writeFileSync(path, ["actions", ...lines, "end", ""].join("\n"));
  return `source ${path}`;
};
const frames = (tstatus: string): string | undefined => /^Collected (\d+) trace frames?/m.exec(tstatus)?.[1];

it("collects registers, arguments, locals and expressions of a partition without a stop", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "trace part2.c:59", actions("collect $regs, $args, $locals, laps", "collect track.position.y + 1")],
    ...[UNTIL_LAP_5, ...RUN, "tstatus", "tfind 0", "frame", "print laps", "print t", "print t->position", "tdump"],
    ...["tfind", "print laps", "tfind none", "print laps"],
  ]);
  expect(said.of("continue", 1)).toMatch(/^\nThread 3\.1 .* hit Breakpoint 3, report/);
  expect(frames(said.of("tstatus"))).toBe("5");
  expect(said.of("tfind 0")).toBe("Found trace frame 0, tracepoint 2\n");
  expect(said.of("frame")).toMatch(/^#0 +update_track \(t=.*part2\.c:59\n/);
  expect(said.of("print laps")).toBe("$1 = 1\n");
  expect(said.of("print t")).toMatch(/ = \(struct track \*\) 0x1b20 <track>\n/);
  expect(said.of("print t->position")).toMatch(/ = \{x = <unavailable>, y = -20, z = <unavailable>\}\n/);
  expect(said.of("tdump")).toMatch(
    /^Data collected at tracepoint 2, trace frame 0:\neax [\s\S]*\nlaps = 1\ntrack\.position\.y \+ 1 = -19\n/,
  );
  expect(said.of("print laps", 1)).toMatch(/ = 2\n/);
  expect(said.of("print laps", 2)).toMatch(/ = 5\n/);
});

it("what a frame has not collected is unavailable, registers and memory alike", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "trace part2.c:59", actions("collect laps"), UNTIL_LAP_5, ...RUN, "tfind 0"],
    ...["print $esp", "print $pc", "print heartbeats", "info registers eax", "print laps", "set var laps = 9", "tfind none", "print laps"],
  ]);
  expect(said.of("print $esp")).toMatch(/ = <unavailable>\n/);
  expect(said.of("print $pc")).toMatch(/<update_track\+\d+>\n/);
  expect(said.of("print heartbeats")).toMatch(/ = <unavailable>\n/);
  expect(said.of("info registers eax")).toMatch(/^eax +<unavailable>\n/);
  expect(said.of("set var laps = 9")).not.toBe("");
  expect(said.last).toMatch(/ = 5\n/);
});

it("collects strings, and what is on the stack", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "trace report", actions("collect /s track.label", "collect *(unsigned char *)$esp@64", "collect $regs, $_ret")],
    ...["break read_clock if laps == 3", ...RUN, "tfind start", "print track.label", "bt"],
  ]);
  expect(said.of("print track.label")).toMatch(/ = 0x[0-9a-f]+ "intruder"\n/);
  expect(said.of("bt")).toMatch(/^#0 +report [\s\S]*\n#1 .* main \(\) at .*part2\.c:105\n/);
});

it("collects in the steps that follow, which may pass through the kernel", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "trace read_clock", actions("while-stepping 12", "collect $regs", "end")],
    ...["break descend", ...RUN, "tstatus", "tfind start", "tfind", "tfind", "tfind 12", "info symbol $pc"],
  ]);
  // The tracepoint's own frame, and one after each step.
  expect(frames(said.of("tstatus"))).toBe("13");
  expect(said.of("info symbol $pc")).not.toMatch(/No symbol matches/);
  expect(said.all).not.toMatch(/pok_syscall_entry|No symbol matches/);
});

it("conditions decide which hits count, and passes when it ends", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "trace update_track if laps % 3 == 0", actions("collect laps"), "passcount 4", "break report if laps == 20"],
    ...["tstart", "continue", "tstatus", "info tracepoints", "tfind start", "print laps", "tfind", "print laps", "tfind 3", "print laps"],
  ]);
  expect(said.of("tstatus")).toMatch(/^Trace stopped by tracepoint 2\./);
  expect(frames(said.of("tstatus"))).toBe("4");
  expect(said.of("info tracepoints")).toMatch(/tracepoint already hit 4 times\n/);
  expect([0, 1, 2].map((nth) => /= (\d+)/.exec(said.of("print laps", nth))?.[1])).toEqual(["3", "6", "12"]);
});

it("trace state variables count, and are collected", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "tvariable $depths = 100", "trace descend", actions("teval $depths += depth", "collect $depths")],
    ...["break report", ...RUN, "tfind 5", "print $depths", "tfind none", "info tvariables", "print $depths"],
  ]);
  expect(said.of("print $depths")).toMatch(/ = 115\n/);
  expect(said.of("info tvariables")).toMatch(/^\$depths +100 +115 *$/m);
});

it("finds frames by address, by tracepoint, inside and outside of a range", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "trace update_track", "trace descend", "trace report", "break read_clock if laps == 3", ...RUN],
    ...["tfind pc descend", "tfind tracepoint 4", "tfind start", "tfind range update_track, update_track", "tfind start"],
    ...["tfind outside update_track, update_track", "tfind end", "tfind 999"],
  ]);
  expect(said.of("tfind pc descend")).toMatch(/^Found trace frame 0, tracepoint 3\n/);
  expect(said.of("tfind tracepoint 4")).toMatch(/^Found trace frame 6, tracepoint 4\n/);
  expect(said.of("tfind range update_track, update_track")).toMatch(/^Found trace frame 7, tracepoint 2\n/);
  expect(said.of("tfind outside update_track, update_track")).toMatch(/^Found trace frame 1, tracepoint 3\n/);
  expect(said.of("tfind 999")).toBe("No trace frame found\n");
});

it("a tracepoint is one of the partition it was set in, though others have code at its address", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "trace update_track", actions("collect $regs"), "inferior 2", "trace crc_block", actions("collect $regs")],
    ...["inferior 3", UNTIL_LAP_5, ...RUN, "tstatus", "info tracepoints", "tfind tracepoint 2", "print t->id", "print $cs", "tfind none"],
    ...["inferior 2", "tfind tracepoint 3", "print $cs"],
  ]);
  expect(said.of("info tracepoints")).toMatch(
    /update_track[^\n]*\n\ttracepoint already hit 4 times[\s\S]*crc_block[^\n]*\n\ttracepoint already hit/,
  );
  expect(said.of("print $cs")).toMatch(/ = 51\n/);
  expect(said.last).toMatch(/ = 35\n/);
});

it("saves a trace, which gdb reads again without the machine", async () => {
  const file = join(folder(), "trace.tf");
  const said = await session("gdb", [
    ...[...IN_PART2, "trace part2.c:59", actions("collect $regs, laps, track"), UNTIL_LAP_5, ...RUN, `tsave ${file}`],
    ...["disconnect", `target tfile ${file}`, "tfind 3", "print laps", "print track.position.x", "print $cs"],
  ]);
  expect(said.of("tfind 3")).toMatch(/^Found trace frame 3, tracepoint \d+\n/);
  expect([said.of("print laps"), said.of("print track.position.x")].map((text) => /= (\d+)/.exec(text)?.[1])).toEqual(["4", "109"]);
  expect(said.last).toMatch(/ = 51\n/);
});

it("goes on when gdb has gone, if asked to, and the next one finds it", async () => {
  const { emulator, port } = await debugged();
  const client = Gdb.start("gdb");
  for (const command of [`target remote 127.0.0.1:${port}`, ...IN_PART2]) client.type(command);
  for (const command of ["set disconnected-tracing on", "tvariable $n", "trace update_track", "actions", "collect laps, $n += 1", "end"])
    client.type(command);
  for (const command of ["set trace-user somebody", "set trace-notes laps of part2", "tstart", "continue"]) client.type(command);
  await emulator.prints(/part2: lap 3 /);
  client.die();
  await emulator.prints(/part2: lap 40 /);
  const said = await sessionAt("gdb", port, [ALL, "inferior 3", "info tracepoints", "tstatus", "tstop", "tfind 30", "print laps"]);
  expect(said.greeting).toMatch(/^Created tracepoint \d+ for target's tracepoint 2 at 0x102000/m);
  expect(said.of("info tracepoints")).toMatch(/in update_track at src\/guest\/two\/part2\.c:56 inf 3\n[\s\S]*installed on target/);
  expect(said.of("tstatus")).toMatch(/^Trace is running on the target/);
  expect(said.of("tstatus")).toMatch(/^Trace notes: laps of part2\.?$/m);
  expect(said.last).toMatch(/ = 32\n/);
});

it("trace state variables are the next gdb's in the order in which they were made", async () => {
  const { port } = await debugged(["--gdb-disconnected", "stay"]);
  const made = ["tvariable $first", "tvariable $second", "trace update_track", "tstart", "tstop", "disconnect"];
  await sessionAt("gdb", port, [...IN_PART2, ...made]);
  const said = await sessionAt("gdb", port, ["info tvariables"]);
  expect(said.last).toMatch(/\$first[\s\S]*\$second/);
});

it("a buffer of a given size fills up, or keeps the latest if it is circular", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "set trace-buffer-size 4000", "trace update_track", actions("collect $regs, laps"), "break report if laps == 40"],
    ...[
      "tstart",
      "continue",
      "tstatus",
      "set circular-trace-buffer on",
      "delete 3",
      "break report if laps == 80",
      "tstart",
      "continue",
      "tstop",
    ],
    ...["tstatus", "tfind start", "print laps > 65"],
  ]);
  expect(said.of("tstatus")).toMatch(/^Trace stopped because the buffer was full\./);
  expect(said.of("tstatus", 1)).toMatch(/^Trace buffer is circular\.$/m);
  expect(said.of("tstatus", 1)).toMatch(/^Buffer contains 12 trace frames \(of 40 created total\)\.$/m);
  expect(said.last).toMatch(/ = 1\n/);
});

it("can be disabled, enabled and added to while the trace runs", async () => {
  const said = await session("gdb", [
    ...[
      ...IN_PART2,
      "trace update_track",
      actions("collect laps"),
      "break report",
      "tstart",
      "continue",
      "continue",
      "disable 2",
      "continue",
    ],
    ...["enable 2", "trace descend", actions("collect laps"), "continue", "tstop", "tstatus", "info tracepoints"],
  ]);
  expect(frames(said.of("tstatus"))).toBe("8");
  expect(said.last).toMatch(/update_track[\s\S]*already hit 2 times[\s\S]*descend[\s\S]*already hit 6 times/);
});

it("has no fast and no static tracepoints, and says so", async () => {
  const said = await session("gdb", [...IN_PART2, "ftrace update_track", "tstart"]);
  expect(said.all).toMatch(/May not have a fast tracepoint|does not support fast tracepoints|Target does not support fast/i);
});

it("changes nothing of the run, not by an instruction", async () => {
  const ARGS = ["--append", "frames=30", "--stats"];
  const instructions = (text: string): string | undefined => /(\d+) instructions in/.exec(text)?.[1];
  const alone = new Emulator(["run", TWO, ...ARGS]);
  await alone.exit;
  const { emulator, port } = await debugged(ARGS);
  const said = await sessionAt("gdb", port, [
    ...["inferior 3", "trace update_track", actions("collect $regs, laps", "while-stepping 40", "collect $regs", "end")],
    ...["trace square", "trace pok_sched_tick", "tstart", "inferior 1", ALL, "continue", "tstatus", "continue"],
  ]);
  expect(said.all).not.toMatch(TROUBLE);
  await emulator.exit;
  expect(emulator.stdout).toBe(alone.stdout);
  expect(instructions(emulator.stderr)).toBe(instructions(alone.stderr));
  expect(Number(frames(said.of("tstatus")))).toBeGreaterThan(800);
});
