/** `QTDP` (GDB manual, "Tracepoint Packets"): a tracepoint, or more of its actions. */
import { decode } from "../agent/decode.js";
import { toText } from "../bytes.js";
import { Malformed, Reader } from "../reader.js";
import type { TraceAction, Tracepoint } from "./tracepoint.js";

export type RegisterName = (number: number) => string | undefined;

export interface Definition {
  readonly number: number;
  readonly address: number;
  readonly enabled: boolean;
  readonly steps: number;
  readonly passCount: number;
  /** The condition's bytes. */
  readonly condition: Uint8Array | undefined;
  /** More packets with actions follow. */
  readonly more: boolean;
}

/** `len,bytes` of an agent expression. */
const expressionBytes = (reader: Reader): Uint8Array => {
  const length = reader.hex();
  reader.expect(",");
  const bytes = reader.hexBytesOf(length);
  if (bytes.length !== length) throw new Malformed(`an expression of ${bytes.length} bytes is announced as one of ${length}`);
  return bytes;
};

/** `n:addr:ena:step:pass[:Xlen,bytes][-]`. */
export const parseDefinition = (reader: Reader): Definition => {
  const number = reader.hex();
  reader.expect(":");
  const address = reader.hex();
  reader.expect(":");
  const letter = reader.character();
  if (letter !== "E" && letter !== "D") throw new Malformed("a tracepoint is enabled (E) or disabled (D)");
  reader.expect(":");
  const steps = reader.hex();
  reader.expect(":");
  const passCount = reader.hex();
  let condition: Uint8Array | undefined;
  while (reader.skip(":")) {
    if (!reader.skip("X")) throw new Malformed("fast and static tracepoints are for programs with an agent of gdb's in them");
    condition = expressionBytes(reader);
  }
  const more = reader.skip("-");
  reader.end();
  return { number, address, enabled: letter === "E", steps, passCount, condition, more };
};

/** -1 in place of a register. */
const ABSOLUTE = 0xffffffff;

const collect = (reader: Reader, letter: string, registerName: RegisterName): TraceAction["action"] => {
  switch (letter) {
    case "R":
      // The mask may have as many digits as there are registers.
      while (!reader.atEnd && /[0-9a-fA-F]/.test(reader.peek())) reader.character();
      return { kind: "registers" };
    case "M": {
      const isAbsolute = reader.skip("-");
      const register = reader.hexLow();
      reader.expect(",");
      const offset = reader.hexLow();
      reader.expect(",");
      const length = reader.hex();
      if (isAbsolute || register === ABSOLUTE) return { kind: "memory", base: undefined, offset, length };
      const base = registerName(register);
      if (base === undefined) throw new Malformed(`there is no register ${register}`);
      return { kind: "memory", base, offset, length };
    }
    case "X":
      return { kind: "expression", program: decode(expressionBytes(reader), registerName) };
    default:
      throw new Malformed(`"${letter}" is no action of a tracepoint here`);
  }
};

/** Actions one behind the other; an S makes those from there on, in later packets too, actions of steps. @throws Malformed */
export const parseActions = (bytes: Uint8Array, tracepoint: Tracepoint, registerName: RegisterName): { more: boolean } => {
  const reader = new Reader(bytes);
  let stepping = tracepoint.actions.at(-1)?.stepping ?? false;
  while (!reader.atEnd) {
    if (reader.skip("-")) {
      reader.end();
      return { more: true };
    }
    if (reader.skip("S")) stepping = true;
    const from = reader.position;
    const action = collect(reader, reader.character(), registerName);
    tracepoint.actions.push({ action, stepping, text: toText(bytes.subarray(from, reader.position)) });
  }
  return { more: false };
};

export const newTracepoint = (definition: Definition, space: number, registerName: RegisterName): Tracepoint => {
  const { number, address, enabled, steps, passCount, condition } = definition;
  return {
    ...{ number, address, space, enabled, steps, passCount },
    condition: condition && { program: decode(condition, registerName), text: Buffer.from(condition).toString("hex") },
    ...{ actions: [], sources: [], hits: 0, usage: 0 },
  };
};
