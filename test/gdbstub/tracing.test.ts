/** Packets of tracepoints (GDB manual, "Tracepoint Packets"); test/gdb/tracepoints.test.ts has gdb use them. */
import { describe, expect, it } from "vitest";
import { FakeTarget } from "./fake-target.js";
import { connectClient, hex, start, transcript } from "./harness.js";

const begin = async () => start(new FakeTarget().trace());
/** The counter of space 2 is a byte at 0x2040. */
const COLLECT_COUNTER = "M-1,2040,1";

const collected = async (...actions: readonly string[]) => {
  const session = await begin();
  const { client, target } = session;
  await transcript(client, "Hgp2.1", "QTinit", "QTDP:1:1003:E:0:0-", ...actions.map((action) => `QTDP:-1:1003:${action}`), "QTStart");
  target.arrive(2, 0x1003);
  return session;
};

describe("an experiment", () => {
  it("is offered only by a target that can be traced", async () => {
    const { client } = await begin();
    expect(await client.ask("qSupported:multiprocess+")).toMatch(/;ConditionalTracepoints\+;TracepointSource\+;tracenz\+;InstallInTrace\+/);
    const { client: other } = await start();
    expect(await other.ask("qSupported:multiprocess+")).not.toContain("Trace");
    expect(await other.ask("QTinit")).toBe("");
  });

  it("is there from the beginning, has not been run, and tells its end", async () => {
    const { client } = await begin();
    expect(await client.ask("qTStatus")).toMatch(/^T0;tnotrun:0;tframes:0;tcreated:0;tfree:500000;tsize:500000;circular:0;disconn:0;/);
    await transcript(client, "QTDP:1:1003:E:0:0", `QTNotes:user:${hex("me")};notes:${hex("a note")};tstop:${hex("enough")};`, "QTStart");
    expect(await client.ask("qTStatus")).toMatch(/^T1;tnotrun:0;/);
    await client.ask("QTStop");
    expect(await client.ask("qTStatus")).toMatch(
      new RegExp(`^T0;tstop:${hex("enough")}:0;.*;username:${hex("me")};notes:${hex("a note")}:$`),
    );
  });

  it("ends by an expression that cannot be evaluated, and says why", async () => {
    const { client, target } = await begin();
    // ref8 where no memory is
    await transcript(client, "Hgp2.1", "QTinit", "QTDP:1:1003:E:0:0:X4,22011727", "QTStart");
    target.arrive(2, 0x1003);
    expect(await client.ask("qTStatus")).toMatch(/^T0;terror:[0-9a-f]+:1;tframes:0;/);
  });

  it("ends with its client, unless it is to go on", async () => {
    const { client, stub } = await collected(COLLECT_COUNTER);
    client.socket.destroy();
    const next = await connectClient(stub);
    expect(await next.ask("qTStatus")).toMatch(/^T0;tdisconnected:0;tframes:1;/);
    await transcript(next, "QTDisconnected:1", "QTStart");
    next.socket.destroy();
    const last = await connectClient(stub);
    expect(await last.ask("qTStatus")).toMatch(/^T1;.*;disconn:1;/);
  });
});

describe("a frame", () => {
  it("answers for memory that it has collected, and for nothing else", async () => {
    const { client } = await collected(COLLECT_COUNTER);
    expect(
      await transcript(client, "QTFrame:0", "m2040,1", "m2041,1", "m2040,4", "M2040,1:55", "qXfer:traceframe-info:read::0,fff"),
    ).toMatchInlineSnapshot(`
      "-> QTFrame:0
      <- F0T1
      -> m2040,1
      <- 00
      -> m2041,1
      <- E0e
      -> m2040,4
      <- 00
      -> M2040,1:55
      <- E0e
      -> qXfer:traceframe-info:read::0,fff
      <- l<?xml version="1.0"?>\\x0a<!DOCTYPE traceframe-info SYSTEM "traceframe-info.dtd">\\x0a<traceframe-info>\\x0a<memory start="0x2040" length="0x1"/>\\x0a</traceframe-... (154 bytes)"
    `);
    expect(await transcript(client, "QTFrame:ffffffff", "m2040,2")).toMatchInlineSnapshot(`
      "-> QTFrame:ffffffff
      <- OK
      -> m2040,2
      <- 0000"
    `);
  });

  it("answers for memory that never changes, from the machine", async () => {
    const { client } = await collected(COLLECT_COUNTER);
    expect(await transcript(client, "QTFrame:0", "m1000,2", "QTro:1000,1010", "m1000,2")).toMatchInlineSnapshot(`
      "-> QTFrame:0
      <- F0T1
      -> m1000,2
      <- E0e
      -> QTro:1000,1010
      <- OK
      -> m1000,2
      <- 5589"
    `);
  });

  it("of another process has nothing to say of this one", async () => {
    const { client } = await collected("Rffffffff", COLLECT_COUNTER);
    expect(await transcript(client, "QTFrame:0", "p8", "Hgp1.1", "p8", "m2040,1")).toMatchInlineSnapshot(`
      "-> QTFrame:0
      <- F0T1
      -> p8
      <- 00100000
      -> Hgp1.1
      <- OK
      -> p8
      <- xxxxxxxx
      -> m2040,1
      <- E0e"
    `);
  });

  it("has a register's memory, and an expression's", async () => {
    // ebp - 0x30; const16 0x2041, trace_quick 1; const8 5, setv 7, tracev 7
    const { client } = await collected("M5,ffffffffffffffd0,1", "X6,2320410d0127", "X9,22052d00072e000727");
    expect(await transcript(client, "QTFrame:0", "m2040,1", "m2041,1", "qTV:7", "qTV:8", "p0", "p8")).toMatchInlineSnapshot(`
      "-> QTFrame:0
      <- F0T1
      -> m2040,1
      <- 00
      -> m2041,1
      <- 00
      -> qTV:7
      <- V5
      -> qTV:8
      <- U
      -> p0
      <- xxxxxxxx
      -> p8
      <- 00100000"
    `);
  });

  it("is found by number, address, tracepoint and range, from the selected one on", async () => {
    const { client, target } = await begin();
    await transcript(client, "Hgp2.1", "QTinit", "QTDP:1:1003:E:0:0", "QTDP:2:1005:E:0:0", "QTStart");
    for (const address of [0x1003, 0x1005, 0x1003]) {
      target.position = target.timeline.findIndex(({ space, eip }) => space === 2 && eip === address);
      target.arrive(2, address);
    }
    expect(
      await transcript(
        client,
        "QTFrame:tdp:2",
        "QTFrame:pc:1003",
        "QTFrame:tdp:2",
        "QTFrame:0",
        "QTFrame:range:1004:1006",
        "QTFrame:outside:1004:1006",
        "QTFrame:3",
      ),
    ).toMatchInlineSnapshot(`
      "-> QTFrame:tdp:2
      <- F1T2
      -> QTFrame:pc:1003
      <- F2T1
      -> QTFrame:tdp:2
      <- F-1
      -> QTFrame:0
      <- F0T1
      -> QTFrame:range:1004:1006
      <- F1T2
      -> QTFrame:outside:1004:1006
      <- F2T1
      -> QTFrame:3
      <- F-1"
    `);
  });

  it("is sent as a trace file has it", async () => {
    const { client } = await collected(COLLECT_COUNTER);
    expect(await transcript(client, "qTBuffer:0,400", "qTBuffer:2,4", "qTBuffer:400,10")).toMatchInlineSnapshot(`
      "-> qTBuffer:0,400
      <- 01000c0000004d4020000000000000010000
      -> qTBuffer:2,4
      <- 0c000000
      -> qTBuffer:400,10
      <- l"
    `);
  });
});

describe("a tracepoint", () => {
  it("counts its hits and the bytes of its frames, steps included, until it has passed often enough", async () => {
    const { client, target } = await begin();
    await transcript(client, "Hgp2.1", "QTinit", "QTDP:1:1003:E:2:3-", `QTDP:-1:1003:${COLLECT_COUNTER}S${COLLECT_COUNTER}`, "QTStart");
    for (let n = 0; n < 5; n++) target.arrive(2, 0x1003, 9);
    expect(await transcript(client, "qTP:1:1003", "qTP:1:1004")).toMatchInlineSnapshot(`
      "-> qTP:1:1003
      <- V3:a2
      -> qTP:1:1004
      <- E.there is no tracepoint 1 at 0x1004"
    `);
    expect(await client.ask("qTStatus")).toMatch(/^T0;tpasscount:1;tframes:9;/);
  });

  it("that is disabled collects nothing", async () => {
    const { client, target } = await collected(COLLECT_COUNTER);
    await client.ask("QTDisable:1:1003");
    target.arrive(2, 0x1003);
    expect(await client.ask("qTStatus")).toContain(";tframes:1;");
    await client.ask("QTEnable:1:1003");
    target.arrive(2, 0x1003);
    expect(await client.ask("qTStatus")).toContain(";tframes:2;");
  });

  it("is uploaded as it came, with what the user typed if the client is in its process", async () => {
    const { client } = await begin();
    await transcript(
      client,
      "Hgp1.1",
      "QTinit",
      `QTDV:1:10:0:${hex("n")}`,
      "QTDP:1:100003:E:0:0:X3,220127-",
      "QTDP:-1:100003:M-1,100040,1",
    );
    await transcript(client, `QTDPsrc:1:100003:at:0:4:${hex("main")}`, `QTDPsrc:1:100003:cmd:0:3:${hex("n=1")}`);
    expect(await transcript(client, "qTfP", "qTsP", "qTsP", "qTsP", "qTsP", "qTfV", "qTsV")).toMatchInlineSnapshot(`
      "-> qTfP
      <- T1:100003:E:0:0:X3,220127
      -> qTsP
      <- A1:100003:M-1,100040,1
      -> qTsP
      <- Z1:100003:at:0:4:6d61696e
      -> qTsP
      <- Z1:100003:cmd:0:3:6e3d31
      -> qTsP
      <- l
      -> qTfV
      <- 1:10:0:6e
      -> qTsV
      <- l"
    `);
  });
});

it.each([
  ...[
    "QTDP",
    "QTDP:",
    "QTDP:1",
    "QTDP:1:1003:X:0:0",
    "QTDP:1:1003:E:0:0:F5",
    "QTDP:1:1003:E:0:0:X3,2201",
    "QTDP:-9:1003:M-1,0,1",
    "QTDPsrc:9:1:at:0:1:61",
  ],
  ...[
    "QTDV:zz",
    "QTFrame",
    "QTFrame:pc",
    "QTFrame:near:1",
    "QTEnable:9:1",
    "QTBuffer:size:ffffffff0",
    "QTNotes:who:61",
    "qTP:",
    "qTBuffer:",
    "qXfer:traceframe-info:read::0,10",
  ],
])("%s is a mistake", async (payload) => {
  const { client } = await begin();
  expect(await client.ask(payload)).toMatch(/^E/);
});
