/** A cursor over a request's fields. Every parser is written with it, so every malformed packet ends in the same error. */
import { fromUtf8, toText } from "./bytes.js";
import { unescapeBinary } from "./codec.js";
import { parseThreadId, type ThreadSelector } from "./thread-id.js";

/** The packet cannot be what its name says. Answered with an error; the session goes on. */
export class Malformed extends Error {}

const UNKNOWN = "x".charCodeAt(0);

/** By the character's code; -1 for what is no hexadecimal digit. */
const DIGIT_VALUES = Int8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? -1 : value;
});
const digitValue = (byte: number): number => DIGIT_VALUES[byte]!;

export class Reader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  get position(): number {
    return this.#at;
  }

  /** The next character; an empty text at the end. */
  peek(): string {
    return this.atEnd ? "" : String.fromCharCode(this.bytes[this.#at]);
  }

  /** True, and past it, if the next character is this one. */
  skip(character: string): boolean {
    if (this.bytes[this.#at] !== character.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  expect(character: string): void {
    if (!this.skip(character)) throw new Malformed(`expected "${character}"`);
  }

  end(): void {
    if (!this.atEnd) throw new Malformed("something follows where the packet should end");
  }

  /** A single character, such as an action of vCont. */
  character(): string {
    if (this.atEnd) throw new Malformed("a field is missing");
    return String.fromCharCode(this.bytes[this.#at++]);
  }

  /** An unsigned hexadecimal number that fits an address of the machine. */
  hex(max = 0xffffffff): number {
    const start = this.#at;
    let value = 0;
    for (; this.#at < this.bytes.length; this.#at++) {
      const digit = digitValue(this.bytes[this.#at]);
      if (digit < 0) break;
      value = value * 16 + digit;
      if (value > max) throw new Malformed("a number is too large");
    }
    if (this.#at === start) throw new Malformed("expected a hexadecimal number");
    return value;
  }

  /** A number of up to 64 bits; its low half, since gdb extends negative ones by their sign. */
  hexLow(): number {
    return Number(BigInt.asUintN(32, this.hexBig()));
  }

  hexBig(): bigint {
    const start = this.#at;
    while (this.#at < this.bytes.length && digitValue(this.bytes[this.#at]) >= 0) this.#at++;
    if (this.#at === start || this.#at > start + 16) throw new Malformed("expected a hexadecimal number of at most 16 digits");
    return BigInt(`0x${toText(this.bytes.subarray(start, this.#at))}`);
  }

  /** The bytes up to one of these characters, or to the end. The character itself is left. */
  until(stops: string): Uint8Array {
    const start = this.#at;
    while (this.#at < this.bytes.length && !stops.includes(String.fromCharCode(this.bytes[this.#at]))) this.#at++;
    return this.bytes.subarray(start, this.#at);
  }

  textUntil(stops: string): string {
    return toText(this.until(stops));
  }

  rest(): Uint8Array {
    const rest = this.bytes.subarray(this.#at);
    this.#at = this.bytes.length;
    return rest;
  }

  restText(): string {
    return toText(this.rest());
  }

  /** Bytes written as pairs of hexadecimal digits, up to one of these characters. */
  hexBytes(stops = ""): Uint8Array {
    const digits = this.until(stops);
    if (digits.length % 2 !== 0) throw new Malformed("an odd number of hexadecimal digits");
    const bytes = new Uint8Array(digits.length / 2);
    for (let i = 0; i < bytes.length; i++) {
      const high = digitValue(digits[i * 2]);
      const low = digitValue(digits[i * 2 + 1]);
      if (high < 0 || low < 0) throw new Malformed("expected hexadecimal digits");
      bytes[i] = high * 16 + low;
    }
    return bytes;
  }

  /** At most that many bytes as pairs of digits. */
  hexBytesOf(count: number): Uint8Array {
    const field = this.bytes.subarray(this.#at, this.#at + count * 2);
    this.#at += field.length;
    return new Reader(field).hexBytes();
  }

  /** That many bytes, or as many "xx", which stand for a value nobody knows. */
  optionalHexBytes(count: number): Uint8Array | undefined {
    const field = this.bytes.subarray(this.#at, this.#at + count * 2);
    if (field.length < count * 2) throw new Malformed("the packet is too short");
    this.#at += field.length;
    return field.every((byte) => byte === UNKNOWN) ? undefined : new Reader(field).hexBytes();
  }

  hexText(stops = ""): string {
    return fromUtf8(this.hexBytes(stops));
  }

  /** What is left, as the escaped bytes of "Binary Data". */
  binary(): Uint8Array {
    const bytes = unescapeBinary(this.rest());
    if (bytes === undefined) throw new Malformed("the binary data end in an escape character");
    return bytes;
  }

  threadId(stops = ";"): ThreadSelector {
    const text = this.textUntil(stops);
    const id = parseThreadId(text);
    if (id === undefined) throw new Malformed(`"${text}" is no thread-id`);
    return id;
  }
}
