/** A TCP port for one debugger at a time. Bytes in, bytes out; what they mean is the session's business. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import createDebug from "debug";
import type { Wire } from "./link.js";

const log = createDebug("pok386:gdbstub");

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
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  #arrived(socket: Socket): void {
    socket.on("error", (error) => log("client: %s", error.message));
    // A debugger that reconnects at once may be here before the end of its former connection has been read: look again next turn.
    if (this.#client === undefined) this.#serve(socket);
    else
      setImmediate(() => {
        if (socket.destroyed) return;
        if (this.#client === undefined) this.#serve(socket);
        else {
          log("a second client was refused");
          socket.destroy();
        }
      });
  }

  #serve(socket: Socket): void {
    this.#client = socket;
    let connection: Connection | undefined;
    const free = () => {
      if (this.#client !== socket) return;
      this.#client = undefined;
      connection?.gone();
    };
    connection = this.connect({
      write: (bytes) => {
        if (socket.writable) socket.write(bytes);
      },
      end: () => {
        socket.end();
        free();
      },
    });
    socket.on("data", (bytes) => {
      if (this.#client === socket) connection.receive(bytes);
    });
    // "end" comes before "close": the next client need not wait for the last byte of this one.
    socket.on("end", free);
    socket.on("close", free);
  }
}
