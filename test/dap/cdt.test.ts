/** VS Code's gdbtarget, as .vscode/launch.json configures it: a breakpoint by line in a partition's C file, stacks, variables, monitor. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GDBS } from "../gdbstub/real-gdb.js";
import { GDB_PATIENCE } from "../support/patience.js";
import { debugged, MAIN, root, TWO } from "../support/pok386.js";
import { DapClient } from "./client.js";

const PART2 = `${root}src/guest/two/part2.c`;
const lineOf = (text: string): number =>
  readFileSync(PART2, "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;
/** gdb 13.1 fails an assertion where a process stops that it has not resumed. */
const INIT = ["set schedule-multiple on", GDB_PATIENCE, `directory ${root}`];

async function configured(request: "attach" | "launch", args: object): Promise<DapClient> {
  const client = new DapClient();
  await client.request("initialize", { adapterID: "gdbtarget", linesStartAt1: true, columnsStartAt1: true, pathFormat: "path" });
  const started = client.request(request, { initCommands: INIT, ...args });
  await client.event("initialized");
  await started;
  return client;
}

async function attached(gdb: string): Promise<{ client: DapClient; emulator: Awaited<ReturnType<typeof debugged>>["emulator"] }> {
  const { port, emulator } = await debugged();
  return { client: await configured("attach", { gdb, target: { type: "remote", host: "127.0.0.1", port: String(port) } }), emulator };
}

async function breakAt(client: DapClient, line: number): Promise<void> {
  const { breakpoints } = await client.request("setBreakpoints", { source: { path: PART2 }, breakpoints: [{ line }] });
  expect(breakpoints).toMatchObject([{ verified: true, line }]);
}

async function hit(
  client: DapClient,
): Promise<{ threadId: number; frames: { id: number; name: string; line: number; source?: { path: string } }[] }> {
  const { reason, threadId } = await client.event("stopped");
  expect(reason).toBe("breakpoint");
  const { stackFrames } = await client.request("stackTrace", { threadId });
  return { threadId, frames: stackFrames };
}

describe.each(GDBS)("cdt-gdb-adapter with %s", (gdb) => {
  it("hits a breakpoint set by line in a partition's file, in its thread, with its stack", async () => {
    const { client } = await attached(gdb);
    const line = lineOf("t->position.x += t->velocity.x");
    await breakAt(client, line);
    await client.request("configurationDone");
    const { threadId, frames } = await hit(client);
    expect(frames.map(({ name }) => name)).toEqual(["update_track", "main"]);
    expect(frames[0]).toMatchObject({ line, source: { path: expect.stringMatching(/src\/guest\/two\/part2\.c$/) } });
    const { threads } = await client.request("threads");
    expect(threads.find(({ id }: { id: number }) => id === threadId).name).toMatch(/part2 thread 1/);
    expect(threads.map(({ name }: { name: string }) => name)).toContainEqual(expect.stringMatching(/kernel/));
  });

  it("hits it again and again, and steps", async () => {
    const { client } = await attached(gdb);
    await breakAt(client, lineOf("int speed = speed_of(t)"));
    await client.request("configurationDone");
    for (let n = 0; n < 3; n++) {
      const { threadId, frames } = await hit(client);
      expect(frames[0]!.name).toBe("report");
      if (n < 2) await client.request("continue", { threadId });
      else {
        await client.request("next", { threadId });
        expect(await client.event("stopped")).toMatchObject({ reason: "step", threadId });
        const { stackFrames } = await client.request("stackTrace", { threadId });
        expect(stackFrames[0].line).toBeGreaterThan(frames[0]!.line);
      }
    }
  });

  it("shows scopes and variables", async () => {
    const { client } = await attached(gdb);
    await breakAt(client, lineOf("int speed = speed_of(t)"));
    await client.request("configurationDone");
    const { frames } = await hit(client);
    const { scopes } = await client.request("scopes", { frameId: frames[0]!.id });
    expect(scopes[0].name).toBe("Local");
    const { variables } = await client.request("variables", { variablesReference: scopes[0].variablesReference });
    const byName = new Map(variables.map((v: { name: string; value: string; variablesReference: number }) => [v.name, v]));
    expect(byName.get("depth")).toMatchObject({ value: "5" });
    const track = byName.get("t") as { variablesReference: number };
    const fields = await client.request("variables", { variablesReference: track.variablesReference });
    expect(fields.variables).toContainEqual(expect.objectContaining({ name: "id", value: "7" }));
  });

  it("evaluates expressions, and monitor commands in the debug console", async () => {
    const { client } = await attached(gdb);
    await breakAt(client, lineOf("int speed = speed_of(t)"));
    await client.request("configurationDone");
    const { frames } = await hit(client);
    const { result } = await client.request("evaluate", { expression: "t->velocity.x", frameId: frames[0]!.id, context: "watch" });
    expect(result).toBe("3");
    await client.request("evaluate", { expression: "> monitor partitions", frameId: frames[0]!.id, context: "repl" });
    expect(client.console).toMatch(/\* 3 +part2 +0x00298000/);
  });

  it("lets the machine run on when it disconnects", async () => {
    const { client, emulator } = await attached(gdb);
    await breakAt(client, lineOf("int speed = speed_of(t)"));
    await client.request("configurationDone");
    await hit(client);
    await client.request("disconnect");
    await emulator.prints(/part2: lap 3 /);
  });
});

it("launch starts the machine itself, and finds its port in the ready line", async () => {
  const client = await configured("launch", {
    gdb: "gdb",
    target: {
      type: "remote",
      server: process.execPath,
      serverParameters: [MAIN, "run", TWO, "--gdb", "0"],
      serverPortRegExp: "gdb listening on [^:]+:(\\d+)",
    },
  });
  await breakAt(client, lineOf("int speed = speed_of(t)"));
  await client.request("configurationDone");
  expect((await hit(client)).frames[0]!.name).toBe("report");
  await client.request("disconnect");
});
