/** Golden transcripts: leaving, coming back, ending. */
import { describe, expect, it } from "vitest";
import { connectClient, start, transcript } from "./harness.js";

describe("leaving", () => {
  it("process by process, the last one disconnects and the machine runs on", async () => {
    const { stub, client, target } = await start();
    expect(await transcript(client, "Hgp2.1", "Z0,1003,1", "D;2", "qfThreadInfo", "D;2", "D;1")).toMatchInlineSnapshot(`
      "-> Hgp2.1
      <- OK
      -> Z0,1003,1
      <- OK
      -> D;2
      <- OK
      -> qfThreadInfo
      <- mp1.1,p3.1
      -> D;2
      <- E.there is no process 2
      -> D;1
      <- OK"
    `);
    expect([target.detached, [...target.inserted]]).toEqual([0, []]);
    expect(await client.ask("D;3")).toBe("OK");
    expect(await client.next()).toBeUndefined();
    expect([client.closed, target.detached, target.running]).toEqual([true, 1, true]);
    const again = await connectClient(stub);
    expect(await again.ask("qfThreadInfo")).toBe("mp1.1,p2.1,p3.1");
  });

  it("all at once, and while it runs", async () => {
    const { client, target } = await start();
    client.raw("$vCont;c#a8");
    expect(await client.ask("D")).toBe("OK");
    expect(await client.next()).toBeUndefined();
    expect([client.closed, target.detached, target.running]).toEqual([true, 1, true]);
  });

  it("in extended mode the connection stays, and vAttach takes a process back", async () => {
    const { client } = await start();
    expect(await transcript(client, "!", "D")).toMatchInlineSnapshot(`
      "-> !
      <- OK
      -> D
      <- OK"
    `);
    expect(await client.ask("vAttach;2")).toMatch(/^T02thread:p2\.1;/);
    expect(await transcript(client, "qfThreadInfo", "vAttach;9")).toMatchInlineSnapshot(`
      "-> qfThreadInfo
      <- mp2.1
      -> vAttach;9
      <- E.there is no process 9"
    `);
    expect(await client.ask("vAttach;3")).toMatch(/^T05thread:p3\.1;/);
  });

  it("k kills the machine and hangs up", async () => {
    const { client, target } = await start();
    expect(await transcript(client, "k")).toMatchInlineSnapshot(`
      "-> k
         (the stub hangs up)"
    `);
    expect([target.killed, target.detached]).toEqual([1, 0]);
  });

  it("vKill of process 1 kills the machine; a partition cannot be killed alone", async () => {
    const { client, target } = await start();
    expect(await transcript(client, "vKill;2")).toMatchInlineSnapshot(`
      "-> vKill;2
      <- E.it cannot be killed alone; use "kill" in process 1"
    `);
    expect(target.killed).toBe(0);
    expect(await transcript(client, "vKill;1", "vCont;c:p2.-1")).toMatchInlineSnapshot(`
      "-> vKill;1
      <- OK
      -> vCont;c:p2.-1
         (the stub hangs up)"
    `);
    expect(target.killed).toBe(1);
  });

  it("vRun and R start it again, in extended mode only", async () => {
    const { client, target } = await start();
    target.position = 3;
    expect(await transcript(client, "vRun;", "!", "vKill;1", "vRun;")).toMatchInlineSnapshot(`
      "-> vRun;
      <- E.vRun is for extended mode
      -> !
      <- OK
      -> vKill;1
      <- OK
      -> vRun;
      <- T05thread:p1.1;08:00001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;"
    `);
    expect([target.position, target.killed]).toEqual([0, 0]);
    target.position = 3;
    client.raw("$R00#b2");
    expect(await client.ask("qC")).toBe("QCp1.1");
    expect(target.position).toBe(0);
  });
});
