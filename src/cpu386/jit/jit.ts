/**
 * The hot tier: finds out what is hot, has it compiled, and keeps what is compiled true to what is decoded.
 *
 * Hot code is found by sampling: the cold tier runs with a grant of instructions, and where that ends is where time goes. A region stands
 * for the decoded blocks it was made of; when one of them is forgotten (its bytes, its mapping or its breakpoints change) so is the
 * region. What it assumes of segment registers it checks itself whenever it is entered.
 */
import type { Shape } from "../definitions/table.js";
import * as L from "../layout.js";
import type { DynamicOptions } from "../wasm/accesses.js";
import { Compilation, type CompileBeside, type Ready } from "./compilation.js";
import { sizeOf } from "./compile.js";
import { EntryTables, type PlacedTable } from "./entry-tables.js";
import { type Blocks, Former } from "./form.js";
import { Gates } from "./gates.js";
import { Heat } from "./heat.js";
import { REASON } from "./locals.js";
import { SideExits } from "./side-exits.js";

export interface Region {
  readonly index: number;
  readonly table: PlacedTable;
  /** First records of the blocks it was made of. */
  readonly blocks: ReadonlySet<number>;
  /** Offsets of its nodes, and of its entries. */
  readonly offsets: ReadonlySet<number>;
  readonly entries: readonly number[];
  /** Offsets of its nodes that are no copies in place of a call. */
  readonly ownOffsets: ReadonlySet<number>;
  /** It would have been larger, had regions executed more by then. */
  isCut: boolean;
  readonly anySegments: boolean;
  /** Words of the processor's state that it takes for constants. */
  readonly assumed: ReadonlyMap<number, number>;
  /** Offsets of instructions that make sure of others' accesses: see windows.ts. */
  readonly windows: ReadonlySet<number>;
  dropped: boolean;
}

/** What the manager needs of the record cache. */
export interface JitBlocks extends Blocks {
  /** The number of the current code context. */
  readonly contextId: number;
  /** Grows when all records are forgotten. */
  readonly generation: number;
  /** The instruction at an offset of the current context is to be left to the cold tier, alone, from now on. */
  setApart(ip: number): void;
  /** From now on they make sure of nobody else's accesses. */
  setNarrow(offsets: readonly number[]): void;
}

export interface JitStatistics {
  readonly regions: number;
  readonly compiled: number;
  readonly dropped: number;
  readonly evictions: number;
  /** Of all regions compiled. */
  readonly instructions: number;
  readonly bytes: number;
  /** Instructions executed in regions. */
  readonly executed: number;
  /** Milliseconds, of the host's clock: total and longest. */
  readonly compileTime: number;
  readonly longestPause: number;
  /** Returns of regions by reason. */
  readonly exits: Readonly<Record<keyof typeof REASON, number>>;
}

const MAX_REGIONS = 1024;
/** Versions of a record's region for different segment registers; one more does not assume anything about them. */
const MAX_VERSIONS = 4;
/** Hot offsets that one region is formed from. */
const MAX_SEEDS = 24;
const MISMATCHES = 2;
/** Of the stack, that may tell callers. */
const STACK_WORDS = 64;
/** Instructions in a region. */
const MAX_INSTRUCTIONS = 700;
/**
 * Exits in front of an instruction are too many if regions have executed no more than so many others for each of them. For one that makes sure
 * of others' accesses they need not be: what it finds to be in two pages may be in one for each of them.
 */
const APART = 500;
const NARROW = 10_000;
/** Those that have been left as often as one in so many of the exits that decide. */
const NEXT = 16;
/** Share of instructions in regions at which there is no more to win, unless regions are left more often than once in OFTEN instructions. */
const MOSTLY = 0.99;
const OFTEN = 10_000;

export class Jit {
  /** Of the regions' functions; the interpreter calls into it. */
  readonly functions = new WebAssembly.Table({ element: "anyfunc", initial: MAX_REGIONS, maximum: MAX_REGIONS });
  heat = new Heat();
  /** A clock in milliseconds for statistics; nothing depends on it. */
  now: () => number = () => 0;
  /** How modules are compiled while the run goes on; undefined: it waits for them, as it has to if it does not return to the event loop. */
  beside: CompileBeside | undefined;
  private readonly gates: Gates<Region>;
  private readonly tables: EntryTables;
  private readonly regions = new Set<Region>();
  private readonly byBlock = new Map<number, Set<Region>>();
  private readonly freeIndices: number[] = [];
  private nextIndex = 0;
  private readonly tried = new Set<number>();
  private readonly mismatches = new Map<number, number>();
  private readonly sideExits = new SideExits();
  /** Instructions executed by regions up to the last sample. */
  private executedBefore = 0;
  /** Times that they were left for the cold tier up to then. */
  private leftBefore = 0;
  /** Instructions that regions have executed by all samples, resets or not; and what that was when one was made larger. */
  private proven = 0;
  private enlargedAt = 0;
  private current: Compilation | undefined;
  private options: DynamicOptions | undefined;
  private readonly totals = { compiled: 0, dropped: 0, evictions: 0, instructions: 0, bytes: 0, compileTime: 0, longestPause: 0 };

  /** @param helper executes the operation of a record called out to from a region; less than 0: go on, else a REASON */
  constructor(
    private readonly memory: WebAssembly.Memory,
    readonly i32: Int32Array,
    readonly shapes: readonly Shape[],
    private readonly blocks: JitBlocks,
    private readonly helper: (record: number, region: Region) => number,
    /** Functions that regions call, by the names in imports.ts. */
    private readonly calls: Readonly<Record<string, (...parameters: number[]) => number>>,
  ) {
    this.gates = new Gates(i32);
    this.tables = new EntryTables(i32);
  }

  /** Regions are compiled for one variant of the cold tier; another one forgets them. */
  select(options: DynamicOptions): void {
    const { options: old } = this;
    if (old && (old.watchLoads !== options.watchLoads || old.paging !== options.paging)) this.dropAll();
    this.options = options;
  }

  /**
   * The cold tier's grant ended at an offset of the current context.
   * @param operations executed by it since the last one
   */
  sample(ip: number, operations: number): void {
    const { contextId } = this.blocks;
    const hot = this.executed - this.executedBefore;
    const left = (this.exits(REASON.onward) - this.leftBefore) >>> 0;
    this.executedBefore = this.executed;
    this.leftBefore = this.exits(REASON.onward);
    const { grant } = this.heat;
    this.proven += Math.max(0, hot);
    this.heat.pay(grant, operations + left);
    if (this.current) return this.advance(this.current);
    if (hot <= grant / 2 || !this.isCovered(ip)) {
      if (this.heat.cold(contextId, ip)) this.compileAt(ip, false);
      return;
    }
    if (this.enlarge(ip)) return this.heat.soon();
    const isMostlyHot = hot >= grant * MOSTLY;
    const isWhole = isMostlyHot && left * OFTEN < hot;
    const looksOn = !isWhole && this.sampleExit(contextId, ip, left > 0);
    if (this.current || (looksOn && !isMostlyHot)) this.heat.soon();
    else this.heat.hot();
  }
  /** Makes the region that the sample fell into anew, with what it was too small for, if that is worth it. */
  private enlarge(ip: number): boolean {
    const region = this.regionsOf(this.blocks.peek(ip)!.record).find((r) => r.isCut && this.accepts(r, this.i32));
    if (!region || this.proven - this.enlargedAt < this.heat.schedule.trial) return false;
    region.isCut = false;
    this.enlargedAt = this.proven;
    this.compileAt(ip, region.anySegments, [...region.entries, ...this.callers()]);
    return true;
  }
  /** Where the calls on the stack may return to: what is decoded, of what its uppermost words would be as offsets. */
  private callers(): number[] {
    const { i32, blocks } = this;
    const top = i32[L.ESP >> 2]! >>> 0;
    const words = Array.from({ length: STACK_WORDS }, (_, n) => blocks.wordAt(L.SS, (top + 4 * n) >>> 0));
    return words.filter((ip) => ip !== undefined && blocks.peek(ip) !== undefined) as number[];
  }
  private isCovered(ip: number): boolean {
    const block = this.blocks.peek(ip);
    return block !== undefined && this.byBlock.has(block.record);
  }
  /**
   * The sample fell into a region, but much is executed by the cold tier, or often: where regions are left is where that begins.
   * @returns whether there may be something to be found out
   */
  private sampleExit(contextId: number, ip: number, isFresh: boolean): boolean {
    const exit = this.i32[L.LAST_EXIT >> 2]! >>> 0;
    const block = this.i32[L.LAST_EXIT_CONTEXT >> 2] === contextId ? this.blocks.peek(exit) : undefined;
    if (!block || this.gates.at(block.record).length > 0) return true;
    // In the middle of a region: where an indirect jump leads to, unless that was long ago.
    if (!isFresh && this.regionsOf(block.record).some(({ ownOffsets }) => ownOffsets.has(exit))) return false;
    const entered = this.heat.exit(contextId, exit);
    if (entered.length > 0) {
      // Both in one: what is called and what calls it must not be in two.
      const [region] = this.regionsOf(this.blocks.peek(ip)!.record);
      this.compileAt(exit, false, region!.entries, entered);
    }
    return true;
  }
  private regionsOf(block: number): Region[] {
    return [...(this.byBlock.get(block) ?? [])];
  }

  /** Has a block compiled that is about to be executed, unless that has been tried. */
  compileBefore(record: number): void {
    if (this.gates.at(record).length > 0 || this.tried.has(record)) return;
    this.tried.add(record);
    this.abandon();
    this.compileAt(this.i32[(record + L.R.ip) >> 2]! >>> 0, false);
    while (this.current) this.advance(this.current);
  }

  /** All regions of a gate refused. */
  mismatch(record: number): void {
    if (this.current || !this.heat.canCompile) return;
    const count = (this.mismatches.get(record) ?? 0) + 1;
    this.mismatches.set(record, count);
    if (count < MISMATCHES) return;
    this.mismatches.delete(record);
    const gates = this.gates.at(record);
    if (gates.length > MAX_VERSIONS) this.drop(gates[gates.length - 1]!.region);
    else this.compileAt(this.i32[(record + L.R.ip) >> 2]! >>> 0, gates.length === MAX_VERSIONS);
  }

  /** A region was left in front of an instruction of the current context, which the cold tier executes. */
  sideExit(ip: number): void {
    const { exits } = this.heat.schedule;
    const each = this.sideExits.note(this.blocks.contextId, ip, this.executed, exits);
    if (each === undefined) return;
    const isWindow = (at: number): boolean => !this.blocks.isNarrow(at) && [...this.regions].some(({ windows }) => windows.has(at));
    // With paging all is decoded and compiled anew: those that would be next are done with it.
    const next = this.sideExits.frequent(this.blocks.contextId, exits / NEXT);
    if (each <= NARROW && isWindow(ip)) this.blocks.setNarrow([ip, ...next.filter(isWindow)]);
    else if (each <= APART) this.blocks.setApart(ip);
  }

  // Gates -------------------------------------------------------------------------------------------------------------------------
  /** What a record does in the cold tier. */
  handlerOf(record: number): number {
    return this.gates.original(record) ?? this.i32[record >> 2]!;
  }
  /** Makes a gate an ordinary record; the function returned makes it a gate again, if there is still a reason. */
  ungate(record: number): (() => void) | undefined {
    const original = this.gates.original(record);
    if (original === undefined) return undefined;
    const { generation } = this.blocks;
    this.i32[record >> 2] = original;
    return () => {
      if (generation !== this.blocks.generation || this.i32[record >> 2] !== original) return;
      this.i32[record >> 2] = this.gates.handler(record) ?? original;
    };
  }

  // Compiling --------------------------------------------------------------------------------------------------------------------
  /**
   * @param together offsets that the region has to have as well
   * @param entered regions are left to get there, so it is entered whatever else leads there
   */
  private compileAt(at: number, anySegments: boolean, together: readonly number[] = [], entered: readonly number[] = []): void {
    const start = this.now();
    const ip = this.behindApart(at);
    const seeds = [...new Set([ip, ...together, ...this.heat.hottest(this.blocks.contextId, MAX_SEEDS)])];
    const formed = new Former(this.i32, this.shapes, this.blocks, this.limit).form(seeds, entered);
    // What begins with an instruction that regions cannot have costs nearly nothing.
    if (formed.drafts.some((d) => d.ip === ip && d.sites.length === 0)) {
      this.heat.owe(sizeOf(formed));
      if (this.gates.isFull || this.regions.size >= MAX_REGIONS) this.evict();
      const beside = this.heat.isImmediate ? undefined : this.beside;
      this.current = new Compilation(this, formed, { ...this.options!, anySegments }, (offsets) => this.place(offsets), beside);
    }
    this.took(start);
  }
  /** Instructions in a region that is made now. */
  private get limit(): number {
    const { modest, trial } = this.heat.schedule;
    return this.proven < trial ? Math.min(modest, MAX_INSTRUCTIONS) : MAX_INSTRUCTIONS;
  }
  /** Samples of a loop may all fall on the one instruction in it that is left to the cold tier. */
  private behindApart(ip: number): number {
    const block = this.blocks.isApart(ip) ? this.blocks.peek(ip) : undefined;
    return block ? this.i32[(block.record + L.R.next) >> 2]! >>> 0 : ip;
  }
  private place(offsets: readonly number[]): PlacedTable {
    const table = this.tables.place(offsets);
    if (table) return table;
    this.evict();
    return this.tables.place(offsets)!;
  }

  /** Goes on with what is being compiled. */
  private advance(compilation: Compilation): void {
    const start = this.now();
    const ready = compilation.step();
    if (ready) {
      this.current = undefined;
      this.install(compilation, ready);
    }
    this.heat.soon();
    this.took(start);
  }
  private install({ formed, options, blocks, table, state }: Compilation, { compiled, module }: Ready): void {
    const { entries, facts, instructions } = compiled;
    const region: Region = {
      index: this.freeIndices.pop() ?? this.nextIndex++,
      table: table!,
      blocks,
      offsets: new Set(formed.drafts.map((d) => d.ip)),
      entries,
      ownOffsets: new Set(formed.drafts.flatMap(({ ip, sites }) => (sites.length === 0 ? [ip] : []))),
      isCut: formed.isCut && formed.limit < MAX_INSTRUCTIONS,
      anySegments: options.anySegments,
      assumed: facts.assumed,
      windows: facts.windows,
      dropped: false,
    };
    const helper = (record: number): number => this.helper(record, region);
    const e = { ...this.calls, memory: this.memory, helper };
    const instance = new WebAssembly.Instance(module, { e });
    this.functions.set(region.index, instance.exports.region);
    this.supersede(region, state);
    this.regions.add(region);
    for (const block of region.blocks) {
      const users = this.byBlock.get(block);
      if (users) users.add(region);
      else this.byBlock.set(block, new Set([region]));
    }
    formed.entries.forEach((draft, n) => {
      if (!this.gates.isFull) this.gates.open(draft.block, region, region.index, n + 1);
    });
    this.totals.compiled++;
    this.totals.instructions += instructions;
    this.totals.bytes += compiled.module.length;
  }
  private took(start: number): void {
    const time = this.now() - start;
    this.totals.compileTime += time;
    this.totals.longestPause = Math.max(this.totals.longestPause, time);
  }

  /** Regions whose every node the new one has are of no more use, if they are for the same segment registers. */
  private supersede(by: Region, state: Int32Array): void {
    const candidates = new Set([...by.blocks].flatMap((block) => this.regionsOf(block)));
    for (const old of candidates) {
      if (this.accepts(old, state) && [...old.offsets].every((ip) => by.offsets.has(ip))) this.drop(old);
    }
  }

  private accepts({ assumed }: Region, state: Int32Array): boolean {
    return [...assumed].every(([at, value]) => state[at >> 2] === value);
  }

  // Forgetting -------------------------------------------------------------------------------------------------------------------
  /** A block's records have gone stale. */
  forgotten(block: number): void {
    if (this.current?.blocks.has(block)) this.abandon();
    for (const region of this.regionsOf(block)) this.drop(region);
  }
  /** All records are gone, and will be others. */
  forgottenAll(): void {
    this.current = undefined;
    for (const region of this.regions) this.release(region);
    this.gates.forget();
    this.tables.forget();
    this.byBlock.clear();
    this.regions.clear();
    this.mismatches.clear();
    this.tried.clear();
    this.sideExits.forget();
    this.heat.forget();
  }
  dropAll(): void {
    this.abandon();
    for (const region of this.regions) this.drop(region);
  }
  private abandon(): void {
    if (this.current?.table) this.tables.release(this.current.table);
    this.current = undefined;
  }
  /** Makes room for what is being compiled. */
  private evict(): void {
    this.totals.evictions++;
    for (const region of this.regions) this.drop(region);
    this.tables.forget();
  }

  private drop(region: Region): void {
    if (region.dropped) return;
    this.gates.close(region.blocks, region);
    for (const block of region.blocks) {
      const users = this.byBlock.get(block);
      users?.delete(region);
      if (users?.size === 0) this.byBlock.delete(block);
    }
    this.regions.delete(region);
    this.tables.release(region.table);
    this.release(region);
  }
  private release(region: Region): void {
    region.dropped = true;
    this.functions.set(region.index, null);
    this.freeIndices.push(region.index);
    this.totals.dropped++;
  }

  statistics(): JitStatistics {
    const { onward, side, mismatch, stop, short } = REASON;
    const exits = {
      onward: this.exits(onward),
      side: this.exits(side),
      mismatch: this.exits(mismatch),
      stop: this.exits(stop),
      short: this.exits(short),
    };
    return { ...this.totals, regions: this.regions.size, executed: this.executed, exits };
  }
  private exits(reason: number): number {
    return this.i32[(L.REGION_EXITS >> 2) + reason]! >>> 0;
  }
  get executed(): number {
    return (this.i32[L.HOT >> 2]! >>> 0) + this.i32[(L.HOT >> 2) + 1]! * 2 ** 32;
  }
}
