/** Conditions of breakpoints in regions: what is false costs no more than its evaluation, and whatever else is left for the cold tier. */
import * as L from "../layout.js";
import type { Binary, Predicate } from "../predicate.js";
import { access, I64, i32Const, i64Const, localGet, localSet, OP } from "../wasm/binary.js";
import { LOADS } from "../wasm/expressions.js";
import { Accesses } from "./accesses.js";

const OPCODES: Record<Binary, number> = {
  add: OP.i64Add,
  sub: OP.i64Sub,
  mul: OP.i64Mul,
  and: OP.i64And,
  or: OP.i64Or,
  xor: OP.i64Xor,
  equal: OP.i64Eq,
  "less-signed": OP.i64LtS,
  "less-unsigned": OP.i64LtU,
};
const COMPARISONS: ReadonlySet<string> = new Set(["equal", "less-signed", "less-unsigned"]);
const EXTENSIONS: Readonly<Record<number, number>> = { 8: OP.i64Extend8S, 16: OP.i64Extend16S, 32: OP.i64Extend32S };

export abstract class Guards extends Accesses {
  protected abstract reg(n: number): number;

  /** Leaves the node before the instruction, unless the predicate is 0. @param rest as for an instruction */
  guard(predicate: Predicate, record: number, rest: number): void {
    this.begin(record, rest);
    this.put(this.value(predicate), [OP.i64Eqz, OP.i32Eqz]);
    this.sideExitIf();
  }

  /** The code of a value of 64 bits; what it needs is emitted before. */
  private value(e: Predicate): readonly number[] {
    switch (e.op) {
      case "constant":
        return i64Const(e.value);
      case "register":
        return [...localGet(this.reg(e.n)), OP.i64ExtendI32U];
      case "load":
        return this.loaded(e);
      case "extend": {
        const of = this.value(e.of);
        return e.signed ? [...of, EXTENSIONS[e.bits]!] : [...of, ...i64Const((1n << BigInt(e.bits)) - 1n), OP.i64And];
      }
      case "if":
        return this.either(e);
      default: {
        const code = [...this.value(e.a), ...this.value(e.b), OPCODES[e.op]];
        return COMPARISONS.has(e.op) ? [...code, OP.i64ExtendI32U] : code;
      }
    }
  }
  private loaded({ address, bytes, base, bound }: Extract<Predicate, { op: "load" }>): readonly number[] {
    const at = this.let({ code: [...this.value(address), OP.i32WrapI64], atom: false });
    this.put(at.code, i32Const(bound), [OP.i32GeU]);
    this.sideExitIf();
    const loaded = this.let({ code: [...at.code, ...access(LOADS[bytes].unsigned, L.RAM + base)], atom: false });
    return [...loaded.code, OP.i64ExtendI32U];
  }
  private either({ condition, yes, no }: Extract<Predicate, { op: "if" }>): readonly number[] {
    const result = this.temporary64();
    this.put(this.value(condition), [OP.i64Eqz, OP.i32Eqz, OP.if, I64]);
    this.nesting++;
    this.put(this.value(yes), [OP.else]);
    this.put(this.value(no));
    this.nesting--;
    this.put([OP.end], localSet(result));
    return localGet(result);
  }
}
