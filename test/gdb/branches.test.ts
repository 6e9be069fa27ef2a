/** Branch traces as a user reads them (GDB manual, "Process Record and Replay"): "record btrace" in partitions and in the kernel. */
import { expect, it } from "vitest";
import { debugged, Emulator, TWO } from "../support/pok386.js";
import { ALL, functions, session, sessionAt } from "./session.js";

const IN_PART2 = [ALL, "break update_track", "continue", "delete"];
/** gdb 13.1 steps back only if all inferiors are recorded: it reads registers by way of whichever it is in. */
const RECORD_ALL = [1, 2, 3].flatMap((inferior) => [`inferior ${inferior}`, "record btrace"]);
const TO_REPORT = ["tbreak report", "continue"];

it("lists the functions that a partition has called, and what they have executed", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "record btrace", ...TO_REPORT, "info record", "record function-call-history /c", "record instruction-history"],
  ]);
  expect(said.of("info record")).toMatch(
    /^Recording format: Branch Trace Store\.\nBuffer size: 64kB\.\nRecorded \d+ instructions in \d+ functions \(0 gaps\)/m,
  );
  const calls = said
    .of("record function-call-history /c")
    .split("\n")
    .map((line) => line.replace(/^\d+\t/, ""));
  // descend calls itself down to 0 and comes back.
  expect(calls.slice(0, -1)).toEqual([...[2, 3, 4, 5, 6, 5, 4, 3, 2, 1].map((depth) => `${"  ".repeat(depth)}descend`), "main"]);
  expect(said.last).toMatch(/\t +0x\w+ <main\+\d+>:\tcall +0x10b0 <report>\n$/);
});

it("leaves out what the kernel does for the partition", async () => {
  const said = await session("gdb", [
    ...[ALL, "break read_clock", "continue", "delete", "record btrace", "tbreak descend", "continue", "record function-call-history"],
  ]);
  expect(said.last.replace(/^\d+\t/gm, "")).toBe("read_clock\npok_time_gettick\npok_syscall\npok_time_gettick\nread_clock\nmain\n");
});

it("records the kernel's own branches, through iret and back", async () => {
  const said = await session("gdb", [
    ...[
      ALL,
      "break pok_syscall_entry",
      "continue",
      "delete",
      "record btrace",
      "break pok_sched_tick",
      "continue",
      "record function-call-history",
    ],
  ]);
  expect(said.last).toMatch(/\tpok_sched_start\n\d+\tpok_irq_0\n\d+\tpok_trap_common\n/);
  expect(said.all).not.toMatch(/\tmain\n/);
});

it("steps back and forth within what was recorded, and runs on from its end", async () => {
  const said = await session("gdb", [
    ...[
      ...IN_PART2,
      ...RECORD_ALL,
      ...TO_REPORT,
      "reverse-stepi",
      "reverse-next",
      "reverse-next",
      "bt",
      "next",
      "reverse-continue",
      "record goto end",
    ],
    ...["record stop", "break update_track", "continue"],
  ]);
  expect(said.of("reverse-stepi")).toMatch(/^0x0000119a in main \(\)/);
  expect(said.of("reverse-next", 1)).toMatch(/^104\t +int sum = descend\(5\);\n/);
  expect(functions(said.of("bt"))).toEqual(["main"]);
  expect(said.of("next")).toMatch(/^105\t/);
  expect(said.of("reverse-continue")).toMatch(/^\nNo more reverse-execution history\.\nupdate_track /);
  expect(said.of("record goto end")).toMatch(/^#0 +report \(t=/);
  expect(said.last).toMatch(/hit Breakpoint 3, update_track/);
});

it("keeps the latest branches that its buffer holds", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "set record btrace bts buffer-size 4096", "record btrace", "tbreak report if laps == 20", "continue", "info record"],
    ...["tbreak report if laps == 40", "continue", "info record", "record instruction-history"],
  ]);
  expect(said.of("info record")).toMatch(/^Buffer size: 4kB\.\nRecorded \d{3,4} instructions in \d+ functions \(0 gaps\)/m);
  expect(said.of("info record", 1)).toMatch(/^Recorded \d{3,4} instructions in \d+ functions \(0 gaps\)/m);
  expect(said.last).toMatch(/call +0x10b0 <report>\n$/);
});

it("an iteration of a string instruction is no branch", async () => {
  const said = await session("gdb", [
    ...[ALL, "tbreak load_segment", "continue", "tbreak memcpy", "continue", "record btrace", "finish", "info record"],
  ]);
  // memcpy of 2,584 bytes is rep movsb and little else.
  expect(said.of("finish")).toMatch(/load_segment/);
  expect(said.last).toMatch(/^Recorded \d\d instructions in 1 functions \(0 gaps\)/m);
});

it("is over when recording stops or gdb leaves, and costs nothing then", async () => {
  const ARGS = ["--append", "frames=30", "--stats"];
  const instructions = (text: string): string | undefined => /(\d+) instructions in/.exec(text)?.[1];
  const alone = new Emulator(["run", TWO, ...ARGS]);
  await alone.exit;
  const emulator = new Emulator(["run", TWO, "--gdb", "0", ...ARGS]);
  await sessionAt("gdb", await emulator.port(), [...IN_PART2, "record btrace", ...TO_REPORT, "record stop", "record btrace", ...TO_REPORT]);
  await emulator.exit;
  expect(emulator.stdout).toBe(alone.stdout);
  expect(instructions(emulator.stderr)).toBe(instructions(alone.stderr));
});

it("finds them again after a disconnection, if the machine stays", async () => {
  const { port } = await debugged(["--gdb-disconnected", "stay"]);
  const before = await sessionAt("gdb", port, [...IN_PART2, "record btrace", ...TO_REPORT, "info record", "disconnect"]);
  const after = await sessionAt("gdb", port, ["inferior 3", "info record"]);
  const recorded = /Recorded \d+ instructions in \d+ functions/;
  expect(recorded.exec(after.last)?.[0]).toBe(recorded.exec(before.of("info record"))?.[0]);
});
