/** Conditions and commands of breakpoints, evaluated here (GDB manual, "Packets": Z0). */
import { describe, expect, it } from "vitest";
import { Session } from "../../src/gdbstub/session.js";
import { Trace } from "../../src/gdbstub/trace.js";
import { FakeTarget } from "./fake-target.js";
import { connectClient, start, transcript } from "./harness.js";
import { decodeReply } from "./rsp-client.js";

/** counter (a byte at 0x2040) is 1: const16 0x2040, ref8, const8 1, equal, end. */
const COUNTED = "X8,232040172201132 7".replace(" ", "");
const NEVER = "X3,220027";
const ALWAYS = "X3,220127";
const UNREADABLE = "X4,220117 27".replace(" ", "");
/** printf "at %x\n", eip */
const DPRINTF = `X14,26000822002200340100086174202578 5c6e00 27`.replaceAll(" ", "");

const STOP = /^<- (T05thread:p\d\.1;08:\w+;)/;
const stops = (text: string): string[] => text.split("\n").flatMap((line) => STOP.exec(line)?.[1] ?? []);

describe("conditions", () => {
  it("are offered", async () => {
    const { client } = await start();
    expect(await client.ask("qSupported:multiprocess+")).toMatch(/;ConditionalBreakpoints\+;BreakpointCommands\+/);
  });

  it("pass over hits at which they are false", async () => {
    const { client } = await start();
    const said = await transcript(client, "Hgp2.1", `Z0,1003,1;${COUNTED}`, "m2040,1", "vCont;c", "m2040,1");
    expect(said).toContain("-> m2040,1\n<- 00");
    expect(said).toMatch(/<- 01$/);
  });

  it("of one breakpoint are alternatives", async () => {
    const { client } = await start();
    expect(stops(await transcript(client, "Hgp2.1", `Z0,1003,1;${NEVER}${ALWAYS}`, "vCont;c"))).toHaveLength(1);
    expect(stops(await transcript(client, `Z0,1003,1;${NEVER};${ALWAYS}`, "vCont;c"))).toHaveLength(1);
  });

  it("that cannot be evaluated stop", async () => {
    const { client } = await start();
    expect(stops(await transcript(client, "Hgp2.1", `Z0,1003,1;${UNREADABLE}`, "vCont;c"))).toHaveLength(1);
  });

  it("are replaced by those of another insertion", async () => {
    const { client } = await start();
    const said = await transcript(client, "Hgp2.1", "Z0,1003,1", `Z0,1003,1;${NEVER}`, "Hgp3.1", "Z0,1004,1", "vCont;c");
    expect(stops(said)).toEqual(["T05thread:p3.1;08:04100000;"]);
  });

  it("of one type do not count for the other type of breakpoint at the place", async () => {
    const { client } = await start();
    expect(stops(await transcript(client, "Hgp2.1", `Z0,1003,1;${NEVER}`, "Z1,1003,1", "vCont;c"))).toHaveLength(1);
    const said = await transcript(client, "Z0,1004,1", "z1,1003,1", "vCont;c");
    expect(stops(said)).toEqual(["T05thread:p2.1;08:04100000;"]);
  });

  it.each([
    ["an expression of another length", "Z0,1003,1;X4,220027"],
    ["an instruction there is not", "Z0,1003,1;X1,99"],
    ["an instruction reserved for floating point", "Z0,1003,1;X4,22011b27"],
    ["half a byte", "Z0,1003,1;X1,2"],
    ["something else", "Z0,1003,1;hello"],
    ["no number of bytes", "Z0,1003,1;X,27"],
    ["commands without an expression's length", "Z0,1003,1;cmds:0,X"],
  ])("that are %s are refused", async (_, packet) => {
    const { client, target } = await start();
    expect(await client.ask("Hgp2.1")).toBe("OK");
    expect(await client.ask(packet)).toMatch(/^E\.malformed/);
    expect(target.inserted.size).toBe(0);
  });
});

describe("commands", () => {
  it("print while the machine runs, and do not stop it", async () => {
    const { client } = await start();
    const said = await transcript(client, "Hgp2.1", `Z0,1003,1;cmds:0,${DPRINTF}`, "Z0,1004,1", "vCont;c");
    expect(said).toContain('<- O "at 1003\\n"\n<- T05thread:p2.1;08:04100000;');
  });

  it("are executed at hits at which the condition holds", async () => {
    const { client } = await start();
    const said = await transcript(client, "Hgp2.1", `Z0,1003,1;${NEVER};cmds:0,${DPRINTF}`, "Z0,1004,1", "vCont;c");
    expect(said).not.toContain("at 1003");
  });

  it("that fail stop, and say why", async () => {
    const { client } = await start();
    const said = await transcript(client, "Hgp2.1", `Z0,1003,1;cmds:0,${UNREADABLE}`, "vCont;c");
    expect(said).toContain("a command of this breakpoint has failed: there is no memory at 0x1");
    expect(stops(said)).toHaveLength(1);
  });

  it("stay when the client goes, if it says so, and speak to the next one", async () => {
    const { stub, client, target } = await start();
    await transcript(client, "Hgp2.1", `Z0,1003,1;cmds:1,${DPRINTF}`, "Z0,1004,1", "D;1", "D;2", "D;3");
    expect([...target.inserted]).toEqual(["execute 2 1003 1"]);
    while (!client.closed) await client.next();
    const next = await connectClient(stub);
    const said = await transcript(next, "?", "Hgp2.1", "Z0,1005,1", "vCont;c");
    expect(said).toContain('<- O "at 1003\\n"');
    target.dispose();
  });
});

it("does not keep what commands print without end for a client that does not read", () => {
  const target = new FakeTarget();
  const sent: string[] = [];
  let unread = 0;
  const wire = {
    write: (bytes: Uint8Array) => sent.push(Buffer.from(bytes).toString("latin1")),
    backlog: () => unread,
    end: () => {},
  };
  const session = new Session(target, wire, new Trace());
  session.link.stopAcknowledging();
  session.resume({ alone: false });
  target.say("first\n");
  unread = 1 << 30;
  for (let n = 0; n < 1000; n++) target.say("too much\n");
  unread = 0;
  target.say("last\n");
  target.dispose();
  const said = sent.map((text) => Buffer.from(decodeReply(text.slice(2, -3)), "hex").toString());
  expect(said).toEqual(["first\n", "pok386: 1000 messages were left out, because they came faster than they were read\n", "last\n"]);
});

it("leaves nothing behind that was not asked to stay", async () => {
  const target = new FakeTarget();
  const { client } = await start(target);
  await transcript(client, "Hgp2.1", `Z0,1003,1;cmds:0,${DPRINTF}`, `Z0,1004,1;${NEVER}`, "D;1", "D;2", "D;3");
  expect(target.inserted.size).toBe(0);
});
