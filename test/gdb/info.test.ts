import { expect, it } from "vitest";
import { image } from "../support/pok386.js";
import { ALL, session } from "./session.js";

it("$_siginfo is the last exception, with the numbers behind it", async () => {
  const said = await session(
    "gdb",
    [
      ...[ALL, "print $_siginfo", "continue", "print $_siginfo.si_signo", "print $_siginfo.si_code"],
      ...["print/x $_siginfo._sifields._sigfault.si_addr", "print/x $_siginfo._sifields._pad"],
    ],
    { kernel: image("forward-2013.elf") },
  );
  expect(said.of("print $_siginfo")).toContain("Unable to read siginfo");
  expect(said.of("print $_siginfo.si_signo")).toMatch(/ = 11\n/);
  expect(said.of("print $_siginfo.si_code")).toMatch(/ = 13\n/);
  // The instruction, error code, selector and limit there; process 2, CS 0x23, CPL 3; selector and limit of the TSS.
  expect(said.last).toMatch(/= \{0x1cdd, 0x13, 0x2, 0x23, 0x1cdd, 0x3, 0x[0-9a-f]+, 0x0, 0x18, 0x0, 0x0, 0x67, 0x0 <repeats 17 times>\}/);
});

it("info os has tables of the machine and of the system in it", async () => {
  const tables = ["processes", "partitions", "threads", "segments", "gdt", "idt", "irqs", "ports"];
  const commands = [...tables.map((name) => `info os ${name}`), "info os"];
  const said = await session("gdb", [ALL, "break update_track", "continue", ...commands]);
  for (const name of tables) expect(said.last).toMatch(new RegExp(`^${name} `, "m"));
  const table = (name: string): string => said.of(`info os ${name}`);
  expect(table("processes")).toMatch(/^3 +partition +part2 /m);
  expect(table("partitions")).toMatch(/^3 +part2 +0x[0-9a-f]{8} 0x[0-9a-f]{8} 0x33 +0x3b +present +\/pok386\/part2\.elf/m);
  expect(table("threads")).toMatch(/^p3\.1 +part2 thread 1 running +0x00102000 update_track/m);
  expect(table("segments")).toMatch(/^CS +0x0033 .* 3 +32-bit code execute\/read/m);
  expect(table("gdt")).toMatch(/^0x0033 .* part2 *$/m);
  expect(table("idt")).toMatch(/^42 .* 3 +interrupt gate pok_syscall_entry/m);
  expect(table("irqs")).toMatch(/^0 +32 +(yes +)*edge *$/m);
  expect(table("ports")).toMatch(/^0x03f8 +0x03ff +serial port/m);
});
