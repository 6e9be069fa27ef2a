import { expect, it } from "vitest";
import { ALL, session } from "./session.js";

const IN_PART2 = [ALL, "break update_track", "continue"];
const reply = (said: string): string | undefined => /received: "(.*)"/.exec(said)?.[1];

it("find looks through a partition's memory", async () => {
  const said = await session("gdb", [...IN_PART2, "find /w 0, 0x18ffff, 0x72746e69", "print track.label"]);
  const label = /0x[0-9a-f]+/.exec(said.last)![0];
  // "intruder", as two words.
  expect(said.of("find /w 0, 0x18ffff, 0x72746e69")).toContain(`${label}\n`);
});

it("compare-sections compares by CRC, in a partition and in the kernel", async () => {
  const said = await session("gdb", [
    ...IN_PART2,
    "set debug remote 1",
    "compare-sections -r",
    "set debug remote 0",
    "inferior 1",
    "compare-sections .text",
  ]);
  expect(said.of("compare-sections -r")).toMatch(/Sending packet: \$qCRC:/);
  expect(said.of("compare-sections -r")).toMatch(/Section \.text, range 0x[0-9a-f]+ -- 0x[0-9a-f]+: matched\./);
  expect(said.of("compare-sections -r")).not.toContain("MIS-MATCHED");
  expect(said.last).toMatch(/Section \.text, .*: matched\./);
});

it("QEMU's packets are for maintenance packet, as with QEMU", async () => {
  const said = await session("gdb", [
    ...IN_PART2,
    ...["maintenance packet qqemu.sstepbits", "maintenance packet Qqemu.sstep=1", "maintenance packet qqemu.sstep"],
    ...["maintenance packet Qqemu.PhyMemMode:1", "x/wx 0x102000", "maintenance packet Qqemu.PhyMemMode:0", "x/wx 0x102000"],
  ]);
  expect(reply(said.of("maintenance packet qqemu.sstepbits"))).toBe("ENABLE=1,NOIRQ=2");
  expect(reply(said.of("maintenance packet qqemu.sstep"))).toBe("0x1");
  // Physical memory there is the kernel's, not the partition's.
  expect(said.of("x/wx 0x102000", 0)).not.toBe(said.of("x/wx 0x102000", 1));
});

it("Qqemu.sstep lets interrupts into steps of the kernel, which wait otherwise", async () => {
  const said = await session("gdb", [
    ...[ALL, "break pok_sched_tick", "continue", "delete", "monitor nmi", "stepi", "bt 1"],
    ...["maintenance packet Qqemu.sstep=1", "stepi", "bt 1"],
  ]);
  expect(said.of("bt 1")).toMatch(/^#0 .*pok_sched_tick/);
  expect(said.of("bt 1", 1)).toMatch(/^#0 .*pok_exception_2/);
});
