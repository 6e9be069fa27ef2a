/** The ARINC 653 services: a guest calls each of them rightly and wrongly, and says what was not as it should be. */
import { expect, test } from "vitest";
import { byPartition, runInBoth } from "./tools.js";

test("all services return what the standard says, here and in QEMU", async () => {
  const { here, qemu } = await runInBoth("test-apex.elf");
  const lines = byPartition(here.stdout);
  expect(lines.get("")).toEqual([""]);
  for (const part of ["part1", "part2", "part3"]) expect(lines.get(part)!.at(-1)).toBe(`${part}: as it should be`);
  expect(lines.get("kernel")!.at(-1)).toBe("kernel: all partitions have stopped, power off");
  expect(byPartition(qemu.stdout)).toEqual(lines);
});
