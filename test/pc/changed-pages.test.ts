import { describe, expect, it } from "vitest";
import { physical } from "../../src/cpu386/address.js";
import { ChangedPages, PAGE_BYTES } from "../../src/pc/changed-pages.js";
import { Driver, ramOf } from "../debug/history/driver.js";

/** Pages whose contents are others than they were. */
function differing(before: Uint8Array, now: Uint8Array): number[] {
  const pages: number[] = [];
  for (let at = 0; at < before.length; at += PAGE_BYTES) {
    if (Buffer.compare(before.subarray(at, at + PAGE_BYTES), now.subarray(at, at + PAGE_BYTES)) !== 0) pages.push(at / PAGE_BYTES);
  }
  return pages;
}

describe("pages that changed", () => {
  it.each(["pok-two.elf", "irq.elf", "slice.elf", "stress.elf", "test-fpu.elf"])("are all known (%s)", (kernel) => {
    const driver = new Driver(kernel, undefined);
    const changed = new ChangedPages(driver.machine.cpu);
    for (let n = 0; n < 20; n++) {
      const before = ramOf(driver.machine);
      driver.machine.run(20_000);
      const pages = changed.take();
      const truth = differing(before, ramOf(driver.machine));
      expect(truth.filter((page) => !pages.includes(page))).toEqual([]);
    }
  });

  it("are known where a store ends in the next one", () => {
    const driver = new Driver("pok-two.elf", undefined);
    const { memory } = driver.machine.cpu.processor;
    const changed = new ChangedPages(driver.machine.cpu);
    memory.write(physical(0x9ffd), 4, 0x11223344);
    expect([...changed.take()].sort((a, b) => a - b)).toEqual([9, 10]);
    // The same once one of the two has changed already.
    memory.write(physical(0x9000), 1, 1);
    memory.write(physical(0x9fff), 2, 0x5566);
    expect([...changed.take()].sort((a, b) => a - b)).toEqual([9, 10]);
  });

  it("are known when a debugger writes", () => {
    const driver = new Driver("pok-two.elf", undefined);
    const changed = new ChangedPages(driver.machine.cpu);
    driver.machine.cpu.processor.memory.poke(physical(0xa000), new Uint8Array(2 * PAGE_BYTES).fill(1));
    expect(changed.take()).toContain(10);
    expect(changed.count).toBe(0);
  });

  it("are known to each who wants to know, whenever the others look", () => {
    const { machine } = new Driver("pok-two.elf", undefined);
    const [often, seldom] = [new ChangedPages(machine.cpu), new ChangedPages(machine.cpu)];
    const seen = new Set<number>();
    for (let n = 0; n < 20; n++) {
      machine.run(20_000);
      for (const page of often.take()) seen.add(page);
    }
    expect([...seldom.take()].sort((a, b) => a - b)).toEqual([...seen].sort((a, b) => a - b));
    // At the end of a page that one knows to have changed, and the other does not.
    const { memory } = machine.cpu.processor;
    memory.write(physical(0x9000), 1, 1);
    often.take();
    memory.write(physical(0x9ffd), 4, 0x11223344);
    expect(often.take()).toContain(10);
    expect(seldom.take()).toContain(10);
  });

  it("that one puts back have changed to the others", () => {
    const { machine } = new Driver("pok-two.elf", undefined);
    const [one, other] = [new ChangedPages(machine.cpu), new ChangedPages(machine.cpu)];
    one.put(10, new Uint8Array(PAGE_BYTES).fill(1));
    expect(one.count).toBe(0);
    expect(other.changed).toEqual([10]);
  });

  it("are watched for by one after another has lost interest", () => {
    const { machine } = new Driver("pok-two.elf", undefined);
    const [one, other] = [new ChangedPages(machine.cpu), new ChangedPages(machine.cpu)];
    one.stop();
    machine.cpu.processor.memory.poke(physical(0xa000), Uint8Array.of(1));
    expect(one.count).toBe(0);
    expect(other.changed).toContain(10);
  });

  it("are no longer watched for once nobody wants to know", () => {
    const driver = new Driver("pok-two.elf", undefined);
    const changed = new ChangedPages(driver.machine.cpu);
    changed.stop();
    driver.machine.run(20_000);
    expect(changed.count).toBe(0);
  });
});
