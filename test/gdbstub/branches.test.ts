/** Branch traces (GDB manual, "Branch Trace Format"); test/gdb/branches.test.ts has gdb read them. */
import { expect, it } from "vitest";
import type { BranchTrace, ThreadId } from "../../src/debug/target.js";
import { FakeTarget } from "./fake-target.js";
import { connectClient, start } from "./harness.js";

const begin = async (trace: Partial<BranchTrace> = {}) => {
  const target = new FakeTarget();
  const asked: [ThreadId, number][] = [];
  const state = { trace: { total: 2, start: 0x1000, branches: [branch(1, 2), branch(3, 4)], end: 0x1005, ...trace } };
  target.branches = {
    begin: (thread, most) => {
      asked.push([thread, most]);
      return thread.space === 1 ? "the thread is nowhere yet" : true;
    },
    end: () => {},
    of: () => state.trace,
  };
  return { ...(await start(target)), asked, state };
};
const branch = (from: number, to: number) => ({ from: 0x1000 + from, to: 0x1000 + to });
const blocks = (text: string | undefined): string[] =>
  [...(text ?? "").matchAll(/begin="0x(\w+)" end="0x(\w+)"/g)].map(([, a, b]) => `${a}-${b}`);
const read = "qXfer:btrace:read";

it("are offered only by a target that records them", async () => {
  const { client } = await begin();
  expect(await client.ask("qSupported:multiprocess+")).toMatch(/;Qbtrace:bts\+;Qbtrace:off\+;Qbtrace-conf:bts:size\+/);
  const { client: other } = await start();
  expect(await other.ask("Qbtrace:bts")).toBe("");
});

it("are of the thread that was chosen, and of as many branches as the buffer holds", async () => {
  const { client, asked } = await begin();
  await client.ask("Hgp2.1");
  expect([await client.ask("Qbtrace-conf:bts:size=0x2001"), await client.ask("Qbtrace:bts")]).toEqual(["OK", "OK"]);
  expect(asked).toEqual([[expect.objectContaining({ space: 2, thread: 1 }), 1024]]);
  expect(await client.ask("qXfer:btrace-conf:read::0,fff")).toContain('<bts size="0x3000"/>');
});

it("are read as blocks, the latest first", async () => {
  const { client } = await begin();
  await client.ask("Hgp2.1");
  await client.ask("Qbtrace:bts");
  expect(blocks(await client.ask(`${read}:all:0,fff`))).toEqual(["1004-1005", "1002-1003", "1000-1001"]);
});

it("go on, in a delta, from an instruction that the client knows", async () => {
  const { client, state } = await begin();
  await client.ask("Hgp2.1");
  await client.ask("Qbtrace:bts");
  await client.ask(`${read}:all:0,fff`);
  expect(blocks(await client.ask(`${read}:delta:0,fff`))).toEqual(["0-1005"]);
  state.trace = { total: 3, start: 0x1000, branches: [branch(1, 2), branch(3, 4), branch(6, 8)], end: 0x1009 };
  expect(blocks(await client.ask(`${read}:delta:0,fff`))).toEqual(["1008-1009", "0-1006"]);
});

it("are read anew where a delta would have a gap", async () => {
  const { client, state } = await begin();
  await client.ask("Hgp2.1");
  await client.ask("Qbtrace:bts");
  await client.ask(`${read}:all:0,fff`);
  expect(blocks(await client.ask(`${read}:new:0,fff`))).toEqual([]);
  state.trace = { ...state.trace, total: 9 };
  expect(await client.ask(`${read}:delta:0,fff`)).toBe("E.Overflow.");
  expect(blocks(await client.ask(`${read}:new:0,fff`))).toHaveLength(3);
});

it("are over for a client that comes later", async () => {
  const { client, stub } = await begin();
  await client.ask("Hgp2.1");
  await client.ask("Qbtrace:bts");
  client.socket.destroy();
  const next = await connectClient(stub);
  expect(await next.ask("qXfer:btrace-conf:read::0,fff")).toBe("E.Btrace not enabled.");
});

it.each(["Qbtrace:bts", "Qbtrace:off", "Qbtrace-conf:bts:size=zz", "Qbtrace-conf:bts:size=", `${read}:all:0,10`, `${read}:some:0,10`])(
  "%s is a mistake of a thread that cannot be recorded, or is not",
  async (payload) => {
    const { client } = await begin();
    expect(await client.ask(payload)).toMatch(/^E/);
  },
);
