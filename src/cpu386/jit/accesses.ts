/** Memory accesses of the static back end: segment bounds and bases as constants, pages that were found remembered in locals. */
import type { Size } from "../bus.js";
import type { Value } from "../emitter.js";
import * as L from "../layout.js";
import { access, call, i32Const, localGet, localSet, localTee, OP, unsignedLeb } from "../wasm/binary.js";
import { Expressions, LOADS, STORES } from "../wasm/expressions.js";
import { FIND_PAGE } from "./imports.js";
import { FIRST_TEMPORARY, FIRST_TEMPORARY_64, OUT_EIP, UNDONE } from "./locals.js";
import { MAX_PAGES, PAGE, pageAt } from "./pages.js";

const { R } = L;

/** What a region as a whole needs to know of its nodes. */
export class Facts {
  readonly used = new Set<number>();
  readonly modified = new Set<number>();
  flagsUsed = false;
  flagsModified = false;
  temporaries = 0;
  /** Keys of the pages remembered, by what they stand for. */
  readonly pages = new Map<string, number>();
  /** Words of the processor's state that were taken for constants: entry is refused if they have changed. */
  readonly assumed = new Map<number, number>();
}

export interface StaticOptions {
  /** Loads test the line flags as well. */
  readonly watchLoads: boolean;
  readonly paging: boolean;
  /** Segment bases and bounds are read from the processor's state at each access, not assumed. */
  readonly anySegments: boolean;
  /** Segment registers that the region loads: always read from the state. */
  readonly loadedSegments: ReadonlySet<number>;
}

/** Reads and writes. */
const READ = {
  bounds: L.READ_BOUND,
  supervisor: L.TLB_READ_SUPERVISOR,
  user: L.TLB_READ_USER,
};
const WRITE = {
  bounds: L.WRITE_BOUND,
  supervisor: L.TLB_WRITE_SUPERVISOR,
  user: L.TLB_WRITE_USER,
};
/** Displacements with the same bits from here on are near to each other. */
const NEAR_SHIFT = 9;
const SS = (L.SS - L.SEGMENTS) / L.SEGMENT_BYTES;

interface Place {
  /** In memory: an expression, and a constant to be added to it. */
  readonly at: Value;
  readonly plus: number;
}

export abstract class Accesses extends Expressions {
  /** Whether anything branches to the node's exit. */
  exits = false;
  protected record = 0;
  /** Instructions of the node from this one on. */
  protected rest = 0;
  /** Where the instruction has made sure that it can write. */
  private writable: (Place & { readonly segment: number | undefined; readonly offset: Value; readonly size: Size }) | undefined;

  constructor(
    /** The records. */
    protected readonly i32: Int32Array,
    /** The processor's state that is compiled for. */
    protected readonly state: Int32Array,
    protected readonly facts: Facts,
    protected readonly options: StaticOptions,
  ) {
    super(FIRST_TEMPORARY, FIRST_TEMPORARY_64);
  }

  protected begin(record: number, rest: number): void {
    this.record = record;
    this.rest = rest;
    this.nextTemporary64 = this.firstTemporary64;
    this.forgetPlace();
  }
  /** What follows may be reached in another way. */
  protected forgetPlace(): void {
    this.writable = undefined;
  }
  protected field(at: number): number {
    return this.i32[(this.record + at) >> 2]!;
  }

  /** Out of the node, before this instruction. */
  protected sideExit(): void {
    this.exits = true;
    this.put(i32Const(this.field(R.ip)), localSet(OUT_EIP), i32Const(this.rest), localSet(UNDONE));
    this.put([OP.br, ...unsignedLeb(this.nesting)]);
  }
  /** As sideExit, if the condition on the stack is not zero. */
  protected sideExitIf(): void {
    this.whenTrue(() => this.sideExit());
  }

  load(segment: number | undefined, offset: Value, size: Size, signed = false): Value {
    return this.loadFrom(this.locate(segment, this.let(offset), size, READ), size, signed);
  }
  /** What can be written can be read (SDM volume 3, 3.4.5.1 and 4.6.1). */
  protected loadForUpdate(segment: number | undefined, offset: Value, size: Size, signed: boolean): Value {
    return this.loadFrom(this.locateForWriting(segment, this.let(offset), size), size, signed);
  }
  private loadFrom({ at, plus }: Place, size: Size, signed: boolean): Value {
    if (this.options.watchLoads) this.testLine(at, plus);
    return this.let({ code: [...at.code, ...access(signed ? LOADS[size].signed : LOADS[size].unsigned, plus)], atom: false });
  }
  store(segment: number | undefined, offset: Value, size: Size, value: Value): void {
    const { at, plus } = this.locateForWriting(segment, this.let(offset), size);
    this.testLine(at, plus);
    this.put(at.code, value.code, access(STORES[size], plus));
  }
  probeStore(segment: number | undefined, offset: Value, size: Size): void {
    this.locateForWriting(segment, this.let(offset), size);
  }

  /** A word of the segment register's cache. */
  private segmentWord(segment: number | undefined, field: number): Value {
    const at = (segment === undefined ? this.field(R.seg) : L.SEGMENTS + segment * L.SEGMENT_BYTES) + field;
    if (this.options.anySegments || this.options.loadedSegments.has((at - L.SEGMENTS) >> 6))
      return { code: [...i32Const(0), ...access(OP.i32Load, at)], atom: false };
    const value = this.state[at >> 2]!;
    this.facts.assumed.set(at, value);
    return this.constant(value);
  }
  private locateForWriting(segment: number | undefined, offset: Value, size: Size): Place {
    const known = this.writable;
    if (known && known.segment === segment && known.offset === offset && known.size === size) return known;
    const place = this.locate(segment, offset, size, WRITE);
    this.writable = { ...place, segment, offset, size };
    return place;
  }
  /** Leaves the node if the access is beyond the bound. */
  private locate(segment: number | undefined, offset: Value, size: Size, kind: typeof READ | typeof WRITE): Place {
    const bound = this.segmentWord(segment, kind.bounds[size]);
    const base = this.segmentWord(segment, L.BASE);
    const key = this.options.paging ? this.pageKey(segment, base, size, kind) : undefined;
    if (key !== undefined) return this.inPage(key, offset, size, base, bound, this.segmentWord(segment, kind.bounds[1]), kind);
    const fits = bound.known !== undefined && offset.known !== undefined && offset.known >>> 0 < bound.known >>> 0;
    if (!fits) {
      this.put(offset.code, bound.code, [OP.i32GeU]);
      this.sideExitIf();
    }
    if (this.options.paging) return this.translate(this.let(this.add(offset, base)), size, kind);
    if (base.known === undefined) return { at: this.let(this.add(offset, base)), plus: L.RAM };
    return { at: offset, plus: L.RAM + (base.known >>> 0) };
  }
  /** Leaves the node if the line has a flag. */
  private testLine(at: Value, plus: number): void {
    const base = plus - L.RAM;
    this.put(at.code, i32Const(base), [OP.i32Add], i32Const(L.LINE_SHIFT), [OP.i32ShrU], access(OP.i32Load8U, L.LINE_FLAGS));
    this.sideExitIf();
  }

  // Pages ------------------------------------------------------------------------------------------------------------------------
  private tlb({ supervisor, user }: typeof READ | typeof WRITE): number {
    const cpl = this.state[L.CPL >> 2]!;
    this.facts.assumed.set(L.CPL, cpl);
    return cpl === 3 ? user : supervisor;
  }
  /** With paging: the physical address. Leaves the node if the TLB does not have the page, or the access lies in two. */
  private translate(linear: Value, size: Size, kind: typeof READ | typeof WRITE): Place {
    if (size > 1) {
      this.put(linear.code, i32Const(0xfff), [OP.i32And], i32Const(0x1000 - size), [OP.i32GtU]);
      this.sideExitIf();
    }
    const entry = this.temporary();
    this.put(linear.code, i32Const(12), [OP.i32ShrU], i32Const(2), [OP.i32Shl], access(OP.i32Load, this.tlb(kind)), localTee(entry));
    this.put([OP.i32Eqz]);
    this.sideExitIf();
    // Entries are by one more than the difference.
    return { at: this.let(this.add(linear, { code: localGet(entry), atom: true })), plus: L.RAM - 1 };
  }

  /** What leads to the operand: fields of one object lie in one page, two arrays walked by one index do not. */
  private way(segment: number | undefined): string {
    if (segment !== undefined) return segment === SS ? `${L.ESP}` : "string";
    return [this.field(R.base), this.field(R.index), this.field(R.disp) >> NEAR_SHIFT].join();
  }
  /** Undefined if it is not known which segment it will be, or if there are too many. */
  private pageKey(segment: number | undefined, base: Value, size: Size, kind: typeof READ | typeof WRITE): number | undefined {
    const bound = this.segmentWord(segment, kind.bounds[1]);
    if (base.known === undefined || bound.known === undefined) return undefined;
    const { pages } = this.facts;
    const name = [this.way(segment), size, base.known, bound.known, this.tlb(kind)].join();
    const key = pages.get(name) ?? pages.size;
    if (key === MAX_PAGES) return undefined;
    pages.set(name, key);
    return key;
  }
  /** By the page that was found last with that key: within it, limit and translation need no other look. Else it is looked up. */
  private inPage(key: number, offset: Value, size: Size, base: Value, bound: Value, all: Value, kind: typeof READ | typeof WRITE): Place {
    const place = pageAt(key);
    const field = (at: number, opcode: number): readonly number[] => [...i32Const(0), ...access(opcode, place + at)];
    this.put(offset.code, [OP.i64ExtendI32U], field(PAGE.start, OP.i64Load), [OP.i64Sub], field(PAGE.span, OP.i64Load), [OP.i64GtU]);
    this.whenTrue(() => {
      this.put(offset.code, base.code, bound.code, all.code, i32Const(0x1000 - size), i32Const(this.tlb(kind)), i32Const(place));
      this.put(call(FIND_PAGE), [OP.i32Eqz]);
      this.sideExitIf();
    });
    return { at: this.let(this.add(offset, { code: field(PAGE.delta, OP.i32Load), atom: false })), plus: L.RAM - 1 };
  }
}
