/** Where a run ends, one can still go back from it. */
import { describe, expect, it } from "vitest";
import * as k from "../../support/tiny-kernel.js";
import { Driver } from "./driver.js";

const eipOf = (driver: Driver): number => driver.target.run.eip;

describe("back from the end, and there again", () => {
  it.each([
    ["power-off", [k.nop, k.nop, k.powerOff, k.nop], "ending"],
    ["the debug-exit port", [k.nop, k.debugExit(3)], "ending"],
    ["a triple fault", [k.nop, k.lidt("idtr"), k.ud2, k.at("idtr"), k.word(0), k.long(0)], "fault"],
    ["hlt with interrupts disabled", [k.nop, k.cli, k.nop, k.hlt], "fault"],
  ] as const)("of %s", (_name, pieces, kind) => {
    const driver = new Driver(k.tinyKernel(...(pieces as readonly k.Piece[])).image);
    expect(driver.resume().reason.kind).toBe(kind);
    driver.machine.run(0);
    const [end, hash, eip] = [driver.machine.now, driver.hash, eipOf(driver)];
    expect(driver.back().reason.kind).toBe("step");
    expect(driver.back().reason.kind).toBe("step");
    expect(driver.machine.now).toBeLessThan(end);
    expect(driver.resume().reason).toEqual({ kind: "history", edge: "end" });
    expect(driver.hash).toBe(hash);
    expect(eipOf(driver)).toBe(eip);
    expect(driver.resume().reason.kind).toBe(kind === "ending" ? "ending" : kind);
  });

  it("of a sleep that only input ends", () => {
    const driver = new Driver(k.tinyKernel(k.lidt("idtr"), k.nop, k.sti, k.hlt, k.at("idtr"), k.word(0), k.long(0)).image);
    driver.begin({ alone: false }, 3);
    driver.target.interrupt();
    expect(driver.resume().reason.kind).toBe("interrupted");
    const slept = driver.machine.now;
    expect(driver.back().reason.kind).toBe("step");
    // The hlt is the fourth instruction; what has passed since is no instruction.
    expect(driver.machine.now).toBe(3);
    expect(driver.resume().reason).toEqual({ kind: "history", edge: "end" });
    expect(driver.machine.now).toBe(slept);
  });
});

describe("the beginning", () => {
  it("is where steps back end", () => {
    const driver = new Driver(k.tinyKernel(k.nop, k.nop, k.nop).image);
    driver.step();
    expect(driver.back().reason.kind).toBe("step");
    expect(driver.back().reason).toEqual({ kind: "history", edge: "begin" });
    expect(driver.machine.now).toBe(0);
  });
});

describe("a restart", () => {
  it("begins another history", () => {
    const driver = new Driver("pok-two.elf");
    driver.runTo(5_000_000);
    driver.goto(1_000_000);
    driver.target.restart();
    expect(driver.target.history!.timeline.end.count).toBe(0);
    driver.runTo(1_000_000);
    expect(driver.output).toContain("kernel: pok-two");
    expect(driver.target.history!.timeline.past).toBe(false);
  });
});
