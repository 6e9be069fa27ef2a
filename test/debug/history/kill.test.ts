import { describe, expect, it } from "vitest";
import { GDTR_BASE } from "../../../src/cpu386/layout.js";
import { Driver } from "./driver.js";

const STOPPED_AT = 2_000_000;
/** A descriptor that the kernel has no use for: its offset in the GDT. */
const FREE = 0x640;
const PART1 = 2;
const isKilled = (driver: Driver): boolean => driver.target.threads().some(({ space, detail }) => space === PART1 && detail === "killed");

/** A machine in which part1 has been killed. */
function killed(): Driver {
  const driver = new Driver("pok-two.elf");
  driver.runTo(STOPPED_AT);
  expect(driver.target.killSpace(PART1)).toBe(true);
  return driver;
}

describe("a partition's kill", () => {
  it("has not happened yet in the past before it", () => {
    const driver = killed();
    driver.runTo(3_000_000);
    driver.goto(1_900_000);
    expect(isKilled(driver)).toBe(false);
  });

  it("happens again at the same moment", () => {
    const driver = killed();
    driver.runTo(3_000_000);
    const { hash } = driver;
    driver.goto(1_000_000);
    driver.runTo(3_000_000);
    expect([isKilled(driver), driver.hash]).toEqual([true, hash]);
  });

  it("is forgotten with the future that it belonged to", () => {
    const driver = killed();
    driver.runTo(3_000_000);
    driver.goto(1_900_000);
    driver.target.physicalMemory.write(0x9000, Uint8Array.of(1));
    driver.runTo(3_000_000);
    expect(isKilled(driver)).toBe(false);
  });
});

describe("a debugger's write of a selector", () => {
  it("marks the descriptor accessed in the history as well", () => {
    const driver = new Driver("pok-two.elf");
    const { processor } = driver.machine.cpu;
    driver.runTo(STOPPED_AT);
    const before = driver.machine.now;
    const entry = processor.word(GDTR_BASE) + FREE;
    driver.target.physicalMemory.write(entry, Uint8Array.of(0xff, 0xff, 0, 0, 0, 0xf2, 0xcf, 0));
    const selector = Uint8Array.of((FREE | 3) & 0xff, FREE >> 8, 0, 0);
    expect(driver.target.registers.write(driver.target.current(), "gs", selector)).toBe(true);
    driver.runTo(before + 10);
    const { hash } = driver;
    driver.goto(1_000_000);
    driver.runTo(before + 10);
    expect([driver.target.physicalMemory.read(entry + 5, 1), driver.hash]).toEqual([Uint8Array.of(0xf3), hash]);
  });
});
