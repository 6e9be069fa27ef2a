/** A client of the remote protocol that asks one thing at a time, for timing. */
import { connect, createServer } from "node:net";

const [DOLLAR, HASH, OUTPUT, KAY] = Buffer.from("$#OK");

export class Client {
  /** Pieces of a packet that is not complete. */
  #pieces = [];
  #waiting;
  #socket;
  acknowledging = true;
  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      this.#pieces.push(bytes);
      // A packet's last bytes are "#" and the checksum.
      if (bytes.length >= 3 ? bytes[bytes.length - 3] === HASH : this.#pieces.length > 0) this.#deliver();
    });
  }
  static async connect(port) {
    for (let tries = 0; tries < 200; tries++) {
      const socket = connect(port, "127.0.0.1");
      const ok = await new Promise((resolve) => socket.once("connect", () => resolve(true)).once("error", () => resolve(false)));
      if (ok) return new Client(socket);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`nobody listens at ${port}`);
  }
  #deliver() {
    if (!this.#waiting || this.#pieces.length === 0) return;
    const bytes = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    const start = bytes.indexOf(DOLLAR);
    const end = start < 0 ? -1 : bytes.indexOf(HASH, start);
    if (end < 0 || bytes.length < end + 3) {
      this.#pieces = [bytes];
      return;
    }
    this.#pieces = bytes.length > end + 3 ? [bytes.subarray(end + 3)] : [];
    if (this.acknowledging) this.#socket.write("+");
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting(bytes.subarray(start + 1, end));
  }
  send(payload) {
    let sum = 0;
    for (let n = 0; n < payload.length; n++) sum += payload.charCodeAt(n);
    this.#socket.write(`$${payload}#${(sum & 0xff).toString(16).padStart(2, "0")}`, "latin1");
  }
  raw(text) {
    this.#socket.write(text);
  }
  packet() {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#deliver();
    });
  }
  /** The reply, as text. */
  async ask(payload) {
    return (await this.request(payload)).toString("latin1");
  }
  /** The reply, as bytes. */
  async request(payload) {
    this.send(payload);
    for (;;) {
      const packet = await this.packet();
      // Text for the user is no answer; "OK" is.
      if (packet[0] !== OUTPUT || packet[1] === KAY) return packet;
    }
  }
  close() {
    this.#socket.destroy();
  }
}

export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
