import { describe, expect, it } from "vitest";
import { lastWrite } from "../../../src/debug/history/search.js";
import { busyKernel, COUNTER, TICKS } from "./busy-kernel.js";
import { Driver } from "./driver.js";

const KERNEL = 1;
const back = { alone: false, backwards: true } as const;
const word = (driver: Driver, at: number): number => new DataView(driver.machine.peek(at, 4)!.buffer).getUint32(0, true);
const busy = (count = 100_000): Driver => {
  const driver = new Driver(busyKernel().image);
  driver.runTo(count);
  return driver;
};

describe("a watchpoint", () => {
  it("is met before the instruction that wrote", () => {
    const driver = busy();
    driver.target.points.insert("write", KERNEL, TICKS, 4);
    const ticks = word(driver, TICKS);
    expect(driver.resume(back).reason).toEqual({ kind: "watchpoint", access: "write", address: TICKS });
    expect(word(driver, TICKS)).toBe(ticks - 1);
    expect(driver.step().reason).toMatchObject({ kind: "watchpoint" });
    expect(word(driver, TICKS)).toBe(ticks);
  });

  it("is met before an interrupt that wrote by its delivery", () => {
    const driver = busy();
    // Where EIP is pushed.
    const slot = 0x90000 - 12;
    driver.target.points.insert("write", KERNEL, slot, 4);
    const pushed = word(driver, slot);
    expect(driver.resume(back).reason).toMatchObject({ kind: "watchpoint", address: slot });
    expect(driver.target.run.eip).toBe(pushed);
    expect(driver.target.history!.timeline.position.settled).toBe(false);
  });

  it("is met as often backwards as forwards", () => {
    const driver = busy(2000);
    driver.target.points.insert("write", KERNEL, COUNTER, 4);
    let hits = 0;
    while (driver.resume(back).reason.kind === "watchpoint") hits++;
    let forwards = 0;
    while (driver.resume().reason.kind === "watchpoint") forwards++;
    expect(forwards).toBe(hits);
    expect(hits).toBeGreaterThan(300);
  });
});

describe("a breakpoint", () => {
  it("is the last one before, and not the one we are at", () => {
    const driver = busy();
    const handler = busyKernel().labels.get("handler")!;
    driver.target.points.insert("execute", KERNEL, handler, 1);
    const moments: number[] = [];
    for (let n = 0; n < 5; n++) {
      expect(driver.resume(back).reason.kind).toBe("breakpoint");
      expect(driver.target.run.eip).toBe(handler);
      moments.push(driver.machine.now);
    }
    const forwards: number[] = [];
    for (let n = 0; n < 4; n++) {
      expect(driver.resume().reason.kind).toBe("breakpoint");
      forwards.push(driver.machine.now);
    }
    expect(forwards).toEqual(moments.slice(0, 4).reverse());
  });
});

describe("a search", () => {
  it("can be interrupted, and leaves the end known", () => {
    const driver = busy(1_000_000);
    for (let count = 2; count <= 30; count++) driver.runTo(count * 1_000_000);
    driver.begin(back, 30);
    driver.target.interrupt();
    expect(driver.goOn().reason.kind).toBe("interrupted");
    expect(driver.machine.now).toBeLessThan(30_000_000);
    expect(driver.machine.now).toBeGreaterThan(5_000_000);
    expect(driver.resume().reason).toEqual({ kind: "history", edge: "end" });
    expect(driver.machine.now).toBe(30_000_000);
  });

  it("for the last write leaves the machine as it was", () => {
    const driver = busy(1_000_000);
    driver.machine.run(0);
    const { hash } = driver;
    const found = lastWrite(driver.target, driver.target.history!, TICKS, 4)!;
    expect(found.count).toBeLessThan(1_000_000);
    expect(driver.hash).toBe(hash);
    expect(driver.target.history!.timeline.past).toBe(false);
    driver.goto(500_000);
    expect(lastWrite(driver.target, driver.target.history!, TICKS, 4)!.count).toBeLessThan(500_000);
    expect(driver.machine.now).toBe(500_000);
    expect(driver.target.history!.timeline.end.count).toBe(1_000_000);
  });
});

describe("steps back", () => {
  it("go the way of the steps forward, in a thread of a partition", () => {
    const driver = new Driver("pok-two.elf");
    driver.runTo(6_145_000);
    while (driver.target.current().space !== 3) driver.step();
    const way: number[] = [];
    for (let n = 0; n < 300; n++) {
      way.push(driver.target.run.eip);
      driver.step();
    }
    const thread = driver.target.current();
    for (const eip of way.reverse()) {
      expect(driver.back().thread).toEqual(thread);
      expect(driver.target.run.eip).toBe(eip);
    }
  });
});
