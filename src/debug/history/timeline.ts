/**
 * The machine's run as a line on which one can move: what has been is known by snapshots and the log of input, so any moment of it is
 * reached by restoring the last snapshot before and running on. At its end the machine lives; before it, a run repeats what was.
 */
import type { RunOptions } from "../../cpu386/cpu.js";
import type { Machine, MachineExit } from "../../pc/machine.js";
import type { KilledSpaces } from "../killed.js";
import { type Entry, type Happening, InputLog } from "./log.js";
import { type Position, positionOf } from "./position.js";
import { Repeater } from "./repeater.js";
import { type Snapshot, Snapshots } from "./snapshots.js";

/** What the debugger keeps by the machine's side and must go back with it. */
export interface Companion {
  save(): unknown;
  restore(saved: unknown): void;
  readonly killed: Pick<KilledSpaces, "add">;
  /** Watchpoints would only be in the way. */
  unwatch(): void;
  watch(): void;
  /** A run has been left in the midst, for a reason that is nobody's now. */
  passed(): void;
}

export interface TimelineOptions {
  readonly machine: Machine;
  /** Bytes that snapshots may take; 0: only the log is kept, and there is no way back. */
  readonly memoryBytes: number;
  readonly companion: Companion;
  /** Told in words when the line forks. */
  readonly say: (text: string) => void;
}

/** What a run may come to when it repeats what has been. */
export type TimelineExit = MachineExit | { readonly kind: "history-end" };

/** Snapshots of a living machine are this many instructions apart. */
const LIVE_GAP = 5_000_000;
/**
 * And more if many pages change, since each takes its time. A guest that changes thousands does it with string operations, whose iterations
 * count as instructions and are much faster.
 */
const gapOf = (pages: number): number => LIVE_GAP + pages * (40_000 + 40 * pages);
/** On the way to a moment, snapshots get closer: as many as this between half of the way and all of it. */
const WAY_DENSITY = 4;
const WAY_GAP = 4096;

export class Timeline {
  readonly log = new InputLog();
  readonly snapshots: Snapshots | undefined;
  readonly machine: Machine;
  private readonly repeater: Repeater;
  /** What is run has been before. */
  past = false;
  /** Nobody is to hear of what happens: it is only on the way. */
  silent = false;
  /** Where the machine has lived up to; means something only in the past. */
  private present: Position = { count: 0, settled: true };
  /** Input that came while the machine was in its past: it belongs to the present. */
  private readonly waiting: Happening[] = [];
  /** Where registers were first changed by a debugger since the machine last moved. */
  private changing: Position | undefined;
  /** Hears that entries from this number on were forgotten. */
  onFork: ((entries: number) => void) | undefined;

  constructor(private readonly options: TimelineOptions) {
    this.machine = options.machine;
    this.repeater = new Repeater(this.machine, this.log, options.companion.killed);
    this.machine.cpu.processor.memory.onPoke = (address, bytes) => this.note({ kind: "memory", address, bytes: [...bytes] });
    if (options.memoryBytes === 0) return;
    this.snapshots = new Snapshots(this.machine, options.memoryBytes);
    this.snapshots.begin(0, options.companion.save());
  }
  /** The machine goes on without a history. */
  close(): void {
    this.machine.cpu.processor.memory.onPoke = undefined;
    this.snapshots?.stop();
  }

  get now(): number {
    return this.machine.now;
  }
  get position(): Position {
    return positionOf(this.machine);
  }
  get start(): Position {
    return this.snapshots?.first ?? this.position;
  }
  /** The last moment there is. */
  get end(): Position {
    return this.past ? this.present : this.position;
  }

  /** At power-on: all of a run that was recorded lies ahead. */
  replay(entries: readonly Entry[], end: Position): void {
    this.log.entries.push(...entries);
    this.present = end;
    this.past = true;
  }

  // Input ------------------------------------------------------------------------------------------------------------------------
  /** Something from the world outside: it can only come to a machine that lives. */
  input(what: Happening): void {
    if (this.past) this.waiting.push(what);
    else this.inject(what);
  }
  /** Something that whoever debugs wants to happen here and now, even if that makes another history. */
  inject(what: Happening): void {
    this.note(what);
    this.repeater.apply(what);
  }
  private note(what: Happening): void {
    if (this.repeater.applying) return;
    this.flush();
    this.fork();
    const { count, settled } = this.position;
    this.log.add({ at: count, settled, what });
  }

  /** To be called before a debugger changes a register. */
  beforeRegisters(): void {
    this.fork();
    this.changing ??= this.position;
  }
  private flush(): void {
    const { changing } = this;
    this.changing = undefined;
    if (!changing) return;
    this.log.add({ at: changing.count, settled: changing.settled, what: { kind: "processor", state: this.machine.cpu.save() } });
  }
  /** A change in the past makes another history: what came later is forgotten. */
  private fork(): void {
    if (!this.past) return;
    const lost = this.present.count - this.now;
    this.past = false;
    // What is printed from here on is new.
    this.machine.hushedUntil = 0;
    this.log.cut(this.now);
    this.snapshots?.cut(this.position, this.log.next);
    this.onFork?.(this.log.next);
    this.options.say(`pok386: the past has been changed: what came after it, ${lost} instructions, is forgotten\n`);
    this.deliverWaiting();
  }
  private deliverWaiting(): void {
    for (const what of this.waiting.splice(0)) this.inject(what);
  }

  /**
   * Whether an exception is kept from the guest; `wanted` is what a debugger of a living machine would say. To be kept from a trap changes
   * the guest, so the log knows of it; a fault that is kept will be raised again.
   */
  keeps(vector: number, isTrap: boolean, wanted: () => boolean): boolean {
    if (this.past && isTrap) return this.log.keeps(vector, this.now);
    if (this.silent || !wanted()) return false;
    if (isTrap) this.log.add({ at: this.now, settled: true, what: { kind: "kept", vector } });
    return true;
  }

  // Running ----------------------------------------------------------------------------------------------------------------------
  /** As Machine.run; in the past, to its end at most. */
  run(count: number, options: RunOptions = {}): TimelineExit {
    this.flush();
    this.snapshotIfDue();
    if (!this.past) return this.live(count, options);
    const exit = this.towards(this.present, count, options);
    if (exit !== "there") return exit;
    this.arrive();
    return { kind: "history-end" };
  }

  private snapshotIfDue(): void {
    const { snapshots, now } = this;
    if (!snapshots || now - snapshots.latest.count < gapOf(snapshots.changedPages)) return;
    const next = snapshots.after(snapshots.latest);
    if (next && next.count - now < LIVE_GAP) return;
    this.snapshot();
    snapshots.thin(now);
  }
  private live(count: number, options: RunOptions): MachineExit {
    const { machine } = this;
    const { now } = this;
    const holds = options.interrupts === false && machine.isUnsettled;
    const exit = machine.run(count, options);
    if (holds && this.now > now) this.log.hold(now, this.now);
    return exit;
  }
  private snapshot(): void {
    this.flush();
    this.snapshots?.take(this.position, this.log.mark(this.now), this.options.companion.save());
  }
  /** A snapshot of this very moment. */
  mark(): Snapshot {
    this.snapshot();
    return this.snapshots!.latest;
  }

  towards(target: Position, most: number, options: RunOptions = {}): MachineExit | "there" {
    return this.repeater.towards(target, most, options);
  }

  /** The past is over: for one who is at its end. */
  arrive(): void {
    this.repeater.doDue(true);
    if (this.present.settled) this.machine.run(0);
    this.past = false;
    this.deliverWaiting();
  }

  // Moving -----------------------------------------------------------------------------------------------------------------------
  /** Leaves the present, so that there is a way back to it. */
  leave(): void {
    this.flush();
    if (this.past) return;
    this.present = this.position;
    this.snapshot();
    this.past = true;
    this.machine.hushedUntil = Math.max(this.machine.hushedUntil, this.now);
  }

  /** Puts everything back to a snapshot. */
  rewind(to: Snapshot): void {
    const { companion } = this.options;
    this.machine.hushedUntil = Math.max(this.machine.hushedUntil, this.now);
    this.snapshots!.restore(to);
    this.log.next = to.entry;
    companion.restore(to.beside);
  }

  /**
   * Where to begin on the way to a moment. A snapshot of that very moment is of no use if there is none close before it: a step back from
   * there would be a long way.
   */
  private startFor(target: Position): Snapshot {
    const snapshots = this.snapshots!;
    if (target.count === this.present.count) return snapshots.before(target) ?? snapshots.first;
    const from = snapshots.before(target, this.log.before(target.count)) ?? snapshots.first;
    if (from.count < target.count) return from;
    const earlier = snapshots.before({ count: from.count - 1, settled: true });
    return earlier && from.count - earlier.count > LIVE_GAP / 4 ? earlier : from;
  }

  /** Goes to a moment between start and end; gives way after each of many turns. */
  *seek(target: Position, turn: number): Generator<void, void> {
    this.leave();
    const from = this.startFor(target);
    const goesOn = from.count < this.now && this.now < target.count;
    if (!goesOn) this.rewind(from);
    const { companion } = this.options;
    companion.unwatch();
    this.silent = true;
    try {
      yield* this.way(target, turn, () => companion.passed());
    } finally {
      this.silent = false;
      companion.watch();
    }
    this.snapshots!.thin(this.now);
    if (target.count === this.present.count && target.settled === this.present.settled) this.arrive();
  }

  /**
   * Runs to a moment, silently, and leaves snapshots on the way: closer and closer, or that many. Hears of each exit that is no end of a turn.
   */
  *way(target: Position, turn: number, heard: (exit: MachineExit) => void, parts?: number): Generator<void, void> {
    const even = parts && Math.ceil((target.count - this.now) / parts);
    let stuck = 0;
    for (;;) {
      const { now } = this;
      const gap = Math.max(WAY_GAP, even ?? Math.ceil((target.count - now) / WAY_DENSITY));
      this.snapshotOnWay(gap);
      const exit = this.towards(target, Math.min(turn, gap));
      if (exit === "there") return;
      if (exit.kind !== "budget") heard(exit);
      stuck = this.now > now ? 0 : stuck + 1;
      if (stuck > MOST_EXITS) throw new Unrepeatable(`the history cannot be repeated: it stays at instruction ${now} (${exit.kind})`);
      yield;
    }
  }
  private snapshotOnWay(gap: number): void {
    const { now } = this;
    const snapshots = this.snapshots!;
    const next = snapshots.after(snapshots.latest);
    if (now - snapshots.latest.count >= gap && (next === undefined || next.count - now >= WAY_GAP)) this.snapshot();
  }
}

/** A bug of ours: what has been is not what comes when it is run again. */
export class Unrepeatable extends Error {}

/** Exits at one and the same count that still are no sign of going round in a circle: breakpoints, changes of ring and the like. */
const MOST_EXITS = 100;
