/** The real gdb against the fake machine. What is asserted here is what a user sees. */
import { describe, expect, it } from "vitest";
import type { FakeTarget } from "./fake-target.js";
import { eventually, startStub, withMoment } from "./harness.js";
import { GDBS, Gdb, runGdb } from "./real-gdb.js";

const run = async (commands: readonly string[], target?: FakeTarget, connect?: string): Promise<string> => {
  const stub = await startStub(target);
  return runGdb("gdb", stub.port, commands, connect);
};

const ALL = "set schedule-multiple on";
/** gdb says that it has failed an assertion, or that the stub makes no sense. */
const TROUBLE = /internal-error|internal to GDB|[Pp]rotocol error|Truncated|reply is too long|refused|rejected|Ignoring packet/;

describe.each(GDBS)("%s", (gdb) => {
  it("finds every process with its symbols by itself, and breaks in both partitions", async () => {
    const stub = await startStub();
    const output = await runGdb(gdb, stub.port, [
      "info inferiors",
      "info threads",
      "break main",
      "continue",
      "x/s &greeting",
      "continue",
      "x/s &greeting",
      "monitor help",
      "info os partitions",
    ]);
    expect(output).not.toMatch(TROUBLE);
    expect(output).toMatch(/\* 1 +process 1 .*target:\/pok386\/kernel\.elf/);
    expect(output).toMatch(/ 2 +process 2 .*target:\/pok386\/part1\.elf/);
    expect(output).toMatch(/ 3 +process 3 .*target:\/pok386\/part2\.elf/);
    expect(output).toMatch(/\* 1\.1 +Thread 1\.1 "kernel thread 1" \(running\) +0x00100000 in kernel_main \(\)/);
    expect(output).toMatch(/ 3\.1 +Thread 3\.1 "part2 thread 1" \(running\) +0x00001000 in main \(\)/);
    expect(output).toContain("Breakpoint 1 at 0x1003 (2 locations)");
    expect(output).toMatch(/Thread 2\.1 "part1 thread 1" hit Breakpoint 1\.[12], 0x00001003 in main \(\)\n.*"hello from part1"/);
    expect(output).toMatch(/Thread 3\.1 "part2 thread 1" hit Breakpoint 1\.[12], 0x00001003 in main \(\)\n.*"hello from part2"/);
    expect(output).toContain('you said "help"\nthat is all\n');
    expect(output).toMatch(/id +name *\n2 +part1/);
    // gdb detaches process by process when it leaves, and the machine runs on.
    await eventually(() => stub.target.detached === 1);
    expect([stub.target.running, [...stub.target.inserted]]).toEqual([true, []]);
  });

  it("detaches and comes back, again and again", async () => {
    const stub = await startStub();
    for (let i = 1; i <= 3; i++) {
      const output = await runGdb(gdb, stub.port, ["info inferiors", "detach inferiors 2", "info inferiors", "detach inferiors 1 3"]);
      expect(output).not.toMatch(TROUBLE);
      expect(output).toContain("[Inferior 3 (process 3) detached]");
      expect(output).toMatch(/ 2 +<null>/);
      await eventually(() => stub.target.detached === i);
    }
  });
});

describe("registers and memory", () => {
  it("ours are there in inferior 1, and errors say why", async () => {
    const output = await run([
      "p/x $cr0",
      "p $cs_base",
      "p/x $tr",
      "p $xmm0.v4_int32[0]",
      "p/x $mxcsr",
      "p $fiseg",
      "set $cr0 = 1",
      "p $xmm0.v4_int32[0] = 1",
      "x/x 0xdead0000",
      "set $eax = 5",
      "p $eax",
    ]);
    expect(output).not.toMatch(TROUBLE);
    expect(output).toContain("$1 = 0x0\n$2 = (void *) 0x0\n$3 = 0x28\n$4 = 0\n$5 = 0x1f80\n$6 = <unavailable>");
    expect(output).toContain("Could not write register \"cr0\"; remote failure reply 'E.cr0 cannot be written'");
    expect(output).toContain("remote failure reply 'E.the processor has no xmm0'");
    expect(output).toContain("Cannot access memory at address 0xdead0000");
    expect(output).toContain("$7 = 5");
  });

  it("the other inferiors have the same layout without a description", async () => {
    const output = await run([
      "inferior 2",
      "info registers",
      "p $st0",
      "p $orig_eax",
      "set var *(char*)&greeting = 'H'",
      "x/s &greeting",
      "inferior 3",
      "x/s &greeting",
    ]);
    expect(output).not.toMatch(TROUBLE);
    expect(output).toMatch(/eip +0x1000 +0x1000 <main>/);
    expect(output).toContain('"Hello from part1"');
    expect(output).toContain('"hello from part2"');
  });
});

describe("crossing privilege", () => {
  it("a step of the kernel follows the processor into a partition; one in a partition stays with its thread", async () => {
    const output = await run(["stepi 5", "stepi 7", "stepi", "stepi"]);
    expect(output).toMatch(/Thread 2\.1 "part1 thread 1" stopped\.\n.*\n?0x00001000 in main/);
    expect(output).not.toContain("SIGTRAP");
    expect(output).toMatch(/0x00001008 in main \(\)\n0x0000100a in main \(\)\n/);
  });

  it("gdb steps off a breakpoint alone, over the boundary, and gets its own thread back", async () => {
    const output = await run(["break *0x100005", "continue", "stepi", "info threads"]);
    expect(output).not.toMatch(TROUBLE);
    expect(output).toMatch(/Thread 1\.1 .* hit Breakpoint 1, 0x00100005/);
    expect(output).toMatch(/\* 1\.1 .*0x00100040 in kernel_gate/);
  });

  it("a watchpoint of a partition tells when the kernel writes there", async () => {
    const output = await run([ALL, "break kernel_gate", "continue", "inferior 2", "watch *(int*)&counter", "inferior 1", "continue"]);
    expect(output).toMatch(/Thread 2\.1 .* hit Hardware watchpoint 2: [^\n]*\n\nOld value = 0\nNew value = 1/);
  });

  it("hardware breakpoints are reported as such", async () => {
    expect(await run(["thbreak main", "continue"])).toMatch(/Thread 2\.1 .* hit Temporary breakpoint 1\.[12]/);
  });
});

describe("what gdb 13 cannot take of a machine that runs as a whole", () => {
  it("resuming inferior 2 first does not silence a stop in process 1", async () => {
    const output = await run(["inferior 2", "break kernel_gate", "continue", "inferior 1", "continue"]);
    expect(output).toMatch(/Type "inferior 1" and "continue"[^\n]*\n\nThread 2\.1 .* stopped\./);
    expect(output).toMatch(/Thread 1\.1 .* hit Breakpoint 1, 0x00100040 in kernel_gate/);
  });

  it("a second stop in a process it has not resumed does not make it fail an assertion", async () => {
    const output = await run(["break main", "continue", "thread 1.1", "continue", "thread 1.1", "continue", "inferior 2", "continue"]);
    expect(output).not.toMatch(TROUBLE);
    expect(output).toMatch(/Type "inferior 2" and "continue"[^\n]*\n\nThread 1\.1 .* stopped\./);
    expect(output.match(/Thread 2\.1 .* hit Breakpoint 1\.[12]/g)).toHaveLength(2);
  });

  it("the hint at schedule-multiple comes once, and not to those who have it on", async () => {
    const hint = "one processor runs all processes";
    expect((await run(["break main", "continue", "continue"])).split(hint)).toHaveLength(2);
    expect(await run([ALL, "break main", "continue", "continue"])).not.toContain(hint);
  });

  it("Ctrl-C stops it where the processor is", async () => {
    const stub = await startStub();
    const gdb = Gdb.start("gdb");
    gdb.type(ALL);
    gdb.type(`target remote 127.0.0.1:${stub.port}`);
    gdb.type("continue");
    await eventually(() => stub.target.running);
    gdb.interrupt();
    await gdb.says(/Thread \d\.1 "[^"]+" received signal SIGINT, Interrupt\./);
    gdb.type("echo still here\\n");
    await gdb.says(/still here/);
    gdb.type("quit");
    await gdb.exits();
    await eventually(() => stub.target.detached === 1);
  });

  it("a gdb that dies lets the machine run on, and the next one finds it", async () => {
    const stub = await startStub();
    const gdb = Gdb.start("gdb");
    gdb.type(`target remote 127.0.0.1:${stub.port}`);
    gdb.type("break main");
    gdb.type("continue");
    await gdb.says(/hit Breakpoint 1\.[12]/);
    gdb.die();
    await eventually(() => stub.target.detached === 1);
    expect(await runGdb("gdb", stub.port, ["info inferiors"])).toMatch(/process 3/);
  });
});

describe("endings", () => {
  it("power-off can be looked at; going on ends all inferiors", async () => {
    const output = await run(
      [ALL, "continue", "p $eip", "continue", "info inferiors"],
      withMoment(10, { stops: { kind: "ending", text: "power off" } }),
    );
    expect(output).toMatch(/power off\n\nThread 2\.1 .* received signal SIGTERM/);
    expect(output).toContain("<main+7>");
    expect(output.match(/ <null> /g)).toHaveLength(3);
  });

  it("a fault tells its story", async () => {
    const output = await run(["continue"], withMoment(10, { stops: { kind: "fault", signal: 11, text: "triple fault: #GP, #DF" } }));
    expect(output).toMatch(/triple fault: #GP, #DF\n\nThread 2\.1 .* received signal SIGSEGV/);
  });

  it("run starts it again in extended mode, kill ends it, a partition stays alive", async () => {
    const output = await run(
      ["break kernel_gate", "continue", "run", "bt 1", "kill inferiors 3", "info inferiors", "kill", "info inferiors", "run"],
      undefined,
      "target extended-remote",
    );
    expect(output).not.toMatch(TROUBLE);
    expect(output).toContain("Can't kill process");
    expect(output).toContain("[Inferior 1 (process 1) killed]");
    expect(output.match(/Thread 1\.1 .* hit Breakpoint 1, 0x00100040/g)).toHaveLength(3);
  });

  it("in extended mode attach takes up a process that was let go", async () => {
    const output = await run(["detach inferiors 1 2 3", "attach 9", "attach 2", "info threads"], undefined, "target extended-remote");
    expect(output).not.toMatch(TROUBLE);
    expect(output).toMatch(/Thread 2\.1 "part1 thread 1"/);
    expect(output).toContain("Attaching to process 9 failed");
  });
});

it("a process without a known executable is debugged by address", async () => {
  const stub = await startStub();
  Object.assign(stub.target.spaces()[1], { executable: undefined });
  const output = await runGdb("gdb", stub.port, [
    "info threads",
    "set schedule-multiple on",
    "inferior 2",
    "x/i $pc",
    "break *0x1004",
    "inferior 1",
    "continue",
  ]);
  expect(output).toMatch(/ 2\.1 .*0x00001000 in \?\? \(\)/);
  expect(output).toMatch(/Thread 2\.1 .* hit Breakpoint 1, 0x00001004 in \?\? \(\)/);
});
