/** C's printf for agent expressions: what gdb lets through to an agent (GDB manual, "Dynamic Printf"), which is all but floating point. */
import { AgentError } from "./machine.js";

const CONVERSION = /%([-+ #0]*)(\d*)(?:\.(\d*))?(hh|h|ll|l|L|q|j|z|t)?([diouxXcspn%a-zA-Z])/g;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", e: "\x1b" };

/** A guest's string may have no end, and a width none either. */
const LONGEST_TEXT = 4096;
const WIDEST = 1024;

/** "The format string includes escaped sequences just as it appears in C source code." */
const unescaped = (text: string): string =>
  text.replace(/\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))/gs, (_, octal?: string, hexadecimal?: string, letter?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (hexadecimal !== undefined) return String.fromCharCode(Number.parseInt(hexadecimal, 16));
    return ESCAPES[letter!] ?? letter!;
  });

/** Bits of an argument: int and long are of 32 on an i386. */
const bitsOf = (size: string | undefined): number => ({ hh: 8, h: 16, ll: 64, L: 64, q: 64, j: 64 })[size ?? ""] ?? 32;

const pad = (text: string, flags: string, width: number): string => {
  if (flags.includes("-")) return text.padEnd(width);
  return text.padStart(width);
};

/** Digits with their sign; the precision is the least number of them, and zeros fill the width only if there is none. */
const integer = (digits: string, sign: string, flags: string, width: number, precision: number | undefined): string => {
  const zeros = precision === undefined && flags.includes("0") && !flags.includes("-") ? width - sign.length : (precision ?? 0);
  return pad(sign + digits.padStart(zeros, "0"), flags, width);
};

const signOf = (value: bigint, flags: string): string => (value < 0n ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "");

const stringAt = (address: number, byteAt: (address: number) => number, most: number): string => {
  let text = "";
  for (let n = 0; n < most; n++) {
    const byte = byteAt((address + n) >>> 0);
    if (byte === 0) break;
    text += String.fromCharCode(byte);
  }
  return text;
};

const RADIX: Readonly<Record<string, number>> = { o: 8, x: 16, X: 16, u: 10 };
const PREFIX: Readonly<Record<string, string>> = { o: "0", x: "0x", X: "0X" };

/** @throws AgentError for a conversion there is not, a missing argument, or a string where no memory is */
export const formatted = (format: string, values: readonly bigint[], byteAt: (address: number) => number): string => {
  let used = 0;
  const take = (): bigint => {
    const value = values[used++];
    if (value === undefined) throw new AgentError("printf's format has more conversions than arguments");
    return value;
  };
  const convert = (
    all: string,
    flags: string,
    width0: string,
    precision0: string | undefined,
    size: string | undefined,
    letter: string,
  ) => {
    const width = Math.min(Number(width0), WIDEST);
    const precision = precision0 === undefined ? undefined : Math.min(Number(precision0), WIDEST);
    switch (letter) {
      case "%":
        return "%";
      case "d":
      case "i": {
        const value = BigInt.asIntN(bitsOf(size), take());
        return integer((value < 0n ? -value : value).toString(), signOf(value, flags), flags, width, precision);
      }
      case "u":
      case "o":
      case "x":
      case "X": {
        const value = BigInt.asUintN(bitsOf(size), take());
        const digits = value.toString(RADIX[letter]);
        const prefix = flags.includes("#") && value !== 0n ? (PREFIX[letter] ?? "") : "";
        return integer(letter === "X" ? digits.toUpperCase() : digits, prefix, flags, width, precision);
      }
      case "p":
        return pad(`0x${BigInt.asUintN(32, take()).toString(16)}`, flags, width);
      case "c":
        return pad(String.fromCharCode(Number(take() & 0xffn)), flags, width);
      case "s":
        return pad(stringAt(Number(BigInt.asUintN(32, take())), byteAt, precision ?? LONGEST_TEXT), flags, width);
      default:
        throw new AgentError(`printf has no conversion ${all} here`);
    }
  };
  // The guest's bytes, which are UTF-8 if they are more than ASCII.
  return Buffer.from(unescaped(format).replace(CONVERSION, convert), "latin1").toString();
};
