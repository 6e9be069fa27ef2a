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
      const done = this.doFew(shape);
      this.when(this.eqz(done), single);
    });
    return more;
  }

  /**
   * Does all iterations if they are few and plain: upwards, within the segments, in one page each, and beside no line with a flag. The order of
   * loads and stores is that of single ones, so they may overlap.
   * @returns whether it has, 0 or 1
   */
  private doFew({ definition: { name }, size }: Shape): Value {
    const copies = name === "movs";
    if (!(copies && !this.options.watchLoads) && name !== "stos") return this.constant(0);
    const isDone = this.temporary();
    this.put(i32Const(0), localSet(isDone));
    const count = this.register(ECX, 4);
    const bytes = this.let(this.mul(count, this.constant(size)));
    const to = this.plainPlace(SEGMENT.ES, this.register(EDI, 4), bytes, WRITE);
    const from = copies ? this.plainPlace(undefined, this.register(ESI, 4), bytes, READ) : undefined;
    const conditions = [
      this.eqz(this.gtu(count, this.constant(FEW_BYTES / size))),
      this.eqz(this.and(this.systemFlags(), this.constant(FLAG.DF))),
      this.eqz(this.lts({ code: localGet(LEFT), atom: true }, count)),
      ...to.conditions,
      ...(from?.conditions ?? []),
    ];
    const isPlain = conditions.reduce((all, one) => this.and(all, one));
    this.when(isPlain, () => {
      this.when(this.eqz(this.lineFlags(to)), () => {
        this.loop(size, bytes, to, from);
        for (const n of copies ? [ESI, EDI] : [EDI]) this.setRegister(n, 4, this.add(this.register(n, 4), bytes));
        this.put(localGet(LEFT), count.code, i32Const(1), [OP.i32Sub, OP.i32Sub], localSet(LEFT));
        this.setRegister(ECX, 4, this.constant(0));
        this.put(i32Const(1), localSet(isDone));
      });
    });
    return { code: localGet(isDone), atom: true, bit: true };
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
