/** One partition as gdb's only process, and its exceptions as signals: options --gdb-view and --gdb-faults. */
import { describe, expect, it } from "vitest";
import { GDBS } from "../gdbstub/real-gdb.js";
import { Emulator, image, TWO } from "../support/pok386.js";
import { functions, sessionAt, type Transcript } from "./session.js";

const seenAs = async (
  gdb: (typeof GDBS)[number],
  partition: string,
  commands: readonly string[],
  args: readonly string[] = [],
  kernel = TWO,
): Promise<{ said: Transcript; emulator: Emulator }> => {
  const emulator = new Emulator(["run", kernel, "--gdb-view", `${partition}=0`, ...args]);
  return { said: await sessionAt(gdb, await emulator.port(), commands), emulator };
};
const ERRORS = image("errors.elf");

describe.each(GDBS)("%s", (gdb) => {
  it("begins at the first instruction of the partition, which is process 1 and alone", async () => {
    const { said } = await seenAs(gdb, "part2", ["info inferiors", "info symbol $pc", "p $cpl"]);
    expect(said.of("info inferiors").match(/^[* ] +\d/gm)).toHaveLength(1);
    expect(said.of("info inferiors")).toMatch(/process 1 /);
    expect(said.of("info symbol $pc")).toMatch(/^_start in section/);
    expect(said.last).toBe("$1 = 3\n");
  });

  it("sets breakpoints and watchpoints at the partition's own addresses", async () => {
    const { said } = await seenAs(gdb, "part2", ["break update_track", "continue", "bt", "delete", "watch laps", "continue", "continue"]);
    expect(functions(said.of("bt"))).toEqual(expect.arrayContaining(["update_track"]));
    expect(said.last).toMatch(/watchpoint 2: laps\n\nOld value = (\d+)\nNew value = (?!\1)\d+\n/);
  });

  it("tells of an exception before the guest does, and hands it on with the signal", async () => {
    const commands = ["continue", "x/i $pc", "signal SIGFPE", "continue"];
    const { said, emulator } = await seenAs(gdb, "part1", commands, ["--gdb-faults", "0,6"], ERRORS);
    expect(said.of("continue")).toMatch(/#DE divide error at 0x23:0x[0-9a-f]+ <\w+(\+\d+)?> in part1: /);
    expect(said.of("continue")).toMatch(/received signal SIGFPE, Arithmetic exception\./);
    expect(said.of("x/i $pc")).toMatch(/^=> .*\tdiv /m);
    expect(said.of("signal SIGFPE")).toMatch(/received signal SIGILL, Illegal instruction\./);
    // gdb hands signals on of its own accord as well.
    expect(said.last).toMatch(/\[Inferior 1 \(process 1\) exited normally\]/);
    await emulator.prints(/thread 1: numeric error, #DE\n[\s\S]*thread 2: memory violation, #GP\n[\s\S]*thread 3: illegal request, #UD\n/);
  });

  it("leaves signals that the user does not want to hear of to the guest, without a stop", async () => {
    const commands = [
      "handle SIGFPE nostop noprint pass",
      "set debug remote 1",
      "continue",
      "set debug remote 0",
      "handle SIGFPE stop print",
    ];
    const { said } = await seenAs(gdb, "part1", [...commands, "continue"], ["--gdb-faults", "0,6"], ERRORS);
    expect(said.of("continue")).toMatch(/received signal SIGILL, Illegal instruction\./);
    // One resume and one stop: the divide error was none.
    expect(said.of("continue").match(/Sending packet: \$vCont;/g)).toHaveLength(1);
    expect(said.last).toMatch(/exited normally/);
  });

  it("has its choice of exceptions changed by a monitor command", async () => {
    const commands = [
      "monitor faults",
      "monitor faults 6,13",
      "monitor faults 99",
      "continue",
      "signal 0",
      "monitor faults none",
      "continue",
    ];
    const { said } = await seenAs(gdb, "part1", commands, [], ERRORS);
    expect(said.of("monitor faults")).toBe("faults unhandled\n");
    expect(said.of("monitor faults 6,13")).toBe("faults 6,13\n");
    expect(said.of("monitor faults 99")).toBe("faults: 99: say unhandled, all, none, or vectors below 32 such as 0,6,13\n");
    expect(said.of("continue")).toMatch(/received signal SIGSEGV/);
    // Without the signal the guest never hears of it: the instruction is tried again.
    expect(said.of("signal 0")).toMatch(/received signal SIGSEGV/);
    expect(said.last).toMatch(/exited normally/);
  });

  it("leaves exceptions that have a handler to the guest unless told otherwise", async () => {
    const { said } = await seenAs(gdb, "part1", ["continue"], [], ERRORS);
    expect(said.last).toMatch(/\[Inferior 1 \(process 1\) exited normally\]/);
  });
});

it("refuses a partition that there is not", async () => {
  const emulator = new Emulator(["run", TWO, "--gdb-view", "part9=0"]);
  expect(await emulator.exit).toBe(2);
  expect(emulator.stderr).toBe("pok386: --gdb-view part9: the machine never comes there; it has kernel, part1, part2\n");
});
