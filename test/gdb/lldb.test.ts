/** LLDB on a view port, with and without the partition's symbols. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findExecutables } from "../../src/pok/embedded.js";
import { folder } from "../support/partitions.js";
import { PATIENCE } from "../support/patience.js";
import { Emulator, TWO } from "../support/pok386.js";

/** What LLDB answers to commands, one after the other, connected to part2. */
async function lldb(commands: readonly string[], symbols: boolean): Promise<string> {
  const emulator = new Emulator(["run", TWO, "--gdb-view", "part2=0", "--append", "frames=2000"]);
  const port = await emulator.port();
  const file = join(folder(), "part2.elf");
  if (symbols) writeFileSync(file, findExecutables(new Uint8Array(readFileSync(TWO)).subarray(1))[1]!.bytes);
  const target = symbols ? [`target create --arch i386-unknown-elf ${file}`] : [];
  const patience = `settings set plugin.process.gdb-remote.packet-timeout ${PATIENCE / 1000}`;
  const args = [patience, ...target, `gdb-remote 127.0.0.1:${port}`, ...commands, "process detach"].flatMap((command) => ["-o", command]);
  return new Promise((resolve, reject) => {
    const child = spawn("lldb-14", ["--batch", "--no-lldbinit", ...args], { stdio: ["ignore", "pipe", "pipe"], timeout: PATIENCE });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", () => reject(new Error("lldb is missing: apt-get install --no-install-recommends lldb-14")));
    child.on("close", () => resolve(output));
  });
}

it("knows the processor without any file", async () => {
  const said = await lldb(["target list", "register read eip", "disassemble -c 1", "thread step-inst", "register read eip"], false);
  expect(said).toContain("arch=i386-unknown-unknown-elf");
  expect(said).toMatch(/eip = 0x00001000\n[\s\S]*-> {2}0x1000: xorl {3}%ebp, %ebp\n[\s\S]*eip = 0x00001002\n/);
});

it("stops at a function of the partition, shows where it was called from and its variables", async () => {
  const said = await lldb(["breakpoint set -n update_track", "continue", "bt", "frame variable *t"], true);
  expect(said).toMatch(/stop reason = breakpoint 1\.1\n +frame #0: 0x00102000 part2\.elf`update_track\(t=0x[0-9a-f]+\) at part2\.c:\d+/);
  expect(said).toMatch(/frame #1: 0x[0-9a-f]+ part2\.elf`main at part2\.c/);
  expect(said).toContain('label = 0x00001a88 "intruder"');
});

it("watches a variable, steps, and finishes a function", async () => {
  const said = await lldb(
    [
      ...["breakpoint set -n update_track", "continue", "thread step-over", "thread step-out", "breakpoint delete 1"],
      ...["watchpoint set variable laps", "continue", "frame variable --show-globals laps"],
    ],
    true,
  );
  expect(said).toMatch(/stop reason = step over/);
  expect(said).toMatch(/stop reason = step out/);
  expect(said).toMatch(/Watchpoint 1 hit:\nold value: 1\nnew value: 2/);
  expect(said).toMatch(/stop reason = watchpoint 1/);
});

it("hands monitor commands on", async () => {
  expect(await lldb(["process plugin packet monitor translate ds:0x10"], false)).toContain("ds:0x00000010 = linear 0x00298010");
});
