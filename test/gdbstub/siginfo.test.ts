/** The fault record of docs/SIGINFO.md. */
import { expect, it } from "vitest";
import type { FaultReport } from "../../src/debug/target.js";
import { siginfo } from "../../src/gdbstub/siginfo.js";
import { start } from "./harness.js";

const NONE = { selector: undefined, descriptor: undefined, offset: undefined, limit: undefined, size: undefined, access: undefined };
const DIVISION: FaultReport = { vector: 0, errorCode: undefined, space: 2, cs: 0x23, eip: 0x1234, cpl: 3, count: 0x100000002, ...NONE };
const STORE: FaultReport = {
  ...DIVISION,
  ...{ vector: 13, errorCode: 0, selector: 0x2b, descriptor: [0x11112222, 0x33334444], offset: 0x40000, limit: 0x3ffff, size: 4 },
  access: "write",
};
const words = (fault: FaultReport): number[] => [...new Uint32Array(siginfo(fault).buffer)];

it("has the fields in their places", () => {
  expect(words(STORE).slice(0, 18)).toEqual([
    ...[11, 0, 13, 0x40000, 0x7f, 2, 0x23, 0x1234, 3, 2, 1, 0x2b, 0x11112222, 0x33334444, 0x3ffff, 4, 2, 0],
  ]);
  expect(siginfo(STORE)).toHaveLength(128);
});

it("says what it does not know, and gives the instruction's place for the access's", () => {
  expect(words(DIVISION).slice(0, 9)).toEqual([8, 0, 0, 0x1234, 0, 2, 0x23, 0x1234, 3]);
});

it("is read as an object, an error if there was no exception", async () => {
  const { client, target } = await start();
  expect(await client.ask("qXfer:siginfo:read::0,80")).toMatch(/^E\.no exception/);
  target.fault = STORE;
  expect((await client.ask("qXfer:siginfo:read::0,80"))!).toHaveLength(129);
  expect(await client.ask("qXfer:siginfo:read:x:0,80")).toMatch(/^E/);
});
