/** The state in memory as the dynamic back end reaches it: words, fields of the record, and memory through a segment. */
import type { Size } from "../bus.js";
import type { Shape } from "../definitions/table.js";
import type { Value } from "../emitter.js";
import { BASE, LINE_FLAGS, LINE_SHIFT, R, RAM, READ_BOUND, SEGMENT_BYTES, SEGMENTS, TLB_READ, TLB_WRITE, WRITE_BOUND } from "../layout.js";
import { access, call, i32Const, localGet, localSet, localTee, OP } from "./binary.js";
import { Expressions, LOADS, STORES } from "./expressions.js";
import { FIRST_TEMPORARY, FIRST_TEMPORARY_64, importIndex, RECORD_LOCAL } from "./imports.js";

export interface DynamicOptions {
  /** Loads test the line flags as well: the variant that runs while read watchpoints exist. */
  readonly watchLoads: boolean;
  /** Linear addresses go through the TLB: the variant that runs while CR0.PG is set. */
  readonly paging: boolean;
}

/** Every check of an access is one compare, with a way out to the complete path. */
export abstract class Accesses extends Expressions {
  constructor(
    protected readonly shape: Shape | undefined,
    private readonly options: DynamicOptions,
  ) {
    super(FIRST_TEMPORARY, FIRST_TEMPORARY_64);
  }

  protected word(address: number): Value {
    return { code: [...i32Const(0), ...access(OP.i32Load, address)], atom: false };
  }
  protected setWord(address: number, value: Value): void {
    this.put(i32Const(0), value.code, access(OP.i32Store, address));
  }
  protected field(at: number): Value {
    return { code: [...localGet(RECORD_LOCAL), ...access(OP.i32Load, at)], atom: false };
  }
  protected loadAt(address: Value, base: number, size: Size, signed: boolean): Value {
    return { code: [...address.code, ...access(signed ? LOADS[size].signed : LOADS[size].unsigned, base)], atom: false };
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
}
