/**
 * What the values of a node come from, as far as that is arithmetic on guest registers: so flags can be described by the registers they were
 * computed from, and need not be kept beside them.
 */
import { OP, unsignedLeb } from "../wasm/binary.js";
import { parse, type Token } from "./arithmetic.js";
import { REGISTER } from "./locals.js";

const REGISTERS = 8;
/** Bytes of code that a description may have. */
const LONGEST = 40;
const DEPTH = 4;

/** Undefined for code that is more than a value. */
function tokens(code: readonly number[]): Token[] | undefined {
  const parts = parse(code);
  return parts?.some(({ set }) => set !== undefined) ? undefined : parts;
}
const registerOf = (local: number): number | undefined =>
  local >= REGISTER && local < REGISTER + REGISTERS ? local - REGISTER : undefined;

/** The local of code that reads one and does nothing else. */
function localOf(code: readonly number[]): number | undefined {
  const [only, ...more] = tokens(code) ?? [];
  return only && more.length === 0 ? only.local : undefined;
}

export class Origins {
  /** Temporaries that registers have the values of, by register. */
  private readonly held: (number | undefined)[] = [];
  /** Ways to compute a temporary. */
  private readonly ways = new Map<number, Token[][]>();

  clear(): void {
    this.held.length = 0;
    this.ways.clear();
  }

  /** A temporary has been set. */
  define(temporary: number, code: readonly number[]): void {
    const parts = tokens(code);
    if (!parts || code.length > LONGEST) return;
    const copied = parts.length === 1 ? parts[0]!.local : undefined;
    const register = copied === undefined ? undefined : registerOf(copied);
    if (register !== undefined && this.held[register] === undefined) this.held[register] = temporary;
    this.add(temporary, parts);
    this.invert(temporary, parts);
  }
  private add(temporary: number, parts: Token[]): void {
    const known = this.ways.get(temporary);
    if (known) known.push(parts);
    else this.ways.set(temporary, [parts]);
  }
  /** t = u + c says what u is, as well. */
  private invert(temporary: number, parts: readonly Token[]): void {
    const [u, c, operation] = parts;
    const opcode = operation?.code[0];
    if (parts.length !== 3 || u!.local === undefined || registerOf(u!.local) !== undefined || c!.code[0] !== OP.i32Const) return;
    if (opcode !== OP.i32Add && opcode !== OP.i32Sub) return;
    const back = opcode === OP.i32Add ? OP.i32Sub : OP.i32Add;
    this.add(u!.local, [{ code: [OP.localGet, ...unsignedLeb(temporary)], local: temporary }, c!, { code: [back] }]);
  }

  /** A register has changed. @param code its whole value, if that is known */
  changed(register: number, code?: readonly number[]): void {
    const local = code && localOf(code);
    this.held[register] = local !== undefined && registerOf(local) === undefined ? local : undefined;
    for (const [temporary, ways] of this.ways) {
      const left = ways.filter((way) => way.every((t) => t.local !== REGISTER + register));
      if (left.length !== ways.length) this.ways.set(temporary, left);
    }
  }

  /** The same value by registers and constants as they are now; undefined if it has no such description. */
  describe(code: readonly number[]): readonly number[] | undefined {
    const parts = tokens(code);
    // A register that is named in it may have changed since.
    if (!parts || parts.some(({ local }) => local !== undefined && registerOf(local) !== undefined)) return undefined;
    const out = this.resolve(parts, DEPTH);
    return out && out.length <= LONGEST ? out : undefined;
  }
  private resolve(parts: readonly Token[], depth: number): number[] | undefined {
    const out: number[] = [];
    for (const { code, local } of parts) {
      const piece = local === undefined || registerOf(local) !== undefined ? code : this.find(local, depth);
      if (!piece) return undefined;
      out.push(...piece);
    }
    return out;
  }
  private find(temporary: number, depth: number): readonly number[] | undefined {
    const register = this.held.indexOf(temporary);
    if (register >= 0) return [OP.localGet, ...unsignedLeb(REGISTER + register)];
    if (depth === 0) return undefined;
    for (const way of this.ways.get(temporary) ?? []) {
      const found = this.resolve(way, depth - 1);
      if (found) return found;
    }
    return undefined;
  }
}
