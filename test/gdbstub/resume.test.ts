/** Golden transcripts: resuming and stopping. */
import { describe, expect, it } from "vitest";
import { eventually, hex, start, transcript, withMoment } from "./harness.js";

describe("resuming", () => {
  it("with a signal hands the exception on to the guest, with signal 0 or none it does not", async () => {
    const { client, target } = await start();
    await transcript(client, "vCont;S0b:p1.1", "vCont;s:p1.1", "vCont;S00:p1.1", "S0b");
    expect(target.plans.map(({ handOn }) => handOn ?? false)).toEqual([true, false, false, true]);
  });

  it("one thread alone answers for that thread; its events come later", async () => {
    const { client, target } = await start();
    expect(
      await transcript(
        client,
        "vCont;s:p1.1",
        "vCont;s:p2.1",
        "vCont;s:p1.1;c:p1.-1",
        "vCont;r100000,100005:p1.1;c:p1.-1",
        "S05",
        "s",
        "vCont;s",
      ),
    ).toMatchInlineSnapshot(`
      "-> vCont;s:p1.1
      <- T05thread:p1.1;08:01001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> vCont;s:p2.1
      <- T05thread:p2.1;08:01100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> vCont;s:p1.1;c:p1.-1
      <- O "pok386: one processor runs all processes. After \\"set schedule-multiple on\\" gdb knows it too, and shows the registers of every inferior afresh.\\n"
      <- T05thread:p1.1;08:41001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> vCont;r100000,100005:p1.1;c:p1.-1
      <- T05thread:p1.1;08:43001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> S05
      <- T05thread:p1.1;08:44001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> s
      <- T05thread:p1.1;08:45001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> vCont;s
      <- T00thread:p2.1;08:0a100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;"
    `);
    const plans = target.plans.map(({ step, alone }) => `${alone ? "alone " : ""}${JSON.stringify(step ?? "continue")}`);
    expect(plans.join("\n")).toMatchInlineSnapshot(`
      "alone {"thread":{"space":1,"thread":1}}
      alone {"thread":{"space":2,"thread":1}}
      {"thread":{"space":1,"thread":1}}
      {"thread":{"space":1,"thread":1},"range":{"start":1048576,"end":1048581}}
      {"thread":{"space":1,"thread":1}}
      {"thread":{"space":1,"thread":1}}
      {"thread":{"space":1,"thread":1}}"
    `);
  });

  it("a target that breaks the rule of the lone step is put right: gdb would die of it", async () => {
    const { client, target } = await start();
    target.resume = () => setImmediate(() => target.report({ thread: { space: 2, thread: 1 }, reason: { kind: "breakpoint" } }));
    expect(await transcript(client, "vCont;s:p1.1")).toMatch(/<- T05thread:p1\.1;[^\n]*$/);
    target.resume = () => expect.unreachable("the event was still to be told");
    expect(await transcript(client, "vCont;c")).toMatch(/<- T05thread:p2\.1;.*swbreak:;$/);
  });

  it("a step that follows the processor into another space has no signal", async () => {
    const { client, target } = await start();
    target.position = 4;
    expect(await transcript(client, "vCont;s:p1.1;c:p1.-1", "qC")).toMatchInlineSnapshot(`
      "-> vCont;s:p1.1;c:p1.-1
      <- O "pok386: one processor runs all processes. After \\"set schedule-multiple on\\" gdb knows it too, and shows the registers of every inferior afresh.\\n"
      <- T00thread:p2.1;08:00100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> qC
      <- QCp2.1"
    `);
  });

  it("selects the thread of the stop for everything that follows", async () => {
    const { client } = await start();
    expect(await transcript(client, "Hgp3.1", "Z0,1003,1", "Hgp1.1", "Hcp1.1", "c", "qC", "m2000,10", "s")).toMatchInlineSnapshot(`
      "-> Hgp3.1
      <- OK
      -> Z0,1003,1
      <- OK
      -> Hgp1.1
      <- OK
      -> Hcp1.1
      <- OK
      -> c
      <- T05thread:p3.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;
      -> qC
      <- QCp3.1
      -> m2000,10
      <- 68656c6c6f2066726f6d207061727432
      -> s
      <- T05thread:p3.1;08:04100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;"
    `);
  });

  it("hints at schedule-multiple, once", async () => {
    const { client } = await start();
    expect(await transcript(client, "Hgp2.1", "Z0,1003,1", "vCont;c:p1.-1", "vCont;c:p2.-1")).toMatchInlineSnapshot(`
      "-> Hgp2.1
      <- OK
      -> Z0,1003,1
      <- OK
      -> vCont;c:p1.-1
      <- O "pok386: one processor runs all processes. After \\"set schedule-multiple on\\" gdb knows it too, and shows the registers of every inferior afresh.\\n"
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;
      -> vCont;c:p2.-1
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;"
    `);
  });

  it("c with an address goes on there", async () => {
    const { client } = await start();
    expect(await transcript(client, "Hgp1.1", "s100041", "s9999")).toMatchInlineSnapshot(`
      "-> Hgp1.1
      <- OK
      -> s100041
      <- T05thread:p1.1;08:43001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> s9999
      <- E.eip cannot be there"
    `);
  });

  it("0x03 and vCtrlC stop it; other packets wait", async () => {
    const { client, target } = await start();
    expect(await client.ask("vCtrlC")).toBe("OK");
    client.raw("\x03");
    expect(await client.next(50)).toBeUndefined();
    client.raw("$vCont;c#a8$qC#b4$m100000,1#57");
    await eventually(() => target.running);
    expect(await client.next(50)).toBeUndefined();
    client.raw("\x03");
    expect(await client.packet()).toMatch(/^T02thread:p\d\.1;/);
    expect(await client.packet()).toMatch(/^QCp\d\.1/);
    expect(await client.packet()).toMatch(/^(55|E0e)$/);
    client.raw("$vCont;c#a8$vCtrlC#4e");
    expect(await client.packet()).toBe("OK");
    expect(await client.packet()).toMatch(/^T02thread:p\d\.1;/);
  });
});

describe("messages and endings", () => {
  it("what the machine says while it runs comes as console output, what it said before with the next resume", async () => {
    const { client, target } = await start(withMoment(3, { says: "while running\n" }));
    target.say("while stopped\n");
    expect(await transcript(client, "Hgp2.1", "Z0,1003,1", "vCont;c")).toMatchInlineSnapshot(`
      "-> Hgp2.1
      <- OK
      -> Z0,1003,1
      <- OK
      -> vCont;c
      <- O "while stopped\\n"
      <- O "while running\\n"
      <- T05thread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;swbreak:;"
    `);
  });

  it("a fault has its signal and its story", async () => {
    const { client } = await start(withMoment(6, { stops: { kind: "fault", signal: 11, text: "#GP: the selector is beyond the GDT" } }));
    expect(await transcript(client, "vCont;c", "?")).toMatchInlineSnapshot(`
      "-> vCont;c
      <- O "#GP: the selector is beyond the GDT\\n"
      <- T0bthread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> ?
      <- T0bthread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;"
    `);
  });

  it("power-off can be looked at, and the next resume hangs up: that ends all processes", async () => {
    const { client, target } = await start(withMoment(6, { stops: { kind: "ending", text: "power off" } }));
    expect(await transcript(client, "vCont;c", "m1000,1", "vCont;C0f:p2.1;c")).toMatchInlineSnapshot(`
      "-> vCont;c
      <- O "power off\\n"
      <- T0fthread:p2.1;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> m1000,1
      <- 55
      -> vCont;C0f:p2.1;c
         (the stub hangs up)"
    `);
    expect(target.detached).toBe(0);
  });

  it("a machine that is gone is an exit for a client with one process, and the end for one with several", async () => {
    const gone = { stops: { kind: "exited", status: 3 } } as const;
    const one = await start(withMoment(6, gone), "qSupported:");
    expect(await transcript(one.client, "c")).toMatchInlineSnapshot(`
      "-> c
      <- W03"
    `);
    const several = await start(withMoment(6, gone));
    expect(await transcript(several.client, "vCont;c")).toMatchInlineSnapshot(`
      "-> vCont;c
         (the stub hangs up)"
    `);
  });

  it("monitor commands print as they go", async () => {
    const { client, target } = await start();
    expect(await transcript(client, `qRcmd,${hex("irq list")}`)).toMatchInlineSnapshot(`
      "-> qRcmd,697271206c697374
      <- O "you said \\"irq list\\"\\n"
      <- O "that is all\\n"
      <- OK"
    `);
    expect(target.commands).toEqual(["irq list"]);
  });
});
