/**
 * The framing of packets: bytes to packets and back (GDB manual, "Overview" of the remote protocol).
 *
 * Nothing here decodes text: binary packets (X, x, vFile) hold any byte value, so a frame is a Uint8Array from end to end.
 */

import { asBuffer, hexByte } from "./bytes.js";

/** Longest payload accepted or sent, announced as PacketSize (which gdb reads in hexadecimal). */
export const PACKET_SIZE = 0x4000;

const DOLLAR = 0x24;
const HASH = 0x23;
const STAR = 0x2a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const ESCAPE = 0x7d;
const ESCAPE_BIT = 0x20;
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
    for (const byte of bytes) {
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

const isSpecial = (byte: number): boolean => byte === HASH || byte === DOLLAR || byte === ESCAPE || byte === STAR;

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

/** A run is its byte, '*' and a printable character for how many times more: repeats + 29, from 3 (a space) to 97 ('~'). */
const RUN_MIN = 3;
const RUN_MAX = 97;
const RUN_BIAS = 29;

/** The largest count not above `wanted` whose character cannot be taken for part of the framing: not '#', '$', '+' or '-'. */
const runCount = (wanted: number): number => {
  const count = Math.min(wanted, RUN_MAX);
  const character = count + RUN_BIAS;
  if (character === HASH || character === PLUS || character === MINUS) return count - 1;
  return character === DOLLAR ? count - 2 : count;
};

const SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) => (isSpecial(byte) ? 1 : 0));

/** Below this, looking ahead takes longer than it saves. */
const LONG = 1024;
const SAMPLES = 64;

const hasSpecial = (payload: Uint8Array): boolean => {
  const bytes = asBuffer(payload);
  return [HASH, DOLLAR, ESCAPE, STAR].some((special) => bytes.includes(special));
};
/** Of so many places to look at, at least some are in a run: encoding will make it much shorter. */
const isRepetitive = (payload: Uint8Array): boolean => {
  const distance = Math.floor((payload.length - RUN_MIN - 1) / SAMPLES);
  let found = 0;
  for (let n = 0; n < SAMPLES; n++) {
    const at = n * distance;
    const byte = payload[at];
    if (payload[at + 1] === byte && payload[at + 2] === byte && payload[at + 3] === byte) found++;
  }
  return found > SAMPLES / 8;
};
const checksum = (bytes: Uint8Array): number => {
  let sum = 0;
  const { length } = bytes;
  let i = 0;
  for (; i + 3 < length; i += 4) sum += bytes[i]! + bytes[i + 1]! + bytes[i + 2]! + bytes[i + 3]!;
  for (; i < length; i++) sum += bytes[i]!;
  return sum;
};

/** The payload as it is: most long ones are memory in hexadecimal digits. */
const encodePlain = (payload: Uint8Array): Uint8Array => {
  const frame = new Uint8Array(payload.length + 4);
  frame[0] = DOLLAR;
  frame.set(payload, 1);
  const digits = hexByte(checksum(payload));
  frame[payload.length + 1] = HASH;
  frame[payload.length + 2] = digits.charCodeAt(0);
  frame[payload.length + 3] = digits.charCodeAt(1);
  return frame;
};

/**
 * `$payload#cc` ready for the wire: escaped ("Binary Data") and run-length encoded ("Overview"), in one pass, since this is where the time goes
 * that a large reply takes. A run is never one of escaped bytes: gdb expands runs before it unescapes, LLDB while it does.
 */
export const encode = (payload: Uint8Array, runs = true): Uint8Array => {
  const end = payload.length;
  if (end >= LONG && !(runs && isRepetitive(payload)) && !hasSpecial(payload)) return encodePlain(payload);
  const frame = new Uint8Array(end * 2 + 4);
  frame[0] = DOLLAR;
  let length = 1;
  let sum = 0;
  const lastRun = runs ? end - RUN_MIN : -1;
  for (let i = 0; i < end; ) {
    const byte = payload[i++]!;
    if (SPECIAL[byte] === 1) {
      frame[length++] = ESCAPE;
      frame[length++] = byte ^ ESCAPE_BIT;
      sum += ESCAPE + (byte ^ ESCAPE_BIT);
      continue;
    }
    frame[length++] = byte;
    sum += byte;
    // No run can begin behind this, and nothing is read from beyond the end, which would make all reads slow.
    if (i > lastRun || payload[i] !== byte || payload[i + 1] !== byte || payload[i + 2] !== byte) continue;
    let repeats = RUN_MIN;
    while (repeats < RUN_MAX && i + repeats < end && payload[i + repeats] === byte) repeats++;
    const count = runCount(repeats);
    frame[length++] = STAR;
    frame[length++] = count + RUN_BIAS;
    sum += STAR + count + RUN_BIAS;
    i += count;
  }
  const digits = hexByte(sum);
  frame[length++] = HASH;
  frame[length++] = digits.charCodeAt(0);
  frame[length++] = digits.charCodeAt(1);
  return frame.subarray(0, length);
};

/** How much of `data`, from its start, fits into `room` bytes once escaped. */
export const fitting = (data: Uint8Array, room: number): Uint8Array => {
  let used = 0;
  for (let i = 0; i < data.length; i++) {
    const byte = data[i];
    used += isSpecial(byte!) ? 2 : 1;
    if (used > room) return data.subarray(0, i);
  }
  return data;
};
