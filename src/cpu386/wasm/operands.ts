/** Registers, operands, addresses and flags as the dynamic back end reads them: from the decoded record and from memory. */
import type { Size } from "../bus.js";
import type { LazyFlag, Operand, Value } from "../emitter.js";
import { CA, CB, EFLAGS, ESP, FR, FX, GPR, OA, OB, R, SEGMENT_BYTES, SEGMENTS } from "../layout.js";
import { Accesses } from "./accesses.js";
import { access, i32Const, OP } from "./binary.js";
import { STORES } from "./expressions.js";

const LAZY: Record<LazyFlag, number> = { fr: FR, fx: FX, oa: OA, ob: OB, ca: CA, cb: CB };

export abstract class Operands extends Accesses {
  private address: Value | undefined;

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
  stackOffset(bytes: Value): Value {
    const sum = this.add(this.word(ESP), bytes);
    return this.shape!.stackSize === 2 ? this.zeroExtend(sum, 2) : sum;
  }
  setStackPointer(offset: Value): void {
    this.put(i32Const(0), offset.code, access(this.shape!.stackSize === 2 ? OP.i32Store16 : OP.i32Store, ESP));
  }
  immediate2(): Value {
    return this.let(this.shr(this.field(R.shape), this.constant(16)));
  }
  segmentNumber(): Value {
    return this.shr(this.field(R.scale), this.constant(8));
  }
  selector(n: number | undefined): Value {
    if (n !== undefined) return this.word(SEGMENTS + n * SEGMENT_BYTES);
    const at = this.mul(this.segmentNumber(), this.constant(SEGMENT_BYTES));
    return { code: [...at.code, ...access(OP.i32Load, SEGMENTS)], atom: false };
  }
  nextOffset(): Value {
    return this.field(R.next);
  }

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
}

function registerAddress(n: number, size: Size): number {
  return GPR + (size === 1 && n >= 4 ? (n - 4) * 4 + 1 : n * 4);
}
