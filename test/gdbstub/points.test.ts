/** Golden transcripts: breakpoints, and where they stop. */
import { describe, expect, it } from "vitest";
import { FakeTarget } from "./fake-target.js";
import { start, transcript } from "./harness.js";

describe("breakpoints", () => {
  it("at one address in two processes are two", async () => {
    const { client, target } = await start();
    expect(
      await transcript(
        client,
        "Hgp2.1",
        "Z0,1003,1",
        "Hgp3.1",
        "Z0,1003,1",
        "vCont;c",
        "m2000,10",
        "vCont;c",
        "m2000,10",
        "z0,1003,1",
        "vCont;c",
        "vCont;c",
      ),
    ).toMatchInlineSnapshot(`
      "-> Hgp2.1
      <- OK
      -> Z0,1003,1
      <- OK
      -> Hgp3.1
      <- OK
      -> Z0,1003,1
      <- OK
      -> vCont;c
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;
      -> m2000,10
      <- 68656c6c6f2066726f6d207061727431
      -> vCont;c
      <- T05thread:p3.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;
      -> m2000,10
      <- 68656c6c6f2066726f6d207061727432
      -> z0,1003,1
      <- OK
      -> vCont;c
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;
      -> vCont;c
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;"
    `);
    expect([...target.inserted]).toEqual(["execute 2 1003 1"]);
  });

  it("of both types at one place are one to the machine, and reported by type", async () => {
    const { client, target } = await start();
    expect(
      await transcript(client, "Hgp2.1", "Z1,1003,1", "Z1,1003,1", "vCont;c", "Z0,1003,1", "vCont;c", "z1,1003,1", "vCont;c", "z0,1003,1"),
    ).toMatchInlineSnapshot(`
      "-> Hgp2.1
      <- OK
      -> Z1,1003,1
      <- OK
      -> Z1,1003,1
      <- OK
      -> vCont;c
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;hwbreak:;
      -> Z0,1003,1
      <- OK
      -> vCont;c
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;
      -> z1,1003,1
      <- OK
      -> vCont;c
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;
      -> z0,1003,1
      <- OK"
    `);
    expect([...target.inserted]).toEqual([]);
  });

  it("give no reason to a client that did not offer to understand it", async () => {
    const { client } = await start(new FakeTarget(), "qSupported:multiprocess+");
    expect(await transcript(client, "Hgp2.1", "Z0,1003,1", "vCont;c")).not.toContain("swbreak:");
  });

  it("watchpoints name the owner of the address, whoever writes there", async () => {
    const { client } = await start();
    expect(await transcript(client, "Hgp2.1", "Z2,2040,4", "Z3,2040,4", "Z4,2040,4", "vCont;c")).toMatchInlineSnapshot(`
      "-> Hgp2.1
      <- OK
      -> Z2,2040,4
      <- OK
      -> Z3,2040,4
      <- OK
      -> Z4,2040,4
      <- OK
      -> vCont;c
      <- T05thread:p2.1;08:0a100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;watch:2040;"
    `);
  });
});

describe("processes that gdb does not know to be running", () => {
  it("process 1, never resumed, stays quiet until it is", async () => {
    const { client, target } = await start();
    expect(await transcript(client, "Z0,100040,1", "vCont;c:p2.-1", "vCont;c:p2.-1", "vCont;c:p1.-1")).toMatchInlineSnapshot(`
      "-> Z0,100040,1
      <- OK
      -> vCont;c:p2.-1
      <- O "pok386: one processor runs all processes. After \\"set schedule-multiple on\\" gdb knows it too, and shows the registers of every inferior afresh.\\n"
      <- O "pok386: the machine has stopped in process 1, which gdb takes to be stopped already. Type \\"inferior 1\\" and \\"continue\\" to see it; \\"set schedule-multiple on\\" avoids this.\\n"
      <- T00thread:p2.1;08:0a100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> vCont;c:p2.-1
      <- O "pok386: the machine has stopped in process 1, which gdb takes to be stopped already. Type \\"inferior 1\\" and \\"continue\\" to see it; \\"set schedule-multiple on\\" avoids this.\\n"
      <- T00thread:p2.1;08:0a100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> vCont;c:p1.-1
      <- T05thread:p1.1;08:40001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;"
    `);
    // The machine ran once; the rest was telling.
    expect(target.plans).toHaveLength(1);
  });

  it("nor can a process stop twice without having been resumed", async () => {
    const { client } = await start();
    expect(await transcript(client, "Hgp2.1", "Z0,1003,1", "vCont;c:p1.-1", "vCont;c:p1.-1", "vCont;c")).toMatchInlineSnapshot(`
      "-> Hgp2.1
      <- OK
      -> Z0,1003,1
      <- OK
      -> vCont;c:p1.-1
      <- O "pok386: one processor runs all processes. After \\"set schedule-multiple on\\" gdb knows it too, and shows the registers of every inferior afresh.\\n"
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;
      -> vCont;c:p1.-1
      <- O "pok386: the machine has stopped in process 2, which gdb takes to be stopped already. Type \\"inferior 2\\" and \\"continue\\" to see it; \\"set schedule-multiple on\\" avoids this.\\n"
      <- T00thread:p1.1;08:40001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> vCont;c
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;"
    `);
  });

  it("a step off the place of the stop that was held back is answered with it", async () => {
    const { client, target } = await start();
    await transcript(client, "Hgp2.1", "Z0,1003,1", "vCont;c:p1.-1", "vCont;c:p1.-1");
    target.resume = () => expect.unreachable("there is a stop to be told");
    expect(await transcript(client, "vCont;s:p2.1")).toMatch(/T05thread:p2\.1;08:03100000;.*swbreak:;$/);
  });
});
