/** The dynamic back end: operands are read from the decoded record, registers and flags live in memory. It makes the cold tier. */
import type { Size } from "../bus.js";
import type { Shape } from "../definitions/table.js";
import type { Emitter, LazyFlag, Operand, Value } from "../emitter.js";
import { REASON } from "../jit/locals.js";
import {
  BASE,
  BUDGET,
  CA,
  CB,
  CONTEXT,
  CONTEXT_SALT,
  CS,
  ECX,
  EFLAGS,
  EIP,
  ESP,
  FR,
  FX,
  GATE,
  GATE_BYTES,
  GATES,
  GATES_CLOSED,
  GPR,
  HASH,
  HASH_ENTRIES,
  HASH_ENTRY_BYTES,
  HOT,
  LAST_EXIT,
  LIMIT,
  LINE_FLAGS,
  LINE_SHIFT,
  OA,
  OB,
  QUICK,
  R,
  RAM,
  READ_BOUND,
  RECORD_BYTES,
  REGION_EXITS,
  REGION_HANDLER,
  SEGMENT_BYTES,
  SEGMENTS,
  TLB_READ,
  TLB_WRITE,
  WRITE_BOUND,
} from "../layout.js";
import { access, call, i32Const, localGet, localSet, localTee, OP, unsignedLeb } from "./binary.js";
import { Expressions, LOADS, STORES, TEMPORARIES_64 } from "./expressions.js";

/** Functions the interpreter imports, in the order of their indices. */
export const IMPORTS = [
  "slowLoad",
  "slowStore",
  "probeStore",
  "link",
  "find",
  "system",
  "helper",
  "raise",
  "bulk",
  "loadSegment",
  "knowsCode",
  "enterCode",
  "interrupt",
  "interruptReturn",
  "point",
] as const;
export type ImportName = (typeof IMPORTS)[number];
const importIndex = (name: ImportName): number => IMPORTS.indexOf(name);

/** Why run() returns. */
export const EXIT = {
  budget: 0,
  attention: 1,
  breakpoint: 2,
  stop: 3,
  /** A region wants the block at EIP executed by the cold tier. */
  side: 4,
  /** No region is for the segment registers as they are. */
  mismatch: 5,
} as const;

/**
 * Local 0 is the current record; 64-bit temporaries follow, the handler to go to, and as many 32-bit temporaries as the hungriest handler
 * needs.
 */
export const RECORD_LOCAL = 0;
const FIRST_TEMPORARY_64 = 1;
export const HANDLER_LOCAL = FIRST_TEMPORARY_64 + TEMPORARIES_64;
const FIRST_TEMPORARY = HANDLER_LOCAL + 1;
/** To the record's own handler. */
export const LOAD_HANDLER: readonly (readonly number[])[] = [
  localGet(RECORD_LOCAL),
  access(OP.i32Load, R.handler),
  localSet(HANDLER_LOCAL),
];

/** Iterations of a rep that make doing them at once worth while. */
const BULK_FROM = 16;

const LAZY: Record<LazyFlag, number> = { fr: FR, fx: FX, oa: OA, ob: OB, ca: CA, cb: CB };

export interface DynamicOptions {
  /** Loads test the line flags as well: the variant that runs while read watchpoints exist. */
  readonly watchLoads: boolean;
  /** Linear addresses go through the TLB: the variant that runs while CR0.PG is set. */
  readonly paging: boolean;
}

export class DynamicEmitter extends Expressions implements Emitter {
  private address: Value | undefined;

  /** @param loopDepth branch depth of the dispatch loop from the handler's top level */
  constructor(
    private readonly shape: Shape | undefined,
    private readonly loopDepth: number,
    private readonly options: DynamicOptions,
  ) {
    super(FIRST_TEMPORARY, FIRST_TEMPORARY_64);
  }

  /** Whether control cannot fall out of what has been emitted at top level. */
  get hasEnded(): boolean {
    return this.ended;
  }

  /** How many 32-bit temporaries it has used. */
  get temporaries(): number {
    return this.nextTemporary - FIRST_TEMPORARY;
  }

  // Memory, registers and operands -----------------------------------------------------------------------------------------------
  private word(address: number): Value {
    return { code: [...i32Const(0), ...access(OP.i32Load, address)], atom: false };
  }
  private setWord(address: number, value: Value): void {
    this.put(i32Const(0), value.code, access(OP.i32Store, address));
  }
  private field(at: number): Value {
    return { code: [...localGet(RECORD_LOCAL), ...access(OP.i32Load, at)], atom: false };
  }
  private loadAt(address: Value, base: number, size: Size, signed: boolean): Value {
    return { code: [...address.code, ...access(signed ? LOADS[size].signed : LOADS[size].unsigned, base)], atom: false };
  }
  register(n: number, size: Size, signed = false): Value {
    return this.loadAt(this.constant(0), registerAddress(n, size), size, signed);
  }
  setRegister(n: number, size: Size, value: Value): void {
    this.put(i32Const(0), value.code, access(STORES[size], registerAddress(n, size)));
  }
  operand(n: 1 | 2 | 3): Operand {
    const { kind, size, field } = this.shape!.operands[n - 1]!;
    if (kind === "immediate") {
      const get = (): Value => this.field(R.imm);
      return { size, get, getForUpdate: get, set: () => this.fail("an immediate cannot be set") };
    }
    if (kind === "register") {
      const at = this.field(field === 1 ? R.r1 : R.r2);
      const get = (signed = false): Value => this.loadAt(at, GPR, size, signed);
      return { size, get, getForUpdate: get, set: (value) => this.put(at.code, value.code, access(STORES[size], GPR)) };
    }
    return {
      size,
      get: (signed = false) => this.load(undefined, this.effectiveAddress(), size, signed),
      getForUpdate: (signed = false) => {
        this.probeStore(undefined, this.effectiveAddress(), size);
        return this.load(undefined, this.effectiveAddress(), size, signed);
      },
      set: (value) => this.store(undefined, this.effectiveAddress(), size, this.let(value)),
    };
  }
  private fail(text: string): never {
    throw new Error(`${this.shape?.definition.name}: ${text}`);
  }
  effectiveAddress(): Value {
    if (this.address) return this.address;
    const register = (at: number): Value => this.loadAt(this.field(at), GPR, 4, false);
    let sum = this.add(this.field(R.disp), register(R.base));
    const kind = this.shape!.address;
    if (kind === "index") sum = this.add(sum, this.shl(register(R.index), this.field(R.scale)));
    if (kind === "word") sum = this.zeroExtend(this.add(sum, register(R.index)), 2);
    this.address = this.let(sum);
    return this.address;
  }
  /** The address of a segment register, and what reads a field of it. */
  private segment(n: number | undefined): { address: Value; field: (at: number) => Value } {
    if (n !== undefined) {
      const fixed = SEGMENTS + n * SEGMENT_BYTES;
      return { address: this.constant(fixed), field: (at) => this.word(fixed + at) };
    }
    const address = this.let(this.field(R.seg));
    return { address, field: (at) => this.loadAt(address, at, 4, false) };
  }
  load(segment: number | undefined, offset: Value, size: Size, signed = false): Value {
    const s = this.segment(segment);
    const result = this.temporary();
    const linear = this.temporary();
    this.put([OP.block, OP.void, OP.block, OP.void]);
    this.put(offset.code, s.field(READ_BOUND[size]).code, [OP.i32GeU, OP.brIf, 0]);
    this.put(offset.code, s.field(BASE).code, [OP.i32Add], localSet(linear));
    this.translate(linear, size, TLB_READ);
    if (this.options.watchLoads) {
      this.put(localGet(linear), [...i32Const(LINE_SHIFT), OP.i32ShrU, ...access(OP.i32Load8U, LINE_FLAGS), OP.brIf, 0]);
    }
    this.put(this.loadAt({ code: localGet(linear), atom: true }, RAM, size, signed).code, localSet(result), [OP.br, 1, OP.end]);
    this.put(localGet(RECORD_LOCAL), offset.code, s.address.code, i32Const(size), call(importIndex("slowLoad")));
    this.put(signed ? this.signExtend({ code: [], atom: false }, size).code : [], localSet(result), [OP.end]);
    return { code: localGet(result), atom: true };
  }
  store(segment: number | undefined, offset: Value, size: Size, value: Value): void {
    const s = this.segment(segment);
    const linear = this.temporary();
    this.put([OP.block, OP.void, OP.block, OP.void]);
    this.put(offset.code, s.field(WRITE_BOUND[size]).code, [OP.i32GeU, OP.brIf, 0]);
    this.put(offset.code, s.field(BASE).code, [OP.i32Add], localSet(linear));
    this.translate(linear, size, TLB_WRITE);
    this.put(localGet(linear), [...i32Const(LINE_SHIFT), OP.i32ShrU, ...access(OP.i32Load8U, LINE_FLAGS), OP.brIf, 0]);
    this.put(localGet(linear), value.code, access(STORES[size], RAM), [OP.br, 1, OP.end]);
    this.put(localGet(RECORD_LOCAL), offset.code, s.address.code, i32Const(size), value.code, call(importIndex("slowStore")), [OP.end]);
  }
  probeStore(segment: number | undefined, offset: Value, size: Size): void {
    const s = this.segment(segment);
    this.put([OP.block, OP.void, OP.block, OP.void]);
    this.put(offset.code, s.field(WRITE_BOUND[size]).code, [OP.i32GeU, OP.brIf, 0]);
    if (this.options.paging) {
      const linear = this.temporary();
      this.put(offset.code, s.field(BASE).code, [OP.i32Add], localSet(linear));
      this.translate(linear, size, TLB_WRITE);
    }
    this.put([OP.br, 1, OP.end]);
    this.put(localGet(RECORD_LOCAL), offset.code, s.address.code, i32Const(size), call(importIndex("probeStore")), [OP.end]);
  }
  /** With paging: makes a linear address physical, or leaves the enclosing block for the slow path (no entry, or two pages). */
  private translate(linear: number, size: Size, table: number): void {
    if (!this.options.paging) return;
    if (size > 1) this.put(localGet(linear), i32Const(0xfff), [OP.i32And], i32Const(0x1000 - size), [OP.i32GtU, OP.brIf, 0]);
    const entry = this.temporary();
    this.put(localGet(linear), i32Const(12), [OP.i32ShrU], i32Const(2), [OP.i32Shl], this.word(table).code, [OP.i32Add]);
    this.put(access(OP.i32Load, 0), localTee(entry), [OP.i32Eqz, OP.brIf, 0]);
    this.put(localGet(linear), localGet(entry), [OP.i32Add], i32Const(1), [OP.i32Sub], localSet(linear));
  }
  stackOffset(bytes: Value): Value {
    const sum = this.add(this.word(ESP), bytes);
    return this.shape!.stackSize === 2 ? this.zeroExtend(sum, 2) : sum;
  }
  setStackPointer(offset: Value): void {
    this.put(i32Const(0), offset.code, access(this.shape!.stackSize === 2 ? OP.i32Store16 : OP.i32Store, ESP));
  }

  // Flags ------------------------------------------------------------------------------------------------------------------------
  lazy(flag: LazyFlag): Value {
    return this.word(LAZY[flag]);
  }
  setLazy(words: Partial<Record<LazyFlag, Value>>): void {
    for (const [flag, value] of Object.entries(words)) this.setWord(LAZY[flag as LazyFlag], value);
  }
  compared(): undefined {
    return undefined;
  }
  systemFlags(): Value {
    return this.word(EFLAGS);
  }
  setSystemFlags(value: Value): void {
    this.setWord(EFLAGS, value);
  }

  // Control ----------------------------------------------------------------------------------------------------------------------
  immediate2(): Value {
    return this.let(this.shr(this.field(R.shape), this.constant(16)));
  }
  segmentNumber(): Value {
    return this.shr(this.field(R.scale), this.constant(8));
  }
  selector(n: number): Value {
    return this.word(SEGMENTS + n * SEGMENT_BYTES);
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
  enterCode(kind: 0 | 1, selector: Value, offset: Value): Value {
    return this.attempt("enterCode", this.constant(kind), selector, offset);
  }
  interrupt(vector: Value): Value {
    return this.attempt("interrupt", vector, this.field(R.next));
  }
  interruptReturn(): Value {
    return this.attempt("interruptReturn");
  }
  jumpFar(): void {
    this.jumpTo(this.word(EIP));
  }
  nextOffset(): Value {
    return this.field(R.next);
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
  bulk(): void {
    // Calling out costs as much as a few iterations.
    this.put(this.word(ECX).code, i32Const(BULK_FROM), [OP.i32GeU, OP.if, OP.void]);
    this.put(localGet(RECORD_LOCAL), call(importIndex("bulk")), [OP.end]);
  }
  again(): void {
    this.enter({ code: localGet(RECORD_LOCAL), atom: true });
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
  private dispatch(): void {
    this.put(...LOAD_HANDLER);
    this.toHandler();
  }
  private toHandler(): void {
    this.put([OP.br, ...unsignedLeb(this.loopDepth + this.nesting)]);
  }
  private exit(reason: number): void {
    this.put(i32Const(reason), [OP.return]);
  }

  // Handlers that belong to no definition ----------------------------------------------------------------------------------------
  /** The next record of the block. */
  fallThrough(): void {
    this.put(localGet(RECORD_LOCAL), i32Const(RECORD_BYTES), [OP.i32Add], localSet(RECORD_LOCAL));
    this.dispatch();
  }
  /** Leaves before this instruction, giving back what its block had taken off the budget for it and the rest. */
  leaveHere(reason: number): void {
    this.giveBack();
    this.setWord(EIP, this.field(R.ip));
    this.exit(reason);
  }
  /** A breakpoint: stops before the instruction, or goes on with it, as whoever set it decides. */
  askPoint(): void {
    this.put(localGet(RECORD_LOCAL), call(importIndex("point")), localTee(HANDLER_LOCAL), i32Const(0), [OP.i32LtS]);
    this.whenTrue(() => this.leaveHere(EXIT.breakpoint));
    this.toHandler();
  }
  private giveBack(): void {
    this.setWord(BUDGET, this.add(this.word(BUDGET), this.field(R.remaining)));
  }
  /** The bytes under this record have changed: look the instruction up anew. */
  redirect(): void {
    this.giveBack();
    this.jumpTo(this.field(R.ip));
  }
  /** A TypeScript operation that may change anything. */
  callSystem(): void {
    this.setWord(EIP, this.field(R.next));
    this.put(localGet(RECORD_LOCAL), call(importIndex("system")), [OP.if, OP.void]);
    this.exit(EXIT.attention);
    this.put([OP.end]);
    this.jumpTo(this.word(EIP));
  }
  /** Into a region, by the record's gates; see jit/. `type`: that of a region's function. */
  enterRegion(type: number): void {
    const gate = this.temporary();
    const reason = this.temporary();
    const before = this.temporary();
    this.put(localGet(HANDLER_LOCAL), i32Const(REGION_HANDLER), [OP.i32Sub], localSet(gate));
    this.put(this.word(GATES_CLOSED).code);
    this.whenTrue(() => {
      this.put(
        localGet(gate),
        i32Const(Math.log2(GATE_BYTES)),
        [OP.i32Shl],
        access(OP.i32Load, GATES + GATE.original),
        localSet(HANDLER_LOCAL),
      );
      this.toHandler();
    });
    this.giveBack();
    this.put(this.word(BUDGET).code, localSet(before));
    this.put([OP.loop, OP.void]);
    const of = (field: number): number[] => [
      ...[...localGet(gate), ...i32Const(Math.log2(GATE_BYTES)), OP.i32Shl],
      ...access(OP.i32Load, GATES + field),
    ];
    this.put(of(GATE.entry), of(GATE.function), [OP.callIndirect, ...unsignedLeb(type), 0], localTee(reason));
    this.put(i32Const(REASON.mismatch), [OP.i32Eq, OP.if, OP.void], of(GATE.next), localTee(gate), [OP.brIf, 1]);
    this.setWord(EIP, this.field(R.ip));
    this.exit(EXIT.mismatch);
    this.put([OP.end, OP.end]);
    this.count(before, reason);
    this.put(localGet(reason), i32Const(REASON.short), [OP.i32Eq]);
    this.whenTrue(() => {
      this.setWord(GATES_CLOSED, this.constant(1));
      this.jumpTo(this.word(EIP));
    });
    this.put(localGet(reason), [OP.i32Eqz, OP.if, OP.void]);
    this.nesting++;
    this.setWord(LAST_EXIT, this.word(EIP));
    this.jumpTo(this.word(EIP));
    this.nesting--;
    this.put([OP.end], localGet(reason), i32Const(REASON.side), [OP.i32Eq, OP.if, OP.void]);
    this.exit(EXIT.side);
    this.put([OP.end]);
    this.exit(EXIT.stop);
  }
  /** Statistics: instructions executed and the reason of the return. */
  private count(before: number, reason: number): void {
    this.put(i32Const(0), i32Const(0), access(OP.i64Load, HOT), localGet(before), this.word(BUDGET).code);
    this.put([OP.i32Sub, OP.i64ExtendI32U, OP.i64Add], access(OP.i64Store, HOT));
    const counter = [...localGet(reason), ...i32Const(2), OP.i32Shl];
    this.put(counter, counter, access(OP.i32Load, REGION_EXITS), i32Const(1), [OP.i32Add], access(OP.i32Store, REGION_EXITS));
  }
  callHelper(): void {
    this.put(localGet(RECORD_LOCAL), call(importIndex("helper")));
    this.fallThrough();
  }
}

function registerAddress(n: number, size: Size): number {
  return GPR + (size === 1 && n >= 4 ? (n - 4) * 4 + 1 : n * 4);
}
