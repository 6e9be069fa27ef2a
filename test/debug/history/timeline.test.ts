import { describe, expect, it } from "vitest";
import { stateHash } from "../../../src/pc/state-hash.js";
import { busyKernel } from "./busy-kernel.js";
import { Driver, numbers } from "./driver.js";
import { staleKernel } from "./stale-kernel.js";

const KERNELS = ["pok-two.elf", "irq.elf", "slice.elf", "ports.elf"] as const;
const END = 6_000_000;

/** Hashes at some counts of a run without a history, about to execute the instruction of that count. */
function reference(kernel: string | Uint8Array, counts: readonly number[]): string[] {
  const { machine } = new Driver(kernel, undefined);
  return counts.map((count) => {
    while (machine.now < count) machine.run(count - machine.now);
    machine.run(0);
    return stateHash(machine);
  });
}
const someCounts = (seed: number, many: number, below = END): number[] => {
  const random = numbers(seed);
  return Array.from({ length: many }, () => 1 + Math.floor(random.next().value * below)).sort((a, b) => a - b);
};

describe.each(KERNELS)("%s", (kernel) => {
  it("is the same at a count however it was brought there", () => {
    const counts = someCounts(7, 10);
    const expected = reference(kernel, counts);
    // Pieces of any length make no difference.
    const { machine } = new Driver(kernel, undefined);
    const random = numbers(3);
    const found = counts.map((count) => {
      while (machine.now < count) machine.run(Math.min(count - machine.now, Math.floor(random.next().value * 5000)));
      machine.run(0);
      return stateHash(machine);
    });
    expect(found).toEqual(expected);
  });

  it("is the same when one comes back to a count", () => {
    const counts = someCounts(11, 12);
    const expected = reference(kernel, counts);
    const driver = new Driver(kernel);
    driver.runTo(END);
    const order = counts.map((count, n) => ({ count, n })).sort((a, b) => (a.count % 1000) - (b.count % 1000));
    for (const { count, n } of order) {
      driver.goto(count);
      expect(driver.machine.now).toBe(count);
      expect(driver.hash, `at ${count}`).toBe(expected[n]);
    }
  });

  it("is the same at the end after a visit to the past", () => {
    const driver = new Driver(kernel);
    driver.runTo(END);
    const { hash } = driver;
    driver.goto(1_234_567);
    driver.goto(END / 2, false);
    const { timeline } = driver.target.history!;
    expect(timeline.run(END)).toEqual({ kind: "history-end" });
    expect(driver.hash).toBe(hash);
    expect(timeline.past).toBe(false);
  });
});

describe("a kernel whose TLB has what its tables have no more", () => {
  it("is the same when one comes back to a count", () => {
    const counts = someCounts(13, 12, 400_000);
    const kernel = staleKernel().image;
    const expected = reference(kernel, counts);
    const driver = new Driver(kernel);
    driver.runTo(400_000);
    for (const [n, count] of [...counts.entries()].sort(([, a], [, b]) => (a % 1000) - (b % 1000))) {
      driver.goto(count);
      expect(driver.hash, `at ${count}`).toBe(expected[n]);
    }
  });
});

describe("what comes from outside", () => {
  it("comes at the same moment again", () => {
    const driver = new Driver("irq.elf");
    driver.runTo(400_000);
    driver.target.inject({ kind: "keys", codes: [0x1e, 0x9e] });
    driver.runTo(500_001);
    driver.target.type(Buffer.from("hel"));
    driver.runTo(900_000);
    driver.machine.run(0);
    const { hash, output } = driver;
    driver.goto(450_000);
    driver.goto(300_000);
    driver.goto(900_000);
    expect(driver.hash).toBe(hash);
    expect(driver.output).toBe(output);
  });

  it("is what a debugger writes as well", () => {
    const driver = new Driver("pok-two.elf");
    driver.runTo(1_000_000);
    expect(driver.target.physicalMemory.write(0x9000, Uint8Array.of(1, 2, 3))).toBe(true);
    expect(driver.target.registers.write(driver.target.current(), "edx", Uint8Array.of(9, 9, 0, 0))).toBe(true);
    driver.runTo(2_000_000);
    driver.machine.run(0);
    const { hash } = driver;
    driver.goto(999_999);
    expect([...driver.machine.peek(0x9000, 3)!]).toEqual([0, 0, 0]);
    driver.goto(2_000_000);
    expect(driver.hash).toBe(hash);
    expect([...driver.machine.peek(0x9000, 3)!]).toEqual([1, 2, 3]);
  });

  it("waits while a machine is in its past", () => {
    const driver = new Driver("irq.elf");
    driver.runTo(1_000_000);
    driver.goto(500_000);
    driver.target.type(Buffer.from("x"));
    expect(driver.target.history!.timeline.log.entries).toHaveLength(0);
    driver.runTo(1_000_000);
    expect(driver.target.history!.timeline.log.entries).toMatchObject([{ at: 1_000_000, what: { kind: "serial" } }]);
  });
});

describe("interrupts that waited while the kernel was stepped", () => {
  it("wait again", () => {
    const driver = new Driver(busyKernel().image);
    const random = numbers(5);
    for (let n = 0; n < 40; n++) {
      driver.runTo(driver.machine.now + Math.floor(random.next().value * 5000));
      for (let steps = 0; steps < 900; steps++) driver.step();
    }
    expect(driver.target.history!.timeline.log.entries.some(({ what }) => what.kind === "held")).toBe(true);
    driver.machine.run(0);
    const [end, hash] = [driver.machine.now, driver.hash];
    driver.goto(Math.floor(end / 3));
    driver.goto(end);
    expect(driver.hash).toBe(hash);
  });

  it("wait again from a snapshot in their midst on, and only as far as they did", () => {
    const driver = new Driver(busyKernel().image);
    const { timeline } = driver.target.history!;
    driver.runTo(10_000);
    for (let steps = 0; steps < 3000; steps++) {
      driver.step();
      if (steps % 100 === 0) timeline.mark();
    }
    driver.runTo(20_000);
    driver.machine.run(0);
    const { hash } = driver;
    for (const count of [10_500, 11_000, 12_850, 9000]) {
      driver.goto(count);
      driver.goto(20_000);
      expect(driver.hash, `from ${count}`).toBe(hash);
    }
  });

  it("wait no longer where the past was changed in their midst", () => {
    const driver = new Driver(busyKernel().image);
    driver.runTo(10_000);
    for (let steps = 0; steps < 3000; steps++) driver.step();
    driver.goto(11_500);
    driver.target.physicalMemory.write(0x9100, Uint8Array.of(1));
    driver.runTo(20_000);
    driver.machine.run(0);
    const { hash } = driver;
    driver.goto(10_100);
    driver.goto(20_000);
    expect(driver.hash).toBe(hash);
  });
});

describe("an exception that the debugger kept", () => {
  it("is kept again", () => {
    const driver = new Driver("pok-two.elf");
    driver.target.exceptions.choice = "all";
    driver.runTo(6_200_000);
    while (driver.target.current().space === 1) driver.step();
    const { space } = driver.target.current();
    const eip = driver.target.run.eip;
    // int3, in the place of the instruction to come.
    expect(driver.target.memory.write(space, eip, Uint8Array.of(0xcc, 0x90, 0x90))).toBe(true);
    expect(driver.resume().reason).toMatchObject({ kind: "exception", signal: 5 });
    expect(driver.target.run.eip).toBe(eip + 1);
    driver.step();
    driver.step();
    driver.machine.run(0);
    const { hash } = driver;
    const end = driver.machine.now;
    driver.goto(6_000_000);
    driver.goto(end);
    expect(driver.hash).toBe(hash);
  });
});

describe("memory for snapshots", () => {
  it.each([8, 4.5])("is not exceeded, and what it holds is in reach (%d MB)", (megabytes) => {
    const bytes = megabytes * 0x100000;
    const driver = new Driver("pok-two.elf", bytes);
    const { timeline } = driver.target.history!;
    const most: number[] = [];
    driver.beforeTurn = () => most.push(timeline.snapshots!.bytes);
    for (let count = 5_000_000; count <= 400_000_000; count += 5_000_000) driver.runTo(count);
    expect(Math.max(...most)).toBeLessThanOrEqual(bytes);
    expect(timeline.snapshots!.list.length).toBeGreaterThan(5);
    driver.machine.run(0);
    const { hash } = driver;
    driver.goto(timeline.start.count + 1000);
    driver.goto(400_000_000);
    expect(driver.hash).toBe(hash);
  });

  it("is spent the more sparingly the longer ago it was", () => {
    const driver = new Driver("pok-two.elf");
    for (let count = 1; count <= 60; count++) driver.runTo(count * 5_000_000);
    const counts = driver.target.history!.timeline.snapshots!.list.map(({ count }) => count);
    const gaps = counts.slice(1).map((count, n) => count - counts[n]!);
    expect(gaps.at(-1)!).toBeLessThan(Math.max(...gaps.slice(0, 20)));
    expect(counts.length).toBeLessThan(80);
  });
});

describe("a change in the past", () => {
  it("forgets what came after it, and says so", () => {
    const driver = new Driver("pok-two.elf");
    driver.runTo(3_000_000);
    driver.goto(1_000_000);
    driver.target.physicalMemory.write(0x9000, Uint8Array.of(1));
    expect(driver.messages).toEqual(["pok386: the past has been changed: what came after it, 2000000 instructions, is forgotten\n"]);
    expect(driver.target.history!.timeline.end.count).toBe(1_000_000);
  });
});
