/** Interrupts leave no trace: at every instruction boundary of a pass of the stress sample, in both partitions and in the kernel. */
import { describe, expect, test } from "vitest";
import { atEveryBoundary } from "./every-boundary.js";

const SELDOM = 5_000_000_000;

describe.each([0, 1])("partition %i", (partition) => {
  test("an interrupt at each boundary of a pass and of its system call", () => {
    const { boundaries, differences } = atEveryBoundary(partition, SELDOM, false);
    expect(differences).toEqual([]);
    expect(boundaries.partition).toBeGreaterThan(300);
    expect(boundaries.kernel).toBeGreaterThan(50);
    console.log(`partition ${partition}: ${boundaries.partition} boundaries in it, ${boundaries.kernel} in the kernel`);
  });
  test("the same while the clock's interrupt is forwarded too", () => {
    const { boundaries, differences } = atEveryBoundary(partition, SELDOM, true);
    expect(differences).toEqual([]);
    expect(boundaries.kernel).toBeGreaterThan(200);
    console.log(`partition ${partition}: ${boundaries.partition} boundaries in it, ${boundaries.kernel} in the kernel, with ticks`);
  });
});
