/** Code that only computes, looked at instruction by instruction. */
import { OP } from "../wasm/binary.js";

export interface Token {
  readonly code: readonly number[];
  /** Of a localGet. */
  readonly local?: number;
  /** Of a localSet or localTee. */
  readonly set?: number;
}

/** One-byte instructions without operands of their own that neither trap nor touch memory. */
const isArithmetic = (opcode: number): boolean =>
  (opcode >= OP.i32Eqz && opcode <= OP.i32GeU) ||
  (opcode >= OP.i32Clz && opcode <= OP.i32Mul) ||
  (opcode >= OP.i32And && opcode <= OP.i32Rotl) ||
  opcode === OP.i32Extend8S ||
  opcode === OP.i32Extend16S;

/** Undefined for code that is more than arithmetic on locals and constants. */
export function parse(code: readonly number[]): Token[] | undefined {
  const out: Token[] = [];
  for (let at = 0; at < code.length; ) {
    const opcode = code[at]!;
    let end = at + 1;
    const sets = opcode === OP.localSet || opcode === OP.localTee;
    if (sets || opcode === OP.localGet || opcode === OP.i32Const) while (code[end++]! & 0x80);
    else if (!isArithmetic(opcode)) return undefined;
    const piece = code.slice(at, end);
    out.push({ code: piece, ...(sets ? { set: unsigned(piece) } : opcode === OP.localGet ? { local: unsigned(piece) } : {}) });
    at = end;
  }
  return out;
}
const unsigned = (piece: readonly number[]): number => piece.slice(1).reduce((sum, byte, n) => sum + ((byte & 0x7f) << (7 * n)), 0);
