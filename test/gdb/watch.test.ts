import { describe, expect, it } from "vitest";
import { GDBS } from "../gdbstub/real-gdb.js";
import { ALL, functions, session } from "./session.js";

describe.each(GDBS)("%s", (gdb) => {
  it("tells when a partition changes a variable of its own", async () => {
    const said = await session(gdb, ["break main", "continue", "continue", "delete", "watch laps", "continue", "bt"]);
    expect(said.of("watch laps")).toMatch(/^Hardware watchpoint \d: laps\n$/);
    expect(said.of("continue", 2)).toMatch(
      /Thread 3\.1 "part2 thread 1" hit Hardware watchpoint \d: laps\n\nOld value = 0\nNew value = 1\n/,
    );
    expect(functions(said.last)).toEqual(["main"]);
  });

  it("tells when the kernel writes a partition's variable, in the thread that asked it to", async () => {
    const said = await session(gdb, ["break read_clock", "continue", "delete", "watch kernel_time", "continue", "bt"]);
    expect(said.of("continue", 1)).toMatch(
      /Thread 3\.1 "part2 thread 1" hit Hardware watchpoint 2: kernel_time\n\nOld value = 0\nNew value = [1-9]\d*\n/,
    );
    expect(functions(said.last)).toEqual(["pok_syscall", "pok_time_gettick", "read_clock", "main"]);
  });

  it("watches a place in memory that is not loaded yet", async () => {
    const said = await session(gdb, [ALL, "inferior 3", "watch heartbeats", "inferior 1", "continue", "continue"]);
    expect(said.all).toMatch(/Thread 3\.2 "part2 thread 2" hit Hardware watchpoint 1: heartbeats\n\nOld value = 0\nNew value = 1\n/);
  });

  it("stops at reads", async () => {
    const said = await session(gdb, ["break update_track", "continue", "delete", "rwatch track.label", "continue", "bt"]);
    expect(said.of("continue", 1)).toMatch(/hit Hardware read watchpoint 2: track\.label\n\nValue = 0x[0-9a-f]+ "intruder"\n/);
    expect(functions(said.last)).toEqual(["report", "main"]);
  });

  it("stops at reads and writes", async () => {
    const said = await session(gdb, ["break main", "continue", "continue", "delete", "awatch laps", "continue", "continue"]);
    expect(said.of("continue", 2)).toMatch(
      /hit Hardware access \(read\/write\) watchpoint 2: laps\n\n(Value = 0|Old value = 0\nNew value = 1)\n/,
    );
    expect(said.of("continue", 3)).toMatch(
      /hit Hardware access \(read\/write\) watchpoint 2: laps\n\n(Value = 1|Old value = 0\nNew value = 1)\n/,
    );
  });
});
