/**
 * Which pages of RAM have changed since somebody looked last. Each line of an unchanged page carries LINE_CLEAN, which sends the first
 * store there past us; from then on the page's stores are as fast as ever.
 *
 * An access is tested by the line of its first byte alone. So the last line of a page is taken together with the next page: whoever
 * writes there is taken to have changed both.
 */
import type { Cpu } from "../cpu386/cpu.js";
import { LINE_CLEAN, LINE_CODE, LINE_FLAGS, LINE_PAGE_TABLE, LINE_SHIFT, RAM } from "../cpu386/layout.js";

export const PAGE_BYTES = 4096;
const PAGE_SHIFT = 12;
const LINE_BYTES = 1 << LINE_SHIFT;
const LINES = PAGE_BYTES / LINE_BYTES;
/** Flags of four lines at a time. */
const WORDS = LINES / 4;
const CLEAN_WORD = LINE_CLEAN * 0x01010101;
const CODE_WORD = (LINE_CODE | LINE_PAGE_TABLE) * 0x01010101;

/** The flags of a processor's RAM, for all who want to know of its pages. A page is as fast as ever once each of them knows that it has changed. */
class PageWrites {
  private static readonly all = new WeakMap<Cpu, PageWrites>();
  static of(cpu: Cpu): PageWrites {
    const known = PageWrites.all.get(cpu) ?? new PageWrites(cpu);
    PageWrites.all.set(cpu, known);
    return known;
  }

  readonly pages: number;
  private readonly u8: Uint8Array;
  private readonly flags: Int32Array;
  private watchers: ChangedPages[] = [];

  private constructor(cpu: Cpu) {
    const { memory, u8, i32 } = cpu.processor;
    this.pages = memory.size >>> PAGE_SHIFT;
    this.u8 = u8;
    this.flags = i32.subarray(LINE_FLAGS >> 2, (LINE_FLAGS >> 2) + this.pages * WORDS);
    memory.onCleanWrite = (address, length) => this.written(address, length);
  }
  add(watcher: ChangedPages): void {
    this.watchers.push(watcher);
  }
  remove(watcher: ChangedPages): void {
    this.watchers = this.watchers.filter((w) => w !== watcher);
    for (let page = 0; page < this.pages; page++) this.settle(page);
  }

  private written(address: number, length: number): void {
    const last = Math.min(this.pages - 1, (address + length - 1 + LINE_BYTES) >>> PAGE_SHIFT);
    for (let page = address >>> PAGE_SHIFT; page <= last; page++) this.changed(page);
    // An access may wrap at the end of the address space.
    if (address + length > 0x100000000) this.changed(0);
  }
  /** Tells everybody, but for one who has made the change and knows what it means. */
  changed(page: number, by?: ChangedPages): void {
    for (const watcher of this.watchers) if (watcher !== by) watcher.mark(page);
    this.settle(page);
    this.settleLastLine(page - 1);
  }
  private isWatched(page: number): boolean {
    return page < this.pages && this.watchers.some((w) => !w.has(page));
  }
  /** To be called when somebody has begun to watch pages, or does so no longer. */
  settle(page: number): void {
    if (page >= this.pages) return;
    const isWatched = this.isWatched(page);
    for (let word = page * WORDS; word < (page + 1) * WORDS; word++) {
      if (isWatched) this.flags[word]! |= CLEAN_WORD;
      else this.flags[word]! &= ~CLEAN_WORD;
    }
    this.settleLastLine(page);
  }
  /** The last line of a page is watched while the page or the next one is. */
  settleLastLine(page: number): void {
    if (page < 0 || page >= this.pages) return;
    const line = LINE_FLAGS + (page + 1) * LINES - 1;
    if (this.isWatched(page) || this.isWatched(page + 1)) this.u8[line]! |= LINE_CLEAN;
    else this.u8[line]! &= ~LINE_CLEAN;
  }
  holdsCode(page: number): boolean {
    for (let word = page * WORDS; word < (page + 1) * WORDS; word++) if (this.flags[word]! & CODE_WORD) return true;
    return false;
  }
}

export class ChangedPages {
  readonly pages: number;
  private readonly u8: Uint8Array;
  private readonly writes: PageWrites;
  private readonly isChanged: Uint8Array;
  private list: number[] = [];

  constructor(private readonly cpu: Cpu) {
    this.u8 = cpu.processor.u8;
    this.writes = PageWrites.of(cpu);
    this.pages = this.writes.pages;
    this.isChanged = new Uint8Array(this.pages);
    this.writes.add(this);
    this.forget();
  }

  /** All pages count as unchanged from now on. */
  forget(): void {
    this.list = [];
    this.isChanged.fill(0);
    for (let page = 0; page < this.pages; page++) this.writes.settle(page);
  }

  /** Wants to know no more. */
  stop(): void {
    this.writes.remove(this);
  }

  get count(): number {
    return this.list.length;
  }
  has(page: number): boolean {
    return this.isChanged[page] === 1;
  }
  /** Pages changed since the last `take`. */
  get changed(): readonly number[] {
    return this.list;
  }
  /** The same, and they count as unchanged from now on. */
  take(): readonly number[] {
    const taken = this.list;
    this.list = [];
    for (const page of taken) this.isChanged[page] = 0;
    for (const page of taken) this.writes.settle(page);
    for (const page of taken) this.writes.settleLastLine(page - 1);
    return taken;
  }
  /** Something has changed a page. */
  mark(page: number): void {
    if (page >= this.pages || this.isChanged[page]) return;
    this.isChanged[page] = 1;
    this.list.push(page);
  }

  /** A copy of a page; undefined if it is all zeros. */
  copy(page: number): Uint8Array | undefined {
    const at = RAM + page * PAGE_BYTES;
    return Buffer.compare(this.u8.subarray(at, at + PAGE_BYTES), ZEROS) === 0 ? undefined : this.u8.slice(at, at + PAGE_BYTES);
  }

  /** Puts contents back, undefined for zeros. Code decoded from bytes that become others is forgotten; only to others the page has changed. */
  put(page: number, bytes: Uint8Array | undefined): void {
    const contents = bytes ?? ZEROS;
    if (this.writes.holdsCode(page)) this.forgetCode(page, contents);
    this.u8.set(contents, RAM + page * PAGE_BYTES);
    this.writes.changed(page, this);
  }
  private forgetCode(page: number, contents: Uint8Array): void {
    for (let line = 0; line < LINES; line++) {
      const address = page * PAGE_BYTES + line * LINE_BYTES;
      if (!(this.u8[LINE_FLAGS + page * LINES + line]! & (LINE_CODE | LINE_PAGE_TABLE))) continue;
      const now = this.u8.subarray(RAM + address, RAM + address + LINE_BYTES);
      if (Buffer.compare(now, contents.subarray(line * LINE_BYTES, (line + 1) * LINE_BYTES)) !== 0) {
        this.cpu.records.invalidate(address, LINE_BYTES);
      }
    }
  }
}

const ZEROS = new Uint8Array(PAGE_BYTES);
