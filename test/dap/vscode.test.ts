/** The debug configurations that come with the project: they parse, name what exists, and work. */
import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Gdb } from "../gdbstub/real-gdb.js";
import { GDB_PATIENCE } from "../support/patience.js";
import { debugged, root } from "../support/pok386.js";
import { DapClient } from "./client.js";

const read = (name: string) =>
  JSON.parse(readFileSync(`${root}.vscode/${name}`, "utf8").replace(/\$\{workspaceFolder\}/g, root.slice(0, -1)));
const { configurations } = read("launch.json");
const { tasks } = read("tasks.json");
const configuration = (type: string) => configurations.find((each: { type: string }) => each.type === type);
const task = tasks.find(({ isBackground }: { isBackground?: boolean }) => isBackground);

it("the configurations start the task, and connect to the port it listens at", () => {
  const port = task.args[task.args.indexOf("--gdb") + 1];
  expect(configuration("cppdbg")).toMatchObject({ preLaunchTask: task.label, miDebuggerServerAddress: `127.0.0.1:${port}` });
  expect(configuration("gdbtarget")).toMatchObject({ preLaunchTask: task.label, target: { host: "127.0.0.1", port } });
});

it("the files they name exist", () => {
  for (const { program } of configurations) expect(existsSync(program), program).toBe(true);
  for (const name of task.args.filter((arg: string) => arg.includes("/"))) expect(existsSync(root + name), name).toBe(true);
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  expect(Object.keys(scripts)).toContain(tasks.find(({ label }: { label: string }) => label === task.dependsOn).script);
});

it("the task is ready at the program's ready line, which is no problem", async () => {
  const { emulator } = await debugged();
  const { pattern, background } = task.problemMatcher;
  const line = emulator.stderr.trimEnd();
  expect(line).toMatch(new RegExp(background.endsPattern));
  expect(line).not.toMatch(new RegExp(pattern.regexp));
});

it("a mistake is a problem with its text", () => {
  const line = "pok386: --gdb 127.0.0.1:1234: the port is in use; choose another, or 0 for any that is free";
  const { pattern, background } = task.problemMatcher;
  expect(new RegExp(pattern.regexp).exec(line)?.[1]).toMatch(/^--gdb .*in use/);
  expect(line).toMatch(new RegExp(background.endsPattern));
});

it("gdbtarget's configuration breaks in a partition", async () => {
  const { port } = await debugged();
  const { target, ...rest } = configuration("gdbtarget");
  const client = new DapClient();
  await client.request("initialize", { adapterID: "gdbtarget", linesStartAt1: true, columnsStartAt1: true, pathFormat: "path" });
  const started = client.request("attach", {
    ...rest,
    initCommands: [...rest.initCommands, GDB_PATIENCE],
    target: { ...target, port: String(port) },
  });
  await client.event("initialized");
  await started;
  await client.request("setFunctionBreakpoints", { breakpoints: [{ name: "update_track" }] });
  await client.request("configurationDone");
  const { threadId } = await client.event("stopped");
  const { stackFrames } = await client.request("stackTrace", { threadId });
  expect(stackFrames.map(({ name }: { name: string }) => name)).toEqual(["update_track", "main"]);
});

/** The C/C++ extension is not to be had as a package; what it does with these settings is this, in this order, over gdb's machine interface. */
it("cppdbg's configuration breaks in a partition", async () => {
  const { port } = await debugged();
  const { program, cwd, setupCommands } = configuration("cppdbg");
  const gdb = Gdb.start("gdb");
  const mi = (command: string): void => gdb.type(`interpreter-exec mi "${command.replaceAll('"', '\\"')}"`);
  mi(`-environment-cd ${cwd}`);
  for (const { text } of setupCommands) gdb.type(text);
  mi(`-file-exec-and-symbols ${program}`);
  mi(`-target-select remote 127.0.0.1:${port}`);
  await gdb.says(/\^connected/);
  mi("-break-insert -f update_track");
  await gdb.says(/\^done,bkpt=/);
  mi("-exec-continue");
  await gdb.says(/hit Breakpoint 1, update_track/);
});
