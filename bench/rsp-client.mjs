/** A client of the remote protocol that asks one thing at a time, for timing. */
import { connect, createServer } from "node:net";

export class Client {
  #buffer = "";
  #waiting;
  #socket;
  acknowledging = true;
  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      this.#buffer += bytes.toString("latin1");
      this.#deliver();
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
    const end = this.#buffer.indexOf("#", this.#buffer.indexOf("$"));
    if (!this.#waiting || end < 0 || this.#buffer.length < end + 3 || this.#buffer.indexOf("$") < 0) return;
    const packet = this.#buffer.slice(this.#buffer.indexOf("$") + 1, end);
    this.#buffer = this.#buffer.slice(end + 3);
    if (this.acknowledging) this.#socket.write("+");
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting(packet);
  }
  send(payload) {
    const sum = [...payload].reduce((n, c) => n + c.charCodeAt(0), 0) & 0xff;
    this.#socket.write(`$${payload}#${sum.toString(16).padStart(2, "0")}`);
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
  async ask(payload) {
    this.send(payload);
    for (;;) {
      const packet = await this.packet();
      if (packet[0] !== "O" || packet === "OK") return packet;
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
