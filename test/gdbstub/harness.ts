/** A stub around a fake target, clients for it, and the trace of their packets when a test fails. */
import { onTestFailed, onTestFinished } from "vitest";
import { type GdbServer, startGdbServer } from "../../src/gdbstub/index.js";
import { PATIENCE } from "../support/patience.js";
import { type Moment, TIMELINE } from "./fake-machine.js";
import { FakeTarget } from "./fake-target.js";
import { RspClient } from "./rsp-client.js";

export interface Stub {
  readonly target: FakeTarget;
  readonly server: GdbServer;
  readonly port: number;
  readonly events: string[];
}

export const startStub = async (target = new FakeTarget()): Promise<Stub> => {
  const events: string[] = [];
  const server = await startGdbServer(target, { port: 0, onClient: (event) => events.push(event) });
  onTestFailed(() => console.error(`packets:\n${server.trace().join("\n")}`));
  onTestFinished(async () => {
    await server.close();
    target.dispose();
  });
  return { target, server, port: server.address.port, events };
};

/** What gdb offers at the start of a session. */
export const GDB_FEATURES = "qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+;xmlRegisters=i386";

/** A client past the handshake, without acknowledgments. */
export const connectClient = async ({ port }: Stub, offer = GDB_FEATURES): Promise<RspClient> => {
  const client = await RspClient.connect(port);
  await client.ask(offer);
  await client.ask("QStartNoAckMode");
  client.acknowledging = false;
  client.inbox.length = 0;
  return client;
};

export const hex = (text: string): string => Buffer.from(text).toString("hex");

/** A fake target with something else to one moment of its timeline. */
export const withMoment = (index: number, extra: Partial<Moment>): FakeTarget => {
  const target = new FakeTarget();
  target.timeline = TIMELINE.map((moment, i) => (i === index ? { ...moment, ...extra } : moment));
  return target;
};

/** A stub and a client past the handshake. */
export const start = async (target = new FakeTarget(), offer?: string) => {
  const stub = await startStub(target);
  return { stub, target, client: await connectClient(stub, offer) };
};

const PRINTED = 160;

const printable = (text: string): string => {
  const shown = text.replace(/[^\x20-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return shown.length > PRINTED ? `${shown.slice(0, PRINTED)}... (${text.length} bytes)` : shown;
};

/** Sends the requests one after another. "0x03" is the break; a resume is followed until its stop. */
export const transcript = async (client: RspClient, ...requests: string[]): Promise<string> => {
  const lines: string[] = [];
  for (const request of requests) {
    lines.push(`-> ${printable(request)}`);
    let reply: string | undefined;
    if (request === "0x03") {
      client.raw("\x03");
      reply = await client.packet();
    } else reply = await client.ask(request);
    // Console output comes before the answer proper.
    while (reply !== undefined && /^O[0-9a-f]{2}/.test(reply)) {
      lines.push(`<- O ${JSON.stringify(Buffer.from(reply.slice(1), "hex").toString())}`);
      reply = await client.packet();
    }
    lines.push(reply === undefined ? (client.closed ? "   (the stub hangs up)" : "   (no answer)") : `<- ${printable(reply)}`);
  }
  return lines.join("\n");
};

/** Until something is so. */
export const eventually = async (condition: () => boolean): Promise<void> => {
  const end = Date.now() + PATIENCE;
  while (!condition()) {
    if (Date.now() > end) throw new Error("it did not come about");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
