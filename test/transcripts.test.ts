/**
 * The sessions in the documents are what gdb really prints. A block is one if it begins with "$ npx pok386"; its commands are typed, and the
 * answers compared. With POK386_UPDATE=1 the documents get the true answers instead.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GDB_PATIENCE } from "./support/patience.js";
import { Emulator, root } from "./support/pok386.js";

const DOCUMENTS = ["README.md", "docs/FINDING-THE-2013-BUG.md"];
const PROMPT = "(gdb) ";

interface Session {
  /** The block as it stands in the document. */
  readonly block: string;
  /** What stands before the first prompt, and after the last answer. */
  readonly head: string;
  readonly kernel: string;
  readonly commands: readonly string[];
}

function sessions(document: string): Session[] {
  const blocks = readFileSync(root + document, "utf8")
    .split("```")
    .filter((_, n) => n % 2 === 1);
  return blocks.flatMap((block) => {
    const kernel = /^\n\$ npx pok386 run (\S+) --gdb 1234/.exec(block)?.[1];
    if (!kernel) return [];
    const [head, ...parts] = block.split(/^\(gdb\) /m);
    return [{ block, head: head!, kernel, commands: parts.map((part) => part.slice(0, part.indexOf("\n"))) }];
  });
}

async function type(port: number, commands: readonly string[]): Promise<string> {
  // One stream for both: what "monitor" prints is on gdb's standard error.
  const line = `exec gdb -nx -q -iex '${GDB_PATIENCE}' -iex 'set width 0' -iex 'set pagination off' -ex 'target remote :${port}' 2>&1`;
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

/** gdb's tables are as wide as the port has digits: one of four, as in the documents. */
async function fourDigitPort(kernel: string): Promise<number> {
  for (;;) {
    const port = 2000 + Math.floor(Math.random() * 8000);
    const emulator = new Emulator(["run", kernel, "--gdb", String(port)]);
    const taken = await Promise.race([emulator.port(), emulator.exit.then(() => undefined)]);
    if (taken !== undefined) return port;
  }
}

async function retyped({ head, kernel, commands }: Session): Promise<string> {
  const port = await fourDigitPort(kernel);
  const answers = (await type(port, commands)).replaceAll(`:${port})`, ":1234)").split(PROMPT);
  return head + commands.map((command, n) => `${PROMPT}${command}\n${answers[n + 1]}`).join("");
}

describe.each(DOCUMENTS)("%s", (document) => {
  test.each(sessions(document).map((session, n) => [n + 1, session] as const))("session %i is its true output", async (_n, session) => {
    const truth = await retyped(session);
    const text = readFileSync(root + document, "utf8");
    if (process.env.POK386_UPDATE && truth !== session.block)
      writeFileSync(
        root + document,
        text.replace(session.block, () => truth),
      );
    else expect(truth).toBe(session.block);
  });
});
test("there is a session in each document", () => {
  for (const document of DOCUMENTS) expect(sessions(document).length, document).toBeGreaterThan(0);
});
