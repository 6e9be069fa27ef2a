/** One client's packets in order: acknowledgment, retransmission and no-acknowledgment mode (GDB manual, "Packet Acknowledgment"). */
import { ascii } from "./bytes.js";
import { Framer } from "./codec.js";
import { encode, Framed } from "./encode.js";
import type { Trace } from "./trace.js";

/** What carries the bytes: a socket, or a list in a test. */
export interface Wire {
  write(bytes: Uint8Array): void;
  /** Bytes that are not on their way yet. */
  backlog?(): number;
  end(): void;
}

export interface LinkListener {
  packet(payload: Uint8Array): void;
  oversized(): void;
  interrupt(): void;
}

/** A breakpoint's commands can print faster than any client reads, and what is not read is kept. */
const MOST_BACKLOG = 1 << 22;
const MOST_UNACKNOWLEDGED = 10_000;

const ACK = ascii("+");
const NAK = ascii("-");

export class Link {
  /** Replies not yet acknowledged; the first is on the wire, the others wait for its '+'. */
  readonly #outgoing: Uint8Array[] = [];
  readonly #framer = new Framer();
  #acknowledging = true;
  #ended = false;

  constructor(
    private readonly wire: Wire,
    private readonly listener: LinkListener,
    private readonly trace: Trace,
  ) {}

  receive(bytes: Uint8Array): void {
    for (const frame of this.#framer.push(bytes)) {
      if (this.#ended) return;
      switch (frame.kind) {
        case "ack":
          this.#acknowledged();
          break;
        case "nak":
          this.trace.note("the client asked for the last packet again");
          if (this.#acknowledging && this.#outgoing.length > 0) this.wire.write(this.#outgoing[0]);
          break;
        case "break":
          this.trace.note("break (0x03)");
          this.listener.interrupt();
          break;
        case "oversized":
          this.trace.note("a packet longer than PacketSize was dropped");
          this.#startPacket();
          this.listener.oversized();
          break;
        case "packet":
          // Without acknowledgments there is no way to ask again: the transport is trusted, as gdb itself does then.
          if (!frame.good && this.#acknowledging) {
            this.trace.note("bad checksum");
            this.wire.write(NAK);
            break;
          }
          this.trace.received(frame.payload);
          this.#startPacket();
          this.listener.packet(frame.payload);
          break;
      }
    }
  }

  send(payload: Uint8Array | Framed): void {
    if (this.#ended) return;
    const frame = payload instanceof Framed ? payload.frame : encode(payload);
    this.trace.sent(payload instanceof Framed ? frame.subarray(1, -3) : payload);
    if (!this.#acknowledging) {
      this.wire.write(frame);
      return;
    }
    this.#outgoing.push(frame);
    if (this.#outgoing.length === 1) this.wire.write(frame);
  }

  /** The client is far behind with reading: what it can do without should not be sent. */
  get isBehind(): boolean {
    return this.#outgoing.length > MOST_UNACKNOWLEDGED || (this.wire.backlog?.() ?? 0) > MOST_BACKLOG;
  }

  /** To be called after the reply to QStartNoAckMode: the client acknowledges that one still, and no other. */
  stopAcknowledging(): void {
    this.#acknowledging = false;
    this.#flush(1);
  }

  /** Hangs up, once everything sent is on the wire. */
  end(): void {
    if (this.#ended) return;
    this.#flush(1);
    this.#ended = true;
    this.wire.end();
  }

  #startPacket(): void {
    if (!this.#acknowledging) return;
    // A client that goes on to the next request has got the replies before it, whether or not it said so.
    this.#flush(1);
    this.wire.write(ACK);
  }

  #acknowledged(): void {
    if (!this.#acknowledging) return;
    this.#outgoing.shift();
    if (this.#outgoing.length > 0) this.wire.write(this.#outgoing[0]);
  }

  #flush(alreadyWritten: number): void {
    for (const frame of this.#outgoing.splice(0).slice(alreadyWritten)) this.wire.write(frame);
  }
}
