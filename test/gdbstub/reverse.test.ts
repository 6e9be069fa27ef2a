/** bs and bc: which thread they mean, and what is told of the ends of the history. */
import { expect, it } from "vitest";
import { FakeTarget } from "./fake-target.js";
import { eventually, start, transcript } from "./harness.js";
import { frame } from "./rsp-client.js";

class WithHistory extends FakeTarget {
  readonly reverse = true;
}
const steps = (target: FakeTarget): unknown[] => target.plans.filter(({ backwards }) => backwards).map(({ step }) => step?.thread ?? "run");
const P1 = { space: 1, thread: 1 };
const P2 = { space: 2, thread: 1 };

it("are unknown without a history", async () => {
  const { client } = await start();
  expect(await client.ask("bs")).toBe("");
  expect(await client.ask("qSupported:")).not.toContain("Reverse");
});

it("are said to be there with one", async () => {
  const { client } = await start(new WithHistory());
  expect(await client.ask("qSupported:")).toMatch(/;ReverseStep\+;ReverseContinue\+/);
});

it("step the thread that was stopped last", async () => {
  const { client, target } = await start(new WithHistory());
  await transcript(client, "?", "Hc0", "bs");
  // Nothing stops it on its way back.
  client.raw(frame("bc"));
  await eventually(() => steps(target).length === 2);
  expect(steps(target)).toEqual([P1, "run"]);
});

it("step the thread that was selected since, though breakpoints were set in others", async () => {
  const { client, target } = await start(new WithHistory());
  await transcript(client, "?", "Tp2.1", "Hgp1.1", "Z0,1000,1", "Hc0", "bs");
  expect(steps(target)).toEqual([P2]);
});

it("do not step a thread that thread apply has visited", async () => {
  const { client, target } = await start(new WithHistory());
  await transcript(client, "?", "qXfer:threads:read::0,1000", "Tp2.1", "Tp1.1", "Hc0", "bs");
  expect(steps(target)).toEqual([P1]);
});

it("step a thread that was selected after thread apply", async () => {
  const { client, target } = await start(new WithHistory());
  await transcript(client, "?", "qXfer:threads:read::0,1000", "Tp2.1", "Tp1.1", "g", "Tp2.1", "Hc0", "bs");
  expect(steps(target)).toEqual([P2]);
});

it("step the thread that Hc names", async () => {
  const { client, target } = await start(new WithHistory());
  await transcript(client, "?", "Hcp2.1", "bs");
  expect(steps(target)).toEqual([P2]);
});

it.each(["begin", "end"] as const)("the history's %s is told as such", async (edge) => {
  const target = new WithHistory();
  const { client } = await start(target);
  target.resume = () => setImmediate(() => target.report({ thread: P1, reason: { kind: "history", edge } }));
  expect(await transcript(client, "bc")).toMatch(new RegExp(`<- T05thread:p1\\.1;.*replaylog:${edge};$`));
});
