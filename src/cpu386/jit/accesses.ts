/** Memory accesses of the static back end: segment bounds and bases as constants, one check for those that are near to each other. */
import type { Size } from "../bus.js";
import type { Value } from "../emitter.js";
import * as L from "../layout.js";
import { access, i32Const, localGet, OP } from "../wasm/binary.js";
import { LOADS, STORES } from "../wasm/expressions.js";
import { type Kind, Pages, type Place, READ, WRITE } from "./pages.js";
import { Distances, Window } from "./windows.js";

const { R } = L;

/** A window, and what its first access knows. */
interface Opened {
  readonly window: Window;
  readonly record: number;
  readonly rest: number;
  readonly segment: number | undefined;
  readonly offset: Value;
  /** Where in the code the check belongs. */
  readonly at: number;
  readonly place: Place;
}

export abstract class Accesses extends Pages {
  protected readonly distances = new Distances();
  /** The last window of each root and segment, and all. */
  private readonly windows = new Map<string, Opened>();
  private readonly opened: Opened[] = [];
  /** Where the instruction has made sure that it can write. */
  private writable: (Place & { readonly segment: number | undefined; readonly offset: Value; readonly size: Size }) | undefined;

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

  private locateForWriting(segment: number | undefined, offset: Value, size: Size): Place {
    const known = this.writable;
    if (known && known.segment === segment && known.offset === offset && known.size === size) return known;
    const place = this.locate(segment, offset, size, WRITE);
    this.writable = { ...place, segment, offset, size };
    return place;
  }
  /** Leaves the node if the access is beyond the bound. */
  private locate(segment: number | undefined, offset: Value, size: Size, kind: Kind): Place {
    const place = this.inWindow(segment, offset, size, kind);
    return place ?? this.check(segment, offset, size, this.segmentWord(segment, kind.bounds[size]), kind);
  }
  /** Undefined if no other access could be known to be near. */
  private inWindow(segment: number | undefined, offset: Value, size: Size, kind: Kind): Place | undefined {
    const { paging, narrow } = this.options;
    // What is emitted under a condition makes sure of nothing behind it; constants need no check without paging.
    if (this.nesting > 0 || (offset.known !== undefined && !paging) || narrow.has(this.record)) return undefined;
    const distance = this.distances.of(offset.code);
    const [base, read, write] = [L.BASE, READ.bounds[1], WRITE.bounds[1]].map((field) => this.knownWord(segment, field));
    if (!distance || base === undefined || read === undefined || write === undefined) return undefined;
    const name = `${distance.root} ${this.wordOf(segment, 0)}`;
    const writes = kind === WRITE;
    let opened = this.windows.get(name);
    if (!opened?.window.takes(distance.plus, size, writes)) {
      const window = new Window({ read, write }, distance.plus, size, writes);
      if (window.room <= 0) return undefined;
      opened = this.open(window, segment, offset, paging ? L.RAM - 1 : L.RAM + (base >>> 0));
      this.windows.set(name, opened);
    }
    const { at, plus } = opened.place;
    return { at, plus: plus + ((distance.plus - opened.window.from) | 0) };
  }
  private open(window: Window, segment: number | undefined, offset: Value, plus: number): Opened {
    const at = this.options.paging ? { code: localGet(this.temporary()), atom: true } : offset;
    const { record, rest, code } = this;
    const opened = { window, record, rest, segment, offset, at: code.length, place: { at, plus } };
    this.put([]);
    this.opened.push(opened);
    return opened;
  }
  /** Nothing that comes is near to what has been. */
  protected forgetWindows(): void {
    this.distances.clear();
    this.windows.clear();
  }
  /** Emits the checks of all windows where they belong. */
  protected closeWindows(): void {
    for (const opened of this.opened) {
      this.begin(opened.record, opened.rest);
      const end = this.code.length;
      this.makeSure(opened);
      this.code[opened.at] = this.code.splice(end).flat();
      if (opened.window.members > 1) this.facts.windows.add(this.field(R.ip) >>> 0);
    }
  }
  private makeSure({ window, segment, offset, place }: Opened): void {
    const kind = window.writes ? WRITE : READ;
    this.segmentWord(segment, kind.bounds[1]);
    const above = this.constant((window.from - window.lowest) | 0);
    const lowest = this.check(segment, this.let(this.sub(offset, above)), window.bytes, this.constant(window.room), kind);
    if (this.options.paging) this.put(this.add(lowest.at, above).code, [OP.localSet, ...place.at.code.slice(1)]);
  }
  /** @param bound exclusive, of offsets that so many bytes may begin at */
  private check(segment: number | undefined, offset: Value, bytes: number, bound: Value, kind: Kind): Place {
    const base = this.segmentWord(segment, L.BASE);
    const key = this.options.paging ? this.pageKey(segment, base, bytes, kind) : undefined;
    if (key !== undefined) return this.inPage(key, offset, bytes, base, bound, kind);
    const fits = bound.known !== undefined && offset.known !== undefined && offset.known >>> 0 < bound.known >>> 0;
    if (!fits) {
      this.put(offset.code, bound.code, [OP.i32GeU]);
      this.sideExitIf();
    }
    if (this.options.paging) return this.translate(this.let(this.add(offset, base)), bytes, kind);
    if (base.known === undefined) return { at: this.let(this.add(offset, base)), plus: L.RAM };
    return { at: offset, plus: L.RAM + (base.known >>> 0) };
  }
  /** Leaves the node if the line has a flag. */
  private testLine(at: Value, plus: number): void {
    const base = plus - L.RAM;
    this.put(at.code, i32Const(base), [OP.i32Add], i32Const(L.LINE_SHIFT), [OP.i32ShrU], access(OP.i32Load8U, L.LINE_FLAGS));
    this.sideExitIf();
  }
}
