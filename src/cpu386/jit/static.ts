/**
 * The static back end: operands are constants read from decoded records, guest registers and flags are locals. It makes the hot tier.
 *
 * Whatever is not plain (a fault, an access beyond the fast path's bound, a store to a flagged line) leaves the region before the
 * instruction has changed anything; the cold tier executes it. Definitions do their loads and stores first, so that holds.
 */
import type { Shape } from "../definitions/table.js";
import type { Emitter, LazyFlag, Operand, Value } from "../emitter.js";
import * as L from "../layout.js";
import { access, call, i32Const, localGet, localSet, OP, unsignedLeb } from "../wasm/binary.js";
import type { X87Name } from "../wasm/x87/names.js";
import { ENTER_CODE, HELPER, KNOWS_CODE, LOAD_SEGMENT, x87Index } from "./imports.js";
import { FIRST_TEMPORARY, LEFT, OUT_EIP, REASON, UNDONE, WHY } from "./locals.js";
import { Repeats } from "./repeats.js";

const { R } = L;

/** How a node ends. Offsets in CS. */
export type Terminator =
  | { readonly kind: "jump"; readonly to: number }
  | {
      readonly kind: "branch";
      readonly condition: Value;
      /** Of these, one is 1 and the other is 0. */
      readonly otherwise: Value;
      readonly taken: number;
      readonly next: number;
    }
  | { readonly kind: "dynamic"; readonly target: Value; readonly expected?: number | undefined }
  /** As dynamic while the code context is this one, else outside. */
  | { readonly kind: "far"; readonly target: Value; readonly context: number }
  /** On with this instruction outside. */
  | { readonly kind: "leave"; readonly at: number };

const ALL = [0, 1, 2, 3, 4, 5, 6, 7];

/** Emits the instructions of one node, one after the other. */
export class StaticEmitter extends Repeats implements Emitter {
  terminator: Terminator | undefined;
  /** Whether operations called out to decide about the reason. */
  callsOut = false;
  private shape!: Shape;
  private address: Value | undefined;
  /** Once finished: those of its last instruction that registers tell. */
  flagsByRegisters: ReadonlyMap<LazyFlag, readonly number[]> = new Map();

  /** @param rest instructions of the node that are not complete yet, this one included */
  instruction(record: number, shape: Shape, rest: number): void {
    this.begin(record, rest);
    this.shape = shape;
    this.address = undefined;
    const { emit, quick, far } = shape.definition;
    (emit ?? quick)!(this, shape);
    if (far) this.jumpFar();
  }
  finish(): void {
    this.flagsByRegisters = this.describeFlags();
    this.closeWindows();
    this.facts.temporaries = Math.max(this.facts.temporaries, this.nextTemporary - FIRST_TEMPORARY);
  }

  raise(): void {
    this.sideExit();
  }

  /**
   * A TypeScript operation on the same state. It may fault, which unwinds all this, or ask for the region to be left.
   */
  callHelper(record: number, rest: number): void {
    this.begin(record, rest);
    // Segments and pages may be others behind it.
    this.forgetWindows();
    this.callsOut = true;
    this.toMemory(ALL, true);
    // As the cold tier would have it: the whole block is off the budget.
    const ahead = rest - this.field(R.remaining);
    this.put(i32Const(0), localGet(LEFT), i32Const(ahead), [OP.i32Add], access(OP.i32Store, L.BUDGET));
    this.put(i32Const(record), call(HELPER), localSet(WHY));
    this.fromMemory(ALL, true);
    this.put(localGet(WHY), i32Const(0), [OP.i32GeS]);
    this.whenTrue(() => {
      this.put(i32Const(0), access(OP.i32Load, L.EIP), localSet(OUT_EIP), i32Const(rest - 1), localSet(UNDONE));
      this.exits = true;
      this.put([OP.br, ...unsignedLeb(this.nesting)]);
    });
    // What leaves the node from here on does so for the usual reason.
    this.put(i32Const(REASON.side), localSet(WHY));
  }

  operand(n: 1 | 2 | 3): Operand {
    const { kind, size, field } = this.shape.operands[n - 1]!;
    if (kind === "immediate") {
      const get = (): Value => this.constant(this.field(R.imm));
      return { size, get, getForUpdate: get, set: () => this.fail("an immediate cannot be set") };
    }
    if (kind === "register") {
      const at = this.field(field === 1 ? R.r1 : R.r2);
      const get = (signed = false): Value => this.readRegister(at, size, signed);
      return { size, get, getForUpdate: get, set: (value) => this.writeRegister(at, size, value) };
    }
    return {
      size,
      get: (signed = false) => this.load(undefined, this.effectiveAddress(), size, signed),
      getForUpdate: (signed = false) => this.loadForUpdate(undefined, this.effectiveAddress(), size, signed),
      set: (value) => this.store(undefined, this.effectiveAddress(), size, this.let(value)),
    };
  }
  private fail(text: string): never {
    throw new Error(`${this.shape.definition.name}: ${text}`);
  }

  // Addresses --------------------------------------------------------------------------------------------------------------------
  effectiveAddress(): Value {
    this.address ??= this.let(this.computeAddress());
    return this.address;
  }
  private computeAddress(): Value {
    const part = (at: number): Value => (at === L.ZERO ? this.constant(0) : this.readRegister(at, 4, false));
    const [base, index] = [part(this.field(R.base)), part(this.field(R.index))];
    const scaled = this.shape.address === "index" ? this.shl(index, this.constant(this.field(R.scale) & 0xff)) : index;
    const registers = this.shape.address === "base" ? base : this.add(base, scaled);
    const sum = this.add(registers, this.constant(this.field(R.disp)));
    return this.shape.address === "word" ? this.zeroExtend(sum, 2) : sum;
  }
  stackOffset(bytes: Value): Value {
    const sum = this.add({ code: localGet(this.reg(4)), atom: false }, bytes);
    return this.shape.stackSize === 2 ? this.zeroExtend(sum, 2) : sum;
  }
  setStackPointer(offset: Value): void {
    this.setRegister(4, this.shape.stackSize, offset);
  }

  // Quick paths ------------------------------------------------------------------------------------------------------------------
  immediate2(): Value {
    return this.constant(this.field(R.shape) >>> 16);
  }
  segmentNumber(): Value {
    return this.constant(this.field(R.scale) >> 8);
  }
  selector(n: number | undefined): Value {
    const number = n ?? this.segmentNumber().known!;
    return this.stateWord(L.SEGMENTS + number * L.SEGMENT_BYTES);
  }
  requireQuick(bits: number): void {
    this.put(i32Const(0), access(OP.i32Load, L.QUICK), i32Const(bits), [OP.i32And], i32Const(bits), [OP.i32Ne]);
    this.sideExitIf();
  }
  requireDone(attempt: Value): void {
    this.put(attempt.code, [OP.i32Eqz]);
    this.sideExitIf();
  }
  loadSegment(segment: number | undefined, selector: Value): Value {
    const n = segment === undefined ? this.segmentNumber() : this.constant(segment);
    return this.let({ code: [...n.code, ...selector.code, ...call(LOAD_SEGMENT)], atom: false });
  }
  knowsCode(kind: 0 | 1, selector: Value, offset: Value): Value {
    return this.let({ code: [...i32Const(kind), ...selector.code, ...offset.code, ...call(KNOWS_CODE)], atom: false });
  }
  enterCode(known: Value, offset: Value): void {
    this.let({ code: [...known.code, ...offset.code, ...call(ENTER_CODE)], atom: false });
  }
  interrupt(): Value {
    return this.fail("interrupts are the cold tier's");
  }
  interruptReturn(): Value {
    return this.fail("iret is the cold tier's");
  }
  jumpFar(): void {
    const target = this.let(this.stateWord(L.EIP));
    this.terminator = { kind: "far", target, context: this.state[L.CONTEXT >> 2]! };
  }

  // Control ----------------------------------------------------------------------------------------------------------------------
  nextOffset(): Value {
    return this.constant(this.field(R.next));
  }
  jump(): void {
    this.terminator = { kind: "jump", to: this.field(R.target) };
  }
  proceed(): void {
    this.terminator = { kind: "jump", to: this.field(R.next) };
  }
  jumpIf(condition: Value): void {
    const [taken, next] = [this.field(R.target), this.field(R.next)];
    if (condition.known !== undefined) this.terminator = { kind: "jump", to: condition.known ? taken : next };
    else this.terminator = { kind: "branch", condition, otherwise: this.eqz(condition), taken, next };
  }
  jumpTo(offset: Value): void {
    this.terminator = { kind: "dynamic", target: this.let(offset) };
  }
  checkTarget(offset: Value): void {
    const limit = this.state[(L.CS + L.LIMIT) >> 2]!;
    if (limit === -1) return;
    this.put(offset.code, i32Const(limit), [OP.i32GtU]);
    this.sideExitIf();
  }
  /** A node of its own, which follows itself. */
  repeat(count: Value, bulk: boolean, iteration: () => Value): void {
    const more = { code: localGet(this.repeated(this.shape, count, bulk, iteration)), atom: true };
    this.terminator = { kind: "branch", condition: more, otherwise: this.eqz(more), taken: this.field(R.ip), next: this.field(R.next) };
  }
  x87(name: X87Name, ...parameters: Value[]): Value {
    return this.let({ code: [...i32Const(this.record), ...parameters.flatMap((p) => p.code), ...call(x87Index(name))], atom: false });
  }
}
