import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Emulator, root, TWO } from "../support/pok386.js";

async function output(...args: string[]): Promise<string> {
  const emulator = new Emulator(args);
  expect(await emulator.exit).toBe(0);
  expect(emulator.stderr).toBe("");
  return emulator.stdout;
}

/** Options as the sources define them, so that a new one cannot be forgotten here. */
const optionsOf = (command: string): string[] =>
  [...readFileSync(`${root}src/cli/${command}.ts`, "utf8").matchAll(/\.option\("([\w-]+)"/g)].map(([, name]) => name!);

it.each(["run", "replay", "demo"])("%s --help tells of every option and what it is for", async (command) => {
  const text = await output(command, "--help");
  const options = optionsOf(command);
  expect(options.length).toBeGreaterThan(1);
  for (const option of options) expect(text, option).toMatch(new RegExp(`--(no-)?${option} +\\S+`));
});

it("--help tells of every command and of the exit status", async () => {
  const text = await output("--help");
  expect(text).toMatch(/pok386 run .*Boot a multiboot-1 kernel/);
  expect(text).toMatch(/pok386 replay .*Repeat a run that was recorded/);
  expect(text).toMatch(/pok386 demo .*Run a guest that comes with pok386/);
  expect(text).toMatch(/Exit status: 0 power-off, 2 .*, 3 triple fault[\s\S]*4 --max-insns/);
});

it("--version is the package's", async () => {
  expect(await output("--version")).toBe(`${JSON.parse(readFileSync(`${root}package.json`, "utf8")).version}\n`);
});

it("demo runs, listens, and prints the gdb command to type", async () => {
  const emulator = new Emulator(["demo", "--gdb", "0"]);
  const port = await emulator.port();
  await emulator.prints(/part2: lap 1 /);
  await emulator.says(new RegExp(`^ {4}gdb -ex 'target remote :${port}'\n`, "m"));
});

it("run --gdb says once, and only on standard error, where it listens, and waits at the first instruction", async () => {
  const emulator = new Emulator(["run", TWO, "--gdb", "0"]);
  const port = await emulator.port();
  expect(emulator.stderr).toBe(`pok386: gdb listening on 127.0.0.1:${port}\n`);
  expect(emulator.stdout).toBe("");
});

it("run --gdb takes a host", async () => {
  const emulator = new Emulator(["run", TWO, "--gdb", "localhost:0"]);
  expect(await emulator.port()).toBeGreaterThan(0);
});

it("run --gdb --no-wait runs at once, and listens", async () => {
  const emulator = new Emulator(["run", TWO, "--gdb", "0", "--no-wait", "--append", "frames=20"]);
  await emulator.port();
  expect(await emulator.exit).toBe(0);
  expect(emulator.stdout).toContain("part2: lap 1 ");
});
