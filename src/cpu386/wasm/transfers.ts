/** Where the dynamic back end goes from an instruction: links, the hash of blocks, attempts at quick paths, and the budget. */
import type { Shape } from "../definitions/table.js";
import type { Value } from "../emitter.js";
import {
  BUDGET,
  CONTEXT,
  CONTEXT_SALT,
  CS,
  ECX,
  EIP,
  HASH,
  HASH_ENTRIES,
  HASH_ENTRY_BYTES,
  LIMIT,
  QUICK,
  QUICK_LEAVES,
  R,
} from "../layout.js";
import type { DynamicOptions } from "./accesses.js";
import { access, call, i32Const, localGet, localSet, localTee, OP, unsignedLeb } from "./binary.js";
import { EXIT, type ImportName, importIndex, LOAD_HANDLER, RECORD_LOCAL } from "./imports.js";
import { Operands } from "./operands.js";

/** Iterations of a rep that make doing them at once worth while. */
const BULK_FROM = 16;

export abstract class Transfers extends Operands {
  /** @param loopDepth branch depth of the dispatch loop from the handler's top level */
  constructor(
    shape: Shape | undefined,
    private readonly loopDepth: number,
    options: DynamicOptions,
  ) {
    super(shape, options);
  }

  requireQuick(bits: number): void {
    this.requireDone(this.eq(this.and(this.word(QUICK), this.constant(bits)), this.constant(bits)));
  }
  requireDone(attempt: Value): void {
    this.put(attempt.code, [OP.i32Eqz]);
    this.whenTrue(() => this.callSystem());
    this.ended = false;
  }
  private attempt(name: ImportName, ...parameters: Value[]): Value {
    return this.let({ code: [...parameters.flatMap((p) => p.code), ...call(importIndex(name))], atom: false });
  }
  loadSegment(segment: number | undefined, selector: Value): Value {
    return this.attempt("loadSegment", segment === undefined ? this.segmentNumber() : this.constant(segment), selector);
  }
  knowsCode(kind: 0 | 1, selector: Value, offset: Value): Value {
    return this.attempt("knowsCode", this.constant(kind), selector, offset);
  }
  enterCode(known: Value, offset: Value): void {
    this.attempt("enterCode", known, offset);
  }
  interrupt(vector: Value): Value {
    return this.attempt("interrupt", vector, this.field(R.next));
  }
  interruptReturn(): Value {
    return this.attempt("interruptReturn");
  }
  jumpFar(far: "within-ring" | "between-rings"): void {
    if (far === "between-rings") {
      this.put(this.and(this.word(QUICK), this.constant(QUICK_LEAVES)).code);
      this.whenTrue(() => this.exit(EXIT.attention));
    }
    this.jumpTo(this.word(EIP));
  }
  stateWord(at: number): Value {
    return this.word(at);
  }
  setStateWord(at: number, value: Value): void {
    this.setWord(at, value);
  }
  x87(): Value {
    throw new Error("in the cold tier the operations call these functions");
  }
  jump(): void {
    this.follow(R.targetLink);
    this.ended = true;
  }
  jumpIf(condition: Value): void {
    this.when(condition, () => this.follow(R.targetLink));
    this.proceed();
  }
  proceed(): void {
    this.follow(R.nextLink);
    this.ended = true;
  }
  repeat(count: Value, bulk: boolean, iteration: () => Value): void {
    this.when(this.eqz(count), () => this.proceed());
    if (bulk) this.bulk();
    this.when(iteration(), () => this.enter({ code: localGet(RECORD_LOCAL), atom: true }));
    this.proceed();
  }
  private bulk(): void {
    // Calling out costs as much as a few iterations.
    this.put(this.word(ECX).code, i32Const(BULK_FROM), [OP.i32GeU, OP.if, OP.void]);
    this.put(localGet(RECORD_LOCAL), call(importIndex("bulk")), [OP.end]);
  }
  checkTarget(offset: Value): void {
    this.put(offset.code, this.word(CS + LIMIT).code, [OP.i32GtU, OP.if, OP.void]);
    this.raise(13);
    this.put([OP.end]);
  }
  raise(vector: number): void {
    this.put(localGet(RECORD_LOCAL), i32Const(vector), call(importIndex("raise")), [OP.unreachable]);
  }
  /** To the record that a link field names, linking it first if need be. */
  private follow(link: number): void {
    const to = this.temporary();
    this.put(this.field(link).code, localTee(to), [OP.i32Eqz, OP.if, OP.void]);
    this.put(localGet(RECORD_LOCAL), i32Const(link), call(importIndex("link")), localSet(to), [OP.end]);
    this.enter({ code: localGet(to), atom: true });
  }
  jumpTo(offset: Value): void {
    const target = this.let(offset);
    const entry = this.temporary();
    const to = this.temporary();
    this.put(this.xor(target, this.word(CONTEXT_SALT)).code, i32Const(HASH_ENTRIES - 1), [OP.i32And]);
    this.put(i32Const(Math.log2(HASH_ENTRY_BYTES)), [OP.i32Shl], localTee(entry), access(OP.i32Load, HASH), target.code, [OP.i32Eq]);
    this.put(localGet(entry), access(OP.i32Load, HASH + 4), this.word(CONTEXT).code, [OP.i32Eq, OP.i32And, OP.if, OP.void]);
    this.put(localGet(entry), access(OP.i32Load, HASH + 8), localSet(to), [OP.else]);
    this.put(target.code, call(importIndex("find")), localSet(to), [OP.end]);
    this.enter({ code: localGet(to), atom: true });
    this.ended = true;
  }
  /** Takes a whole block off the budget and goes there, or leaves if the budget is too small for it. */
  private enter(record: Value): void {
    const left = this.temporary();
    this.put(this.word(BUDGET).code, record.code, access(OP.i32Load, R.remaining), [OP.i32Sub], localTee(left));
    this.put(i32Const(0), [OP.i32LtS, OP.if, OP.void]);
    this.setWord(EIP, { code: [...record.code, ...access(OP.i32Load, R.ip)], atom: false });
    this.exit(EXIT.budget);
    this.put([OP.end]);
    this.setWord(BUDGET, { code: localGet(left), atom: true });
    this.put(record.code, localSet(RECORD_LOCAL));
    this.dispatch();
  }
  protected dispatch(): void {
    this.put(...LOAD_HANDLER);
    this.toHandler();
  }
  protected toHandler(): void {
    this.put([OP.br, ...unsignedLeb(this.loopDepth + this.nesting)]);
  }
  protected exit(reason: number): void {
    this.put(i32Const(reason), [OP.return]);
  }
  /** A TypeScript operation that may change anything. */
  callSystem(): void {
    this.setWord(EIP, this.field(R.next));
    this.put(localGet(RECORD_LOCAL), call(importIndex("system")), [OP.if, OP.void]);
    this.exit(EXIT.attention);
    this.put([OP.end]);
    this.jumpTo(this.word(EIP));
  }
}
