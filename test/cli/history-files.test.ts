/** Recordings and saved machines, made and used as a user does. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { session, sessionAt } from "../gdb/session.js";
import { file, folder } from "../support/partitions.js";
import { PATIENCE } from "../support/patience.js";
import { debugged, Emulator, image, pause, TWO } from "../support/pok386.js";

/** Half a minute of the guest's time: fifteen laps. */
const LIMIT = "30000000";
const SLOW = ["--ips", "2000000"];
const kept = mkdtempSync(join(tmpdir(), "pok386-"));
afterAll(() => rmSync(kept, { recursive: true }));
const AS_RECORDED = /: (\d+) instructions and (\d+) inputs repeated; state hash ([0-9a-f]{64}), as recorded\n$/;

async function ran(...args: string[]): Promise<Emulator> {
  const emulator = new Emulator(args);
  await emulator.exit;
  return emulator;
}
/** A recording of pok-two, made once. */
let made: Promise<string> | undefined;
const recording = (): Promise<string> =>
  (made ??= (async () => {
    const path = join(kept, "two.rec");
    const { stderr } = await ran("run", TWO, ...SLOW, "--record", path, "--max-insns", LIMIT);
    expect(stderr).toContain("reached");
    return path;
  })());

/** The number of the last lap of which a whole line was printed. */
const lastLap = (printed: string): number => Number([...printed.matchAll(/lap (\d+) [^\n]*\n/g)].at(-1)![1]);

/** Until a file that is being written has grown. */
async function isWritten(path: string): Promise<void> {
  const { size } = statSync(path);
  for (const end = Date.now() + PATIENCE; statSync(path).size === size; await pause(10))
    if (Date.now() > end) throw new Error("never written");
}

async function complaint(...args: string[]): Promise<string> {
  const emulator = await ran(...args);
  expect(await emulator.exit, emulator.stderr).toBe(2);
  expect(emulator.stdout).toBe("");
  expect(emulator.stderr).toMatch(/^pok386: [^\n]+\n$/);
  return emulator.stderr.slice("pok386: ".length, -1);
}

describe("a recording", () => {
  it("gives the same output and the same state again", async () => {
    const path = join(folder(), "irq.rec");
    const run = new Emulator(["run", image("irq.elf"), "--pace", "wall", "--record", path]);
    await run.prints(/type a line/);
    run.type("over and over\n");
    expect(await run.exit, run.stderr).toBe(0);
    expect(run.stdout).toContain('that was "over and over"');
    const replay = await ran("replay", path);
    expect(replay.stdout).toBe(run.stdout);
    expect(replay.stderr).toMatch(AS_RECORDED);
    expect(await replay.exit).toBe(0);
  });

  it("of any tier ends alike in every tier", async () => {
    const hashes = new Set<string>();
    for (const jit of ["on", "off", "verify"]) {
      const path = join(folder(), `${jit}.rec`);
      await ran("run", TWO, ...SLOW, "--record", path, "--max-insns", LIMIT, "--jit", jit);
      for (const other of ["on", "off", "verify"]) {
        const { stderr } = await ran("replay", path, "--jit", other);
        expect(stderr, `recorded with --jit ${jit}, repeated with ${other}`).toMatch(AS_RECORDED);
        hashes.add(AS_RECORDED.exec(stderr)![3]!);
      }
    }
    expect(hashes.size).toBe(1);
  });

  it("whose process is killed has what was printed before it was last written to", async () => {
    const path = join(folder(), "killed.rec");
    const run = new Emulator(["run", TWO, "--pace", "wall", "--record", path]);
    await run.prints(/part2: lap 4 /);
    const laps = lastLap(run.stdout);
    // Twice: the first time may have begun before.
    await isWritten(path);
    await isWritten(path);
    run.kill();
    await run.exit;
    const replay = await ran("replay", path);
    expect(replay.stderr).toMatch(/repeated; state hash [0-9a-f]{64}, the recording was cut off there and has no state hash to compare\n$/);
    expect(lastLap(replay.stdout)).toBeGreaterThanOrEqual(laps);
    const printed = Math.min(run.stdout.length, replay.stdout.length);
    expect(replay.stdout.slice(0, printed)).toBe(run.stdout.slice(0, printed));
  });

  it("is a history to a debugger, from power-on", async () => {
    const path = await recording();
    const replay = new Emulator(["replay", path, "--gdb", "0"]);
    const said = await sessionAt("gdb", await replay.port(), [
      ...["break update_track", "continue", "reverse-stepi", "delete", "continue", "monitor when", "reverse-stepi"],
    ]);
    expect(said.of("continue")).toMatch(/hit Breakpoint 1, update_track/);
    expect(said.of("continue", 1)).toMatch(/No more reverse-execution history/);
    expect(said.of("monitor when")).toMatch(new RegExp(`^instruction ${LIMIT}, `));
  });

  it("has what a debugger did", async () => {
    const path = join(folder(), "debugged.rec");
    const { emulator, port } = await debugged(["--record", path, ...SLOW]);
    const said = await sessionAt("gdb", port, [
      ...["break update_track", "continue", "set var laps = 1000", "stepi 7", "continue", "print $eax = 5", "reverse-continue", "stepi 3"],
      ...["monitor key a", "continue", "monitor hash", "inferior 1", "kill"],
    ]);
    expect(await emulator.exit).toBe(0);
    const replay = await ran("replay", path);
    expect(replay.stderr).toMatch(AS_RECORDED);
    expect(replay.stderr).toContain(/: ([0-9a-f]{64})\n/.exec(said.of("monitor hash"))![1]);
  });

  it("is refused with another image", async () => {
    const path = await recording();
    expect(await complaint("replay", path, "--image", image("irq.elf"))).toMatch(
      new RegExp(`^${path}: the image's contents was "[0-9a-f]{64}", and is "[0-9a-f]{64}" here$`),
    );
  });

  it("does not need the image to be where it was", async () => {
    const there = join(folder(), "kernel.elf");
    copyFileSync(TWO, there);
    const replay = await ran("replay", await recording(), "--image", there);
    expect(replay.stderr).toMatch(AS_RECORDED);
  });

  it("that is damaged is refused", async () => {
    const bytes = readFileSync(await recording());
    bytes[40]! ^= 1;
    const path = file("damaged.rec", bytes);
    expect(await complaint("replay", path)).toBe(`${path}: is damaged: the checksum at byte 16 is wrong`);
  });

  it("of a newer version is refused", async () => {
    const bytes = readFileSync(await recording());
    bytes[8] = 9;
    const path = file("newer.rec", bytes);
    expect(await complaint("replay", path)).toBe(`${path}: has format version 9, and this pok386 reads version 2`);
  });

  it("that is none is refused", async () => {
    expect(await complaint("replay", TWO)).toBe(`${TWO}: not a file of pok386`);
  });

  it("that is cut off before it begins is refused", async () => {
    const path = file("short.rec", readFileSync(await recording()).subarray(0, 30));
    expect(await complaint("replay", path)).toBe(`${path}: is cut off before anything was recorded`);
  });

  it("cannot begin in the midst of a run", async () => {
    expect(await complaint("run", TWO, "--record", "x", "--load", "y")).toBe("--record and --load: a recording begins at power-on");
  });
});

describe("a saved machine", () => {
  it("goes on where it was, and prints what it would have printed", async () => {
    const path = join(folder(), "two.snap");
    const said = await session(
      "gdb",
      ["break update_track", "continue", "condition 1 laps == 3", "continue", `monitor save ${path}`, "kill"],
      { args: SLOW },
    );
    expect(said.of(`monitor save ${path}`)).toMatch(/^saved: .*two\.snap, instruction \d+\n$/);
    const [whole, rest] = await Promise.all([
      ran("run", TWO, ...SLOW, "--max-insns", LIMIT),
      ran("run", TWO, ...SLOW, "--load", path, "--max-insns", LIMIT),
    ]);
    expect(rest.stdout).toContain("part2: lap 3 ");
    expect(rest.stdout).not.toContain("part2: lap 2 ");
    expect(whole.stdout.endsWith(rest.stdout)).toBe(true);
  });

  it("is to gdb what it was, its threads included", async () => {
    const path = join(folder(), "two.snap");
    const all = ["break update_track", "continue", "delete", "thread apply all backtrace"];
    const before = await session("gdb", [...all, `monitor save ${path}`, "kill"]);
    const after = await session("gdb", ["thread apply all backtrace", "stepi", "reverse-stepi", "reverse-stepi"], {
      args: ["--load", path],
    });
    expect(after.of("thread apply all backtrace")).toBe(before.of("thread apply all backtrace"));
    expect(after.last).toContain("No more reverse-execution history");
  });

  it("has a partition that was killed, which stays so while the other goes on", async () => {
    const path = join(folder(), "two.snap");
    const kill = ["set schedule-multiple on", "break crc_block", "continue", "delete", "kill inferiors 2", "inferior 3"];
    await session("gdb", [...kill, `monitor save ${path}`, "kill"], { args: SLOW });
    const loaded = ["set schedule-multiple on", "inferior 3", "break beat if heartbeats == 50", "continue", "monitor threads"];
    const after = await session("gdb", loaded, { args: [...SLOW, "--load", path] });
    expect(after.of("continue")).toMatch(/hit Breakpoint 1, beat/);
    expect(after.of("monitor threads")).toMatch(/part1 thread 1 +killed at 0x00102000 <crc_block>/);
  });

  it("that cannot be written is one line, and the session goes on", async () => {
    const said = await session("gdb", ["monitor save /nowhere/two.snap", "stepi"]);
    expect(said.of("monitor save /nowhere/two.snap")).toMatch(/^save: \/nowhere\/two\.snap: [^\n]+\n$/);
  });

  it("that is cut off is refused", async () => {
    const path = join(folder(), "two.snap");
    await session("gdb", [`monitor save ${path}`, "kill"]);
    writeFileSync(path, readFileSync(path).subarray(0, -20));
    expect(await complaint("run", TWO, "--load", path)).toBe(`${path}: is cut off`);
  });
});
