/** Threads that come into being (GDB manual, "General Query Packets": QThreadEvents). */
import { expect, it } from "vitest";
import { start, transcript, withMoment } from "./harness.js";

it("asks the target to tell of them, or not", async () => {
  const { client, target } = await start();
  expect(await client.ask("QThreadEvents:1")).toBe("OK");
  expect(target.tellsThreads).toBe(true);
  expect(await client.ask("QThreadEvents:0")).toBe("OK");
  expect(target.tellsThreads).toBe(false);
});

it.each(["QThreadEvents", "QThreadEvents:", "QThreadEvents:2", "QThreadEvents:1;"])("refuses %s", async (packet) => {
  const { client, target } = await start();
  expect(await client.ask(packet)).toMatch(/^E/);
  expect(target.tellsThreads).toBe(false);
});

it("reports one as created, with its registers", async () => {
  const { client } = await start(withMoment(7, { stops: { kind: "created" } }));
  const said = await transcript(client, "QThreadEvents:1", "vCont;c");
  expect(said).toMatch(/<- T05thread:p2\.1;.*08:.*create:;$/);
});

it("is not offered by a target that cannot", async () => {
  const { client, target } = await start();
  delete target.threadEvents;
  expect(await client.ask("qSupported")).not.toContain("QThreadEvents");
  expect(await client.ask("QThreadEvents:1")).toBe("");
});
