/** Several debuggers at one machine: `--gdb` and any number of `--gdb-view` ports. */
import { expect, it } from "vitest";
import { Gdb } from "../gdbstub/real-gdb.js";
import { Emulator, TWO } from "../support/pok386.js";

/** The ports in the order of the options. */
const ports = async (emulator: Emulator, count: number): Promise<number[]> => {
  const line = "pok386: gdb listening on 127\\.0\\.0\\.1:(\\d+)(?: \\(\\w+\\))?\n";
  await emulator.says(new RegExp(line.repeat(count)));
  return [...emulator.stderr.matchAll(new RegExp(line, "g"))].map(([, port]) => Number(port));
};
const at = async (port: number, ...commands: readonly string[]): Promise<Gdb> => {
  const gdb = Gdb.start("gdb");
  for (const command of [`target remote 127.0.0.1:${port}`, ...commands]) gdb.type(command);
  return gdb;
};

it("says which port is whose", async () => {
  const emulator = new Emulator(["run", TWO, "--gdb", "0", "--gdb-view", "part1=0", "--gdb-view", "part2=0"]);
  await ports(emulator, 3);
  expect(emulator.stderr).toMatch(/listening on 127\.0\.0\.1:\d+\n.*listening on \S+ \(part1\)\n.*listening on \S+ \(part2\)\n$/);
});

it("each debugger hears of its own breakpoints, and the machine runs when all let it", async () => {
  const emulator = new Emulator(["run", TWO, "--gdb-view", "part1=0", "--gdb-view", "part2=0"]);
  const [first, second] = await ports(emulator, 2);
  const one = await at(first!, "break crc_block");
  await one.says(/Breakpoint 1 at/);
  const two = await at(second!, "break update_track if laps == 3");
  await two.says(/Breakpoint 1 at/);
  one.type("continue");
  // The other one holds the machine still.
  await expect(one.says(/Breakpoint 1, /, 500)).rejects.toThrow();
  two.type("continue");
  await one.says(/Breakpoint 1, crc_block/);
  one.type("print laps");
  await one.says(/\$1 = 1\n/);
  one.type("continue");
  await one.says(/Breakpoint 1, crc_block/);
  one.type("delete");
  one.type("continue");
  await two.says(/Breakpoint 1, update_track/);
  two.type("print laps");
  await two.says(/\$1 = 3\n/);
  two.type("next");
  await two.says(/57\t/);
});

it("one that leaves lets the others go on", async () => {
  const emulator = new Emulator(["run", TWO, "--gdb", "0", "--gdb-view", "part2=0"]);
  const [all, second] = await ports(emulator, 2);
  const one = await at(all!, "break pok_sched_tick");
  await one.says(/Breakpoint 1 at/);
  const two = await at(second!, "break update_track", "continue");
  await two.says(/Continuing\./);
  one.type("disconnect");
  await two.says(/Breakpoint 1, update_track/);
  two.type("print laps");
  await two.says(/\$1 = 1\n/);
});

it("a breakpoint at one place is told to both who have set it, and Ctrl-C to the one who typed it", async () => {
  const emulator = new Emulator(["run", TWO, "--gdb", "0", "--gdb-view", "part2=0"]);
  const [all, second] = await ports(emulator, 2);
  const one = await at(all!, "set schedule-multiple on", "break update_track");
  await one.says(/Breakpoint 1 at/);
  const two = await at(second!, "break update_track", "continue");
  await two.says(/Continuing\./);
  one.type("continue");
  await one.says(/Thread 3\.1 .* hit Breakpoint 1, update_track/);
  await two.says(/Thread 1 .* hit Breakpoint 1, update_track/);
  one.type("delete");
  one.type("continue");
  two.type("delete");
  two.type("continue");
  await emulator.prints(/part2: lap 5 /);
  two.interrupt();
  await two.says(/received signal SIGINT/);
  await emulator.fallsSilent();
  await expect(one.says(/received signal/, 200)).rejects.toThrow();
  two.type("continue");
  await emulator.prints(/part2: lap 15 /);
});

it("one that comes while another runs the machine stops it for itself", async () => {
  const emulator = new Emulator(["run", TWO, "--gdb", "0", "--gdb-view", "part2=0"]);
  const [all, second] = await ports(emulator, 2);
  const one = await at(all!, "set schedule-multiple on", "continue");
  await emulator.prints(/part2: lap 3 /);
  const two = await at(second!, "print laps > 2", "break update_track", "continue");
  await two.says(/\$1 = 1\n/);
  await two.says(/Breakpoint 1, update_track/);
  two.type("kill");
  await one.says(/Remote connection closed/);
});
