import { describe, expect, it } from "vitest";
import { GDBS, Gdb, runGdb } from "../gdbstub/real-gdb.js";
import { debugged, Emulator, image } from "../support/pok386.js";
import { ALL, functions, session, sessionAt } from "./session.js";

const LAP = (n: number): RegExp => new RegExp(`part2: lap ${n} `);
const lapOf = (text: string): number => Number(/\$\d+ = (\d+)/.exec(text)?.[1]);

describe.each(GDBS)("%s", (gdb) => {
  it("stops the machine with Ctrl-C, looks at it, and goes on", async () => {
    const { emulator, port } = await debugged();
    const client = Gdb.start(gdb);
    client.type(`target remote 127.0.0.1:${port}`);
    client.type("continue");
    await emulator.prints(LAP(2));
    client.interrupt();
    await client.says(/Thread (1\.1|2\.1|3\.[12]) "[^"]+" received signal SIGINT, Interrupt\./);
    client.type("break update_track");
    client.type("continue");
    await client.says(/hit Breakpoint 1, update_track/);
  });

  it("leaves, the machine goes on, and it finds it further when it comes back", async () => {
    const { emulator, port } = await debugged();
    const first = await sessionAt(gdb, port, ["break update_track", "continue", "print laps", "detach inferiors 1 2 3"]);
    expect(first.of("print laps")).toBe("$1 = 1\n");
    expect(first.last).toMatch(/\[Inferior 3 \(process 3\) detached\]/);
    await emulator.prints(LAP(4));
    const second = await sessionAt(gdb, port, ["break update_track", "continue", "print laps"]);
    expect(lapOf(second.last)).toBeGreaterThan(4);
  });

  it("detaches from one partition and goes on with the others", async () => {
    const said = await session(gdb, [ALL, "break main", "continue", "detach", "info inferiors", "inferior 3", "continue", "bt"]);
    expect(said.of("info inferiors")).toMatch(/2 +<null>/);
    expect(said.of("continue", 1)).toMatch(/Thread 3\.1 .* hit Breakpoint 1(\.\d)?, main \(\) at src\/guest\/two\/part2\.c/);
  });

  it("disconnects without a word, and comes back", async () => {
    const { emulator, port } = await debugged();
    await sessionAt(gdb, port, ["break update_track", "continue", "disconnect"]);
    await emulator.prints(LAP(2));
    expect((await sessionAt(gdb, port, ["info inferiors"])).last).toMatch(/process 3/);
  });

  it("disconnects, and finds the machine where it was, if that is to stay", async () => {
    const { port } = await debugged(["--gdb-disconnected", "stay"]);
    const before = await sessionAt(gdb, port, [ALL, "break update_track", "continue", "print laps", "print $pc", "disconnect"]);
    expect(before.of("print laps")).toBe("$1 = 1\n");
    const after = await sessionAt(gdb, port, ["info breakpoints", "print laps", "print $pc", "disconnect"]);
    expect(after.of("info breakpoints")).toBe("No breakpoints or watchpoints.\n");
    expect(after.of("print laps")).toBe("$1 = 1\n");
    expect(after.of("print $pc")).toBe(before.of("print $pc"));
  });

  it("detaches, and the machine goes on though it stays at a disconnection", async () => {
    const { emulator, port } = await debugged(["--gdb-disconnected", "stay"]);
    await sessionAt(gdb, port, [ALL, "break update_track", "continue", "detach inferiors 1 2 3"]);
    await emulator.prints(LAP(2));
  });

  it("may be killed: the machine goes on without its breakpoints, and the next one finds it", async () => {
    const { emulator, port } = await debugged();
    const client = Gdb.start(gdb);
    client.type(`target remote 127.0.0.1:${port}`);
    client.type("break update_track");
    client.type("continue");
    await client.says(/hit Breakpoint 1, update_track/);
    client.die();
    await emulator.prints(LAP(3));
    const said = await sessionAt(gdb, port, ["info breakpoints", "break report", "continue", "bt"]);
    expect(functions(said.last)).toEqual(["report", "main"]);
  });

  it("may be killed while the machine runs", async () => {
    const { emulator, port } = await debugged();
    const client = Gdb.start(gdb);
    client.type(`target remote 127.0.0.1:${port}`);
    client.type("continue");
    await emulator.prints(LAP(1));
    client.die();
    await emulator.prints(LAP(3));
    expect((await sessionAt(gdb, port, ["break report", "continue"])).last).toMatch(/hit Breakpoint 1, report/);
  });

  it("comes to a machine that runs already: it stops where it is", async () => {
    const { emulator, port } = await debugged(["--no-wait"]);
    await emulator.prints(LAP(2));
    const said = await sessionAt(gdb, port, ["info threads", "break update_track", "continue", "print laps"]);
    expect(said.of("info threads")).toMatch(/"part2 thread 2" \(\w/);
    expect(lapOf(said.last)).toBeGreaterThan(2);
  });

  it("kills the machine from the kernel's inferior", async () => {
    const { emulator, port } = await debugged();
    expect(await runGdb(gdb, port, ["kill", "info inferiors"])).toMatch(/\* 1 +<null>/);
    expect(await emulator.exit).toBe(0);
  });

  // The kernel releases the partitions' main threads in turn; part2's other thread depends on nobody.
  it("kills a partition alone: it executes nothing any more, the others go on", async () => {
    const { emulator, port } = await debugged();
    const said = await sessionAt(gdb, port, [
      ...[ALL, "break crc_block", "continue", "continue", "delete", "kill inferiors 2", "info inferiors", "inferior 3"],
      ...["break beat if heartbeats > 50", "continue", "print heartbeats", "monitor threads", "detach"],
    ]);
    expect(said.of("info inferiors")).toMatch(/ 2 +<null> /);
    expect(said.of("continue", 2)).toMatch(/Thread 3\.2 .* hit Breakpoint 2, beat/);
    expect(said.of("print heartbeats")).toMatch(/ = 51\n/);
    expect(said.of("monitor threads")).toMatch(/p2\.1 part1 thread 1 +killed at 0x00102000 <crc_block>/);
    await emulator.prints(/^part1: lap /m);
    expect(emulator.stdout.match(/^part1: lap /gm)).toHaveLength(1);
  });

  it("kills the partition that it is in, which is there again after a restart", async () => {
    const commands = [ALL, "break crc_block", "continue", "kill", "info inferiors", "inferior 3", "delete", "break beat", "continue"];
    const said = await session(gdb, [...commands, "inferior 1", "run", "delete", "inferior 2", "break crc_block", "continue"], {
      connect: "target extended-remote",
    });
    expect(said.of("info inferiors")).toMatch(/\* 2 +<null> /);
    expect(said.of("continue", 1)).toMatch(/Thread 3\.2 .* hit Breakpoint 2, beat/);
    expect(said.last).toMatch(/hit Breakpoint 3, crc_block/);
  });

  it("runs it again from the start in extended mode, with the same breakpoints", async () => {
    const commands = [ALL, "break crc_block", "continue", "continue", "inferior 1", "run", "print laps"];
    const said = await session(gdb, commands, { connect: "target extended-remote" });
    expect(said.of("run")).toMatch(/Thread 2\.1 .* hit Breakpoint 1, crc_block/);
    expect(said.last).toBe("$1 = 1\n");
  });

  it("runs it again in extended mode when it has switched itself off", async () => {
    const options = { connect: "target extended-remote", args: ["--append", "frames=3"] } as const;
    const said = await session(gdb, [ALL, "continue", "break pok_power_off", "inferior 1", "run"], options);
    expect(said.of("continue")).toContain("the guest has switched the power off");
    expect(said.last).toMatch(/Thread 1\.1 .* hit Breakpoint 1, pok_power_off/);
  });

  it("ends the machine by killing it in extended mode and leaving", async () => {
    const { emulator, port } = await debugged();
    const said = await sessionAt(gdb, port, ["kill", "info inferiors"], "target extended-remote");
    expect(said.of("kill")).toBe("[Inferior 1 (process 1) killed]\n");
    expect(await emulator.exit).toBe(0);
  });

  it("sees the power go off, may look at the machine once more, and ends all inferiors by going on", async () => {
    const { emulator, port } = await debugged(["--append", "frames=5"]);
    const said = await sessionAt(gdb, port, ["continue", "bt", "continue", "info inferiors"]);
    expect(said.of("continue")).toMatch(/the guest has switched the power off\n[\s\S]*received signal SIGTERM/);
    expect(functions(said.of("bt"))[0]).toBe("pok_power_off");
    expect(said.last.match(/<null>/g)).toHaveLength(3);
    expect(await emulator.exit).toBe(0);
  });

  it("ends the machine that has switched itself off by leaving", async () => {
    const { emulator, port } = await debugged(["--append", "frames=5"]);
    await sessionAt(gdb, port, ["continue"]);
    expect(await emulator.exit).toBe(0);
  });

  it("debugs a kernel with one partition whose segments are byte granular", async () => {
    const said = await session(
      gdb,
      [ALL, "info inferiors", "break main", "continue", "x/xb 0x3ffff", "x/xb 0x40000", "monitor partitions"],
      { kernel: image("bench-integer.elf") },
    );
    expect(said.of("info inferiors")).not.toContain("process 3");
    expect(said.of("continue")).toMatch(/Thread 2\.1 .* hit Breakpoint 1, main/);
    expect(said.of("x/xb 0x3ffff")).toMatch(/0x3ffff:\t0x/);
    expect(said.of("x/xb 0x40000")).toContain("Cannot access memory at address 0x40000");
    expect(said.last).toMatch(/^\* 2 +part1 +0x00412340 0x0003ffff 0x23 0x2b present/m);
  });

  it("a client that comes while another is there is turned away, and the first is not disturbed", async () => {
    const { port } = await debugged();
    const client = Gdb.start(gdb);
    client.type(`target remote 127.0.0.1:${port}`);
    await client.says(/_start \(\)/);
    const second = await Gdb.start(gdb, [`target remote 127.0.0.1:${port}`]).exits();
    expect(second).toMatch(/Remote connection closed|Connection reset|Broken pipe/);
    client.type("break update_track");
    client.type("continue");
    await client.says(/hit Breakpoint 1, update_track/);
  });
});

it("a program that ends while gdb waits closes the connection", async () => {
  const { emulator, port } = await debugged();
  const client = Gdb.start("gdb");
  client.type(`target remote 127.0.0.1:${port}`);
  client.type("continue");
  await emulator.prints(LAP(1));
  emulator.kill();
  await client.says(/Remote connection closed|Remote communication error/);
});

it("without --gdb nobody listens", async () => {
  const emulator = new Emulator(["run", image("pok-two.elf"), "--append", "frames=2"]);
  expect(await emulator.exit).toBe(0);
  expect(emulator.stderr).toBe("");
});
