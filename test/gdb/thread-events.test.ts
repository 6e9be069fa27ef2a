import { expect, it } from "vitest";
import { ALL, session } from "./session.js";

const WITH_EVENTS = [ALL, "maint packet QThreadEvents:1", "break update_track", "set debug remote 1", "continue", "set debug remote 0"];

it("QThreadEvents tells of a thread when it is entered for the first time, and gdb goes on", async () => {
  const said = await session("gdb", [...WITH_EVENTS, "info threads"]);
  const told = said.of("continue");
  expect([...told.matchAll(/T05thread:p(\d\.\d);[^"]*create:;/g)].map(([, thread]) => thread)).toEqual(["3.2"]);
  expect(told).toContain("[New Thread 3.2]");
  expect(told).toMatch(/hit Breakpoint 1, /);
  expect(said.last).toMatch(/3\.2 +Thread 3\.2 "part2 thread 2"/);
});

it("a thread that is there already when QThreadEvents is sent is no news", async () => {
  const said = await session("gdb", [ALL, "break update_track", "continue", "maint packet QThreadEvents:1", ...WITH_EVENTS.slice(3)]);
  expect(said.of("continue", 1)).not.toContain("create:");
  expect(said.of("continue", 1)).toMatch(/hit Breakpoint 1, /);
});

it("QThreadEvents is in force still when the machine is started again", async () => {
  const commands = [ALL, "set confirm off", "maint packet QThreadEvents:1", "break update_track", "continue", "set debug remote 1", "run"];
  const said = await session("gdb", commands, { connect: "target extended-remote" });
  expect(said.of("run")).toMatch(/T05thread:p3\.2;[^"]*create:;/);
  expect(said.of("run")).toMatch(/hit Breakpoint 1\.2, /);
});
