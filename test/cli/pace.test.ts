/** --pace: what it promises is a lower bound, so no slow machine can break this. */
import { expect, test } from "vitest";
import { Emulator, TWO } from "../support/pok386.js";

test("--pace wall takes no less real time than virtual time passes", async () => {
  const from = performance.now();
  const emulator = new Emulator(["run", TWO, "--append", "frames=50", "--pace", "wall", "--stats"]);
  expect(await emulator.exit).toBe(0);
  const virtual = Number(/([\d.]+) s of virtual time/.exec(emulator.stderr)![1]);
  expect(virtual).toBeGreaterThan(0.9);
  expect((performance.now() - from) / 1000).toBeGreaterThan(virtual * 0.95);
});
