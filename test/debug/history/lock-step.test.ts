/** --jit verify with a debugger: the double follows the machine into its past and out of it. */
import { expect, test } from "vitest";
import { LockStep } from "../../../src/pc/lock-step.js";
import { machineState } from "../../../src/pc/state-hash.js";
import { SPARING } from "../../support/tiers.js";
import { busyKernel } from "./busy-kernel.js";
import { Driver, ramOf } from "./driver.js";

const END = 400_000;

/** A debugger's machine with a double beside it. */
function inLockStep(kernel: string | Uint8Array): { driver: Driver; requireAlike: () => void } {
  const driver = new Driver(kernel);
  const { machine } = driver;
  machine.cpu.setTiers({ jit: true, schedule: SPARING });
  const told: string[] = [];
  const { double } = new LockStep(machine, (text) => told.push(text));
  const requireAlike = (): void => {
    // The double follows what is done to a machine at the next run.
    machine.run(0);
    expect(told).toEqual([]);
    expect(machineState(double)).toBe(machineState(machine));
    expect(Buffer.compare(ramOf(double), ramOf(machine))).toBe(0);
  };
  return { driver, requireAlike };
}

test("a machine that goes back and on again takes its double along", () => {
  const { driver, requireAlike } = inLockStep("slice.elf");
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
});

test("a machine that is switched off and on takes its double along", () => {
  const { driver, requireAlike } = inLockStep("slice.elf");
  driver.runTo(END);
  driver.target.restart();
  requireAlike();
  driver.runTo(END / 2);
  requireAlike();
});

test("a trap that a debugger keeps is kept from the double", () => {
  const { driver, requireAlike } = inLockStep("pok-two.elf");
  driver.target.exceptions.choice = "all";
  driver.runTo(6_200_000);
  while (driver.target.current().space === 1) driver.runTo(driver.machine.now + 1000);
  const { space } = driver.target.current();
  expect(driver.target.memory.write(space, driver.target.run.eip, Uint8Array.of(0xcc, 0x90, 0x90))).toBe(true);
  expect(driver.resume().reason).toMatchObject({ kind: "exception", signal: 5 });
  requireAlike();
  driver.step();
  requireAlike();
});

test("a partition that a debugger kills sleeps in the double", () => {
  const { driver, requireAlike } = inLockStep("pok-two.elf");
  driver.runTo(2_000_000);
  expect(driver.target.killSpace(2)).toBe(true);
  driver.runTo(4_000_000);
  requireAlike();
});

test("a stop at a handler's first instruction, with the interrupt taken and nothing executed, is the double's too", () => {
  const { image, labels } = busyKernel();
  const { driver, requireAlike } = inLockStep(image);
  driver.target.points.insert("execute", 1, labels.get("handler")!, 1);
  for (let n = 0; n < 100; n++) {
    expect(driver.resume().reason.kind).toBe("breakpoint");
    requireAlike();
  }
});
