/**
 * Connect, breakpoint, continue, stop, detach, over and over: nothing is left behind, and memory does not grow. POK386_SOAK says how often;
 * 10000 takes half a minute. The first two thousand are a warm-up: compiled code, and the history up to its limit.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ElfFile } from "../../src/pc/elf.js";
import { frame, RspClient } from "../gdbstub/rsp-client.js";
import { TEST_TIMEOUT } from "../support/patience.js";
import { debugged, TWO } from "../support/pok386.js";

const CYCLES = Number(process.env.POK386_SOAK ?? 6_000);
/** Of the resident memory, in kilobytes: what a garbage collector leaves lying about. */
const GROWTH = 10_000;

/** KB of a process that are in memory; Linux. */
const resident = (pid: number): number => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]);

test(`${CYCLES} times`, { timeout: TEST_TIMEOUT + CYCLES * 100 }, async () => {
  const tick = new ElfFile(readFileSync(TWO), TWO).symbol("pok_sched_tick")!.value.toString(16);
  const { emulator, port } = await debugged(["--append", "frames=1000000000"]);
  const sizes: number[] = [];
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const client = await RspClient.connect(port);
    const ask = async (payload: string): Promise<string | undefined> => {
      client.raw(frame(payload));
      return client.packet();
    };
    expect(await ask("qSupported:multiprocess+;swbreak+;hwbreak+")).toContain("PacketSize=");
    expect(await ask("Hgp1.1")).toBe("OK");
    expect(await ask(`Z0,${tick},1`)).toBe("OK");
    expect(await ask("vCont;c"), `cycle ${cycle}`).toMatch(/^T05.*swbreak/);
    expect(await ask(`z0,${tick},1`)).toBe("OK");
    expect(await ask("D")).toBe("OK");
    client.socket.destroy();
    if (cycle % 100 === 99) sizes.push(resident(emulator.pid));
  }
  // A collector's work goes up and down: what was needed at most in the third quarter is enough at some time in the last one.
  const quarter = sizes.length / 4;
  const most = Math.max(...sizes.slice(2 * quarter, 3 * quarter));
  expect(Math.min(...sizes.slice(3 * quarter)) - most, `KB: ${sizes}`).toBeLessThan(GROWTH);
});
