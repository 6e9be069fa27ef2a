/**
 * Linear to physical. SDM volume 3, chapter 4.3: two levels of tables, 4 KB pages, 4 MB pages where CR4.PSE allows them.
 *
 * The TLB is four flat tables, one word for each of the 2^20 pages: for reads and writes, in supervisor and in user mode. An entry is
 * 0, or physical - linear + 1, so that the interpreter finds the physical address with one load and one addition. Only pages of RAM are
 * entered, and pages for writing only once their D bit is set, so that everything else passes through here.
 */
import { type Linear, linear, type Physical, physical } from "./address.js";
import { GuestFault, VECTOR } from "./fault.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";

export type PageAccess = "read" | "write" | "execute";

const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;
const ACCESSED = 0x20;
const DIRTY = 0x40;
/** In a page-directory entry: it maps 4 MB itself. */
const LARGE = 0x80;
const GLOBAL = 0x100;

const CR0_PG = 0x80000000 | 0;
const CR0_WP = 0x10000;
const CR4_PSE = 0x10;
const CR4_PGE = 0x80;

/** Page-fault error code (SDM volume 3, 4.7). */
const ERROR = { protection: 1, write: 2, user: 4 } as const;

const TABLES = [L.TLB_READ_SUPERVISOR, L.TLB_WRITE_SUPERVISOR, L.TLB_READ_USER, L.TLB_WRITE_USER] as const;
/** More pages than this entered, and clearing the tables whole is cheaper than one by one. */
const MANY = 1 << 16;

/** The TLB as plain data. */
export interface TlbState {
  /** Five words for each page: its number, with GLOBAL_PAGE if it is a global one, and its entries in TABLES. */
  readonly pages: Int32Array;
  /** Page-directory slots in which pages of 4 MB are. */
  readonly large: readonly number[];
}
const GLOBAL_PAGE = 1 << 20;

export class Paging {
  /** Pages entered since the last flush; those that are global stay at a load of CR3. */
  private entered: number[] = [];
  private readonly global = new Set<number>();
  /** Page-directory slots of which pages were entered as parts of one of 4 MB: invlpg forgets all of them. */
  private readonly large = new Set<number>();
  /** Grows whenever the TLB may have lost a page: regions remember some that it had. */
  losses = 0;

  constructor(private readonly cpu: Processor) {}

  get enabled(): boolean {
    return (this.cpu.i32[L.CR0 >> 2]! & CR0_PG) !== 0;
  }

  /**
   * Translates for an access, setting accessed and dirty bits, and enters the page into the TLB. What is in the TLB counts, whatever the page
   * tables have become: compiled code looks there first, and which of both does an access is not the guest's business.
   * @throws GuestFault #PF, with CR2 set
   */
  translate(at: Linear, access: PageAccess, user: boolean): Physical {
    if (!this.enabled) return physical(at);
    const known = this.known(at, access, user);
    if (known !== undefined) return known;
    const found = this.allowed(at, access, user);
    this.mark(found, access === "write");
    const result = physical(found.frame | (at & found.mask));
    this.enter(at, result, found);
    return result;
  }

  /** Raises the fault a write would raise, and sets no bit: it may not come to that write. @throws GuestFault #PF */
  requireWritable(at: Linear, user: boolean): void {
    if (this.enabled && this.known(at, "write", user) === undefined) this.allowed(at, "write", user);
  }
  /** By the TLB. Code is not looked up there: its pages are watched for changes of their tables. */
  private known(at: Linear, access: PageAccess, user: boolean): Physical | undefined {
    if (access === "execute") return undefined;
    const [reads, writes] = user ? [L.TLB_READ_USER, L.TLB_WRITE_USER] : [L.TLB_READ_SUPERVISOR, L.TLB_WRITE_SUPERVISOR];
    const entry = this.cpu.i32[((access === "write" ? writes : reads) >> 2) + (at >>> 12)]!;
    // Entries are by one more than the difference.
    return entry === 0 ? undefined : physical((at + entry - 1) >>> 0);
  }
  private allowed(at: Linear, access: PageAccess, user: boolean): Walk {
    const walk = this.walk(at);
    const missing = "missing" in walk;
    const refused = missing ? walk.missing : this.refusal(walk, access, user);
    if (missing || refused !== undefined) this.fault(at, access, user, refused!, !missing);
    return walk;
  }

  /**
   * Translates for decoding: no fault is raised, since the instruction may never be executed; undefined if there is one to be.
   * @param ahead of what is executed next: undefined as well where that would set an accessed bit, since how far is decoded ahead is not
   *   the guest's business
   */
  fetch(at: Linear, user: boolean, ahead: boolean): Physical | undefined {
    if (!this.enabled) return physical(at);
    const walk = this.walk(at);
    if ("missing" in walk || this.refusal(walk, "execute", user) !== undefined) return undefined;
    if (!ahead) this.mark(walk, false);
    else if (walk.entries.some((entry) => !(this.memoryByte(entry) & ACCESSED))) return undefined;
    return physical(walk.frame | (at & walk.mask));
  }

  /** Translates for a debugger: no fault, no bit set; undefined where nothing is mapped. */
  peek(at: Linear): Physical | undefined {
    if (!this.enabled) return physical(at);
    const walk = this.walk(at);
    return "missing" in walk ? undefined : physical(walk.frame | (at & walk.mask));
  }

  /** What the page tables and the TLB say of an address now. Changes nothing. */
  look(at: Linear): { readonly tables: Mapping | { readonly missing: string }; readonly tlb: Physical | undefined } {
    const walk = this.walk(at);
    const tlb = this.held(at);
    if ("missing" in walk) return { tables: walk, tlb };
    const isWritable = (walk.rights & WRITABLE) !== 0;
    return { tables: { to: physical(walk.frame | (at & walk.mask)), isWritable, isUser: (walk.rights & USER) !== 0 }, tlb };
  }
  /** Where the TLB leads to, whoever asks; undefined if it does not have the page. */
  held(at: Linear): Physical | undefined {
    return this.enabled ? this.known(at, "read", false) : undefined;
  }

  /** Where a linear stretch lies, page by page without the missing ones, and the table entries that decide about it. */
  stretches(start: number, length: number): { readonly stretches: readonly Stretch[]; readonly entries: readonly number[] } {
    if (!this.enabled) {
      const gated = (start & this.cpu.memory.a20Mask) >>> 0;
      return { stretches: [{ start: gated, end: gated + length }], entries: [] };
    }
    const stretches: Stretch[] = [];
    const entries: number[] = [];
    for (let at = start; at < start + length; at = at - (at % 0x1000) + 0x1000) {
      entries.push(...this.walk(linear(at)).entries);
      const to = this.peek(linear(at));
      if (to !== undefined) stretches.push({ start: to, end: to + Math.min(at - (at % 0x1000) + 0x1000, start + length) - at });
    }
    return { stretches, entries };
  }

  /** What code found by its linear address depends on: the page directory, the rights of CPL 3, pages of 4 MB, paging at all, the A20 gate. */
  get codeKey(): number {
    const { i32, cpl, memory } = this.cpu;
    const gated = memory.a20Mask === 0xffffffff ? 0 : 8;
    if (!this.enabled) return gated;
    return (i32[L.CR3 >> 2]! & 0xfffff000) | gated | 4 | (i32[L.CR4 >> 2]! & CR4_PSE ? 2 : 0) | (cpl === 3 ? 1 : 0);
  }

  private memoryByte(at: number): number {
    return this.cpu.memory.read(physical(at), 1);
  }
  private word(at: number): number {
    return this.cpu.memory.read(physical(at), 4);
  }

  private walk(at: Linear): Walk | Missing {
    const directoryAt = ((this.cpu.i32[L.CR3 >> 2]! & 0xfffff000) >>> 0) + (at >>> 22) * 4;
    const directory = this.word(directoryAt);
    if (!(directory & PRESENT)) return { missing: "the page-directory entry is not present (P = 0)", entries: [directoryAt] };
    if (directory & LARGE && this.cpu.i32[L.CR4 >> 2]! & CR4_PSE) {
      const rights = directory & (WRITABLE | USER);
      return { frame: (directory & 0xffc00000) >>> 0, mask: 0x3fffff, rights, entries: [directoryAt], global: (directory & GLOBAL) !== 0 };
    }
    const tableAt = ((directory & 0xfffff000) >>> 0) + ((at >>> 12) & 0x3ff) * 4;
    const table = this.word(tableAt);
    if (!(table & PRESENT)) return { missing: "the page-table entry is not present (P = 0)", entries: [directoryAt, tableAt] };
    const rights = directory & table & (WRITABLE | USER);
    return { frame: (table & 0xfffff000) >>> 0, mask: 0xfff, rights, entries: [directoryAt, tableAt], global: (table & GLOBAL) !== 0 };
  }

  /** SDM volume 3, 4.6: rights of both levels together; supervisor writes heed them only under CR0.WP. */
  private refusal(walk: Walk, access: PageAccess, user: boolean): string | undefined {
    if (user && !(walk.rights & USER)) return "the page is the supervisor's (U/S = 0), and CPL is 3";
    if (access === "write" && !(walk.rights & WRITABLE)) {
      if (user) return "the page is read-only (R/W = 0)";
      if (this.cpu.i32[L.CR0 >> 2]! & CR0_WP) return "the page is read-only (R/W = 0), and CR0.WP holds for the supervisor too";
    }
    return undefined;
  }

  private fault(at: Linear, access: PageAccess, user: boolean, rule: string, present: boolean): never {
    // A page fault drops what the TLB has of the page (SDM volume 3, 4.10.4.1): its handler need not.
    this.forget(at >>> 12);
    this.cpu.setWord(L.CR2, at);
    const code = (present ? ERROR.protection : 0) | (access === "write" ? ERROR.write : 0) | (user ? ERROR.user : 0);
    throw new GuestFault(VECTOR.PF, code, { rule, segment: "page", offset: at, access });
  }

  /** Accessed bits of all entries used, and the dirty bit of the last one. Written past the line flags: no code changes by this. */
  private mark({ entries }: Walk, write: boolean): void {
    entries.forEach((at, n) => {
      const wanted = ACCESSED | (write && n === entries.length - 1 ? DIRTY : 0);
      const low = this.memoryByte(at);
      if ((low & wanted) === wanted || at >= this.cpu.memory.size) return;
      this.cpu.memory.touch(at);
      this.cpu.u8[L.RAM + at] = low | wanted;
    });
  }

  private enter(at: Linear, to: Physical, walk: Walk): void {
    const page = at >>> 12;
    if ((to | 0xfff) >= this.cpu.memory.size || this.cpu.memory.a20Mask !== 0xffffffff) return;
    const entry = ((to - at) & 0xfffff000) | 1;
    const last = walk.entries.at(-1)!;
    const dirty = (this.memoryByte(last) & DIRTY) !== 0;
    const { i32 } = this.cpu;
    // Every page entered can be read by the supervisor, so this table tells which are there.
    if (i32[(L.TLB_READ_SUPERVISOR >> 2) + page] === 0) this.entered.push(page);
    const set = (table: number): void => {
      i32[(table >> 2) + page] = entry;
    };
    set(L.TLB_READ_SUPERVISOR);
    if (walk.rights & USER) set(L.TLB_READ_USER);
    if (dirty) {
      if (walk.rights & WRITABLE || !(i32[L.CR0 >> 2]! & CR0_WP)) set(L.TLB_WRITE_SUPERVISOR);
      if ((walk.rights & (WRITABLE | USER)) === (WRITABLE | USER)) set(L.TLB_WRITE_USER);
    }
    if (walk.mask !== 0xfff) this.large.add(page >>> 10);
    if (walk.global && i32[L.CR4 >> 2]! & CR4_PGE) this.global.add(page);
    else this.global.delete(page);
  }

  /** Forgets translations: all (CR0, CR4), or all but global ones (CR3). */
  flush(keepGlobal: boolean): void {
    this.losses++;
    const kept = keepGlobal ? this.entered.filter((page) => this.global.has(page)) : [];
    if (this.entered.length > MANY && kept.length === 0) {
      for (const table of TABLES) this.cpu.i32.fill(0, table >> 2, (table >> 2) + (1 << 20));
    } else for (const page of this.entered) if (!keepGlobal || !this.global.has(page)) this.forget(page);
    this.entered = [...new Set(kept)];
    if (keepGlobal) return;
    this.global.clear();
    this.large.clear();
  }
  /** invlpg: the one page, global or not; of a 4 MB page, what was entered of it. */
  invalidate(at: Linear): void {
    const page = at >>> 12;
    this.forget(page);
    this.global.delete(page);
    // The tables may have changed since: what matters is how the page was entered.
    if (!this.large.has(page >>> 10)) return;
    for (let other = page & ~0x3ff; other <= (page | 0x3ff); other++) {
      this.forget(other);
      this.global.delete(other);
    }
  }
  private forget(page: number): void {
    this.losses++;
    for (const table of TABLES) this.cpu.i32[(table >> 2) + page] = 0;
  }

  /** What the TLB has. It belongs to the state: a guest that changes its tables without a word to the TLB goes on by what is here. */
  save(): TlbState {
    const { i32 } = this.cpu;
    const pages = [...new Set(this.entered)].filter((page) => i32[(L.TLB_READ_SUPERVISOR >> 2) + page] !== 0);
    const words = pages.flatMap((page) => [
      page | (this.global.has(page) ? GLOBAL_PAGE : 0),
      ...TABLES.map((table) => i32[(table >> 2) + page]!),
    ]);
    return { pages: Int32Array.from(words), large: [...this.large] };
  }
  /** A state may come out of a file: entries that lead out of RAM, which compiled code would follow, are left out. */
  load({ pages, large }: TlbState): void {
    this.flush(false);
    const { size } = this.cpu.memory;
    for (let n = 0; n < pages.length; n += 1 + TABLES.length) {
      const page = pages[n]! & ~GLOBAL_PAGE;
      const entries = [...pages.subarray(n + 1, n + 1 + TABLES.length)];
      const leadsIntoRam = (entry: number): boolean =>
        entry === 0 || ((entry & 0xfff) === 1 && (page * 0x1000 + entry + 0xffe) >>> 0 < size);
      if (page < 0 || page >= GLOBAL_PAGE || entries.length < TABLES.length || !entries.every(leadsIntoRam)) continue;
      this.entered.push(page);
      if (pages[n]! & GLOBAL_PAGE) this.global.add(page);
      for (const [m, table] of TABLES.entries()) this.cpu.i32[(table >> 2) + page] = entries[m]!;
    }
    for (const slot of large) this.large.add(slot);
  }

  /** Points the interpreter at the tables of the current privilege level. */
  select(): void {
    const user = this.cpu.cpl === 3;
    this.cpu.setWord(L.TLB_READ, user ? L.TLB_READ_USER : L.TLB_READ_SUPERVISOR);
    this.cpu.setWord(L.TLB_WRITE, user ? L.TLB_WRITE_USER : L.TLB_WRITE_SUPERVISOR);
  }
}

export interface Mapping {
  readonly to: Physical;
  /** Rights of both levels together. */
  readonly isWritable: boolean;
  readonly isUser: boolean;
}
/** Physical addresses [start, end). */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}
interface Walk {
  readonly frame: number;
  /** Offset bits within the page. */
  readonly mask: number;
  readonly rights: number;
  readonly entries: number[];
  readonly global: boolean;
}
interface Missing {
  readonly missing: string;
  readonly entries: number[];
}
