import { describe, expect, it } from "vitest";
import { GDBS } from "../gdbstub/real-gdb.js";
import { ALL, functions, session } from "./session.js";

/** To the int of a system call of partition 2's main thread. */
const TO_INT = ["break pok_time_gettick", "continue", "tbreak pok_syscall", "continue", "stepi", "stepi", "stepi"];
/** From there to the iret by which the kernel returns to it; the kernel's own exits are never reached by another way meanwhile. */
const TO_IRET = ["tbreak pok_trap_return", "continue", "stepi", "stepi", "stepi", "stepi", "stepi", "stepi"];
const AT_PC = "x/i $pc";

describe.each(GDBS)("%s", (gdb) => {
  it("steps over a system call as over any line", async () => {
    const said = await session(gdb, ["break read_clock", "continue", "print kernel_time", "next", "next", "print kernel_time > 0"]);
    expect(said.of("print kernel_time")).toBe("$1 = 0\n");
    expect(said.of("next")).toMatch(/^\d+\t {2}pok_time_gettick\(&kernel_time\);\n$/);
    expect(said.of("next", 1)).toMatch(/^main \(\) at src\/guest\/two\/part2\.c:\d+\n/);
    expect(said.last).toBe("$2 = 1\n");
  });

  it("steps over a system call that sleeps, and comes back in the same thread", async () => {
    const said = await session(gdb, [ALL, "break beat", "continue", "finish", "next", "next", "next", "info threads"]);
    expect(said.of("continue")).toMatch(/Thread 3\.2 "part2 thread 2" hit Breakpoint 1, beat \(\)/);
    expect(said.of("finish")).toContain("pok_thread_sleep(50);");
    expect(said.of("next", 2)).toMatch(/Thread 3\.2 "part2 thread 2" hit Breakpoint 1, beat \(\)/);
    expect(said.last).toMatch(/^\* 3\.2 /m);
  });

  it("steps into functions and finishes them with their value", async () => {
    const said = await session(gdb, [ALL, "break speed_of", "continue", "step", "step", "bt", "finish", "delete", "finish"]);
    expect(said.of("step", 1)).toMatch(/square \(n=3\)/);
    expect(functions(said.of("bt"))).toEqual(["square", "speed_of", "report", "main"]);
    expect(said.of("finish")).toMatch(/Value returned is \$1 = 9\n$/);
    expect(said.last).toMatch(/Value returned is \$2 = 3\n$/);
  });

  it("steps through a loop by lines", async () => {
    const said = await session(gdb, [ALL, "break update_track", "continue", "next", "next", "next", "next", "next", "info locals"]);
    expect(said.last).toMatch(/^i = \d\n|No locals/);
  });

  it("stepi over int ends at the thread's next instruction", async () => {
    const said = await session(gdb, [...TO_INT, AT_PC, "stepi", AT_PC, "info threads"]);
    expect(said.of(AT_PC)).toMatch(/<pok_syscall\+9>:\tint +\$0x2a$/m);
    expect(said.of(AT_PC, 1)).toMatch(/<pok_syscall\+11>:\tpop +%ebx$/m);
    expect(said.last).toMatch(/^\* 3\.1 /m);
  });

  it("so it does with a breakpoint on the int itself", async () => {
    const said = await session(gdb, [...TO_INT, "break *$pc", "stepi", AT_PC]);
    expect(said.last).toMatch(/<pok_syscall\+11>:\tpop +%ebx$/m);
  });

  it("stepi of the kernel over iret follows the processor to the partition's thread", async () => {
    const said = await session(gdb, [...TO_INT, ...TO_IRET, AT_PC, "stepi", AT_PC, "bt"]);
    expect(said.of(AT_PC)).toMatch(/<pok_trap_common\+\d+>:\tiret *$/m);
    expect(said.of("stepi", 9)).toMatch(/Thread 3\.1 "part2 thread 1" stopped\.\n[\s\S]*pok_syscall \(id=id@entry=POK_SYSCALL_GETTICK/);
    expect(said.of(AT_PC, 1)).toMatch(/<pok_syscall\+11>:/);
    expect(functions(said.last)).toEqual(["pok_syscall", "pok_time_gettick", "read_clock", "main"]);
  });

  it("with a breakpoint on the iret, gdb gets its own thread back, and the partition's at the next look", async () => {
    const said = await session(gdb, [ALL, ...TO_INT, ...TO_IRET, "break *$pc", "stepi", "thread 3.1", AT_PC]);
    expect(said.last).toMatch(/<pok_syscall\+11>:/);
  });

  it("monitor step follow: stepi goes through int into the kernel, and through iret out of it", async () => {
    const said = await session(gdb, ["monitor step follow", ...TO_INT, "stepi", AT_PC, "bt", ...TO_IRET, "stepi", "bt"]);
    expect(said.of("stepi", 3)).toMatch(/Thread 1\.1 "kernel" stopped\.\n[\s\S]*pok_syscall_entry \(\) at src\/guest\/kernel\/entry\.S/);
    expect(said.of(AT_PC)).toMatch(/^=> 0x[0-9a-f]+ <pok_syscall_entry>:/);
    expect(functions(said.of("bt"))).toEqual(["pok_syscall_entry"]);
    expect(said.of("stepi", 10)).toMatch(/Thread 3\.1 "part2 thread 1" stopped\./);
    expect(functions(said.last)).toEqual(["pok_syscall", "pok_time_gettick", "read_clock", "main"]);
  });

  it("monitor step thread: a step of the kernel over iret waits for the kernel to be entered again", async () => {
    const said = await session(gdb, ["monitor step thread", ...TO_INT, ...TO_IRET, "stepi", "bt"]);
    expect(said.last).toMatch(/^#0 +(0x[0-9a-f]+ in )?pok_(syscall_entry|irq_\d+|exception_\d+) \(\)/);
  });

  it("a timer interrupt between two steps of a partition is not seen", async () => {
    const said = await session(gdb, ["break fill_block", "continue", "stepi 1500", AT_PC], { args: ["--ips", "1000000"] });
    expect(said.last).toMatch(/^=> 0x[0-9a-f]+ <(fill_block|next_number|sort_block)/);
  });
});
