/** A machine for tests: in a test run that verifies (see tiers.ts) it has a double in the cold tier, and a difference is an error. */
import { LockStep } from "../../src/pc/lock-step.js";
import { Machine, type MachineOptions } from "../../src/pc/machine.js";
import { verifies } from "./tiers.js";

/** @param prepare makes the machine what it is at its first instruction. Runs throw an Error that names a difference between the tiers. */
export function verified(options: MachineOptions, prepare: (m: Machine) => void = () => {}): Machine {
  const machine = new Machine(options);
  prepare(machine);
  if (!verifies) return machine;
  new LockStep(machine, (text) => {
    throw new Error(text);
  });
  return machine;
}
