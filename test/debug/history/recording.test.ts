import { describe, expect, it } from "vitest";
import { chunk, chunksOf, header, jsonChunk } from "../../../src/debug/history/container.js";
import { Recorder, readRecording } from "../../../src/debug/history/recording.js";
import type { Setup } from "../../../src/debug/history/setup.js";
import { loadMachine, saveMachine } from "../../../src/debug/history/state-file.js";
import { busyKernel } from "./busy-kernel.js";
import { Driver, numbers } from "./driver.js";
import { staleKernel } from "./stale-kernel.js";

const SETUP: Setup = {
  program: "1",
  memoryBytes: 1,
  ips: 1,
  cpu: 686,
  boot: "multiboot",
  image: "kernel",
  imageHash: "",
  commandLine: undefined,
  modules: [],
};

/** Records what happens to a machine; gives the file. */
function recorded(driver: Driver, happens: () => void): Buffer {
  const parts: Uint8Array[] = [];
  const recorder = new Recorder(SETUP, (bytes) => parts.push(Uint8Array.from(bytes)));
  recorder.begin(driver.target.history!.timeline);
  driver.beforeTurn = () => recorder.flush();
  happens();
  recorder.finish();
  return Buffer.concat(parts);
}

/** The hash at the end of a recording, in a machine of its own. */
function replayed(
  kernel: string | Uint8Array,
  file: Uint8Array,
  historyBytes?: number,
  observed = true,
): { found: string; expected: string | undefined; output: string } {
  const { entries, end, hash } = readRecording("file", file);
  const driver = new Driver(kernel, historyBytes ?? 0, undefined, observed);
  const { timeline } = driver.target.history!;
  timeline.replay(entries, end);
  while (timeline.run(1_000_000).kind !== "history-end");
  return { found: driver.hash, expected: hash, output: driver.output };
}

describe("a recording", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])("gives the same state again, stopped and stepped at random counts (%i)", (seed) => {
    const random = numbers(seed);
    const below = (n: number): number => Math.floor(random.next().value * n);
    const kernel = seed % 2 ? busyKernel().image : "slice.elf";
    const driver = new Driver(kernel, seed % 3 ? undefined : 0);
    if (!driver.target.history) return;
    const file = recorded(driver, () => {
      for (let n = 0; n < 30; n++) {
        driver.runTo(driver.machine.now + below(50_000));
        for (let steps = below(40); steps > 0; steps--) driver.step();
      }
    });
    const { found, expected, output } = replayed(kernel, file);
    expect(found).toBe(expected);
    expect(output).toBe(driver.output);
  });

  it("has what a debugger changed, and not the history it gave up", () => {
    const driver = new Driver("pok-two.elf");
    const file = recorded(driver, () => {
      driver.runTo(2_000_000);
      driver.target.physicalMemory.write(0x9000, Uint8Array.of(1, 2));
      driver.runTo(3_000_000);
      driver.target.type(Buffer.from("never"));
      driver.goto(1_000_000);
      expect(driver.target.registers.write(driver.target.current(), "esi", Uint8Array.of(7, 0, 0, 0))).toBe(true);
      driver.runTo(2_500_000);
    });
    expect(readRecording("file", file).entries.map(({ what }) => what.kind)).toEqual(["processor"]);
    const { found, expected } = replayed("pok-two.elf", file, 1 << 24);
    expect(found).toBe(expected);
  });

  it.each([true, false])("has a partition's kill, whether or not anybody watches when it is repeated (%s)", (observed) => {
    const driver = new Driver("pok-two.elf");
    const file = recorded(driver, () => {
      driver.runTo(2_000_000);
      expect(driver.target.killSpace(2)).toBe(true);
      driver.runTo(4_000_000);
    });
    expect(readRecording("file", file).entries.map(({ what }) => what.kind)).toEqual(["killed"]);
    const { found, expected, output } = replayed("pok-two.elf", file, undefined, observed);
    expect([found, output]).toEqual([expected, driver.output]);
  });

  it("ends at its last whole chunk if it is cut off anywhere", () => {
    const driver = new Driver(busyKernel().image);
    const file = recorded(driver, () => {
      for (let n = 1; n < 8; n++) {
        driver.runTo(n * 10_000);
        driver.target.inject({ kind: "nmi" });
        driver.beforeTurn!();
      }
    });
    const ends = new Set<number>();
    for (let length = file.length; length > 400; length--) {
      const { end, entries } = readRecording("file", file.subarray(0, length));
      ends.add(end.count);
      expect(entries.every(({ at }) => at <= end.count + 10_000)).toBe(true);
    }
    expect([...ends]).toEqual([70_000, 60_000, 50_000, 40_000, 30_000, 20_000, 10_000, 0].filter((count) => ends.has(count)));
    expect(ends.size).toBeGreaterThan(5);
  });
});

describe("a file", () => {
  const good = Buffer.concat([header("reco"), jsonChunk("SETU", SETUP), chunk("JUNK", Buffer.from("abc"))]);
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(good);
    change(bytes);
    return bytes;
  };

  it("whose signature is another is not ours", () => {
    expect(() =>
      chunksOf(
        "f",
        changed((b) => b.write("x", 0)),
        "reco",
      ),
    ).toThrow("f: not a file of pok386");
  });
  it("of a newer version says so", () => {
    expect(() =>
      chunksOf(
        "f",
        changed((b) => b.writeUInt32LE(3, 8)),
        "reco",
      ),
    ).toThrow("f: has format version 3, and this pok386 reads version 2");
  });
  it("of another kind says so", () => {
    expect(() => chunksOf("f", good, "snap")).toThrow("f: is a recording, not a saved machine");
  });
  it("with any bit changed behind its header is refused, or loses its end", () => {
    for (let at = 16; at < good.length; at++) {
      const bytes = changed((b) => {
        b[at]! ^= 0x10;
      });
      let chunks = 0;
      try {
        chunks = chunksOf("f", bytes, "reco").chunks.length;
      } catch (e) {
        expect((e as Error).message).toMatch(/^f: is damaged: /);
      }
      expect(chunks).toBeLessThan(2);
    }
  });
});

describe("a saved machine", () => {
  it.each([
    ["irq.elf", "irq.elf"],
    ["a kernel whose TLB has what its tables have no more", staleKernel().image],
  ])("goes on as the one it was: %s", (_, kernel) => {
    const driver = new Driver(kernel);
    driver.runTo(321_000);
    const file = saveMachine(driver.machine, SETUP, driver.target.threadTable.plain());
    driver.runTo(450_000);
    const other = new Driver(kernel, undefined);
    loadMachine("file", file, other.machine, SETUP);
    expect(other.machine.now).toBe(321_000);
    while (other.machine.now < 450_000) other.machine.run(450_000 - other.machine.now);
    driver.machine.run(0);
    other.machine.run(0);
    expect(other.hash).toBe(driver.hash);
  });

  it("is refused if it is cut off", () => {
    const driver = new Driver("pok-two.elf", undefined);
    const file = saveMachine(driver.machine, SETUP, driver.target.threadTable.plain());
    expect(() => loadMachine("file", file.subarray(0, -1), driver.machine, SETUP)).toThrow("file: is cut off");
  });

  it("is refused by a machine of another make, with what differs", () => {
    const driver = new Driver("pok-two.elf", undefined);
    const file = saveMachine(driver.machine, SETUP, driver.target.threadTable.plain());
    expect(() => loadMachine("file", file, driver.machine, { ...SETUP, ips: 2 })).toThrow("file: --ips was 1, and is 2 here");
  });
});
