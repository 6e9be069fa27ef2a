import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GDB_PATIENCE } from "../support/patience.js";
import { BY_COUNT, images, run } from "./tools.js";

const folder = mkdtempSync(join(tmpdir(), "pok386-gdb-"));
const part = (n: number) => join(folder, `part${n}.elf`);
/** A copy: of what a checkout has written, sources may be more recent than executables, which gdb complains of. */
const kernel = join(folder, "pok-two.elf");

/** Partitions lie one after the other in the kernel's section .archive2; part_sizes, their sizes, end it. */
beforeAll(() => {
  copyFileSync(`${images}pok-two.elf`, kernel);
  const archive = join(folder, "archive2");
  const copied = run("objcopy", ["-O", "binary", "-j", ".archive2", kernel, archive]);
  expect(copied.status, copied.stderr).toBe(0);
  const bytes = readFileSync(archive);
  let at = 0;
  for (const n of [1, 2]) {
    const size = bytes.readUInt32LE(bytes.length - 8 + 4 * (n - 1));
    writeFileSync(part(n), bytes.subarray(at, (at += size)));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function gdb(file: string, ...commands: string[]): string {
  const { stdout, stderr } = run("gdb", ["-nx", "-batch", ...commands.flatMap((command) => ["-ex", command]), file]);
  expect(stderr).toBe("");
  return stdout;
}

test.each([
  ["the kernel", () => kernel, "pok_sched_tick", "src/guest/kernel/sched.c"],
  ["part1", () => part(1), "crc_block", "src/guest/two/part1.c"],
  ["part2", () => part(2), "update_track", "src/guest/two/part2.c"],
])("0x102000 is a function of its own in %s, with lines of a path relative to the project", (_, file, name, source) => {
  expect(gdb(file(), "info symbol 0x102000")).toContain(`${name} in section`);
  expect(gdb(file(), "info line *0x102000")).toMatch(new RegExp(`^Line \\d+ of "${source}" starts at address 0x102000 <${name}>`));
});

test("gdb started in the project's root finds the sources", () => {
  expect(gdb(part(2), "list update_track")).toContain("t->position.x += t->velocity.x;");
  expect(gdb(kernel, "info source", "list pok_trap_return")).toContain("popl    %gs");
});

test("part2 has nested data, a message, and a variable for the kernel to write", () => {
  expect(gdb(part(2), "output track.velocity")).toBe("{x = 3, y = -1, z = 1}");
  expect(gdb(part(2), "output track.history")).toBe("{3, 2, 1, 0}");
  expect(gdb(part(2), "output message")).toMatch(/"two threads, one partition"$/);
  expect(gdb(part(2), "whatis kernel_time")).toBe("type = uint64_t\n");
});

/** The kernel runs in QEMU, whose own stub knows one flat address space: enough for a backtrace of the kernel. */
function debug(...commands: string[]): string[] {
  const qemu = `qemu-system-i386 ${BY_COUNT.join(" ")} -kernel ${kernel} -append lap=100 -m 64 -display none -serial null -no-reboot -S -gdb stdio`;
  const script = [`target remote | exec ${qemu}`, ...commands, "kill"];
  return run("gdb", ["-nx", "-batch", "-iex", GDB_PATIENCE, ...script.flatMap((command) => ["-ex", command]), kernel]).stdout.split("\n");
}

/** The functions of the first backtrace in a transcript, the innermost first. */
function functions(transcript: readonly string[]): string[] {
  return transcript.flatMap((line) => /^#\d+ +(?:0x[0-9a-f]+ in )?(\S+(?: handler called>)?)/.exec(line)?.[1] ?? []);
}

test("a backtrace of the kernel ends where ring 3 entered it", () => {
  expect(functions(debug("hbreak conswrite", "continue", "backtrace"))).toEqual([
    "conswrite",
    "dispatch",
    "pok_syscall",
    "pok_trap",
    "pok_trap_common",
  ]);
});

test("a backtrace through an interrupt of the idle thread goes on to the boot loader's entry", () => {
  expect(functions(debug("hbreak pok_sched_tick if pok_current_thread == 3", "continue", "backtrace"))).toEqual([
    "pok_sched_tick",
    "pok_irq_meta_handler",
    "<signal handler called>",
    "wait_for_interrupt",
    "pok_sched_start",
    "pok_boot",
    "_start",
  ]);
});

test.each(["_start", "pok_thread_start"])("the return address of a thread that begins at %s is undefined", (entry) => {
  const address = /(0x[0-9a-f]+)/.exec(gdb(part(2), `info address ${entry}`))![1]!;
  const blocks = run("readelf", ["--debug-dump=frames", part(2)]).stdout.split(/\n(?=\w{8} \w{8} \w{8} )/);
  const frame = blocks.find((text) => text.includes(`pc=${Number(address).toString(16).padStart(8, "0")}..`))!;
  // Rules that hold from the first instruction on are found in the common entry the frame's own refers to.
  const common = blocks.find((text) => text.startsWith(/cie=(\w+)/.exec(frame)![1]!));
  expect(frame + common).toContain("DW_CFA_undefined: r8 (eip)");
});
