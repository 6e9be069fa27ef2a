/**
 * Pages that a region remembers, in memory: the offset at which one begins, how many offsets from there on accesses of one size may go to (before
 * the end of the page or of the segment), and what makes these distances addresses in memory. One compare does for the limit and the translation.
 */
import type { Value } from "../emitter.js";
import * as L from "../layout.js";
import { access, i32Const, localGet, localSet, localTee, OP, UNLIKELY, unsignedLeb } from "../wasm/binary.js";
import { Expressions } from "../wasm/expressions.js";
import type { Facts, StaticOptions } from "./facts.js";
import { FIRST_TEMPORARY, FIRST_TEMPORARY_64, OUT_EIP, UNDONE } from "./locals.js";

const { R } = L;

/** Fields of a page remembered; with a count of 0 it is none. */
const PAGE = { start: 0, count: 4, address: 8 } as const;
const PAGE_BYTES = 12;
const MAX_PAGES = Math.floor((L.PAGES_END - L.PAGES) / PAGE_BYTES);
const pageAt = (key: number): number => L.PAGES + key * PAGE_BYTES;

/** Forgets a page that was remembered. */
export const forgetPage = (key: number): readonly number[] => [
  ...i32Const(0),
  ...i32Const(0),
  ...access(OP.i32Store, pageAt(key) + PAGE.count),
];

/** Reads and writes. */
export const READ = {
  bounds: L.READ_BOUND,
  supervisor: L.TLB_READ_SUPERVISOR,
  user: L.TLB_READ_USER,
};
export const WRITE = {
  bounds: L.WRITE_BOUND,
  supervisor: L.TLB_WRITE_SUPERVISOR,
  user: L.TLB_WRITE_USER,
};
export type Kind = typeof READ | typeof WRITE;

/** Displacements with the same bits from here on are near to each other. */
const NEAR_SHIFT = 9;
const SS = (L.SS - L.SEGMENTS) / L.SEGMENT_BYTES;

export interface Place {
  /** In memory: an expression, and a constant to be added to it. */
  readonly at: Value;
  readonly plus: number;
}

/** Where accesses lead to, and the way out of a node. */
export abstract class Pages extends Expressions {
  /** Whether anything branches to the node's exit. */
  exits = false;
  protected record = 0;
  /** Instructions of the node from this one on. */
  protected rest = 0;

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
    this.put(UNLIKELY);
    this.whenTrue(() => this.sideExit());
  }

  /** A word of the segment register's cache. */
  protected segmentWord(segment: number | undefined, field: number): Value {
    const at = this.wordOf(segment, field);
    const value = this.knownWord(segment, field);
    if (value === undefined) return { code: [...i32Const(0), ...access(OP.i32Load, at)], atom: false };
    this.facts.assumed.set(at, value);
    return this.constant(value);
  }
  /** As it was when the compilation began, if that is what the region is for. */
  protected knownWord(segment: number | undefined, field: number): number | undefined {
    const at = this.wordOf(segment, field);
    const isLoaded = this.options.anySegments || this.options.loadedSegments.has((at - L.SEGMENTS) >> 6);
    return isLoaded ? undefined : this.state[at >> 2]!;
  }
  protected wordOf(segment: number | undefined, field: number): number {
    return (segment === undefined ? this.field(R.seg) : L.SEGMENTS + segment * L.SEGMENT_BYTES) + field;
  }

  private tlb({ supervisor, user }: Kind): number {
    const cpl = this.state[L.CPL >> 2]!;
    this.facts.assumed.set(L.CPL, cpl);
    return cpl === 3 ? user : supervisor;
  }
  /** What the TLB has for a linear address: by one more than its distance from the physical one, or 0. */
  protected entryOf(linear: Value, kind: Kind): Value {
    const at = this.shl(this.shr(linear, this.constant(12)), this.constant(2));
    return { code: [...at.code, ...access(OP.i32Load, this.tlb(kind))], atom: false };
  }
  /** With paging: the physical address. Leaves the node if the TLB does not have the page, or the access lies in two. */
  protected translate(linear: Value, bytes: number, kind: Kind): Place {
    if (bytes > 1) {
      this.put(linear.code, i32Const(0xfff), [OP.i32And], i32Const(0x1000 - bytes), [OP.i32GtU]);
      this.sideExitIf();
    }
    const entry = this.temporary();
    this.put(this.entryOf(linear, kind).code, localTee(entry));
    this.put([OP.i32Eqz]);
    this.sideExitIf();
    return { at: this.let(this.add(linear, { code: localGet(entry), atom: true })), plus: L.RAM - 1 };
  }

  /** What leads to the operand: fields of one object lie in one page, two arrays walked by one index do not. */
  private way(segment: number | undefined): string {
    if (segment !== undefined) return segment === SS ? `${L.ESP}` : "string";
    return [this.field(R.base), this.field(R.index), this.field(R.disp) >> NEAR_SHIFT].join();
  }
  /** Undefined if it is not known which segment it will be, or if there are too many. */
  protected pageKey(segment: number | undefined, base: Value, bytes: number, kind: Kind): number | undefined {
    const bound = this.segmentWord(segment, kind.bounds[1]);
    if (base.known === undefined || bound.known === undefined) return undefined;
    const { pages } = this.facts;
    const name = [this.way(segment), bytes, base.known, bound.known, this.tlb(kind)].join();
    const key = pages.get(name) ?? pages.size;
    if (key === MAX_PAGES) return undefined;
    pages.set(name, key);
    return key;
  }
  /** By the page that was found last with that key: within it, limit and translation need no other look. Else it is looked up. */
  protected inPage(key: number, offset: Value, bytes: number, base: Value, bound: Value, kind: Kind): Place {
    const place = pageAt(key);
    const field = (at: number): Value => ({ code: [...i32Const(0), ...access(OP.i32Load, place + at)], atom: false });
    const distance = this.temporary();
    this.put(this.sub(offset, field(PAGE.start)).code, localTee(distance), field(PAGE.count).code, [OP.i32GeU]);
    this.put(UNLIKELY);
    this.whenTrue(() => this.findPage(place, distance, offset, bytes, base, bound, kind));
    return { at: this.let(this.add({ code: localGet(distance), atom: true }, field(PAGE.address))), plus: L.RAM - 1 };
  }
  /**
   * Remembers the page of an offset, or leaves the node if the access is not a plain one. No function is called for it: WebAssembly's engine
   * would keep everything that lives in the stack frame around each access.
   */
  private findPage(place: number, distance: number, offset: Value, bytes: number, base: Value, bound: Value, kind: Kind): void {
    const all = 0x1001 - bytes;
    this.put(offset.code, bound.code, [OP.i32GeU]);
    this.sideExitIf();
    const linear = this.let(this.add(offset, base));
    const inside = this.let(this.and(linear, this.constant(0xfff)));
    if (bytes > 1) {
      this.put(inside.code, i32Const(all), [OP.i32GeU]);
      this.sideExitIf();
    }
    const entry = this.temporary();
    this.put(this.entryOf(linear, kind).code, localTee(entry));
    this.put([OP.i32Eqz]);
    this.sideExitIf();
    const remember = (at: number, value: readonly number[]): void => this.put(i32Const(0), value, access(OP.i32Store, place + at));
    // What of the page is in the segment; at its beginning offsets would be negative.
    const smaller = (a: Value, b: Value): Value =>
      this.let({ code: [...a.code, ...b.code, ...a.code, ...b.code, OP.i32LtU, OP.select], atom: false });
    const before = smaller(inside, offset);
    const start = this.let(this.sub(offset, before));
    const toEnd = this.let(this.add(this.sub(before, inside), this.constant(all)));
    const toBound = this.let(this.sub(bound, start));
    remember(PAGE.start, start.code);
    remember(PAGE.count, smaller(toEnd, toBound).code);
    remember(PAGE.address, this.add(this.add(start, base), { code: localGet(entry), atom: true }).code);
    this.put(before.code, localSet(distance));
  }
}
