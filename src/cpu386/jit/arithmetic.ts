/** Code that only computes, looked at instruction by instruction. */
import { OP, readLeb } from "../wasm/binary.js";

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
    const sets = opcode === OP.localSet || opcode === OP.localTee;
    const reads = opcode === OP.localGet;
    const operand = sets || reads || opcode === OP.i32Const ? readLeb(code, at + 1, false) : undefined;
    if (!operand && !isArithmetic(opcode)) return undefined;
    const end = operand?.next ?? at + 1;
    const local = operand?.value;
    out.push({ code: code.slice(at, end), ...(sets ? { set: local! } : reads ? { local: local! } : {}) });
    at = end;
  }
  return out;
}
