/** A client for tests with a codec of its own, so that a mistake in the stub's is not made twice. Texts are one character per byte. */
import { connect, type Socket } from "node:net";
import { PATIENCE } from "../support/patience.js";

/** What the framing of the manual makes of a reply's body: runs expanded, then escapes undone. */
export const decodeReply = (body: string): string => {
  let expanded = "";
  for (let i = 0; i < body.length; i++) {
    if (body[i] === "*") expanded += expanded[expanded.length - 1].repeat(body.charCodeAt(++i) - 29);
    else expanded += body[i];
  }
  let text = "";
  for (let i = 0; i < expanded.length; i++) {
    text += expanded[i] === "}" ? String.fromCharCode(expanded.charCodeAt(++i) ^ 0x20) : expanded[i];
  }
  return text;
};

export const frame = (payload: string): string => {
  let sum = 0;
  for (let i = 0; i < payload.length; i++) sum += payload.charCodeAt(i);
  return `$${payload}#${(sum & 0xff).toString(16).padStart(2, "0")}`;
};

export class RspClient {
  /** "+", "-" and "$payload" as they came in. */
  readonly inbox: string[] = [];
  acknowledging = true;
  closed = false;
  #rest = "";
  #wake: (() => void) | undefined;

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#receive(bytes.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  /** At a port of this machine, or at a socket of the file system. */
  static connect(at: number | string): Promise<RspClient> {
    const place = typeof at === "number" ? { port: at, host: "127.0.0.1" } : { path: at };
    return new Promise((resolve, reject) => {
      const socket = connect(place, () => resolve(new RspClient(socket)));
      socket.once("error", reject);
    });
  }

  raw(text: string): void {
    this.socket.write(Buffer.from(text, "latin1"));
  }

  /** The next thing to come in. Undefined if the stub hung up, or says nothing for that long. */
  async next(timeout = PATIENCE): Promise<string | undefined> {
    const end = Date.now() + timeout;
    while (this.inbox.length === 0) {
      const left = end - Date.now();
      if (this.closed || left <= 0) return undefined;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.inbox.shift();
  }

  /** The next packet, with acknowledgments passed over. */
  async packet(timeout = PATIENCE): Promise<string | undefined> {
    for (;;) {
      const item = await this.next(timeout);
      if (item === undefined) return undefined;
      if (item[0] === "$") return item.slice(1);
    }
  }

  async ask(payload: string): Promise<string | undefined> {
    this.raw(frame(payload));
    return this.packet();
  }

  #receive(text: string): void {
    this.#rest += text;
    for (;;) {
      const match = /^(?:[+-]|\$([^#]*)#[0-9a-f]{2})/s.exec(this.#rest);
      if (match === null) break;
      this.#rest = this.#rest.slice(match[0].length);
      if (match[1] === undefined) this.inbox.push(match[0]);
      else {
        this.inbox.push(`$${decodeReply(match[1])}`);
        if (this.acknowledging) this.raw("+");
      }
    }
    this.#wake?.();
  }
}
