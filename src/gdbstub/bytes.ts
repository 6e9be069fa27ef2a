/** Bytes and text. The wire carries bytes; text appears only where the protocol says a field is text, and never by decoding the wire itself. */

/** Below this, a loop is faster than a Buffer. */
const SHORT = 256;

/** One character per byte, codes 0..255 unchanged. */
export const ascii = (text: string): Uint8Array => {
  const { length } = text;
  if (length > SHORT) return Buffer.from(text, "latin1");
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

/** The same memory with the conversions of a Buffer, which are many times as fast as a loop. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const toText = (bytes: Uint8Array): string => asBuffer(bytes).toString("latin1");

const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

export const hexByte = (n: number): string => HEX[n & 0xff];

export const toHex = (bytes: Uint8Array): string => {
  if (bytes.length > SHORT) return asBuffer(bytes).toString("hex");
  let digits = "";
  for (let i = 0; i < bytes.length; i++) digits += HEX[bytes[i]!]!;
  return digits;
};

/** User-visible text (paths, console output, XML) travels as UTF-8 inside hex or binary fields. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export const fromUtf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Little-endian bytes, the order of i386 registers in `g`. */
export const littleEndian = (value: number, size: number): Uint8Array => {
  const bytes = new Uint8Array(size);
  let rest = value >>> 0;
  for (let i = 0; i < size && i < 4; i++, rest >>>= 8) bytes[i] = rest & 0xff;
  return bytes;
};
