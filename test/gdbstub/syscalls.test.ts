/** Catching system calls (GDB manual, "General Query Packets": QCatchSyscalls). */
import { expect, it } from "vitest";
import { start, transcript, withMoment } from "./harness.js";

it("asks the target for all calls, for some, and for none", async () => {
  const { client, target } = await start();
  expect(await client.ask("QCatchSyscalls:1")).toBe("OK");
  expect(target.caught).toBe("all");
  expect(await client.ask("QCatchSyscalls:1;a;14")).toBe("OK");
  expect(target.caught).toEqual([10, 20]);
  expect(await client.ask("QCatchSyscalls:0")).toBe("OK");
  expect(target.caught).toBeUndefined();
});

it.each(["QCatchSyscalls", "QCatchSyscalls:2", "QCatchSyscalls:1;", "QCatchSyscalls:1;x", "QCatchSyscalls:0;1"])(
  "refuses %s",
  async (packet) => {
    const { client } = await start();
    expect(await client.ask(packet)).toMatch(/^E/);
  },
);

it.each(["entry", "return"] as const)("reports the %s with its number, and its name in words", async (phase) => {
  const target = withMoment(7, { stops: { kind: "syscall", phase, number: 20, text: "part1 thread 1 calls GETTICK (20)" } });
  const { client } = await start(target);
  const said = await transcript(client, "QCatchSyscalls:1", "vCont;c");
  expect(said).toContain('<- O "part1 thread 1 calls GETTICK (20)\\n"');
  expect(said).toMatch(new RegExp(`<- T05thread:p2\\.1;.*syscall_${phase}:14;$`));
});

it("is not offered by a target that cannot", async () => {
  const { client, target } = await start();
  delete target.catchSyscalls;
  expect(await client.ask("qSupported")).not.toContain("QCatchSyscalls");
  expect(await client.ask("QCatchSyscalls:1")).toBe("");
});
