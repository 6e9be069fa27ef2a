/** Golden transcripts: how a session begins. */
import { describe, expect, it } from "vitest";
import { FakeTarget } from "./fake-target.js";
import { GDB_FEATURES, hex, start, startStub, transcript } from "./harness.js";
import { RspClient } from "./rsp-client.js";

describe("connecting", () => {
  it("goes as gdb does it", async () => {
    const stub = await startStub();
    const client = await RspClient.connect(stub.port);
    expect(
      await transcript(
        client,
        GDB_FEATURES,
        "vMustReplyEmpty",
        "QStartNoAckMode",
        "Hgp0.0",
        "qTStatus",
        "?",
        "qXfer:threads:read::0,1000",
        "qAttached:1",
        "qXfer:exec-file:read:2:0,1000",
        "qC",
        "Hc-1",
        "qOffsets",
        "qSymbol::",
        "vCont?",
        "qfThreadInfo",
        "qsThreadInfo",
        "qThreadExtraInfo,p2.1",
        "Tp3.1",
      ),
    ).toMatchInlineSnapshot(`
      "-> qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+;xmlRegisters=i386
      <- PacketSize=20000;multiprocess+;swbreak+;hwbreak+;QStartNoAckMode+;binary-upload+;ConditionalBreakpoints+;BreakpointCommands+;QThreadEvents+;QCatchSyscalls+;vCon... (273 bytes)
      -> vMustReplyEmpty
      <- 
      -> QStartNoAckMode
      <- OK
      -> Hgp0.0
      <- OK
      -> qTStatus
      <- 
      -> ?
      <- T05thread:p1.1;08:00001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> qXfer:threads:read::0,1000
      <- l<?xml version="1.0"?>\\x0a<threads>\\x0a<thread id="p1.1" core="0" name="kernel thread 1">running</thread>\\x0a<thread id="p2.1" core="0" name="part1 thread 1">ru... (243 bytes)
      -> qAttached:1
      <- 1
      -> qXfer:exec-file:read:2:0,1000
      <- l/pok386/part1.elf
      -> qC
      <- QCp1.1
      -> Hc-1
      <- OK
      -> qOffsets
      <- Text=0;Data=0;Bss=0
      -> qSymbol::
      <- OK
      -> vCont?
      <- vCont;c;C;s;S;r
      -> qfThreadInfo
      <- mp1.1,p2.1,p3.1
      -> qsThreadInfo
      <- l
      -> qThreadExtraInfo,p2.1
      <- 70617274312074687265616420312c2072756e6e696e67
      -> Tp3.1
      <- OK"
    `);
  });

  it("advertises nothing the target has not got", async () => {
    const target = new FakeTarget();
    delete target.tables;
    delete target.restart;
    delete target.monitor;
    const { client } = await start(target);
    expect(
      await transcript(client, GDB_FEATURES, "qXfer:osdata:read::0,1000", `qRcmd,${hex("help")}`, "!", "vRun;", "R00"),
    ).toMatchInlineSnapshot(`
      "-> qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+;xmlRegisters=i386
      <- PacketSize=20000;multiprocess+;swbreak+;hwbreak+;QStartNoAckMode+;binary-upload+;ConditionalBreakpoints+;BreakpointCommands+;QThreadEvents+;QCatchSyscalls+;vCon... (254 bytes)
      -> qXfer:osdata:read::0,1000
      <- 
      -> qRcmd,68656c70
      <- 
      -> !
      <- OK
      -> vRun;
      <- 
      -> R00
      <- "
    `);
  });

  it("stops a machine that is running, before it says anything of it", async () => {
    const target = new FakeTarget();
    target.resume({ alone: false });
    const { client } = await start(target);
    expect(await client.ask("?")).toMatch(/^T05thread:p/);
    expect(target.running).toBe(false);
  });

  it("gives a client without multiprocess the threads of all spaces in one process", async () => {
    const { client } = await start(new FakeTarget(), "qSupported:xmlRegisters=i386");
    expect(await transcript(client, "?", "qfThreadInfo", "Hg20001", "m2000,10", "Z0,1003,1", "c", "qC")).toMatchInlineSnapshot(`
      "-> ?
      <- T05thread:1;08:00001000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> qfThreadInfo
      <- m1,20001,30001
      -> Hg20001
      <- OK
      -> m2000,10
      <- 68656c6c6f2066726f6d207061727431
      -> Z0,1003,1
      <- OK
      -> c
      <- T05thread:20001;08:03100000;04:78200000;05:70200000;09:00000000;0a:00000000;0b:00000000;
      -> qC
      <- QC20001"
    `);
  });
});

it("keeps a readable trace", async () => {
  const { stub, client } = await start();
  await client.ask("x1000,2");
  expect(stub.server.trace().slice(-2)).toEqual(["-> x1000,2", "<- E0e"]);
});
