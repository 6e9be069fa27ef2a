/** Whatever a client sends: one reply, and the session goes on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unescapeBinary } from "../../src/gdbstub/codec.js";
import { Session } from "../../src/gdbstub/session.js";
import { Trace } from "../../src/gdbstub/trace.js";
import { FakeTarget } from "./fake-target.js";
import { decodeReply, frame } from "./rsp-client.js";

/** A session with no socket and no acknowledgments, so that every reply is there at once. */
const startSession = () => {
  const target = new FakeTarget();
  // Nothing here waits for the machine.
  target.resume = () => {};
  target.detach = () => {};
  const sent: string[] = [];
  let ended = false;
  const wire = {
    write: (bytes: Uint8Array) => sent.push(Buffer.from(bytes).toString("latin1")),
    end: () => {
      ended = true;
    },
  };
  const session = new Session(target, wire, new Trace());
  const ask = (payload: string): string[] => {
    sent.length = 0;
    session.link.receive(new Uint8Array(Buffer.from(frame(payload), "latin1")));
    return sent.filter((text) => text.startsWith("$")).map((text) => decodeReply(text.slice(1, -3)));
  };
  ask("qSupported:multiprocess+;swbreak+;hwbreak+");
  ask("QStartNoAckMode");
  return { target, session, ask, hasEnded: () => ended };
};

describe("a malformed packet gets an error", () => {
  it.each([
    // memory
    "m",
    "m1000",
    "m,4",
    "m1000,",
    "mzz,4",
    "m1000,4x",
    "m-1000,4",
    "m1000,-4",
    "m123456789,4",
    "m1000,ffffffffffffffffffff",
    "mdead0000,4",
    "M1000,1",
    "M1000,1:",
    "M1000,1:5",
    "M1000,1:zz",
    "M1000,2:55",
    "Mdead0000,1:55",
    "X1000,2:a",
    "X1000,1:}",
    "X1000",
    "xzz,1",
    "xdead0000,1",
    // registers
    "g0",
    "G",
    "G00",
    "Gzz",
    "p",
    "pzz",
    "p2a",
    "pffff",
    "p-1",
    "P",
    "P8",
    "P8=",
    "P8=00",
    "P8=zzzzzzzz",
    "Pff=00000000",
    // threads
    "H",
    "Hg",
    "Hx1",
    "Hgp9.9",
    "Hgq1.1",
    "Hgp1.zz",
    "Hg-2",
    "T",
    "Tp1.9",
    "Tp99999999999.1",
    "qThreadExtraInfo",
    "qThreadExtraInfo,",
    "qThreadExtraInfo,p9.1",
    // points
    "Z",
    "Z0",
    "Z5,1003,1",
    "Z0,1003",
    "Z0,,1",
    "Z0,zz,1",
    "Z0,1003,fffff",
    "Z0,1003,1;X1,22",
    "Z0,dead0000,1",
    "z0,1003",
    // resuming
    "vCont",
    "vCont;",
    "vCont;q",
    "vCont;C:p1.1",
    "vCont;Czz",
    "vCont;r",
    "vCont;r1000:p1.1",
    "vCont;s:",
    "vCont;s:p9q",
    "vCont;t",
    "cq",
    "szz",
    "C",
    "Czz",
    "c9999",
    // life and death
    "D;",
    "D;zz",
    "D;9",
    "D1",
    "vKill",
    "vKill;",
    "vKill;9",
    "vKill;2",
    "vAttach;",
    "vAttach;9",
    "vRun;",
    // documents and files
    "qXfer:features:read",
    "qXfer:features:read:target.xml",
    "qXfer:features:read:target.xml:0",
    "qXfer:features:read:target.xml:zz,10",
    "qXfer:features:read:other.xml:0,10",
    "qXfer:features:read:target.xml:fffffff,10",
    "qXfer:exec-file:read:zz:0,10",
    "qXfer:exec-file:read:9:0,10",
    "qXfer:osdata:read:nothing:0,10",
    "vFile:open:",
    "vFile:open:6",
    "vFile:open:61",
    "vFile:open:61,0",
    "vFile:pread:0",
    "vFile:pread:zz,1,1",
    "vFile:fstat:",
    "vFile:close:zz",
    "vFile:setfs:",
    "qRcmd",
    "qRcmd,6",
    "qRcmd,zz",
    // bugs of ours
    `qRcmd,${Buffer.from("bug").toString("hex")}`,
  ])("%s", (payload) => {
    const { ask, hasEnded } = startSession();
    expect(ask(payload)).toEqual([expect.stringMatching(/^(E[0-9a-f]{2}$|E\..)/)]);
    expect(ask("qC")).toEqual(["QCp1.1"]);
    expect(hasEnded()).toBe(false);
  });

  it("and none of those with data back are answered in text, which gdb 13 would take for data", () => {
    const { ask } = startSession();
    for (const payload of ["mzz", "M1", "X1", "xzz", "qRcmd,6", "vFile:open:6", "qThreadExtraInfo,zz"])
      expect(ask(payload)).toEqual([expect.stringMatching(/^E[0-9a-f]{2}$/)]);
  });

  it("in text everywhere, for a client that understands it everywhere", () => {
    const { ask } = startSession();
    expect(ask("qSupported:multiprocess+;error-message+")[0]).toContain("error-message+");
    expect(ask("mdead0000,4")).toEqual(["E.0xdead0000 is beyond the limit of space 1"]);
    expect(ask("mzz,4")).toEqual(["E.malformed m packet: expected a hexadecimal number"]);
    expect(ask(`qRcmd,${Buffer.from("bug").toString("hex")}`)).toEqual(["E.internal error: a bug of ours"]);
  });
});

it.each(["vMustReplyEmpty", "qSomething", "QNonStop:1", "jThreadsInfo", "bs", "", "\x00\xff", "vCont!", "x0,0", "qTStatus"])(
  "an unknown packet is answered with an empty one: %j",
  (payload) => {
    const { ask } = startSession();
    expect(ask(payload)).toEqual([""]);
  },
);

/** Beginnings that get past the name of a packet, and field-like ends. */
const beginnings = fc.constantFrom(
  ..."? g G p P m M X x H Hg Hc T Z0, Z1, z0, D D; qC qRcmd, qXfer: qXfer:threads:read::0, qXfer:features:read:target.xml: qSupported: vCont; vCont;s: vCont? vFile:".split(
    " ",
  ),
  ..."vFile:open: vFile:pread: vKill; vAttach; vRun; qThreadExtraInfo, qAttached: qSymbol: ! QStartNoAckMode vFile:fstat: vFile:close: vFile:readlink:".split(
    " ",
  ),
);
const field = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom(",", ";", ":", "=", ".", "-1", "p1.1", "p2.-1", "0", "1000", "ffffffff", "3b9aca00000"),
  fc.nat().map((n) => n.toString(16)),
);
const payloads = fc.oneof(
  fc
    .tuple(fc.oneof(beginnings, fc.string({ maxLength: 3 })), fc.array(field, { maxLength: 6 }))
    .map(([name, fields]) => name + fields.join("")),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
);

it("survives anything, with one reply to each packet but those that have none", () => {
  const cleaned = payloads.map((text) =>
    Array.from(text, (c) => (c > "\u00ff" ? "?" : c))
      .join("")
      .replace(/[#$]/g, "}"),
  );
  fc.assert(
    fc.property(fc.array(cleaned, { maxLength: 12 }), (requests) => {
      const { ask, session, target } = startSession();
      for (const request of requests) {
        // A resume has its reply later, `k` and `R` have none, and after the last detach the session is over.
        if (/^([cCsSkR]|vCont;|D)/.test(request)) continue;
        const replies = ask(request);
        expect(replies.filter((reply) => !/^O[0-9a-f]{2}/.test(reply))).toHaveLength(1);
      }
      for (const request of requests) ask(request);
      session.gone();
      target.dispose();
    }),
    { numRuns: 500 },
  );
});

it("takes binary data as they are", () => {
  const { ask, target } = startSession();
  ask("Hgp2.1");
  const data = "#$}*\x00\xff\x03+";
  expect(ask(`X2000,8:${data.replace(/[#$}*]/g, (c) => `}${String.fromCharCode(c.charCodeAt(0) ^ 0x20)}`)}`)).toEqual(["OK"]);
  expect(Buffer.from(target.memory.read(2, 0x2000, 8) as Uint8Array).toString("latin1")).toBe(data);
  expect(ask("x2000,8")).toEqual([`b${data}`]);
  expect(unescapeBinary(new Uint8Array([0x7d, 0x5d]))).toEqual(new Uint8Array([0x7d]));
});
