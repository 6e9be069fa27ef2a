/** From payloads to frames for the wire (GDB manual, "Overview" of the remote protocol). This is where the time goes that a large reply takes. */
import { asBuffer, hexByte } from "./bytes.js";
import { DOLLAR, ESCAPE, ESCAPE_BIT, HASH, MINUS, PACKET_SIZE, PLUS } from "./codec.js";

const STAR = 0x2a;
/** What has to be escaped in a reply ("Binary Data"). */
const SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) => ([HASH, DOLLAR, ESCAPE, STAR].includes(byte) ? 1 : 0));

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

/** Below this, looking ahead takes longer than it saves. */
const LONG = 1024;
const SAMPLES = 64;

const hasSpecial = (payload: Uint8Array): boolean => {
  const bytes = asBuffer(payload);
  return [HASH, DOLLAR, ESCAPE, STAR].some((special) => bytes.includes(special));
};
/** Of so many places to look at, at least some are in a run: encoding will make it much shorter. `isRun` tells whether one begins at an index. */
const hasRuns = (length: number, isRun: (at: number) => boolean): boolean => {
  const distance = Math.floor((length - RUN_MIN - 1) / SAMPLES);
  let found = 0;
  for (let n = 0; n < SAMPLES; n++) if (isRun(n * distance)) found++;
  return found > SAMPLES / 8;
};
const isRepetitive = (payload: Uint8Array): boolean =>
  hasRuns(payload.length, (at) => {
    const byte = payload[at];
    return payload[at + 1] === byte && payload[at + 2] === byte && payload[at + 3] === byte;
  });
/** The same of what bytes look like in digits: "0000" is a run, "1212" is none. */
const isRepetitiveInDigits = (bytes: Uint8Array): boolean =>
  hasRuns(bytes.length, (at) => bytes[at]! % 0x11 === 0 && bytes[at + 1] === bytes[at]);
const checksum = (bytes: Uint8Array): number => {
  let sum = 0;
  const { length } = bytes;
  let i = 0;
  for (; i + 3 < length; i += 4) sum += bytes[i]! + bytes[i + 1]! + bytes[i + 2]! + bytes[i + 3]!;
  for (; i < length; i++) sum += bytes[i]!;
  return sum;
};

/** Where frames are written whose length is not known before. Allocated for each they would cost more than encoding: V8 has large ones mapped. */
let scratch = Buffer.allocUnsafeSlow(2 * PACKET_SIZE + 4);
const scratchOf = (length: number): Uint8Array => {
  if (scratch.length < length) scratch = Buffer.allocUnsafeSlow(length);
  return scratch;
};
/** Out of Node's pool: what lives in V8's heap would be moved out of it to be sent. */
const copyOf = (frame: Uint8Array, length: number): Uint8Array => Buffer.from(frame.subarray(0, length));

/** Writes `#cc` behind a frame that ends at `length`. Returns where it ends now. */
const close = (frame: Uint8Array, length: number, sum: number): number => {
  const digits = hexByte(sum);
  frame[length] = HASH;
  frame[length + 1] = digits.charCodeAt(0);
  frame[length + 2] = digits.charCodeAt(1);
  return length + 3;
};

/** The payload as it is: most long ones are memory in hexadecimal digits. */
const encodePlain = (payload: Uint8Array): Uint8Array => {
  const frame = Buffer.allocUnsafe(payload.length + 4);
  frame[0] = DOLLAR;
  frame.set(payload, 1);
  close(frame, payload.length + 1, checksum(payload));
  return frame;
};

/**
 * `$payload#cc` ready for the wire: escaped ("Binary Data") and run-length encoded ("Overview"), in one pass, since this is where the time goes
 * that a large reply takes. A run is never one of escaped bytes: gdb expands runs before it unescapes, LLDB while it does.
 */
export const encode = (payload: Uint8Array, runs = true): Uint8Array => {
  const end = payload.length;
  if (end >= LONG && !(runs && isRepetitive(payload)) && !hasSpecial(payload)) return encodePlain(payload);
  const frame = scratchOf(end * 2 + 4);
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
  return copyOf(frame, close(frame, length, sum));
};

/** A reply that is on its way to the wire already, framed in one pass over the memory it shows. */
export class Framed {
  constructor(readonly frame: Uint8Array) {}
}

/** The two digits of each byte, in the order of memory, and their sum. */
const DIGITS = new Uint16Array(Uint8Array.from({ length: 512 }, (_, n) => hexByte(n >> 1).charCodeAt(n & 1)).buffer);
const DIGIT_SUM = Uint16Array.from({ length: 256 }, (_, n) => hexByte(n).charCodeAt(0) + hexByte(n).charCodeAt(1));

/** Bytes in digits; undefined if they are few. */
export const framedHex = (bytes: Uint8Array): Framed | undefined => {
  const { length } = bytes;
  if (length < LONG) return undefined;
  if (isRepetitiveInDigits(bytes)) return framedHexRuns(bytes);
  // The digits are written as pairs, and begin at an even place: the packet begins at an odd one.
  const pairs = new Uint16Array(Buffer.allocUnsafeSlow(2 * (length + 3)).buffer);
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!;
    pairs[i + 1] = DIGITS[byte]!;
    sum += DIGIT_SUM[byte]!;
  }
  const frame = new Uint8Array(pairs.buffer);
  frame[1] = DOLLAR;
  return new Framed(frame.subarray(1, close(frame, 2 + length * 2, sum)));
};

/** The same with runs, those of a digit that whole bytes are made of: that is what much less is made of. */
const framedHexRuns = (bytes: Uint8Array): Framed => {
  const { length } = bytes;
  const frame = scratchOf(2 * length + 4);
  frame[0] = DOLLAR;
  let at = 1;
  for (let i = 0; i < length; ) {
    const byte = bytes[i]!;
    const pair = DIGITS[byte]!;
    let end = i + 1;
    if (byte % 0x11 === 0) while (end < length && bytes[end] === byte) end++;
    let digits = 2 * (end - i);
    for (; digits > RUN_MIN; digits -= frame[at - 1]! - RUN_BIAS + 1) {
      frame[at++] = pair & 0xff;
      frame[at++] = STAR;
      frame[at++] = runCount(digits - 1) + RUN_BIAS;
    }
    if (digits > 0) frame[at++] = pair & 0xff;
    for (; digits > 1; digits--) frame[at++] = pair >> 8;
    i = end;
  }
  return new Framed(copyOf(frame, close(frame, at, checksum(frame.subarray(1, at)))));
};

/** As many bytes as fit into `room` once escaped, behind a letter; undefined if they are few, or runs would make much less of them. */
export const framedBinary = (letter: string, bytes: Uint8Array, room: number): Framed | undefined => {
  if (bytes.length < LONG || isRepetitive(bytes)) return undefined;
  const frame = Buffer.allocUnsafe(Math.min(room, bytes.length * 2) + 6);
  const end = Math.min(bytes.length, room);
  frame[0] = DOLLAR;
  frame[1] = letter.charCodeAt(0);
  let sum = frame[1]!;
  let length = 2;
  // A byte that has to be escaped takes two.
  for (let i = 0; i < end && length < room + 2; i++) {
    const byte = bytes[i]!;
    if (SPECIAL[byte] === 0) {
      frame[length++] = byte;
      sum += byte;
    } else {
      if (length + 2 > room + 2) break;
      frame[length++] = ESCAPE;
      frame[length++] = byte ^ ESCAPE_BIT;
      sum += ESCAPE + (byte ^ ESCAPE_BIT);
    }
  }
  return new Framed(frame.subarray(0, close(frame, length, sum)));
};

/** How much of `data`, from its start, fits into `room` bytes once escaped. */
export const fitting = (data: Uint8Array, room: number): Uint8Array => {
  let used = 0;
  for (let i = 0; i < data.length; i++) {
    const byte = data[i];
    used += 1 + SPECIAL[byte!]!;
    if (used > room) return data.subarray(0, i);
  }
  return data;
};
