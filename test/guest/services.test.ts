/** Every service of the kernel, used by programs that look at what they get: the same lines here and in QEMU. */
import { expect, test } from "vitest";
import { bootHere, linesOfBoth, runInBoth } from "./tools.js";

const ALL_STOPPED = "kernel: all partitions have stopped, power off";
const said = (lines: readonly string[]): string[] => lines.filter((line) => !/^kernel: test|: base /.test(line));

test("threads start, wait, suspend, restart and stop; each scheduler has its own order", () => {
  expect(said(linesOfBoth("test-threads.elf"))).toEqual([
    "part2: as it should be",
    "part3: 212212212",
    "part3: as it should be",
    "part4: 122122122",
    "part4: as it should be",
    "part1: as it should be",
    ALL_STOPPED,
  ]);
});

test("mutexes, semaphores, events, buffers and blackboards keep their queues and their time-outs", () => {
  expect(said(linesOfBoth("test-locks.elf"))).toEqual(["part1: as it should be", ALL_STOPPED]);
});

test("ports carry messages between partitions, and only those that are declared", () => {
  expect(said(linesOfBoth("test-ports.elf"))).toEqual(["part1: as it should be", "part2: as it should be", ALL_STOPPED]);
});

test("errors go to the partition's handler, else to the configured recovery", () => {
  const lines = said(linesOfBoth("test-errors.elf"));
  const of = (who: string): string[] => lines.filter((line) => line.startsWith(who)).map((line) => line.replace(/, error code.*/, ""));
  expect(of("part1")).toEqual(["part1: exception 0 #DE", "part1: as it should be"]);
  expect(of("part2")).toEqual(["part2: exception 13 #GP", "part2: restarted", "part2: as it should be"]);
  expect(of("part3")).toEqual(["part3: exception 0 #DE", "part3: goes on", "part3: exception 13 #GP"]);
  expect(lines.slice(-2)).toEqual(["part4: as it should be", ALL_STOPPED]);
});

/** What a partition tries, and what becomes of it. The other one counts ticks meanwhile, and finds its memory as it left it. */
const ATTEMPTS: readonly (readonly [what: string, outcome: string])[] = [
  ["wild pointers to every system call, then hlt", "wild pointers refused; exception 13 #GP, error code 0x0"],
  ["forged acknowledgements and registrations, then cli", "forged interrupts refused; exception 13 #GP, error code 0x0"],
  ["sti", "exception 13 #GP, error code 0x0"],
  ["in", "exception 13 #GP, error code 0x0"],
  ["out", "exception 13 #GP, error code 0x0"],
  ["int 0x20, an interrupt line", "exception 13 #GP, error code 0x102"],
  ["int 0x80, which has no gate", "exception 13 #GP, error code 0x402"],
  ["int 13, an exception", "exception 13 #GP, error code 0x6a"],
  ["the kernel's data segment", "exception 13 #GP, error code 0x10"],
  ["the other partition's data segment", "exception 11 #NP, error code 0x38"],
  ["a jump to the kernel", "exception 13 #GP, error code 0x8"],
  ["mov to cr0", "exception 13 #GP, error code 0x0"],
  ["lgdt", "exception 13 #GP, error code 0x0"],
  ["a stack too small for an interrupt", "no stack for an interrupt"],
  ["a stack beyond the limit", "no stack for an interrupt"],
  ["a return beyond the limit", "return to no context"],
  ["a return with the kernel's selectors", "return to no context"],
  ["a return with the other partition's selectors", "return to no context"],
  ["a return with the kernel's CS and all flags", "landed; exception 6 #UD, error code 0x0"],
  ["a return with a context out of memory", "return to no context"],
  ["a return with a context at the end of memory", "return to no context"],
  ["a return from stack pointer 0", "return to no context"],
  ["a return with a context that the kernel's own write changes", "return to no context"],
  ["using up its slots", "exception 6 #UD, error code 0x0"],
  ["filling its port", "port filled; as it should be"],
];

test("a hostile partition loses nothing but itself", () => {
  const lines = said(linesOfBoth("test-hostile.elf"));
  const lives = lines
    .filter((line) => line.startsWith("part1: ") && !/: error \d+, thread/.test(line))
    .map((line) => line.slice("part1: ".length).replace(/, at 0x.*/, ""))
    .join("; ")
    .split("; restarted; ");
  expect(lives.map((outcome, n) => [ATTEMPTS[n]?.[0], outcome])).toEqual(ATTEMPTS);
  expect(lines.slice(-3)).toEqual([`part2: ${ATTEMPTS.length} lives`, "part2: as it should be", ALL_STOPPED]);
});

test("handlers wait, hold back, let in, nest and acknowledge early; the console's owner gets what is typed", async () => {
  const expected = ['part1: typed "hello there"', "part1: as it should be", ALL_STOPPED];
  // Typed when the system is up: what comes before the serial line is set up is lost.
  const { here, qemu } = await runInBoth("test-irq.elf", { prompt: "part1: base ", line: "hello there" });
  for (const { stdout } of [here, qemu]) expect(said(stdout.trimEnd().split("\n"))).toEqual(expected);
});

test("a run has the same instructions every time", () => {
  const count = (): string => /\d+ instructions/.exec(bootHere("test-ports.elf", "", "--stats").stderr)![0];
  expect(count()).toBe(count());
});
