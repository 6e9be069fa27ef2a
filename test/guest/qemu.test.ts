import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { boot } from "./tools.js";

const golden = readFileSync(new URL("pok-two.expected.txt", import.meta.url), "utf8");

test("the system of two partitions prints the same lines as ever, and powers off", () => {
  const { status, stdout, stderr } = boot("pok-two.elf", "frames=50");
  expect(stdout).toBe(golden);
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test("lap= sets how often partitions are activated", () => {
  const lines = boot("pok-two.elf", "frames=10 lap=40").stdout.trimEnd().split("\n");
  const laps = lines.filter((line) => line.includes(": lap ")).map((line) => line.replace(/(lap \d+).*/, "$1"));
  expect(laps).toEqual([1, 2, 3, 4, 5].flatMap((n) => [`part1: lap ${n}`, `part2: lap ${n}`]));
  expect(lines.at(-1)).toBe("kernel: 10 frames, 5 laps, power off");
});

test("the benchmark prints its checksum through its own segment, and powers off", () => {
  const { status, stdout } = boot("bench-integer.elf", "iters=10");
  expect(stdout).toBe(
    [
      "kernel: bench-integer, 1 partition, major frame 0 ms",
      "bench: base 0x00412340 size 0x040000 entry 0x1000, code 0x23 data 0x2b",
      "bench: 10 iterations, crc 0x1368, done",
      "kernel: all partitions have stopped, power off",
      "",
    ].join("\n"),
  );
  expect(status).toBe(0);
});
