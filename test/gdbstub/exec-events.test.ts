/** Programs that begin, or begin anew (GDB manual, "Stop Reply Packets": exec). */
import { expect, it } from "vitest";
import { start, transcript, withMoment } from "./harness.js";

const STARTED = { stops: { kind: "started", text: "part1 begins" } } as const;
/** "/pok386/part1.elf" */
const PATH = Buffer.from("/pok386/part1.elf").toString("hex");

it("are told to a client that understands them, with the path of the program", async () => {
  const { client } = await start(withMoment(7, STARTED), "qSupported:multiprocess+;exec-events+");
  const said = await transcript(client, "vCont;c");
  expect(said).toMatch(new RegExp(`<- T05thread:p2\\.1;.*exec:${PATH};$`));
});

it("are a stop in words to another", async () => {
  const { client } = await start(withMoment(7, STARTED), "qSupported:multiprocess+");
  const said = await transcript(client, "vCont;c");
  expect(said).toContain('<- O "part1 begins\\n"');
  expect(said).toMatch(/<- T05thread:p2\.1;/);
  expect(said).not.toContain("exec:");
});

it("are offered to who offers them, by a target that has them", async () => {
  const { client, target } = await start();
  expect(await client.ask("qSupported:multiprocess+")).not.toContain("exec-events");
  expect(await client.ask("qSupported:multiprocess+;exec-events+")).toContain(";exec-events+");
  delete target.startsPrograms;
  expect(await client.ask("qSupported:multiprocess+;exec-events+")).not.toContain("exec-events");
});
