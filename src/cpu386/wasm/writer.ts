/** Functions of WebAssembly written as expressions of 32 and 64 bits, for what is arithmetic rather than an instruction of the guest's. */
import { access, type DefinedFunction, I32, I64, i32Const, i64Const, localGet, localSet, OP } from "./binary.js";

type Type = typeof I32 | typeof I64;
/** A number stands for a constant of the type that the place wants. */
type Given = Term | number | bigint;

/** An expression. */
export class Term {
  constructor(
    readonly type: Type,
    readonly code: readonly number[],
  ) {}

  private binary(b: Given, narrow: number, wide: number, type: Type = this.type): Term {
    return new Term(type, [...this.code, ...codeOf(b, this.type), this.type === I32 ? narrow : wide]);
  }
  add = (b: Given): Term => this.binary(b, OP.i32Add, OP.i64Add);
  sub = (b: Given): Term => this.binary(b, OP.i32Sub, OP.i64Sub);
  mul = (b: Given): Term => this.binary(b, OP.i32Mul, OP.i64Mul);
  /** Unsigned quotient. */
  div = (b: Given): Term => this.binary(b, OP.i32DivU, OP.i64DivU);
  and = (b: Given): Term => this.binary(b, OP.i32And, OP.i64And);
  or = (b: Given): Term => this.binary(b, OP.i32Or, OP.i64Or);
  xor = (b: Given): Term => this.binary(b, OP.i32Xor, OP.i64Xor);
  /** By a number of bits modulo the width. */
  shl = (b: Given): Term => this.binary(b, OP.i32Shl, OP.i64Shl);
  shr = (b: Given): Term => this.binary(b, OP.i32ShrU, OP.i64ShrU);
  sar = (b: Given): Term => this.binary(b, OP.i32ShrS, OP.i64ShrS);
  eq = (b: Given): Term => this.binary(b, OP.i32Eq, OP.i64Eq, I32);
  ne = (b: Given): Term => this.binary(b, OP.i32Ne, OP.i64Ne, I32);
  lts = (b: Given): Term => this.binary(b, OP.i32LtS, OP.i64LtS, I32);
  ges = (b: Given): Term => this.binary(b, OP.i32GeS, OP.i64GeS, I32);
  ltu = (b: Given): Term => this.binary(b, OP.i32LtU, OP.i64LtU, I32);
  gtu = (b: Given): Term => this.binary(b, OP.i32GtU, OP.i64GtU, I32);
  eqz = (): Term => new Term(I32, [...this.code, this.type === I32 ? OP.i32Eqz : OP.i64Eqz]);
  clz = (): Term => new Term(this.type, [...this.code, this.type === I32 ? OP.i32Clz : OP.i64Clz]);
  /** To 64 bits. */
  wide = (): Term => new Term(I64, [...this.code, OP.i64ExtendI32U]);
  wideSigned = (): Term => new Term(I64, [...this.code, OP.i64ExtendI32S]);
  /** The low 32 bits. */
  low = (): Term => new Term(I32, [...this.code, OP.i32WrapI64]);
  /** This, or if the condition holds the other; both are evaluated. */
  unless = (condition: Term, other: Given): Term =>
    new Term(this.type, [...codeOf(other, this.type), ...this.code, ...condition.code, OP.select]);
}
export class Variable extends Term {
  constructor(
    type: Type,
    readonly local: number,
  ) {
    super(type, localGet(local));
  }
}

const codeOf = (given: Given, type: Type): readonly number[] =>
  given instanceof Term ? given.code : type === I32 ? i32Const(Number(given)) : i64Const(BigInt(given));

export const i32 = (n: number): Term => new Term(I32, i32Const(n));
export const i64 = (n: bigint): Term => new Term(I64, i64Const(n));

/** One function's body. Functions here return one i32; those that may refuse return 0 for it. */
export class Writer<Name extends string> {
  private readonly code: (readonly number[])[] = [];
  private readonly locals: Type[] = [];

  /** @param indexOf of a function that can be called */
  constructor(
    private readonly parameters: readonly Type[],
    private readonly indexOf: (name: Name) => number,
  ) {}

  finish(exportName: string): DefinedFunction {
    const locals = this.locals.map((type) => ({ count: 1, type }));
    return { exportName, parameters: this.parameters, results: [I32], locals, body: [...this.code, [OP.unreachable]] };
  }
  private put(...parts: (readonly number[])[]): void {
    for (const part of parts) this.code.push(part);
  }

  parameter = (n: number): Variable => new Variable(this.parameters[n]!, n);
  /** Evaluates now, and may be set to something else. */
  let(value: Term): Variable {
    const local = this.parameters.length + this.locals.length;
    this.locals.push(value.type);
    const variable = new Variable(value.type, local);
    this.set(variable, value);
    return variable;
  }
  set(variable: Variable, value: Given): void {
    this.put(codeOf(value, variable.type), localSet(variable.local));
  }
  when(condition: Term, then: () => void, otherwise?: () => void): void {
    this.put(condition.code, [OP.if, OP.void]);
    then();
    if (otherwise) {
      this.put([OP.else]);
      otherwise();
    }
    this.put([OP.end]);
  }
  /** Once at least. @param body gives the condition for another time */
  repeat(body: () => Term): void {
    this.put([OP.loop, OP.void]);
    this.put(body().code, [OP.brIf, 0, OP.end]);
  }
  return(value: Term | number): void {
    this.put(codeOf(value, I32), [OP.return]);
  }
  refuseIf(condition: Term): void {
    this.when(condition, () => this.return(0));
  }
  /** The result of a function of this module. */
  call(name: Name, ...parameters: Term[]): Term {
    return new Term(I32, [...parameters.flatMap((p) => p.code), OP.call, this.indexOf(name)]);
  }

  /** A word of memory. */
  load = (at: Term | number, plus = 0): Term => this.loadBy(OP.i32Load, I32, at, plus);
  load16 = (at: Term | number, plus = 0): Term => this.loadBy(OP.i32Load16U, I32, at, plus);
  load64 = (at: Term | number, plus = 0): Term => this.loadBy(OP.i64Load, I64, at, plus);
  private loadBy(opcode: number, type: Type, at: Term | number, plus: number): Term {
    const [address, offset] = addressOf(at, plus);
    return new Term(type, [...address, ...access(opcode, offset)]);
  }
  /** By the value's type. */
  store(value: Term, at: Term | number, plus = 0): void {
    this.storeBy(value.type === I32 ? OP.i32Store : OP.i64Store, value, at, plus);
  }
  store16(value: Term, at: Term | number, plus = 0): void {
    this.storeBy(OP.i32Store16, value, at, plus);
  }
  private storeBy(opcode: number, value: Term, at: Term | number, plus: number): void {
    const [address, offset] = addressOf(at, plus);
    this.put(address, value.code, access(opcode, offset));
  }
}
const addressOf = (at: Term | number, plus: number): [readonly number[], number] =>
  typeof at === "number" ? [i32Const(0), at + plus] : [at.code, plus];
