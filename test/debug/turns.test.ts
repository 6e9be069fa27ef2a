/** How long the machine runs before the host looks at what else there is to do. */
import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { MachineTarget } from "../../src/debug/machine-target.js";
import { Machine } from "../../src/pc/machine.js";
import { PokSystem } from "../../src/pok/model.js";
import { image } from "../support/pok386.js";

afterEach(() => vi.restoreAllMocks());

/** Instructions of each turn, if turns take as many milliseconds. */
function turnsOf(milliseconds: readonly number[]): number[] {
  const bytes = new Uint8Array(readFileSync(image("pok-two.elf")));
  const machine = new Machine({
    memoryBytes: 1 << 24,
    ips: 10_000_000,
    boot: { kind: "multiboot", path: "kernel", bytes },
    console: () => {},
  });
  let turn = (): boolean => false;
  const target = new MachineTarget({
    machine,
    system: (m) => new PokSystem(m, []),
    pump: (given) => {
      turn = given;
    },
  });
  target.onStop(() => {});
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const run = machine.run.bind(machine);
  target.resume({ alone: false });
  return milliseconds.map((took) => {
    const before = machine.now;
    vi.spyOn(machine, "run").mockImplementation((...parameters) => {
      now += took;
      return run(...parameters);
    });
    expect(turn()).toBe(true);
    return machine.now - before;
  });
}

it("turns that take long become shorter, down to a least length", () => {
  expect(turnsOf([3, 3, 3, 3, 3, 3, 3, 3])).toEqual([250_000, 125_000, 62_500, 31_250, 15_625, 7812, 5000, 5000]);
});

it("turns that are over at once become longer again, up to what they were", () => {
  expect(turnsOf([3, 3, 0.5, 0.1, 0.1, 0.1])).toEqual([250_000, 125_000, 62_500, 62_500, 125_000, 250_000]);
});
