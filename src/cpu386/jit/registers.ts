/** Guest registers and flags as locals, and what is known of what they hold. */
import type { Size } from "../bus.js";
import type { Compared, LazyFlag, Value } from "../emitter.js";
import * as L from "../layout.js";
import { access, i32Const, localGet, localSet, OP } from "../wasm/binary.js";
import { Guards } from "./guards.js";
import { FLAGS, REGISTER } from "./locals.js";
import { Origins } from "./origins.js";

const LAZY = Object.keys(FLAGS) as LazyFlag[];

export abstract class Registers extends Guards {
  private source: Compared | undefined;
  private readonly words = new Map<LazyFlag, Value>();
  private readonly origins = new Origins();
  /** Registers that are 0 or 1. */
  private readonly bits = new Set<number>();
  /** The locals of registers and flags that are set. */
  readonly changes = new Set<number>();

  protected reg(n: number): number {
    this.facts.used.add(n);
    return REGISTER + n;
  }
  protected modify(n: number): number {
    this.facts.modified.add(n);
    this.changes.add(REGISTER + n);
    this.bits.delete(n);
    this.origins.changed(n);
    this.distances.set(REGISTER + n, undefined);
    return this.reg(n);
  }
  /** @param at byte address of the register */
  protected readRegister(at: number, size: Size, signed: boolean): Value {
    const whole = { code: localGet(this.reg(at >> 2)), atom: false, bit: this.bits.has(at >> 2) };
    const part = at & 3 ? this.shr(whole, this.constant(8)) : whole;
    return signed ? this.signExtend(part, size) : this.zeroExtend(part, size);
  }
  protected writeRegister(at: number, size: Size, value: Value): void {
    const n = at >> 2;
    if (size === 4) {
      const distance = this.distances.of(value.code);
      this.put(value.code, localSet(this.modify(n)));
      this.origins.changed(n, value.code);
      if (value.bit) this.bits.add(n);
      this.distances.set(REGISTER + n, distance);
      return;
    }
    const shift = (at & 3) * 8;
    const mask = (size === 2 ? 0xffff : 0xff) << shift;
    const kept = this.and({ code: localGet(this.reg(n)), atom: false }, this.constant(~mask));
    const set = this.and(this.shl(value, this.constant(shift)), this.constant(mask));
    this.put(this.or(kept, set).code, localSet(this.modify(n)));
  }
  register(n: number, size: Size, signed = false): Value {
    return this.readRegister(size === 1 && n >= 4 ? (n - 4) * 4 + 1 : n * 4, size, signed);
  }
  setRegister(n: number, size: Size, value: Value): void {
    this.writeRegister(size === 1 && n >= 4 ? (n - 4) * 4 + 1 : n * 4, size, value);
  }

  lazy(flag: LazyFlag): Value {
    this.facts.flagsUsed = true;
    const word = this.words.get(flag);
    return word?.atom ? word : { code: localGet(FLAGS[flag].local), atom: false };
  }
  setLazy(words: Partial<Record<LazyFlag, Value>>, compared?: Compared): void {
    this.facts.flagsUsed = this.facts.flagsModified = true;
    for (const [name, value] of Object.entries(words)) {
      const flag = name as LazyFlag;
      this.put(value.code, localSet(this.changedFlag(flag)));
      this.words.set(flag, value);
    }
    this.source = compared?.a.atom && compared.b.atom ? compared : undefined;
  }
  /** For what is called: the given ones, and all flags if it is asked for them. */
  protected toMemory(registers: readonly number[], flags: boolean): void {
    for (const n of registers) this.put(i32Const(0), localGet(this.reg(n)), access(OP.i32Store, L.GPR + 4 * n));
    if (!flags) return;
    this.facts.flagsUsed = this.facts.flagsModified = true;
    for (const flag of LAZY) this.put(i32Const(0), localGet(FLAGS[flag].local), access(OP.i32Store, FLAGS[flag].address));
  }
  protected fromMemory(registers: readonly number[], flags: boolean): void {
    for (const n of registers) this.put(i32Const(0), access(OP.i32Load, L.GPR + 4 * n), localSet(this.modify(n)));
    if (!flags) return;
    for (const flag of LAZY) this.put(i32Const(0), access(OP.i32Load, FLAGS[flag].address), localSet(this.changedFlag(flag)));
    this.forgetFlags();
  }
  private changedFlag(flag: LazyFlag): number {
    const { local } = FLAGS[flag];
    this.changes.add(local);
    return local;
  }
  compared(): Compared | undefined {
    return this.source;
  }
  /** Those of the last instruction that registers tell. */
  protected describeFlags(): ReadonlyMap<LazyFlag, readonly number[]> {
    const found = [...this.words].map(([flag, { code }]) => [flag, this.origins.describe(code)] as const);
    return new Map(found.filter((entry): entry is [LazyFlag, readonly number[]] => entry[1] !== undefined));
  }
  private forgetFlags(): void {
    this.words.clear();
    this.source = undefined;
  }
  override let(a: Value): Value {
    const value = super.let(a);
    if (value === a) return value;
    this.origins.define(this.nextTemporary - 1, a.code);
    this.distances.set(this.nextTemporary - 1, this.distances.of(a.code));
    return value;
  }
  override when(condition: Value, then: () => void, otherwise?: () => void): void {
    if (condition.known !== undefined) return super.when(condition, then, otherwise);
    // The other side, and what follows, knows nothing of what was found out on this one.
    const forget = (): void => {
      this.forgetFlags();
      this.origins.clear();
      this.bits.clear();
      this.forgetWindows();
      this.forgetPlace();
    };
    const other =
      otherwise &&
      ((): void => {
        forget();
        otherwise();
      });
    super.when(condition, then, other);
    forget();
  }
  systemFlags(): Value {
    return this.stateWord(L.EFLAGS);
  }
  setSystemFlags(value: Value): void {
    this.setStateWord(L.EFLAGS, value);
  }

  stateWord(at: number): Value {
    return { code: [...i32Const(0), ...access(OP.i32Load, at)], atom: false };
  }
  setStateWord(at: number, value: Value): void {
    this.put(i32Const(0), value.code, access(OP.i32Store, at));
  }
}
