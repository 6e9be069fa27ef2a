/** `pok386 demo`: every sample is there, and what ends by itself ends well. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { Emulator, image, MAIN } from "../support/pok386.js";

const SAMPLES = ["two", "hello", "ticker", "slice", "irq", "ports", "errors", "apex", "stress", "forward-2013"];

it("--list names every sample, and each has its image", () => {
  const { stdout } = spawnSync(process.execPath, [MAIN, "demo", "--list"], { encoding: "utf8" });
  expect(stdout.split("\n").map((line) => line.split(" ")[0])).toEqual([...SAMPLES, ""]);
  for (const line of stdout.trimEnd().split("\n")) expect(line).toMatch(/^\S+ +\S.{20,}$/);
  for (const name of SAMPLES) expect(existsSync(image(name === "two" ? "pok-two.elf" : `${name}.elf`)), name).toBe(true);
});
it("one that there is not is refused with the names of those there are", () => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, "demo", "nothing"], { encoding: "utf8" });
  expect([status, stderr]).toEqual([2, `pok386: there is no demo "nothing"; there are: ${SAMPLES.join(", ")}\n`]);
});
it.each([
  ["hello", "Hello World\n"],
  ["slice", "both tasks had their 6 slices of 10 ticks\n"],
])("%s runs, tells how to debug it, and ends", async (name, line) => {
  const demo = new Emulator(["demo", name, "--gdb", "0"]);
  expect(await demo.exit, demo.stderr).toBe(0);
  expect(demo.stdout).toContain(line);
  expect(demo.stderr).toContain("gdb -ex 'target remote :");
});
it("forward-2013 dies as it did in 2013", async () => {
  const demo = new Emulator(["demo", "forward-2013", "--gdb", "0"]);
  expect(await demo.exit, demo.stderr).toBe(0);
  expect(demo.stdout).toMatch(/^part1: exception 13 #GP, error code 0x0, at 0x23:0x00001.*\nkernel: all partitions have stopped/m);
});
