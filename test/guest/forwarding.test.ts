/** Interrupts forwarded to partitions: nothing lost, nothing changed, and gdb sees through them. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findExecutables } from "../../src/pok/embedded.js";
import { ALL, session } from "../gdb/session.js";
import { file } from "../support/partitions.js";
import { type Stay, stays } from "./rings.js";
import { images, linesOfBoth, run } from "./tools.js";

test("every clock tick reaches every partition, and leaves registers, flags and the stack as they were", () => {
  expect(linesOfBoth("test-clock.elf").slice(3)).toEqual([
    "part1: rate 1000, ticks lost 0, handed over as counted, longest gap 4",
    "part1: registers intact, calls well-formed",
    "part2: rate 1000, ticks lost 0, handed over as counted, longest gap 8",
    "part2: registers intact, calls well-formed",
    "kernel: all partitions have stopped, power off",
  ]);
});

test("the x87 of the interrupted code, of handlers and of partitions are kept apart", () => {
  expect(linesOfBoth("test-fpu.elf").slice(3)).toEqual([
    "part1: x87 of the loop intact, of the handler its own",
    "part2: x87 of the loop intact, of the handler its own",
    "kernel: all partitions have stopped, power off",
  ]);
});

const clockPart = findExecutables(new Uint8Array(readFileSync(`${images}test-clock.elf`)).subarray(1))[0]!;
const handler = clockPart.symbols.find((s) => s.name === "on_tick")!.value;

test("the return system call resumes exactly the interrupted instruction", () => {
  const all = stays("test-clock.elf").filter((s) => s.partition === 0);
  const calls = all.flatMap((s, n) => (s.to === handler ? [{ entry: s, back: all[n + 1]! }] : []));
  expect(calls.length).toBeGreaterThan(100);
  for (const { entry, back } of calls) expect([back.why, back.to]).toEqual([30, entry.from]);
});

/** Instructions of a function up to its first return. */
function length(file: string, name: string): number {
  const { stdout } = run("objdump", ["-d", "--no-show-raw-insn", `--disassemble=${name}`, file]);
  return [...stdout.matchAll(/^ +[0-9a-f]+:\t(\w+)/gm)].findIndex(([, mnemonic]) => mnemonic === "ret");
}

test("what it costs, in instructions of the guest", () => {
  const all = stays("test-clock.elf").filter((s) => s.partition === 0);
  const least = (some: readonly Stay[]): number => Math.min(...some.map((s) => s.instructions));
  const clock = least(all.filter((s) => s.why === "irq" && s.to === handler));
  const back = least(all.filter((s) => s.why === 30));
  const call = least(all.filter((s) => s.why === 20));
  expect([clock < 310, back < 95, call < 145], `${clock}, ${back}, ${call}`).toEqual([true, true, true]);
  const part = findExecutables(new Uint8Array(readFileSync(`${images}test-irq.elf`)).subarray(1))[0]!;
  const path = file("part1.elf", part.bytes);
  for (const name of ["only_disable", "only_enable"]) {
    expect(length(path, name)).toBeGreaterThan(1);
    expect(length(path, name)).toBeLessThanOrEqual(4);
  }
});

test("gdb unwinds from a handler to the interrupted function, and steps out of it to the interrupted instruction", async () => {
  const registers = "info registers eax ebx ecx edx esi edi ebp esp eip";
  const at = [ALL, "inferior 2", "break on_tick if ticks > 30", "continue", "bt", "print pok_vcpu.level", "frame 2", registers];
  const out = ["frame 1", "finish", registers, "bt", "print pok_vcpu.level"];
  const said = await session("gdb", [...at, ...out], { kernel: `${images}test-clock.elf` });
  expect(said.of("bt")).toMatch(
    /^#0 +on_tick \(vector=0, count=\d+, .*\n#1 +<signal handler called>\n#2 .*registers_survive \(\).*\n#3 .*main \(/,
  );
  expect(said.of(registers, 1)).toBe(said.of(registers));
  expect(said.of("bt", 1)).toMatch(/^#0 +registers_survive \(\)/);
  expect([said.of("print pok_vcpu.level"), said.last]).toEqual(["$1 = 1\n", "$2 = 0\n"]);
});
