/** String instructions with rep: few iterations in a loop of their own, many by calling out for them, and whatever is not plain one by one. */
import type { Size } from "../bus.js";
import type { Shape } from "../definitions/table.js";
import type { Value } from "../emitter.js";
import { FLAG } from "../flags.js";
import * as L from "../layout.js";
import { SEGMENT } from "../segment.js";
import { access, call, i32Const, localGet, localSet, localTee, OP } from "../wasm/binary.js";
import { LOADS, STORES } from "../wasm/expressions.js";
import { BULK } from "./imports.js";
import { LEFT } from "./locals.js";
import { type Kind, type Place, READ, WRITE } from "./pages.js";
import { Registers } from "./registers.js";

/** Up to so many bytes are few. */
const FEW_BYTES = 128;
const PAGE_BYTES = 0x1000;
const [EAX, ECX, ESI, EDI] = [0, 1, 6, 7];

interface Few {
  readonly count: Value;
  readonly bytes: Value;
  readonly to: Place;
  readonly from: Place | undefined;
  readonly isPlain: Value;
}

export abstract class Repeats extends Registers {
  /** Whether the node may take more off the budget than its length. */
  repeats = false;

  /**
   * As Emitter.repeat.
   * @returns a local, which is 0 if there is no other iteration
   */
  protected repeated(shape: Shape, count: Value, bulk: boolean, iteration: () => Value): number {
    this.repeats = true;
    const more = this.temporary();
    this.put(i32Const(0), localSet(more));
    this.when(this.ne(count, this.constant(0)), () => {
      const single = (): void => this.put(iteration().code, localSet(more));
      if (!bulk) return single();
      const few = FEW_BYTES / shape.size;
      this.when(this.gtu(count, this.constant(few)), () => this.callBulk(shape));
      if (shape.definition.flags !== undefined) {
        this.passOver(shape);
        single();
      } else this.when(this.eqz(this.doFew(shape)), single);
    });
    return more;
  }

  /**
   * movs and stos: does all iterations if they are few and plain, and beside no line with a flag. The order of loads and stores is that of single
   * ones, so they may overlap.
   * @returns whether it has, 0 or 1
   */
  private doFew(shape: Shape): Value {
    const { size } = shape;
    if (this.options.watchLoads && shape.definition.name === "movs") return this.constant(0);
    const isDone = this.temporary();
    this.put(i32Const(0), localSet(isDone));
    const { count, bytes, to, from, isPlain } = this.fewOf(shape, WRITE);
    this.when(isPlain, () => {
      this.when(this.eqz(this.lineFlags(to)), () => {
        this.loop(size, bytes, to, from);
        this.advance(from !== undefined, bytes);
        this.put(localGet(LEFT), count.code, i32Const(1), [OP.i32Sub, OP.i32Sub], localSet(LEFT));
        this.setRegister(ECX, 4, this.constant(0));
        this.put(i32Const(1), localSet(isDone));
      });
    });
    return { code: localGet(isDone), atom: true, bit: true };
  }
  /** cmps and scas: if they are few and plain, does those in front of the one that ends them, whose flags will be the ones that count. */
  private passOver(shape: Shape): void {
    const { size, rep } = shape;
    if (this.options.watchLoads) return;
    const { bytes, to, from, isPlain } = this.fewOf(shape, READ);
    this.when(isPlain, () => {
      const passed = this.temporary();
      const at = (place: Place): readonly number[] => [
        ...this.add(place.at, { code: localGet(passed), atom: true }).code,
        ...access(LOADS[size].unsigned, place.plus),
      ];
      const goesOn = [...(from ? at(from) : this.register(EAX, size).code), ...at(to), rep === 0xf3 ? OP.i32Eq : OP.i32Ne];
      const last = this.let(this.sub(bytes, this.constant(size)));
      this.put(i32Const(0), localSet(passed), [OP.block, OP.void], [OP.loop, OP.void], localGet(passed), last.code, [OP.i32Eq, OP.brIf, 1]);
      this.put(goesOn, [OP.i32Eqz, OP.brIf, 1], localGet(passed), i32Const(size), [OP.i32Add], localSet(passed), [
        OP.br,
        0,
        OP.end,
        OP.end,
      ]);
      const bytesPassed = { code: localGet(passed), atom: true };
      this.advance(from !== undefined, bytesPassed);
      const done = this.let(this.shr(bytesPassed, this.constant(Math.log2(size))));
      this.setRegister(ECX, 4, this.sub(this.register(ECX, 4), done));
      this.put(localGet(LEFT), done.code, [OP.i32Sub], localSet(LEFT));
    });
  }
  private advance(sourced: boolean, bytes: Value): void {
    for (const n of sourced ? [ESI, EDI] : [EDI]) this.setRegister(n, 4, this.add(this.register(n, 4), bytes));
  }

  /** All iterations that are left, and whether they are few and plain: upwards, within the segments, in one page each, and on the budget. */
  private fewOf({ definition: { name }, size }: Shape, kind: Kind): Few {
    const count = this.let(this.register(ECX, 4));
    const bytes = this.let(this.mul(count, this.constant(size)));
    const to = this.plainPlace(SEGMENT.ES, this.register(EDI, 4), bytes, kind);
    const isSourced = name === "movs" || name === "cmps";
    const from = isSourced ? this.plainPlace(undefined, this.register(ESI, 4), bytes, READ) : undefined;
    const conditions = [
      this.eqz(this.gtu(count, this.constant(FEW_BYTES / size))),
      this.eqz(this.and(this.systemFlags(), this.constant(FLAG.DF))),
      this.eqz(this.lts({ code: localGet(LEFT), atom: true }, count)),
      ...to.conditions,
      ...(from?.conditions ?? []),
    ];
    return { count, bytes, to, from, isPlain: conditions.reduce((all, one) => this.and(all, one)) };
  }
  /** Where so many bytes begin, if the conditions hold. */
  private plainPlace(segment: number | undefined, offset: Value, bytes: Value, kind: Kind): Place & { readonly conditions: Value[] } {
    const bound = this.segmentWord(segment, kind.bounds[1]);
    const room = this.sub(bound, offset);
    const conditions = [this.ltu(offset, bound), this.eqz(this.gtu(bytes, room))];
    const linear = this.let(this.add(offset, this.segmentWord(segment, L.BASE)));
    if (!this.options.paging) return { at: linear, plus: L.RAM, conditions };
    const end = this.add(this.and(linear, this.constant(PAGE_BYTES - 1)), bytes);
    const entry = this.let(this.entryOf(linear, kind));
    const isIn = this.and(this.eqz(this.gtu(end, this.constant(PAGE_BYTES))), this.ne(entry, this.constant(0)));
    return { at: this.let(this.add(linear, entry)), plus: L.RAM - 1, conditions: [...conditions, isIn] };
  }
  /** Of four lines from a place on. */
  private lineFlags({ at, plus }: Place): Value {
    const line = this.shr(this.add(at, this.constant(plus - L.RAM)), this.constant(L.LINE_SHIFT));
    return { code: [...line.code, ...access(OP.i32Load, L.LINE_FLAGS)], atom: false };
  }
  private loop(size: Size, bytes: Value, to: Place, from: Place | undefined): void {
    const [target, source, end] = [this.temporary(), this.temporary(), this.temporary()];
    const step = (local: number): readonly number[] => [...localGet(local), ...i32Const(size), OP.i32Add];
    this.put(to.at.code, localTee(target), bytes.code, [OP.i32Add], localSet(end));
    if (from) this.put(from.at.code, localSet(source));
    const value = from ? [...localGet(source), ...access(LOADS[size].unsigned, from.plus)] : this.register(EAX, 4).code;
    this.put([OP.loop, OP.void], localGet(target), value, access(STORES[size], to.plus));
    if (from) this.put(step(source), localSet(source));
    this.put(step(target), localTee(target), localGet(end), [OP.i32Ne, OP.brIf, 0, OP.end]);
  }

  /** What that needs is in memory then, and comes back from there. */
  private callBulk({ definition }: Shape): void {
    const compares = definition.flags !== undefined;
    this.toMemory([EAX, ECX, ESI, EDI], compares);
    this.put(i32Const(0), localGet(LEFT), access(OP.i32Store, L.BUDGET));
    this.put(i32Const(this.record), i32Const(Number(this.options.watchLoads)), call(BULK), [OP.drop]);
    this.fromMemory([ECX, ESI, EDI], compares);
    this.put(i32Const(0), access(OP.i32Load, L.BUDGET), localSet(LEFT));
  }
}
