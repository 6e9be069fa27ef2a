import { expect, it } from "vitest";
import { ALL, functions, session } from "./session.js";

const GETTICK = 20;
const IN_PART2 = [ALL, "break update_track", "continue", "delete"];
const HINT = /type "inferior 2"/;

it("stops at the entry to a system call and at the return from it, with POK's name", async () => {
  const said = await session("gdb", [
    ...IN_PART2,
    `catch syscall ${GETTICK}`,
    "continue",
    "bt",
    "print kernel_time",
    "continue",
    "print kernel_time > 0",
  ]);
  expect(said.of("continue", 1)).toMatch(/^pok386: part2 thread 1 calls GETTICK \(20\)\n[\s\S]*hit Catchpoint 2 \(call to syscall [^)]+\)/);
  expect(functions(said.of("bt"))).toEqual(["pok_syscall", "pok_time_gettick", "read_clock", "main"]);
  expect(said.of("print kernel_time")).toMatch(/ = 0\n/);
  expect(said.of("continue", 2)).toMatch(
    /^pok386: part2 thread 1 returns from GETTICK \(20\)\n[\s\S]*hit Catchpoint 2 \(returned from syscall [^)]+\)/,
  );
  expect(said.last).toMatch(/ = 1\n/);
  expect(said.all).not.toMatch(HINT);
});

it("stops at every call, until the catchpoint is deleted", async () => {
  const said = await session("gdb", [
    ...[...IN_PART2, "catch syscall", "continue", "continue", "continue", "continue"],
    ...["delete", "break update_track if laps == 10", "continue", "print laps"],
  ]);
  expect(said.of("continue", 3)).toMatch(/part\d thread \d calls \w+ \(\d+\)/);
  expect(said.of("continue", 5)).not.toMatch(/calls/);
  expect(said.last).toMatch(/ = 10\n/);
});

it("sees the call of a step over a function that makes one", async () => {
  const said = await session("gdb", [...IN_PART2, "advance read_clock", `catch syscall ${GETTICK}`, "next", "delete", "finish"]);
  expect(said.of("next")).toMatch(/hit Catchpoint 2 \(call to syscall/);
});

it("says so if the catchpoint is the kernel's, which makes no system calls", async () => {
  const said = await session("gdb", ["catch syscall", "inferior 2", "break main", "inferior 1", "continue"]);
  expect(said.of("continue")).toMatch(HINT);
});
