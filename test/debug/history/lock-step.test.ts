/** --jit verify with a debugger: the double follows the machine into its past and out of it. */
import { expect, test } from "vitest";
import { LockStep } from "../../../src/pc/lock-step.js";
import { Machine } from "../../../src/pc/machine.js";
import { machineState } from "../../../src/pc/state-hash.js";
import { COLD, SPARING } from "../../support/tiers.js";
import { Driver, ramOf } from "./driver.js";

const END = 400_000;

test("a machine that goes back and on again takes its double along", () => {
  const driver = new Driver("slice.elf");
  const { machine } = driver;
  machine.cpu.setTiers({ jit: true, schedule: SPARING });
  const double = new Machine(machine.options);
  double.cpu.setTiers(COLD);
  const told: string[] = [];
  new LockStep(machine, double, (text) => told.push(text));
  const requireAlike = (): void => {
    // The double follows what is done to a machine at the next run.
    machine.run(0);
    expect(machineState(double)).toBe(machineState(machine));
    expect(Buffer.compare(ramOf(double), ramOf(machine))).toBe(0);
  };
  driver.runTo(END);
  const { hash } = driver;
  for (const count of [300_000, 20, 150_001]) {
    driver.goto(count);
    requireAlike();
  }
  driver.goto(END);
  requireAlike();
  expect(driver.hash).toBe(hash);
  // Another history.
  driver.goto(200_000);
  driver.target.history!.timeline.inject({ kind: "keys", codes: [0x1e, 0x9e] });
  driver.runTo(END);
  requireAlike();
  expect(told).toEqual([]);
});

test("a machine that is switched off and on takes its double along", () => {
  const driver = new Driver("slice.elf");
  const { machine } = driver;
  const double = new Machine(machine.options);
  double.cpu.setTiers(COLD);
  const told: string[] = [];
  new LockStep(machine, double, (text) => told.push(text));
  driver.runTo(END);
  driver.target.restart();
  machine.run(0);
  expect(Buffer.compare(ramOf(double), ramOf(machine))).toBe(0);
  driver.runTo(END / 2);
  expect(told).toEqual([]);
});
