/** Clients of every kind of bad manners at the real program's port: each gets an answer or is dropped, and the next one finds all well. */
import { describe, expect, it } from "vitest";
import { runGdb } from "../gdbstub/real-gdb.js";
import { frame, RspClient } from "../gdbstub/rsp-client.js";
import { debugged } from "../support/pok386.js";

const SUPPORTED = "qSupported:multiprocess+;swbreak+;hwbreak+";

async function client(): Promise<{ port: number; client: RspClient }> {
  const { port } = await debugged();
  const client = await RspClient.connect(port);
  client.raw(frame(SUPPORTED));
  expect(await client.packet()).toContain("PacketSize=");
  return { port, client };
}

/** A client after all this finds a stub that works. */
async function isWell(port: number): Promise<void> {
  const next = await RspClient.connect(port);
  next.raw(frame(SUPPORTED));
  expect(await next.packet()).toContain("multiprocess+");
  next.raw(frame("?"));
  expect(await next.packet()).toMatch(/^T05thread:p\d\.\d;/);
  next.socket.destroy();
}

describe("a client that stays gets an answer, and may go on", () => {
  it("a checksum error gets a nak, and the packet is taken when it comes again", async () => {
    const { client: c } = await client();
    c.inbox.length = 0;
    c.raw("$?#00");
    expect(await c.next()).toBe("-");
    c.raw(frame("?"));
    expect(await c.packet()).toMatch(/^T05thread:p1\.1;/);
  });

  it.each(["m", "mzz,1", "M0,1", "Z9,0,1", "vCont;z", "Hg", "qXfer:threads:read::x", "P", "vFile:open:zz"])(
    "malformed %s gets an error",
    async (packet) => {
      const { client: c } = await client();
      c.raw(frame(packet));
      expect(await c.packet()).toMatch(/^E/);
      c.raw(frame("qC"));
      expect(await c.packet()).toBe("QCp1.1");
    },
  );

  it("a packet longer than PacketSize gets an error", async () => {
    const { client: c } = await client();
    c.raw(frame(`M0,1:${"0".repeat(100_000)}`));
    expect(await c.packet()).toMatch(/^E/);
    c.raw(frame("qC"));
    expect(await c.packet()).toBe("QCp1.1");
  });

  it("an unknown packet gets the empty answer", async () => {
    const { client: c } = await client();
    c.raw(frame("qNonsense"));
    expect(await c.packet()).toBe("");
  });

  it("a packet that comes byte by byte is a packet", async () => {
    const { client: c } = await client();
    for (const byte of frame("qC")) c.raw(byte);
    expect(await c.packet()).toBe("QCp1.1");
  });

  it("noise between packets is passed over", async () => {
    const { client: c } = await client();
    c.raw("\x00\xff++--hello\r\n");
    c.raw(frame("qC"));
    let answer: string | undefined;
    do answer = await c.packet();
    while (answer?.startsWith("PacketSize="));
    expect(answer).toBe("QCp1.1");
  });
});

describe("the next client works after one that", () => {
  it("says nothing and goes", async () => {
    const { port } = await debugged();
    (await RspClient.connect(port)).socket.destroy();
    await isWell(port);
  });

  it("vanishes in the middle of a packet", async () => {
    const { port, client: c } = await client();
    c.raw("$m100000,4");
    c.socket.destroy();
    await isWell(port);
  });

  it("vanishes in the middle of a checksum", async () => {
    const { port, client: c } = await client();
    c.raw(frame("g").slice(0, -1));
    c.socket.resetAndDestroy();
    await isWell(port);
  });

  it("vanishes while the machine runs for it", async () => {
    const { port, client: c } = await client();
    c.raw(frame("vCont;c"));
    c.socket.resetAndDestroy();
    await isWell(port);
  });

  it("vanishes without having read its answers", async () => {
    const { port, client: c } = await client();
    c.socket.pause();
    c.raw(frame("m100000,1000").repeat(200));
    c.socket.resetAndDestroy();
    await isWell(port);
  });

  it("speaks another protocol", async () => {
    const { port } = await debugged();
    const browser = await RspClient.connect(port);
    browser.raw("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: price=$5#zz; x=$$$###}}}***\r\n\r\n");
    browser.socket.destroy();
    await isWell(port);
  });

  it("sends a megabyte of anything", async () => {
    const { port } = await debugged();
    const noisy = await RspClient.connect(port);
    noisy.raw(Array.from({ length: 1 << 20 }, (_, n) => String.fromCharCode((n * 7919) & 0xff)).join(""));
    noisy.socket.destroy();
    await isWell(port);
  });

  it("all of them, and it is gdb", async () => {
    const { port, client: c } = await client();
    c.raw("$vCont;c");
    c.socket.resetAndDestroy();
    expect(await runGdb("gdb", port, ["break update_track", "continue"])).toMatch(/hit Breakpoint 1, update_track/);
  });
});
