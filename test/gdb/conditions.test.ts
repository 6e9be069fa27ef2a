import { expect, it } from "vitest";
import { Gdb } from "../gdbstub/real-gdb.js";
import { debugged, Emulator, TWO } from "../support/pok386.js";
import { ALL, session, sessionAt } from "./session.js";

const IN_PART2 = [ALL, "break update_track", "continue", "delete"];
const DPRINTF = 'dprintf update_track,"lap %u of %s at %d\\n", laps, track.label, t->position.y';

it("conditions are evaluated in the stub, with the partition's memory and registers", async () => {
  const said = await session("gdb", [
    ...IN_PART2,
    "break update_track if laps == 40 && t->position.z > 0 && $esp != 0",
    "set debug remote 1",
    "continue",
    "set debug remote 0",
    "info breakpoints",
    "print laps",
  ]);
  expect(said.of("info breakpoints")).toContain("(target evals)");
  expect(said.last).toMatch(/ = 40\n/);
  // One resume: none of the thirty-eight hits in between was a stop.
  expect(said.of("continue", 1).match(/Sending packet: \$vCont;c/g)?.length).toBeLessThanOrEqual(2);
});

it("a condition of one partition's breakpoint says nothing of the other's at the same address", async () => {
  const said = await session("gdb", [
    ...IN_PART2,
    "break update_track if laps == 20",
    // gdb looks "laps" up in the inferior it is in.
    "inferior 2",
    "break crc_block if laps == 10",
    "continue",
    "print laps",
    "continue",
    "print laps",
  ]);
  expect(said.of("continue", 1)).toMatch(/Thread 2\.1 .* hit Breakpoint 3, crc_block/);
  expect(said.of("print laps")).toMatch(/ = 10\n/);
  expect(said.of("continue", 2)).toMatch(/Thread 3\.1 .* hit Breakpoint 2, update_track/);
  expect(said.last).toMatch(/ = 20\n/);
});

it("a condition that reads where no memory is stops, and gdb says so", async () => {
  const said = await session("gdb", [...IN_PART2, "break update_track if *(int *)0x50000000 == 1", "continue"]);
  expect(said.last).toMatch(/Error in testing .*condition.*:\nCannot access memory at address 0x50000000\n[\s\S]*hit Breakpoint 2/);
});

it("agent dprintf prints without a stop", async () => {
  const said = await session("gdb", [...IN_PART2, "set dprintf-style agent", DPRINTF, "break report if laps == 5", "continue"]);
  const lines = [...said.last.matchAll(/^lap (\d+) of intruder at (-?\d+)$/gm)].map(([, lap, y]) => [Number(lap), Number(y)]);
  expect(lines).toEqual([2, 3, 4, 5].map((lap) => [lap, -20 - (lap - 1)]));
});

it("agent dprintf goes on after gdb is gone, if asked to, on the emulator's own console", async () => {
  const { emulator, port } = await debugged();
  const client = Gdb.start("gdb");
  for (const command of [`target remote 127.0.0.1:${port}`, ...IN_PART2]) client.type(command);
  for (const command of ["set dprintf-style agent", "set disconnected-dprintf on", DPRINTF, "continue"]) client.type(command);
  await client.says(/lap 4 of intruder/);
  client.die();
  await emulator.prints(/part2: lap 40 /);
  await emulator.says(/lap 39 of intruder at -58\n/);
});

it("conditions of the kernel's breakpoints look at linear addresses", async () => {
  const said = await session("gdb", [
    ...[ALL, "break pok_sched_tick", "continue", "delete", "print/x *(int *)$esp"],
    ...["break pok_sched_tick if *(int *)$esp != 0 && $cs == 8 && $pc == &pok_sched_tick", "continue"],
  ]);
  expect(said.last).toMatch(/hit Breakpoint 2, pok_sched_tick/);
});

it("false conditions change nothing of the run, not by an instruction", async () => {
  const ARGS = ["--append", "frames=30", "--stats"];
  const instructions = (text: string): string | undefined => /(\d+) instructions in/.exec(text)?.[1];
  const alone = new Emulator(["run", TWO, ...ARGS]);
  await alone.exit;
  const { emulator, port } = await debugged(ARGS);
  const places = ["pok_sched_tick", "update_track", "pok_syscall_entry", "square", "descend"];
  await sessionAt("gdb", port, [ALL, ...places.map((place) => `break ${place} if $esp == 1`), "inferior 1", "continue", "continue"]);
  await emulator.exit;
  expect(emulator.stdout).toBe(alone.stdout);
  expect(instructions(emulator.stderr)).toBe(instructions(alone.stderr));
  expect(instructions(alone.stderr)).toBeDefined();
});
