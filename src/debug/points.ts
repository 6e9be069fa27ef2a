/**
 * Breakpoints and watchpoints by (space, address). They become linear addresses only while the space's base is known; until then they
 * wait. Whether an execution breakpoint is hit is decided by the space that runs there, not by the linear address.
 */
import type { Cpu } from "../cpu386/cpu.js";
import type { Predicate } from "../cpu386/predicate.js";
import type { WatchHit } from "../cpu386/watch.js";
import { anyOf, predicateOf } from "./check-expression.js";
import type { SystemModel } from "./system.js";
import type { ArrivalListener, PointBehaviour, PointCheck, PointKind, Points } from "./target.js";
import type { Views } from "./views.js";

interface Point {
  readonly kind: PointKind;
  readonly space: number;
  readonly address: number;
  readonly length: number;
  readonly check: PointCheck | undefined;
  readonly persistent: boolean;
}

export interface Probe {
  readonly execute: readonly number[];
  readonly write: readonly { readonly start: number; readonly length: number }[];
}

/** An address space is 4 GB; more than this many bytes watched at once is a mistake rather than a wish. */
const MAX_WATCH = 1 << 20;
const LAST = 0xffffffff;

export class DebugPoints implements Points {
  private readonly points = new Map<string, Point>();
  /** Execution breakpoints by address, then by space: looked up at every hit. */
  private readonly executeAt = new Map<number, Map<number, Point>>();
  /** Who is told of arrivals, by address, then by space. They are nobody's breakpoints: clear() leaves them alone. */
  private readonly arrivals = new Map<number, Map<number, ArrivalListener>>();
  private bases = new Map<number, number>();

  constructor(
    private readonly cpu: Cpu,
    private readonly system: SystemModel,
    private readonly views: Views,
    /** Whether what is inserted has to be in place at once; else before the machine runs. */
    private readonly isRunning: () => boolean,
  ) {}

  insert(kind: PointKind, space: number, address: number, length: number, behaviour: PointBehaviour = {}): true | string {
    if (!this.system.spaces().some((s) => s.id === space)) return `there is no process ${space}`;
    if (kind !== "execute" && (length < 1 || length > MAX_WATCH)) return `a watchpoint watches 1 to ${MAX_WATCH} bytes, not ${length}`;
    const { check, persistent = false } = behaviour;
    const point = { kind, space, address: address >>> 0, length, check, persistent };
    this.points.set(this.key(kind, space, address, length), point);
    if (kind !== "execute" || this.isRunning()) this.apply();
    else {
      this.note(point);
      this.due = "all";
    }
    return true;
  }
  setArrival(space: number, address: number, arrives: ArrivalListener | undefined): true | string {
    if (!this.system.spaces().some((s) => s.id === space)) return `there is no process ${space}`;
    const at = address >>> 0;
    const spaces = this.arrivals.get(at) ?? new Map<number, ArrivalListener>();
    if (arrives) this.arrivals.set(at, spaces.set(space, arrives));
    else if (spaces.delete(space) && spaces.size === 0) this.arrivals.delete(at);
    this.apply();
    return true;
  }
  arrivalAt(space: number, address: number): ArrivalListener | undefined {
    return this.arrivals.get(address >>> 0)?.get(space);
  }
  remove(kind: PointKind, space: number, address: number, length: number): void {
    if (!this.points.delete(this.key(kind, space, address, length))) return;
    if (kind !== "execute" || this.isRunning()) this.apply();
    else {
      this.executeAt.get(address >>> 0)?.delete(space);
      if (this.due === "nothing") this.due = "removals";
    }
  }
  clear(): void {
    this.points.clear();
    this.apply();
  }
  /** What a debugger leaves behind: only what it has asked to stay. */
  clearTransient(): void {
    for (const [key, { persistent }] of [...this.points]) if (!persistent) this.points.delete(key);
    this.apply();
  }
  /** The length of an execution breakpoint says nothing on this machine. */
  private key(kind: PointKind, space: number, address: number, length: number): string {
    return `${kind} ${space} ${address >>> 0} ${kind === "execute" ? "" : length}`;
  }

  /** The breakpoint at this address of this space. */
  at(space: number, address: number): Point | undefined {
    return this.executeAt.get(address >>> 0)?.get(space);
  }
  /** In place of all points, for somebody who looks for something in the past: linear addresses. */
  probe(probe: Probe | undefined): void {
    this.probing = probe;
    this.apply();
  }
  private probing: Probe | undefined;

  get watches(): boolean {
    return [...this.points.values()].some(({ kind }) => kind !== "execute");
  }

  /** Some point's space has no base yet. */
  waiting = false;
  /**
   * What is still to be put in place. Debuggers take all breakpoints out at each stop, and back in: code stays decoded and compiled if the
   * same ones are wanted in the end. One that is still there and no more wanted stops nobody: whoever comes there asks at().
   */
  private due: "nothing" | "removals" | "all" = "nothing";

  /** Puts points where the spaces' segments are now. */
  apply(): void {
    this.due = "nothing";
    this.bases = this.basesNow();
    const { breakpoints } = this.cpu.records;
    /** Linear addresses, and what makes an arrival there no stop if it is 0. */
    const wanted = new Map<number, readonly Predicate[] | undefined>();
    const want = (at: number, predicates: readonly Predicate[] | undefined): void => {
      const before = wanted.get(at);
      wanted.set(at, wanted.has(at) ? before && predicates && [...before, ...predicates] : predicates);
    };
    this.waiting = false;
    this.executeAt.clear();
    const watched: Parameters<Cpu["watchpoints"]["set"]>[0][number][] = [];
    for (const point of this.points.values()) {
      const { kind, space, address, length } = point;
      if (kind === "execute") this.note(point);
      const base = this.bases.get(space);
      if (base === undefined) {
        this.waiting = true;
        continue;
      }
      const start = (base + address) >>> 0;
      if (kind === "execute") want(start, this.predicates(point, base));
      else watched.push({ start, length, read: kind !== "write", write: kind !== "read" });
    }
    for (const [address, spaces] of this.arrivals) {
      for (const space of spaces.keys()) {
        const base = this.bases.get(space);
        if (base === undefined) this.waiting = true;
        else want((base + address) >>> 0, undefined);
      }
    }
    const { probing } = this;
    if (probing) {
      wanted.clear();
      for (const at of probing.execute) want(at, undefined);
    }
    for (const at of [...breakpoints]) if (!wanted.has(at)) this.cpu.records.clearBreakpoint(at);
    for (const [at, predicates] of wanted) this.cpu.records.setBreakpoint(at, predicates && this.joined(at, predicates));
    this.cpu.watchpoints.set(probing ? probing.write.map((range) => ({ ...range, read: false, write: true })) : watched);
  }

  /** Undefined if the point's check has to be asked. */
  private predicates({ space, check }: Point, base: number): readonly Predicate[] | undefined {
    const view = this.views.of(space);
    if (!check?.anyOf || (view !== "segment" && view !== "linear")) return undefined;
    const isBased = view === "segment";
    const limit = isBased ? this.system.spaces().find(({ id }) => id === space)?.segments?.limit : LAST;
    if (limit === undefined) return undefined;
    const found = check.anyOf.map((e) => predicateOf(e, { base, limit, isBased, ram: this.cpu.processor.memory.size }));
    return found.every((p) => p !== undefined) ? found : undefined;
  }

  /** The same object as last time, if it is the same predicate: code with it need not be compiled again. */
  private joined(at: number, predicates: readonly Predicate[]): Predicate {
    const text = JSON.stringify(predicates, (_, value) => (typeof value === "bigint" ? `${value}` : value));
    const before = this.joinedAt.get(at);
    if (before?.text === text) return before.predicate;
    const predicate = anyOf(predicates);
    this.joinedAt.set(at, { text, predicate });
    return predicate;
  }
  private readonly joinedAt = new Map<number, { readonly text: string; readonly predicate: Predicate }>();

  private note(point: Point): void {
    const spaces = this.executeAt.get(point.address) ?? new Map<number, Point>();
    this.executeAt.set(point.address, spaces.set(point.space, point));
  }

  /**
   * Before the machine runs: applies again if a space has got a base or moved, or something is due.
   * @param steps only a few instructions are to be executed: points that are no more wanted can stay until it goes on
   */
  refresh(steps = false): void {
    if (this.due === "all" || (this.due === "removals" && !steps)) return this.apply();
    const now = this.basesNow();
    if (now.size !== this.bases.size || [...now].some(([id, base]) => this.bases.get(id) !== base)) this.apply();
  }
  private basesNow(): Map<number, number> {
    const bases = new Map<number, number>([[1, 0]]);
    for (const { id, segments } of this.system.spaces()) {
      if (!this.views.isBased(id)) bases.set(id, 0);
      else if (segments) bases.set(id, segments.base);
    }
    return bases;
  }

  /** The watchpoint a hit belongs to: its space and the watched address in that space's terms. */
  ownerOf(hit: WatchHit): { space: number; address: number; access: "write" | "read" | "access" } | undefined {
    for (const { kind, space, address, length } of this.points.values()) {
      const base = this.bases.get(space);
      if (kind === "execute" || base === undefined || kind === (hit.access === "read" ? "write" : "read")) continue;
      const start = (base + address) >>> 0;
      if (start < hit.address + hit.length && hit.address < start + length) return { space, address, access: kind };
    }
    return undefined;
  }
}
