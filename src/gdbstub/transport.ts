/** A TCP port for one debugger at a time. Bytes in, bytes out; what they mean is the session's business. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import createDebug from "debug";
import { BusyPoll } from "./busy-poll.js";
import type { Wire } from "./link.js";

const log = createDebug("pok386:gdbstub");

/** How long a second client may wait for the first to go, in milliseconds; gdb itself gives a stub two seconds to answer. */
const PATIENCE = 1000;

export interface Connection {
  receive(bytes: Uint8Array): void;
  /** The client is gone, however it went. Called exactly once. */
  gone(): void;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** A client has come; the result takes its bytes. */
  readonly connect: (wire: Wire) => Connection;
}

export class Transport {
  #client: Socket | undefined;
  /** Clients that came while another was there, each with the timer that refuses it. */
  readonly #waiting = new Map<Socket, NodeJS.Timeout>();

  private constructor(
    private readonly server: Server,
    private readonly connect: (wire: Wire) => Connection,
  ) {
    server.on("connection", (socket) => this.#arrived(socket));
  }

  static listen({ host, port, connect }: ListenOptions): Promise<Transport> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true });
      const transport = new Transport(server, connect);
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        server.on("error", (error) => log("listening: %s", error.message));
        resolve(transport);
      });
    });
  }

  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.server.address() as AddressInfo;
    return { host: address, port };
  }

  close(): Promise<void> {
    this.#client?.destroy();
    for (const [socket, refuse] of this.#waiting) {
      clearTimeout(refuse);
      socket.destroy();
    }
    this.#waiting.clear();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  #arrived(socket: Socket): void {
    socket.on("error", (error) => log("client: %s", error.message));
    if (this.#client === undefined) this.#serve(socket);
    else this.#wait(socket);
  }

  /** A debugger that reconnects at once may be here before the end of its former connection has been read. Only who stays is refused. */
  #wait(socket: Socket): void {
    // After a process stood still its timers come before what has come in meanwhile, which may be the end of the first one.
    const refuse = setTimeout(() => setImmediate(() => this.#refuse(socket)), PATIENCE);
    this.#waiting.set(socket, refuse);
  }

  #refuse(socket: Socket): void {
    if (this.#client === undefined || !this.#waiting.delete(socket)) return;
    log("a second client was refused");
    socket.destroy();
  }

  #serveNext(): void {
    if (this.#client !== undefined) return;
    for (const [socket, refuse] of this.#waiting) {
      this.#waiting.delete(socket);
      clearTimeout(refuse);
      if (socket.destroyed) continue;
      this.#serve(socket);
      return;
    }
  }

  #serve(socket: Socket): void {
    this.#client = socket;
    let connection: Connection | undefined;
    const free = () => {
      if (this.#client !== socket) return;
      this.#client = undefined;
      connection?.gone();
      // Later, since the former session may be in the middle of its last words.
      setImmediate(() => this.#serveNext());
    };
    connection = this.connect({
      write: (bytes) => {
        if (socket.writable) socket.write(bytes);
      },
      backlog: () => socket.writableLength,
      end: () => {
        socket.end();
        free();
      },
    });
    const poll = new BusyPoll();
    socket.on("data", (bytes) => {
      if (this.#client !== socket) return;
      connection.receive(bytes);
      poll.heard();
    });
    // "end" comes before "close": the next client need not wait for the last byte of this one.
    socket.on("end", free);
    socket.on("close", free);
  }
}
