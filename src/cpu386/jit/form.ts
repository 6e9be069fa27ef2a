/**
 * Which instructions a region has: decoded blocks reached from seeds over static flow, across calls, with small callees inlined.
 *
 * Only what the cold tier has decoded, and so executed or meant to, is included; everything else stays an exit.
 */
import type { Definition, Shape } from "../definitions/table.js";
import * as L from "../layout.js";
import type { Predicate } from "../predicate.js";
import { jumpTargets } from "./jump-table.js";

const { R } = L;

/** What forming sees of the record cache. */
export interface Blocks {
  /** The block at an offset in the current code context, if it has been decoded. */
  peek(ip: number): { readonly record: number; readonly count: number } | undefined;
  /** The record is one that cannot be executed as decoded. */
  isFaulty(record: number): boolean;
  /** The instruction is left to the cold tier; a block ends behind it. */
  isApart(ip: number): boolean;
  /** Its accesses are to be checked one by one. */
  isNarrow(ip: number): boolean;
  /** What is to be asked before the instruction at an offset of the current code context. */
  guardAt(ip: number): Guard;
  /** What the segment at that address of the state has at an offset; undefined beyond its end. */
  wordAt(segment: number, offset: number): number | undefined;
}

/** Nothing; whoever listens to breakpoints ("always"); or first whether a predicate is 0, which makes it nothing. */
export type Guard = undefined | "always" | Predicate;

/** A run of instructions that becomes a node. */
export interface Draft {
  readonly ip: number;
  /** Return offsets of the inlined calls around it, outermost first. */
  readonly sites: readonly number[];
  readonly block: number;
  readonly record: number;
  count: number;
  /** Where it goes on statically, with the sites there. */
  next: Step[];
  /** "transfer": its last instruction says so; "on": to the first of `next`; "leave": to `at`, outside. */
  end: "transfer" | "on" | "leave";
  at: number;
}
interface Step {
  readonly ip: number;
  readonly sites: readonly number[];
  /** Where to find it, if no block begins there: in one that does at the record `first`. */
  readonly within?: { readonly first: number; readonly record: number; readonly count: number };
}

export interface Formed {
  readonly drafts: readonly Draft[];
  /** Drafts by offset that the cold tier and dynamic jumps may enter; none is inlined. */
  readonly entries: readonly Draft[];
  /** By record. */
  readonly guards: ReadonlyMap<number, Predicate>;
  /** Records whose accesses are in no window. */
  readonly narrow: ReadonlySet<number>;
  /** Instructions that it could have, and whether there would have been more. */
  readonly limit: number;
  readonly isCut: boolean;
}

/** Those of a callee that is copied to where it is called, its own callees included. */
const MAX_INLINED = 40;
const MAX_DEPTH = 3;

export const keyOf = ({ ip, sites }: Step): string => `${ip}:${sites.join()}`;

export class Former {
  private readonly drafts = new Map<string, Draft>();
  private readonly queue: Step[] = [];
  private readonly roots = new Set<number>();
  private readonly inlinable = new Map<number, number | undefined>();
  private readonly guards = new Map<number, Predicate>();
  private readonly narrow = new Set<number>();
  private total = 0;
  private isCut = false;

  constructor(
    private readonly i32: Int32Array,
    private readonly shapes: readonly Shape[],
    private readonly blocks: Blocks,
    /** Instructions in a region. */
    private readonly limit: number,
  ) {}

  /**
   * @param seeds offsets, the hottest first
   * @param entered those that must be entries
   */
  form(seeds: readonly number[], entered: readonly number[] = []): Formed {
    for (const ip of entered) this.root(ip);
    for (const ip of seeds) {
      this.queue.push({ ip, sites: [] });
      // The first one first, whole: others fill what room there is.
      this.drain();
    }
    for (const draft of this.drafts.values()) this.cut(draft);
    // The cold tier comes in at the beginnings of blocks.
    const draftsAt = (offsets: Iterable<number>): Draft[] =>
      [...offsets].flatMap((ip) => this.drafts.get(keyOf({ ip, sites: [] })) ?? []).filter((d) => d.block === d.record);
    const entries = draftsAt(this.roots);
    const found = this.reachable(entries);
    for (const seed of draftsAt(seeds)) {
      // A seed that others lead to is no entry: one in the middle of a loop would be in its way.
      if (found.has(seed)) continue;
      entries.push(seed);
      for (const draft of this.reachable([seed])) found.add(draft);
    }
    const { guards, narrow, limit, isCut } = this;
    return { drafts: [...this.reachable(entries)], entries, guards, narrow, limit, isCut };
  }

  private root(ip: number): void {
    this.roots.add(ip);
    this.queue.push({ ip, sites: [] });
  }
  private drain(): void {
    for (let step = this.queue.shift(); step; step = this.queue.shift()) this.include(step);
  }

  private shape(record: number): Shape {
    return this.shapes[this.field(record, R.shape) & 0xffff]!;
  }
  private field(record: number, at: number): number {
    return this.i32[(record + at) >> 2]!;
  }

  private include(step: Step): void {
    const key = keyOf(step);
    if (this.drafts.has(key)) return;
    const found = this.blocks.peek(step.ip);
    const block = found ? { ...found, first: found.record } : step.within;
    if (!block) return;
    if (this.total >= this.limit) {
      this.isCut = true;
      return;
    }
    const { record, first } = block;
    const count = this.runLength(record, block.count);
    if (count === 0) {
      if (block.count > 0 && step.sites.length === 0) this.behindLeave(record);
      return;
    }
    const { ip, sites } = step;
    const draft: Draft = { ip, sites, block: first, record, count, next: [], end: "on", at: 0 };
    this.drafts.set(key, draft);
    this.total += count;
    this.follow(draft, block.count);
    for (const to of draft.next) this.queue.push(to);
  }

  /** Instructions from a record on that regions can hold. */
  private runLength(record: number, count: number): number {
    for (let n = 0; n < count; n++) if (!this.isCompilable(record + n * L.RECORD_BYTES)) return n;
    return count;
  }
  private isCompilable(record: number): boolean {
    const { definition, rep } = this.shape(record);
    const ip = this.field(record, R.ip) >>> 0;
    if (this.blocks.isFaulty(record) || this.blocks.isApart(ip)) return false;
    if (this.blocks.isNarrow(ip)) this.narrow.add(record);
    const guard = this.blocks.guardAt(ip);
    // Each iteration is asked about.
    if (guard === "always" || (guard && rep !== 0)) return false;
    if (guard) this.guards.set(record, guard);
    return (
      definition.system === undefined ||
      definition.contained ||
      (definition.quick !== undefined && definition.far !== "between-rings" && this.isQuick())
    );
  }

  /** Where quick paths are closed they would only be left again. */
  private isQuick(): boolean {
    return (this.i32[L.QUICK >> 2]! & L.QUICK_SEGMENTS) !== 0;
  }

  /** An instruction that stays the cold tier's is executed; then its successor may come back in. */
  private behindLeave(record: number): void {
    // One that cannot be fetched has no length.
    if (!this.blocks.isFaulty(record)) this.root(this.field(record, R.next) >>> 0);
  }

  private follow(draft: Draft, blockCount: number): void {
    const { sites } = draft;
    const last = draft.record + (draft.count - 1) * L.RECORD_BYTES;
    const next = this.field(last, R.next) >>> 0;
    if (draft.count < blockCount) {
      draft.end = "leave";
      draft.at = next;
      if (sites.length === 0) this.behindLeave(last + L.RECORD_BYTES);
      return;
    }
    const { definition, rep } = this.shape(last);
    if (rep) {
      this.followRepeated(draft, last, next);
      return;
    }
    if (definition.far) {
      this.followFar(draft, last, definition);
      return;
    }
    if (!definition.ends) {
      draft.next = [{ ip: next, sites }];
      return;
    }
    draft.end = "transfer";
    const target = this.field(last, R.target) >>> 0;
    switch (definition.name) {
      case "jmp":
        draft.next = [{ ip: target, sites }];
        break;
      case "call":
        draft.next = [this.called(target, next, sites)];
        break;
      case "call-indirect":
        this.root(next);
        break;
      case "jmp-indirect":
        for (const ip of this.targetsOf(last, draft.count - 1)) this.root(ip);
        break;
      case "ret":
      case "ret-pop":
        if (sites.length > 0) draft.next = [{ ip: sites[sites.length - 1]!, sites: sites.slice(0, -1) }];
        break;
      default:
        draft.next = [
          { ip: target, sites },
          { ip: next, sites },
        ];
    }
    // Where loops begin: the cold tier must find a way in.
    if (sites.length === 0) for (const to of draft.next) if (to.sites.length === 0 && to.ip <= draft.ip) this.root(to.ip);
  }

  /** It is a node of its own, which follows itself. */
  private followRepeated(draft: Draft, record: number, next: number): void {
    const { sites, count } = draft;
    const ip = this.field(record, R.ip) >>> 0;
    if (count > 1) {
      draft.count--;
      this.total--;
      draft.next = [{ ip, sites, within: { first: draft.block, record, count: 1 } }];
      return;
    }
    draft.end = "transfer";
    draft.next = [
      { ip, sites },
      { ip: next, sites },
    ];
  }

  private targetsOf(jump: number, ahead: number): number[] {
    const { i32, shapes, blocks } = this;
    return jumpTargets(
      i32,
      shapes,
      jump,
      ahead,
      (segment, offset) => blocks.wordAt(segment, offset),
      (ip) => blocks.peek(ip) !== undefined,
    );
  }

  /** Where it leads is known at run time only; if it is in the same code context, this is where that would be. */
  private followFar(draft: Draft, record: number, { name }: Definition): void {
    draft.end = "transfer";
    if (name.startsWith("call")) this.root(this.field(record, R.next) >>> 0);
    if (name === "call-far" || name === "jmp-far") this.root(this.field(record, R.imm) >>> 0);
  }

  private called(target: number, back: number, sites: readonly number[]): Step {
    if (sites.length < MAX_DEPTH && this.inlinedSize(target, MAX_DEPTH - sites.length) !== undefined) {
      return { ip: target, sites: [...sites, back] };
    }
    this.root(back);
    this.root(target);
    return { ip: target, sites: [] };
  }

  /** Instructions of a function that is small, has no loop and no calls but of such functions; undefined for others. */
  private inlinedSize(target: number, depth: number): number | undefined {
    if (this.inlinable.has(target)) return this.inlinable.get(target);
    // Recursion finds this.
    this.inlinable.set(target, undefined);
    const size = this.measure(target, depth);
    this.inlinable.set(target, size);
    return size;
  }
  private measure(target: number, depth: number): number | undefined {
    const seen = new Set<number>();
    const work = [target];
    let size = 0;
    for (let ip = work.pop(); ip !== undefined; ip = work.pop()) {
      if (seen.has(ip)) continue;
      seen.add(ip);
      const block = this.blocks.peek(ip);
      if (!block) continue;
      size += block.count;
      if (size > MAX_INLINED || this.runLength(block.record, block.count) < block.count) return undefined;
      const last = block.record + (block.count - 1) * L.RECORD_BYTES;
      const { definition } = this.shape(last);
      const next = this.field(last, R.next) >>> 0;
      const to = this.field(last, R.target) >>> 0;
      if (definition.far) return undefined;
      if (definition.name === "ret" || definition.name === "ret-pop") continue;
      if (definition.name === "call") {
        const inner = depth > 1 ? this.inlinedSize(to, depth - 1) : undefined;
        if (inner === undefined) return undefined;
        size += inner;
        work.push(next);
      } else if (definition.name.endsWith("-indirect")) return undefined;
      else {
        const steps = !definition.ends ? [next] : definition.name === "jmp" ? [to] : [to, next];
        if (steps.some((s) => s <= ip!)) return undefined;
        work.push(...steps);
      }
    }
    return size <= MAX_INLINED ? size : undefined;
  }

  /** Ends a draft where another one with the same sites begins. */
  private cut(draft: Draft): void {
    for (let n = 1; n < draft.count; n++) {
      const ip = this.field(draft.record + n * L.RECORD_BYTES, R.ip) >>> 0;
      if (!this.drafts.has(keyOf({ ip, sites: draft.sites }))) continue;
      draft.count = n;
      draft.end = "on";
      draft.next = [{ ip, sites: draft.sites }];
      return;
    }
  }

  /** The entries and what they lead to; those that cuts have left without a way to them are not among them. */
  private reachable(entries: readonly Draft[]): Set<Draft> {
    const found = new Set<Draft>(entries);
    for (const draft of found) {
      for (const to of draft.next) {
        const next = this.drafts.get(keyOf(to));
        if (next) found.add(next);
      }
    }
    return found;
  }
}
