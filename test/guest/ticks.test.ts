/**
 * No tick of the clock is lost, whatever comes between: other partitions' slots, interrupts held back, handlers that take longer than a tick,
 * waiting. POK386_TICKS says for how many forwarded interrupts in each partition; 1000000 takes some minutes.
 */
import { expect, test } from "vitest";
import { TEST_TIMEOUT } from "../support/patience.js";
import { bootHere } from "./tools.js";

const CALLS = Number(process.env.POK386_TICKS ?? 20_000);
/** A tick every 1000 instructions: forwarding and the kernel's own tick take a good part of that. */
const SHORT_TICKS = ["--ips", "1000000"];

test.each([1, 2, 4])("in %i partitions", { timeout: TEST_TIMEOUT + CALLS }, (partitions) => {
  const { stdout, status } = bootHere(`test-ticks-${partitions}.elf`, `iters=${CALLS}`, ...SHORT_TICKS);
  const reports = [...stdout.matchAll(/^(part\d): (\d+) calls, (\d+) ticks counted, (\d+) lost$/gm)];
  expect(reports.map(([, name]) => name).sort()).toEqual(Array.from({ length: partitions }, (_, n) => `part${n + 1}`));
  for (const [line, , calls, ticks, lost] of reports) {
    expect(Number(calls), line).toBeGreaterThanOrEqual(CALLS);
    expect(Number(ticks), line).toBeGreaterThanOrEqual(Number(calls));
    expect(Number(lost), line).toBe(0);
  }
  expect(status).toBe(0);
});
