/** The session in README.md is what gdb really prints. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Emulator, root, TWO } from "./support/pok386.js";

/** The commands typed at gdb's prompt, and the answer to each. */
function session(): { command: string; answer: string }[] {
  const block = readFileSync(`${root}README.md`, "utf8").split("```")[1]!;
  return block
    .split(/^\(gdb\) /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      return { command: part.slice(0, end), answer: part.slice(end + 1) };
    });
}

async function type(port: number, commands: readonly string[]): Promise<string> {
  // One stream for both: what "monitor" prints is on gdb's standard error.
  const line = `exec gdb -nx -q -iex 'set width 0' -iex 'set pagination off' -ex 'target remote :${port}' 2>&1`;
  const child = spawn("sh", ["-c", line], { cwd: root });
  let output = "";
  child.stdout.on("data", (bytes) => {
    output += bytes;
  });
  child.stdin.end(`${commands.join("\n")}\n`);
  const status = await new Promise((resolve) => child.on("close", resolve));
  if (status === 127) throw new Error("gdb is missing: apt-get install gdb");
  return output;
}

/** gdb's tables are as wide as the port has digits: one of four, as in the README. */
async function fourDigitPort(): Promise<number> {
  for (;;) {
    const port = 2000 + Math.floor(Math.random() * 8000);
    const emulator = new Emulator(["run", TWO, "--gdb", String(port)]);
    const taken = await Promise.race([emulator.port(), emulator.exit.then(() => undefined)]);
    if (taken !== undefined) return port;
  }
}

test("the README's transcript is its true output", async () => {
  const parts = session();
  expect(parts.length).toBeGreaterThan(5);
  const port = await fourDigitPort();
  const output = await type(
    port,
    parts.map((p) => p.command),
  );
  const answers = output
    .replaceAll(`:${port})`, ":1234)")
    .split("(gdb) ")
    .slice(1, parts.length + 1);
  expect(answers.map((answer, n) => `(gdb) ${parts[n]!.command}\n${answer}`)).toEqual(parts.map((p) => `(gdb) ${p.command}\n${p.answer}`));
});
