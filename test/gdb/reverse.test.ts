import { describe, expect, it } from "vitest";
import { GDBS, HOSTED_GDBS } from "../gdbstub/real-gdb.js";
import { image } from "../support/pok386.js";
import { ALL, functions, session } from "./session.js";

const AT_CLOCK = [ALL, "break read_clock", "continue"];
/** In part2 after its fifth lap. */
const IN_LAP_5 = [...AT_CLOCK, "break read_clock if laps == 5", "delete 1", "continue", "delete"];
const pc = "print/x $pc";
const NO_MORE = /No more reverse-execution history\.\n/;
const value = (answer: string): string => /= (\S+)/.exec(answer)![1]!;

describe.each(GDBS)("%s", (gdb) => {
  it("steps back by the instructions it has stepped", async () => {
    const said = await session(gdb, [...AT_CLOCK, "delete", pc, "stepi", pc, "stepi", pc, "reverse-stepi", pc, "reverse-stepi", pc]);
    const places = [0, 1, 2, 3, 4].map((n) => value(said.of(pc, n)));
    expect(places[3]).toBe(places[1]);
    expect(places[4]).toBe(places[0]);
    expect(places[2]).not.toBe(places[1]);
  });

  it("steps back over a system call, in the thread that made it", async () => {
    const said = await session(gdb, [
      ...[...AT_CLOCK, "delete", "tbreak pok_syscall thread 3.1", "continue", "stepi 4", "x/2i $pc - 2", "reverse-stepi", "x/i $pc"],
      ...["reverse-finish", "reverse-step", "bt"],
    ]);
    expect(said.of("x/2i $pc - 2")).toMatch(/int +\$0x2a\n=> /);
    expect(said.of("x/i $pc")).toMatch(/int +\$0x2a\n/);
    expect(functions(said.last)).toEqual(["pok_time_gettick", "read_clock", "main"]);
  });

  it("steps lines back, into functions and over them", async () => {
    const said = await session(gdb, [...AT_CLOCK, "delete", "finish", "next", "reverse-next", "reverse-next", "reverse-step", "bt"]);
    expect(said.of("reverse-next", 1)).toMatch(/103\t +read_clock\(\);/);
    expect(functions(said.last)).toEqual(["update_track", "main"]);
  });

  it("goes back to a breakpoint, whatever process it is in", async () => {
    const said = await session(gdb, [
      ...AT_CLOCK,
      "delete",
      "break pok_boot",
      "break part1.c:main",
      "reverse-continue",
      "reverse-continue",
    ]);
    expect(said.of("reverse-continue")).toMatch(/Thread 2\.1 "part1 thread 1" hit Breakpoint 3, main/);
    expect(said.last).toMatch(/Thread 1\.1 "kernel" hit Breakpoint 2, pok_boot/);
  });

  it("goes back to a breakpoint whose condition held", async () => {
    const said = await session(gdb, [...IN_LAP_5, "break update_track if laps == 2", "reverse-continue", "print laps"]);
    expect(said.of("reverse-continue")).toMatch(/hit Breakpoint 3, update_track/);
    expect(value(said.last)).toBe("2");
  });

  it("goes back to a write of a variable, and shows both values", async () => {
    const said = await session(gdb, [...IN_LAP_5, "watch laps", "reverse-continue", "reverse-continue", "bt"]);
    expect(said.of("reverse-continue")).toMatch(/hit Hardware watchpoint 3: laps\n\nOld value = 5\nNew value = 4\n/);
    expect(said.of("reverse-continue", 1)).toMatch(/hit Hardware watchpoint 3: laps\n\nOld value = 4\nNew value = 3\n/);
    expect(functions(said.last)).toEqual(["main"]);
  });

  it("goes back to a read of a variable", async () => {
    const said = await session(gdb, [...IN_LAP_5, "rwatch track.label", "reverse-continue", "bt"]);
    expect(said.of("reverse-continue")).toMatch(/hit Hardware read watchpoint 3: track\.label\n\nValue = 0x[0-9a-f]+ "intruder"\n/);
    expect(functions(said.last)).toEqual(["report", "main"]);
  });

  it("sees the write that a step back undoes", async () => {
    const said = await session(gdb, [...AT_CLOCK, "tbreak update_track", "continue", "watch laps", "reverse-step", "reverse-step"]);
    expect(said.last).toMatch(/hit Hardware watchpoint 3: laps\n\nOld value = 2\nNew value = 1\n/);
  });

  it("follows the processor out of the kernel, backwards as forwards", async () => {
    const said = await session(gdb, [...AT_CLOCK, "delete", "tbreak pok_trap_common", "continue", "reverse-stepi 60", "bt"]);
    expect(said.of("reverse-stepi 60")).toMatch(/\[Switching to Thread 3\.1\]/);
    expect(functions(said.last)).toEqual(["pok_syscall", "pok_time_gettick", "read_clock", "main"]);
  });

  it("steps the thread that is selected, not the one that was stopped for", async () => {
    const said = await session(gdb, [
      ...[...AT_CLOCK, "watch kernel_time", "continue", "reverse-continue", "info threads", "thread 1.1", "reverse-stepi", "thread"],
    ]);
    expect(said.of("reverse-continue")).toMatch(/Thread 3\.1 "part2 thread 1" hit Hardware watchpoint 2: kernel_time/);
    expect(said.last).toContain("[Current thread is 1.1");
  });

  it("steps back out of an interrupt's handler in a partition, to what was interrupted", async () => {
    const said = await session(gdb, [ALL, "break on_tick", "continue", "continue", "bt", "reverse-stepi", "bt", "continue", "bt"], {
      kernel: image("test-clock.elf"),
    });
    expect(functions(said.of("bt"))).toEqual(["on_tick", "<signal handler called>", "registers_survive", "main"]);
    expect(functions(said.of("bt", 1))).toEqual(["registers_survive", "main"]);
    expect(functions(said.of("bt", 2))).toEqual(functions(said.of("bt")));
  });

  it("comes to the beginning, and back to where it has gone back from", async () => {
    const said = await session(gdb, [...AT_CLOCK, "delete", "reverse-continue", pc, "continue", "bt"]);
    expect(said.of("reverse-continue")).toMatch(NO_MORE);
    expect(said.of("reverse-continue")).toContain("_start ()");
    expect(said.of("continue", 1)).toMatch(NO_MORE);
    expect(functions(said.last)[0]).toBe("read_clock");
  });

  it("lives on from where it has gone back from", async () => {
    const said = await session(gdb, [...AT_CLOCK, "reverse-continue", "continue", "continue", "bt"]);
    expect(said.of("continue", 2)).toMatch(/hit Breakpoint 1, read_clock/);
    expect(functions(said.last)[0]).toBe("read_clock");
  });

  it("forgets what came after a change of the past, and says so", async () => {
    const said = await session(gdb, [
      ...[...IN_LAP_5, "break update_track if laps == 2", "reverse-continue", "delete"],
      ...["set var laps = 40", "break update_track", "continue", "print laps"],
    ]);
    expect(said.of("continue", 2)).toMatch(/^pok386: the past has been changed: what came after it, \d+ instructions, is forgotten\n/);
    expect(value(said.last)).toBe("41");
  });

  it("goes back over a partition's kill: it runs again, and is killed again where it was", async () => {
    const KILL = [ALL, "break crc_block", "continue", "continue", "delete", "kill inferiors 2", "inferior 3"];
    const said = await session(gdb, [
      ...[...KILL, "break beat if heartbeats == 50", "continue", "monitor threads"],
      ...["delete", "break beat if heartbeats == 1", "reverse-continue", "monitor threads"],
      ...["delete", "break beat if heartbeats == 50", "continue", "monitor threads"],
    ]);
    const KILLED = /p2\.1 part1 thread 1 +killed at 0x00102000 <crc_block>/;
    const threads = [0, 1, 2].map((n) => KILLED.test(said.of("monitor threads", n)));
    expect(threads).toEqual([true, false, true]);
    expect(said.of("monitor threads", 2)).toBe(said.of("monitor threads", 0));
  });

  it("goes back with one process resumed at a time", async () => {
    const said = await session(gdb, [
      "break read_clock",
      "continue",
      "stepi",
      "reverse-stepi",
      "bt",
      "delete",
      "next",
      "reverse-next",
      "bt",
    ]);
    expect(functions(said.of("bt"))[0]).toBe("read_clock");
  });

  it("goes from the fault of 2013 to the instruction that wrote the word", async () => {
    const said = await session(
      gdb,
      [
        ...[ALL, "break exception", "continue", "thread 2.1", "watch -location *(unsigned *) ($esp - 16)", "reverse-continue"],
        ...["thread apply all backtrace", "thread 1.1"],
      ],
      // The kernel is told its path, which takes time: that of the document.
      { kernel: "src/guest/images/forward-2013.elf" },
    );
    expect(said.of("reverse-continue")).toMatch(/hit Hardware watchpoint 2: .*\n\nOld value = 4300\nNew value = 1\n/);
    const both = said.of("thread apply all backtrace");
    expect(both).toMatch(/Thread 2\.1 [^\n]*\n#0 +0x000010cc in checksum \([^\n]*\n#1 +0x00001188 in main \(\)/);
    expect(both).toMatch(/Thread 1\.1 [^\n]*\n#0 +0x[0-9a-f]+ in pok_vcpu_deliver \([^\n]*\n#1 +0x[0-9a-f]+ in pok_trap_common \(\)/);
    expect(said.of("thread 1.1")).toMatch(/\n23\t {2}\*stack = user->eip;\n/);
  });
});

describe.each(HOSTED_GDBS)("%s", (gdb) => {
  it("goes back to the return from a system call, then to the call", async () => {
    const said = await session(gdb, [...IN_LAP_5, "catch syscall 20", "reverse-continue", "bt", "reverse-continue", "bt"]);
    expect(said.of("reverse-continue")).toMatch(/hit Catchpoint 3 \(returned from syscall/);
    expect(said.of("reverse-continue", 1)).toMatch(/hit Catchpoint 3 \(call to syscall/);
    expect(functions(said.last)).toContain("read_clock");
  });
});
