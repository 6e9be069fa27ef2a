/**
 * The framing of packets: from the bytes of the stream to packets (GDB manual, "Overview" of the remote protocol); encode.ts is the way back.
 *
 * Nothing here decodes text: binary packets (X, x, vFile) hold any byte value, so a frame is a Uint8Array from end to end.
 */

/** Longest payload accepted or sent, announced as PacketSize (which gdb reads in hexadecimal). */
export const PACKET_SIZE = 0x20000;

export const DOLLAR = 0x24;
export const HASH = 0x23;
export const PLUS = 0x2b;
export const MINUS = 0x2d;
export const ESCAPE = 0x7d;
export const ESCAPE_BIT = 0x20;
const BREAK = 0x03;

/** What a piece of the stream turned out to be. */
export type Frame =
  /** The payload with its escapes still in place: only packets with binary data may be unescaped. */
  | { readonly kind: "packet"; readonly payload: Uint8Array; readonly good: boolean }
  /** Longer than PACKET_SIZE; its bytes were not kept. */
  | { readonly kind: "oversized" }
  | { readonly kind: "ack" }
  | { readonly kind: "nak" }
  /** A lone 0x03 between packets ("Interrupts"). */
  | { readonly kind: "break" };

const hexDigit = (byte: number): number => {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
};

/** Incremental: any split of the stream gives the same frames. */
export class Framer {
  #state: "between" | "payload" | "checksum" = "between";
  #buffer = new Uint8Array(PACKET_SIZE);
  #length = 0;
  #oversized = false;
  #sum = 0;
  /** The first checksum digit, once it has arrived; -1 stands for a character that is no digit. */
  #digit: number | undefined;

  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (let at = 0; at < bytes.length; at++) {
      if (this.#state === "payload") at = this.#run(bytes, at);
      if (at === bytes.length) break;
      const byte = bytes[at]!;
      if (this.#state === "between") this.#between(byte, frames);
      else if (this.#state === "payload") this.#payload(byte);
      else this.#checksum(byte, frames);
    }
    return frames;
  }

  #between(byte: number, frames: Frame[]): void {
    if (byte === DOLLAR) this.#start();
    else if (byte === PLUS) frames.push({ kind: "ack" });
    else if (byte === MINUS) frames.push({ kind: "nak" });
    else if (byte === BREAK) frames.push({ kind: "break" });
    // Anything else is line noise or a notification (%...#cc), which no client sends to a stub.
  }

  #start(): void {
    this.#state = "payload";
    this.#length = 0;
    this.#sum = 0;
    this.#oversized = false;
  }

  /** Takes what means nothing to the framing, from there on; a large packet is nearly all of that. Returns where it ends. */
  #run(bytes: Uint8Array, from: number): number {
    const end = Math.min(bytes.length, from + PACKET_SIZE - this.#length);
    let sum = this.#sum;
    let length = this.#length;
    const buffer = this.#buffer;
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === DOLLAR || byte === HASH) break;
      buffer[length++] = byte;
      sum += byte;
    }
    this.#length = length;
    this.#sum = sum & 0xff;
    return at;
  }

  /** One that may mean something, or for which there is no room. */
  #payload(byte: number): void {
    // '$' never occurs inside a packet, not even in binary data: the one before it was cut short, and a new one starts here.
    if (byte === DOLLAR) {
      this.#start();
      return;
    }
    if (byte === HASH) {
      this.#state = "checksum";
      this.#digit = undefined;
      return;
    }
    this.#sum = (this.#sum + byte) & 0xff;
    if (this.#length < PACKET_SIZE) this.#buffer[this.#length++] = byte;
    else this.#oversized = true;
  }

  #checksum(byte: number, frames: Frame[]): void {
    if (this.#digit === undefined) {
      this.#digit = hexDigit(byte);
      return;
    }
    const low = hexDigit(byte);
    this.#state = "between";
    if (this.#oversized) {
      frames.push({ kind: "oversized" });
      return;
    }
    const good = this.#digit >= 0 && low >= 0 && this.#digit * 16 + low === this.#sum;
    frames.push({ kind: "packet", payload: this.#buffer.slice(0, this.#length), good });
  }
}

/** Undefined if the escape character is the last one: half of a byte is missing. */
export const unescapeBinary = (payload: Uint8Array): Uint8Array | undefined => {
  const out = new Uint8Array(payload.length);
  let length = 0;
  for (let i = 0; i < payload.length; i++) {
    if (payload[i] !== ESCAPE) out[length++] = payload[i];
    else if (++i < payload.length) out[length++] = payload[i] ^ ESCAPE_BIT;
    else return undefined;
  }
  return out.subarray(0, length);
};
