/**
 * Moments of a run to which the machine can be put back. Each holds the state of processor, devices and clock, and the pages of RAM that
 * have changed since the one before it; so to restore one is to put back the pages that differ.
 */
import { ChangedPages, PAGE_BYTES } from "../../pc/changed-pages.js";
import type { Machine, MachineState } from "../../pc/machine.js";
import type { Position } from "./position.js";

export interface Snapshot extends Position {
  /** InputLog.next of that moment. */
  readonly entry: number;
  readonly machine: MachineState;
  /** What the debugger keeps by the machine's side. */
  readonly beside: unknown;
  /** Contents of pages that changed since the snapshot before; undefined for zeros. Of the first one: of all that are not zero. */
  readonly pages: Map<number, Uint8Array | undefined>;
}

/** Processor, devices and bookkeeping of a snapshot, about. */
const STATE_BYTES = 8192;
/** Snapshots are kept so close that there are about this many between any moment and one twice as far from where we are. */
const DENSITY = 32;
/** Closer ones are of no use. */
const LEAST_GAP = 2000;

export class Snapshots {
  readonly list: Snapshot[] = [];
  private readonly changed: ChangedPages;
  /** RAM is as it was here, but for the pages in `changed`. */
  private origin!: Snapshot;
  private pagesHeld = 0;

  constructor(
    private readonly machine: Machine,
    private readonly limit: number,
  ) {
    this.changed = new ChangedPages(machine.cpu);
  }

  /** Bytes held, about. */
  get bytes(): number {
    const tlbs = this.list.reduce((sum, { machine }) => sum + machine.cpu.tlb.pages.byteLength, 0);
    return this.pagesHeld * PAGE_BYTES + this.list.length * STATE_BYTES + tlbs;
  }
  /** Pages changed since the snapshot that came last on our way. */
  get changedPages(): number {
    return this.changed.count;
  }
  get first(): Snapshot {
    return this.list[0]!;
  }
  /** The last one on the way to where we are. */
  get latest(): Snapshot {
    return this.origin;
  }

  /** Forgets all, and begins here. */
  begin(entry: number, beside: unknown): void {
    this.list.length = 0;
    this.pagesHeld = 0;
    this.changed.forget();
    const pages = new Map<number, Uint8Array | undefined>();
    for (let page = 0; page < this.changed.pages; page++) {
      const bytes = this.changed.copy(page);
      if (bytes) pages.set(page, bytes);
    }
    this.insert(0, entry, beside, pages);
  }
  stop(): void {
    this.list.length = 0;
    this.pagesHeld = 0;
    this.changed.stop();
  }

  /** Here and now, behind the one that came last on our way. */
  take(position: Position, entry: number, beside: unknown): Snapshot {
    this.pass(position, entry);
    const { origin } = this;
    if (origin.count === position.count && origin.settled === position.settled && origin.entry === entry) return origin;
    const pages = new Map(this.changed.take().map((page) => [page, this.changed.copy(page)]));
    return this.insert(this.list.indexOf(origin) + 1, entry, beside, pages, position);
  }
  /** Snapshots that have been come by since: what has changed since an earlier one has all that changed since them. */
  private pass({ count, settled }: Position, entry: number): void {
    for (let n = this.list.indexOf(this.origin) + 1; n < this.list.length; n++) {
      const next = this.list[n]!;
      const isBehind = next.count < count || (next.count === count && next.entry <= entry && (settled || !next.settled));
      if (!isBehind) return;
      this.origin = next;
    }
  }
  private insert(at: number, entry: number, beside: unknown, pages: Snapshot["pages"], position?: Position): Snapshot {
    const { count, settled } = position ?? { count: this.machine.now, settled: !this.machine.isUnsettled };
    const made: Snapshot = { count, settled, entry, machine: this.machine.save(), beside, pages };
    this.list.splice(at, 0, made);
    this.pagesHeld += pages.size;
    this.origin = made;
    return made;
  }

  /** The last one from which a moment can be reached; `entry`: with no more than that many entries of the log done. */
  before({ count, settled }: Position, entry = Number.POSITIVE_INFINITY): Snapshot | undefined {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const each = this.list[middle]!;
      if (each.count < count || (each.count === count && (settled || !each.settled))) low = middle + 1;
      else high = middle;
    }
    let found = low - 1;
    while (found > 0 && this.list[found]!.count === count && this.list[found]!.entry > entry) found--;
    return this.list[found];
  }
  after(snapshot: Snapshot): Snapshot | undefined {
    return this.list[this.list.indexOf(snapshot) + 1];
  }

  /** Puts RAM and machine back. What the debugger keeps is the caller's. */
  restore(to: Snapshot): void {
    const [here, there] = [this.list.indexOf(this.origin), this.list.indexOf(to)];
    const differing = new Set(this.changed.take());
    for (let n = Math.min(here, there) + 1; n <= Math.max(here, there); n++)
      for (const page of this.list[n]!.pages.keys()) differing.add(page);
    for (const page of differing) this.changed.put(page, this.contents(page, there));
    this.machine.load(to.machine);
    this.origin = to;
  }
  /** A page as it was at a snapshot, by its place in the list. */
  private contents(page: number, at: number): Uint8Array | undefined {
    for (let n = at; n >= 0; n--) {
      const { pages } = this.list[n]!;
      if (pages.has(page)) return pages.get(page);
    }
    return undefined;
  }
  pageAt(snapshot: Snapshot, page: number): Uint8Array | undefined {
    return this.contents(page, this.list.indexOf(snapshot));
  }
  /** Pages that may differ between here and a snapshot. */
  differing(from: Snapshot): Set<number> {
    const pages = new Set(this.changed.changed);
    const [here, there] = [this.list.indexOf(this.origin), this.list.indexOf(from)];
    for (let n = Math.min(here, there) + 1; n <= Math.max(here, there); n++) for (const page of this.list[n]!.pages.keys()) pages.add(page);
    return pages;
  }

  /** Those behind where we are never came about. */
  cut(position: Position, entry: number): void {
    this.pass(position, entry);
    for (const { pages } of this.list.splice(this.list.indexOf(this.origin) + 1)) this.pagesHeld -= pages.size;
  }

  /** How far from a moment the snapshots before and after one may be, if `focus` is where we want to move about. */
  static gap(count: number, focus: number, density = DENSITY): number {
    return Math.max(LEAST_GAP, Math.abs(count - focus) / density);
  }
  /**
   * Drops what is closer than need be at its distance from `focus`; more if there is not enough memory, and at last the beginning. Two
   * snapshots, and with them a copy of the memory in use, are always kept.
   */
  thin(focus: number): void {
    this.thinTo(focus, DENSITY);
    for (let density = DENSITY / 2; this.bytes > this.limit && density >= 1; density /= 2) this.thinTo(focus, density);
    while (this.bytes > this.limit && this.list.length > 2 && this.list[0] !== this.origin) this.drop(0);
  }
  private thinTo(focus: number, density: number): void {
    for (let n = this.list.length - 2; n > 0; n--) {
      const [before, each, after] = [this.list[n - 1]!, this.list[n]!, this.list[n + 1]!];
      if (each !== this.origin && after.count - before.count <= Snapshots.gap(each.count, focus, density)) this.drop(n);
    }
  }
  private drop(n: number): void {
    const { pages } = this.list[n]!;
    const heir = this.list[n + 1]!.pages;
    for (const [page, bytes] of pages) {
      if (heir.has(page)) this.pagesHeld--;
      else heir.set(page, bytes);
    }
    this.list.splice(n, 1);
  }
}
