import { describe, expect, it } from "vitest";
import { GDBS, Gdb, type GdbName, runGdb } from "../gdbstub/real-gdb.js";
import { partitionFile } from "../support/partitions.js";
import { debugged } from "../support/pok386.js";
import { ALL, functions, session, type Transcript } from "./session.js";

/** A stop in the kernel in the midst of a system call of partition 1. */
const IN_CALL = [ALL, "break conswrite", "continue", "bt", "info threads", "thread apply all bt -past-main on", "thread 2.1", "bt"];
/** A stop at the first instruction of a function of partition 2. */
const IN_PARTITION = [
  ...[ALL, "break update_track", "continue", "print *t", "x/s message", "print t->label", "info registers", "x/23i $pc"],
  ...["x/xw 0x18fffc", "x/xw 0x190000", "x/2xw 0x18fffc", "set var *(int *)0x190000 = 1", "print *(int *)0xfffffff0"],
  ...["x/2xw &track", "print &track", "inferior 1", "p/x (int)$cs_base", "p/x $cs_limit", "p/x $cr0", "p $cpl", "p/x (int)$gdtr_base"],
  "x/2xw 0x298000 + 0x1b20",
];

/** One session each for all that only looks. */
const sessions = new Map<string, Promise<Transcript>>();
const looking = (gdb: GdbName, commands: readonly string[]): Promise<Transcript> => {
  const key = gdb + commands.join();
  const known = sessions.get(key) ?? session(gdb, commands);
  sessions.set(key, known);
  return known;
};

describe.each(GDBS)("%s", (gdb) => {
  it("shows the kernel's frames down to where it was entered", async () => {
    const said = await looking(gdb, IN_CALL);
    expect(functions(said.of("bt"))).toEqual(["conswrite", "dispatch", "pok_syscall", "pok_trap", "pok_trap_common"]);
  });

  it("shows, beside the kernel's, the frames of the thread that called it", async () => {
    const said = await looking(gdb, IN_CALL);
    expect(functions(said.of("bt", 1))).toEqual(["pok_syscall", "pok_cons_write", "pok_printf", "main"]);
  });

  it("shows both sides of the boundary at once, every thread down to its first function", async () => {
    const said = await looking(gdb, IN_CALL);
    const backtraces = said.of("thread apply all bt -past-main on").split(/^(?=Thread )/m);
    const stacks = new Map(backtraces.map((text) => [/^Thread (\S+)/.exec(text)?.[1], functions(text)]));
    expect(stacks.get("1.1")).toEqual(["conswrite", "dispatch", "pok_syscall", "pok_trap", "pok_trap_common"]);
    expect(stacks.get("2.1")?.slice(-2)).toEqual(["main", "_start"]);
    expect(stacks.get("3.1")?.slice(-2)).toEqual(["main", "_start"]);
    expect(stacks.get("3.2")?.slice(-2)).toEqual(["worker", "pok_thread_start"]);
  });

  it("says what each thread is doing", async () => {
    const threads = (await looking(gdb, IN_CALL)).of("info threads");
    expect(threads).toMatch(/^\* 1\.1 +Thread 1\.1 "kernel" \(running\) +conswrite /m);
    expect(threads).toMatch(/^ {2}2\.1 +Thread 2\.1 "part1 thread 1" \(in system call 10 \(CONSWRITE\)\) +pok_syscall /m);
    expect(threads).toMatch(/^ {2}3\.2 +Thread 3\.2 "part2 thread 2" \(in system call 52 \(THREAD_SLEEP\)\) +pok_syscall /m);
  });

  it("shows arguments and locals of every frame", async () => {
    const said = await session(gdb, ["break speed_of", "continue", "next", "next", "info locals", "up", "info args"]);
    expect(said.of("info locals")).toMatch(/^sum = 11\nroot = \d+\n$/);
    expect(said.of("info args")).toMatch(/^t = 0x[0-9a-f]+ <track>\ndepth = 5\nsum = 15\n$/);
  });

  it("prints structures, strings and what pointers point to", async () => {
    const said = await looking(gdb, IN_PARTITION);
    expect(said.of("print *t")).toMatch(
      /^\$1 = \{id = 7, position = \{x = 100, y = -20, z = 3\}, velocity = \{x = 3, y = -1, z = 1\}, history = \{3, 2, 1, 0\}, label = 0x[0-9a-f]+ "intruder"\}\n$/,
    );
    expect(said.of("x/s message")).toMatch(/^0x[0-9a-f]+:\t"two threads, one partition"\n$/);
    expect(said.of("print t->label")).toMatch(/"intruder"\n$/);
  });

  it("disassembles where it stands, as the executable's own disassembly has it", async () => {
    const here = (await looking(gdb, IN_PARTITION)).of("x/23i $pc");
    const alone = await Gdb.start(gdb, [`file ${partitionFile(2)}`, "x/23i update_track"]).exits();
    expect(here.replace(/^=> /, "   ")).toBe(alone);
  });

  it("cannot see beyond a partition's limit, and says so", async () => {
    const said = await looking(gdb, IN_PARTITION);
    expect(said.of("x/xw 0x18fffc")).toMatch(/^0x18fffc:\t0x[0-9a-f]{8}\n$/);
    expect(said.of("x/xw 0x190000")).toMatch(/Cannot access memory at address 0x190000\n$/);
    expect(said.of("x/2xw 0x18fffc")).toMatch(/^0x18fffc:\t0x[0-9a-f]{8}\tCannot access memory at address 0x190000\n$/);
    expect(said.of("set var *(int *)0x190000 = 1")).toContain("Cannot access memory at address 0x190000");
    expect(said.of("print *(int *)0xfffffff0")).toContain("Cannot access memory at address 0xfffffff0");
  });

  it("shows a partition's memory at the partition's addresses, and the same bytes to the kernel at linear ones", async () => {
    const said = await looking(gdb, IN_PARTITION);
    const offset = /0x([0-9a-f]+)/.exec(said.of("print &track"))![1]!;
    expect(offset).toBe("1b20");
    expect(said.last.split("\t").slice(1)).toEqual(said.of("x/2xw &track").split("\t").slice(1));
  });

  it("shows the registers as the guest has them", async () => {
    const registers = (await looking(gdb, IN_PARTITION)).of("info registers");
    expect(registers).toMatch(/^eip +0x102000 +0x102000 <update_track>$/m);
    expect(registers).toMatch(/^cs +0x33 +51$/m);
    expect(registers).toMatch(/^ss +0x3b +59$/m);
  });

  it("shows the hidden parts of segment registers and the control registers in inferior 1", async () => {
    const said = await looking(gdb, IN_PARTITION);
    expect(said.of("p/x (int)$cs_base")).toMatch(/ = 0x298000\n$/);
    expect(said.of("p/x $cs_limit")).toMatch(/ = 0x18ffff\n$/);
    expect(said.of("p/x $cr0")).toMatch(/ = 0x[0-9a-f]*[13579bdf]\n$/);
    expect(said.of("p $cpl")).toMatch(/ = 3\n$/);
    expect(said.of("p/x (int)$gdtr_base")).toMatch(/ = 0x1[0-9a-f]{5}\n$/);
  });

  it("changes variables, and the guest uses them", async () => {
    const { emulator, port } = await debugged();
    const commands = [
      "break update_track",
      "continue",
      "set var t->position.x = 1000",
      "set var track.label = message",
      "delete",
      "break report",
      "continue",
      "print t->position.x",
    ];
    expect(await runGdb(gdb, port, commands)).toMatch(/\$1 = 1003\n/);
    await emulator.prints(/part2: lap 1 two threads, one partition at \(1003, -21, 4\)/);
  });

  it("changes registers, and the guest uses them", async () => {
    const { emulator, port } = await debugged();
    await runGdb(gdb, port, [
      "break report",
      "continue",
      "set var depth = 0",
      "set $ecx = 77",
      "print $ecx",
      "next",
      "set var speed = 42",
      "delete",
    ]);
    await emulator.prints(/part2: lap 1 intruder at .* speed (3|42),/);
  });

  it("calls a function of the partition", async () => {
    const said = await session(gdb, [ALL, "break update_track", "continue", "delete", "print descend(10)", "bt"]);
    expect(said.of("print descend(10)")).toBe("$1 = 55\n");
    expect(functions(said.last)).toEqual(["update_track", "main"]);
  });
});

it("there is no memory map: gdb asks for every address", async () => {
  const said = await session("gdb", ["info mem", "x/xb 0xb8000", "inferior 3", "x/xb 0x1000"]);
  expect(said.of("info mem")).toContain("There are no memory regions defined.");
  expect(said.of("x/xb 0xb8000")).toMatch(/^0xb8000:\t0x/);
  expect(said.last).toMatch(/^0x1000 <_start>:\t0x/);
});
