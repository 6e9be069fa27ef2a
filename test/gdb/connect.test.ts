import { describe, expect, it } from "vitest";
import { GDBS } from "../gdbstub/real-gdb.js";
import { partitionFile } from "../support/partitions.js";
import { session } from "./session.js";

describe.each(GDBS)("%s, told nothing but where to connect", (gdb) => {
  it("shows the kernel and each partition as an inferior with its own executable", async () => {
    const { last } = await session(gdb, ["info inferiors"]);
    expect(last).toMatch(/^\* 1 +process 1 .* target:\/pok386\/kernel\.elf *$/m);
    expect(last).toMatch(/^ {2}2 +process 2 .* target:\/pok386\/part1\.elf *$/m);
    expect(last).toMatch(/^ {2}3 +process 3 .* target:\/pok386\/part2\.elf *$/m);
  });

  it("is shown every thread at a place with a name before a partition has run", async () => {
    const { last } = await session(gdb, ["info threads"]);
    expect(last).toMatch(/^\* 1\.1 +Thread 1\.1 "kernel" \(running\) +_start \(\) at src\/guest\/kernel\/boot\.S:25$/m);
    expect(last).toMatch(/^ {2}2\.1 +Thread 2\.1 "part1 thread 1" \(not started\) +_start \(\) at src\/guest\/libpok\/crt0\.S:15$/m);
    expect(last).toMatch(/^ {2}3\.1 +Thread 3\.1 "part2 thread 1" \(not started\) +_start \(\) at src\/guest\/libpok\/crt0\.S:15$/m);
  });

  it("names partitions as --partition says, by what the files hold and not by their order", async () => {
    const { last } = await session(gdb, ["info inferiors"], { args: ["--partition", `radar=${partitionFile(2)}`] });
    expect(last).toMatch(/ 2 +process 2 .*part1\.elf/);
    expect(last).toMatch(/ 3 +process 3 .*\/pok386\/radar\.elf/);
  });

  it("knows functions, types and lines of every partition", async () => {
    const said = await session(gdb, [
      ...["info line pok_sched_tick", "inferior 2", "info line crc_block", "whatis block"],
      ...["inferior 3", "info line update_track", "ptype track"],
    ]);
    expect(said.of("info line pok_sched_tick")).toMatch(/ of "src\/guest\/kernel\/sched\.c" starts at address 0x102000 <pok_sched_tick>/);
    expect(said.of("info line crc_block")).toMatch(/ of "src\/guest\/two\/part1\.c" starts at address 0x102000 <crc_block>/);
    expect(said.of("whatis block")).toBe("type = uint32_t [64]\n");
    expect(said.of("info line update_track")).toMatch(/ of "src\/guest\/two\/part2\.c" starts at address 0x102000 <update_track>/);
    expect(said.of("ptype track")).toMatch(/^type = struct track \{\n +uint32_t id;\n +(struct )?vector position;/);
  });

  it("reads variables of partitions that are not loaded yet out of their executables", async () => {
    const said = await session(gdb, ["inferior 3", "x/s message", "print track.velocity"]);
    expect(said.of("x/s message")).toMatch(/:\t"two threads, one partition"\n$/);
    expect(said.of("print track.velocity")).toBe("$1 = {x = 3, y = -1, z = 1}\n");
  });
});
