/** scripts/regress.gdb as its first lines say to run it, and with expectations that are not met. */

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HOSTED_GDBS } from "../gdbstub/real-gdb.js";
import { file } from "../support/partitions.js";
import { GDB_PATIENCE, PATIENCE } from "../support/patience.js";
import { debugged, root } from "../support/pok386.js";

const SCRIPT = `${root}scripts/regress.gdb`;

interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

function regress(gdb: string, port: number, script = SCRIPT, ...more: string[]): Promise<Outcome> {
  const args = [
    "-c",
    'exec "$0" "$@" 2>&1',
    gdb,
    "-batch",
    "-nx",
    "-iex",
    GDB_PATIENCE,
    ...more,
    "-ex",
    `set $port = ${port}`,
    "-x",
    script,
  ];
  const child = spawn("sh", args, { cwd: root, timeout: PATIENCE });
  let output = "";
  child.stdout.on("data", (bytes) => {
    output += bytes;
  });
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, output })));
}

describe.each(HOSTED_GDBS)("%s", (gdb) => {
  it("exits with 0 when all expectations are met, and ends the machine", async () => {
    const { emulator, port } = await debugged();
    const { status, output } = await regress(gdb, port);
    expect([status, output]).toEqual([0, expect.stringMatching(/^\d\d expectations met$/m)]);
    expect(await emulator.exit).toBe(0);
  });

  it.each([
    ["expect track.id==7", "expect track.id==8", "FAILED: track.id==8"],
    ["expect-at crc_block", "expect-at main", "FAILED: $pc==(char*)main"],
    ['expect-text track.label "intruder"', 'expect-text track.label "friend"', 'FAILED: $_streq(track.label,"friend")'],
  ])("exits with 1 when instead of %s it has to %s", async (right, wrong, complaint) => {
    const { emulator, port } = await debugged();
    const script = readFileSync(SCRIPT, "utf8");
    expect(script).toContain(right);
    const { status, output } = await regress(gdb, port, file("wrong.gdb", script.replace(right, wrong)));
    expect([status, output]).toEqual([1, expect.stringContaining(complaint)]);
    expect(output).not.toContain("expectations met");
    expect(await emulator.exit).toBe(0);
  });

  it("exits with 1 when a command fails", async () => {
    const { port } = await debugged();
    const script = readFileSync(SCRIPT, "utf8").replace("expect track.id==7", "expect no_such_variable==7");
    const { status, output } = await regress(gdb, port, file("wrong.gdb", script));
    expect([status, output]).toEqual([1, expect.stringContaining('No symbol "no_such_variable" in current context.')]);
  });

  it("exits with 1 when nobody listens", async () => {
    const { emulator, port } = await debugged();
    emulator.kill();
    await emulator.exit;
    // gdb tries for 15 seconds otherwise.
    expect((await regress(gdb, port, SCRIPT, "-ex", "set tcp auto-retry off")).status).toBe(1);
  });
});
