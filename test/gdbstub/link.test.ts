/** Acknowledgments on a real socket. */
import { describe, expect, it } from "vitest";
import { PACKET_SIZE } from "../../src/gdbstub/codec.js";
import { connectClient, startStub } from "./harness.js";
import { frame, RspClient } from "./rsp-client.js";

const newcomer = async () => {
  const stub = await startStub();
  const client = await RspClient.connect(stub.port);
  client.acknowledging = false;
  return { stub, client };
};

describe("in acknowledgment mode", () => {
  it("asks for a packet with a bad checksum again, and takes the next one", async () => {
    const { client } = await newcomer();
    client.raw("$qC#00");
    expect(await client.next()).toBe("-");
    client.raw(frame("qC"));
    expect([await client.next(), await client.next()]).toEqual(["+", "$QC1"]);
  });

  it("sends its last packet again when asked", async () => {
    const { client } = await newcomer();
    client.raw(frame("qC"));
    expect([await client.next(), await client.next()]).toEqual(["+", "$QC1"]);
    client.raw("-");
    expect(await client.next()).toBe("$QC1");
    client.raw("-");
    expect(await client.next()).toBe("$QC1");
    client.raw("+-");
    expect(await client.next(100)).toBeUndefined();
  });

  it("sends one packet after the other: the second waits for the acknowledgment of the first", async () => {
    const { client } = await newcomer();
    client.raw(frame("qRcmd,68656c70"));
    expect(await client.next()).toBe("+");
    expect(await client.next()).toMatch(/^\$O796f75/);
    expect(await client.next(100)).toBeUndefined();
    client.raw("-");
    expect(await client.next()).toMatch(/^\$O796f75/);
    client.raw("+");
    expect(await client.next()).toMatch(/^\$O7468617420/);
    client.raw("+");
    expect(await client.next()).toBe("$OK");
  });

  it("does not wait for a client that never acknowledges but goes on asking", async () => {
    const { client } = await newcomer();
    client.raw(frame("qRcmd,68656c70"));
    await client.next();
    await client.next();
    client.raw(frame("qC"));
    expect(await client.next()).toMatch(/^\$O7468617420/);
    expect([await client.next(), await client.next(), await client.next()]).toEqual(["$OK", "+", "$QC1"]);
  });

  it("ends it after the reply to QStartNoAckMode", async () => {
    const { client } = await newcomer();
    client.raw(frame("QStartNoAckMode"));
    expect([await client.next(), await client.next()]).toEqual(["+", "$OK"]);
    client.raw(`+${frame("qC")}`);
    expect(await client.next()).toBe("$QC1");
    client.raw("-");
    // Neither side checks sums any more; a '-' means nothing.
    client.raw("$qC#00");
    expect(await client.next()).toBe("$QC1");
    expect(await client.next(100)).toBeUndefined();
  });
});

it("answers a packet beyond PacketSize with an error and works on", async () => {
  const stub = await startStub();
  const client = await connectClient(stub);
  expect(await client.ask(`M1000,${"0".repeat(PACKET_SIZE * 3)}`)).toBe("E16");
  expect(await client.ask("qC")).toBe("QCp1.1");
});

describe("the port", () => {
  it("refuses a second client and leaves the first alone", async () => {
    const stub = await startStub();
    const first = await connectClient(stub);
    const second = await RspClient.connect(stub.port);
    // It may wait a second for the first to leave: a debugger that reconnects can be here before its former connection has ended.
    expect(await second.next()).toBeUndefined();
    expect(second.closed).toBe(true);
    expect(await first.ask("qC")).toBe("QCp1.1");
    expect(stub.events).toEqual(["connected"]);
  });

  it("does not refuse a second client for having stood still itself while the first left", async () => {
    const stub = await startStub();
    const first = await connectClient(stub);
    const second = await RspClient.connect(stub.port);
    // That the stub has taken it in as well is seen nowhere; a moment later it has.
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.socket.destroy();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
    expect(await second.ask("qC")).toMatch(/^QCp?1/);
    expect(stub.events).toEqual(["connected", "gone", "connected"]);
  });

  it("serves the next client after one that vanished in the middle of a packet", async () => {
    const stub = await startStub();
    const first = await connectClient(stub);
    await first.ask("Hgp2.1");
    await first.ask("Z0,1003,1");
    first.raw("$m1000,4");
    first.socket.resetAndDestroy();
    const second = await connectClient(stub);
    expect(await second.ask("?")).toMatch(/^T05thread:p/);
    expect(stub.events).toEqual(["connected", "gone", "connected"]);
    expect(stub.target.detached).toBe(1);
    expect([...stub.target.inserted]).toEqual([]);
  });

  it("serves a client that comes the moment the one before hangs up", async () => {
    const stub = await startStub();
    for (let i = 0; i < 10; i++) {
      const client = await connectClient(stub);
      expect(await client.ask("qC")).toMatch(/^QCp/);
      client.socket.end();
    }
  });

  it("tells which one it is, and lets go of it when closed", async () => {
    const stub = await startStub();
    expect(stub.server.address).toEqual({ host: "127.0.0.1", port: stub.port });
    const client = await connectClient(stub);
    await stub.server.close();
    expect(await client.next()).toBeUndefined();
    await expect(RspClient.connect(stub.port)).rejects.toThrow(/ECONNREFUSED/);
  });
});
