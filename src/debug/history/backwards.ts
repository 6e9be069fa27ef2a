/**
 * Going back: a step to the instruction before, a run to the last hit of a breakpoint, watchpoint or catchpoint. The past is searched in
 * stretches between snapshots, the last one first; each is run forwards while what would have stopped it is noted.
 */
import type { MachineExit } from "../../pc/machine.js";
import type { SyscallCatch } from "../syscall-catch.js";
import { type Stop, type StopReason, sameThread, type ThreadId } from "../target.js";
import type { Threads } from "../threads.js";
import { isBefore, type Position } from "./position.js";
import type { Snapshot } from "./snapshots.js";
import type { Timeline } from "./timeline.js";

/** What the search has to know of those who stop things. */
export interface Scene {
  readonly threads: Threads;
  readonly syscalls: SyscallCatch;
  /** Whether the breakpoint that the processor is at is one for whoever debugs. */
  stopsHere(): boolean;
  /** What a watchpoint's hit means to it; undefined: nothing. */
  watched(exit: MachineExit & { kind: "watchpoint" }): Stop | undefined;
  /** There are watchpoints: a step has to look at what it undoes. */
  readonly watches: boolean;
  /** Of the running thread. */
  readonly eip: number;
  /** Whoever debugs wants the search to end. */
  readonly interruptAsked: boolean;
}

export interface Hit {
  readonly position: Position;
  readonly stop: Stop;
  /** It is a write, of what is executed at that position unless that did not write at all. */
  readonly written?: true;
}

/** What a search looks for. */
export interface Sought {
  /** At an execution breakpoint: what it would be as a stop. */
  breakpoint(): Stop | undefined;
  /** At any other exit. */
  exit(exit: MachineExit): Hit | undefined;
  /** Pages of RAM without a change to which there can be no hit. */
  readonly pages?: readonly number[] | undefined;
}

/** Instructions between two looks at the host. */
const TURN = 500_000;
/** A stretch that has been searched is known in so many parts, so that its hit is not far from one. */
const STRETCH_PARTS = 8;

export class Backwards {
  /** Set during a search: hears of every breakpoint that the processor comes to. */
  onBreakpoint: (() => void) | undefined;
  /** Set during a search: hears of every change of ring, and has the run left at it. */
  leavesAtRings = false;

  constructor(
    private readonly timeline: Timeline,
    private readonly scene: Scene,
  ) {}

  private get here(): ThreadId {
    return this.scene.threads.current();
  }
  private stop(reason: StopReason, thread = this.here): Stop {
    return { thread, reason };
  }
  private *beginning(): Generator<void, Stop> {
    yield* this.timeline.seek(this.timeline.start, TURN);
    return this.stop({ kind: "history", edge: "begin" });
  }

  /** One instruction back: of the processor, or (`thread`) of that thread, whatever else has run since. */
  *step(thread: ThreadId | undefined): Generator<void, Stop> {
    const { timeline } = this;
    const { start } = timeline;
    const last: Position = { count: timeline.machine.lastInstruction, settled: true };
    if (last.count < start.count) return yield* this.beginning();
    yield* timeline.seek(last, TURN);
    if (thread && !sameThread(this.here, thread)) {
      const found = yield* this.lastInstructionOf(thread);
      if (!found) return this.scene.interruptAsked ? this.stop({ kind: "interrupted" }) : yield* this.beginning();
      yield* timeline.seek(found, TURN);
    }
    const undone = this.scene.watches ? this.undone() : undefined;
    return undone ?? this.stop({ kind: "step" });
  }

  /** What the instruction that we are before does to watchpoints. */
  private undone(): Stop | undefined {
    const exit = this.tried();
    return exit.kind === "watchpoint" ? this.scene.watched(exit) : undefined;
  }
  /** What becomes of the instruction that we are before; it has not been executed then. */
  private tried(): MachineExit {
    const { timeline } = this;
    const here = timeline.mark();
    timeline.silent = true;
    const exit = timeline.machine.run(1, { passBreakpoint: true, interrupts: false });
    timeline.silent = false;
    timeline.rewind(here);
    return exit;
  }

  /** To where a hit was; if an interrupt's delivery wrote, and not the instruction before it, to between the two. */
  *reach({ position, written }: Hit): Generator<void, void> {
    yield* this.timeline.seek(position, TURN);
    if (!written || this.tried().kind === "watchpoint") return;
    yield* this.timeline.seek({ count: position.count + 1, settled: false }, TURN);
  }

  /** The moment before the last instruction that a thread has executed, seen from here. */
  private *lastInstructionOf(thread: ThreadId): Generator<void, Position | undefined> {
    let found: number | undefined;
    let since: number | undefined;
    const look = (): void => {
      const now = this.timeline.now;
      if (sameThread(this.here, thread)) since ??= now;
      else {
        if (since !== undefined && now > since) found = now - 1;
        since = undefined;
      }
    };
    this.leavesAtRings = true;
    try {
      for (const [from, to] of this.stretches(this.timeline.position)) {
        this.timeline.rewind(from);
        since = undefined;
        look();
        yield* this.through(to, look);
        if (this.scene.interruptAsked) return undefined;
        if (since !== undefined && this.timeline.now > since) found = this.timeline.now - 1;
        if (found !== undefined) return { count: found, settled: true };
      }
      return undefined;
    } finally {
      this.leavesAtRings = false;
    }
  }

  /** Stretches between snapshots, backwards from a moment. */
  private *stretches(from: Position): Generator<[Snapshot, Position]> {
    const { list } = this.timeline.snapshots!;
    let to = from;
    for (;;) {
      const start = list.findLast((s) => isBefore(s, to));
      if (!start) return;
      yield [start, to];
      to = { count: start.count, settled: start.settled };
    }
  }

  private *through(to: Position, heard: (exit: MachineExit) => void): Generator<void, void> {
    const { timeline } = this;
    timeline.silent = true;
    try {
      for (const turn of timeline.way(to, TURN, heard, STRETCH_PARTS)) {
        if (this.scene.interruptAsked) return;
        yield turn;
      }
    } finally {
      timeline.silent = false;
    }
    timeline.snapshots!.thin(timeline.now);
  }

  /** Back to the last thing that would have stopped the machine. */
  *run(): Generator<void, Stop> {
    this.timeline.leave();
    const hit = yield* this.lastHit(this.timeline.position, this.stops());
    if (hit) {
      yield* this.reach(hit);
      return hit.stop;
    }
    if (this.scene.interruptAsked) return this.stop({ kind: "interrupted" });
    return yield* this.beginning();
  }

  /** What would have stopped the machine. */
  private stops(): Sought {
    const before = this.timeline.position;
    return {
      breakpoint: () => (this.scene.stopsHere() ? this.stop({ kind: "breakpoint" }) : undefined),
      exit: (exit) => this.judge(exit, before),
    };
  }

  /** The last hit before a moment. The machine is left where the search has ended. */
  *lastHit(before: Position, sought: Sought): Generator<void, Hit | undefined> {
    let hit: Hit | undefined;
    this.onBreakpoint = () => {
      const count = this.timeline.now;
      const stop = count < before.count ? sought.breakpoint() : undefined;
      if (stop) hit = { position: { count, settled: true }, stop };
    };
    try {
      for (const [from, to] of this.stretches(before)) {
        if (sought.pages && !this.changes(from, sought.pages)) continue;
        this.timeline.rewind(from);
        yield* this.through(to, (exit) => {
          hit = sought.exit(exit) ?? hit;
        });
        if (this.scene.interruptAsked) {
          // What lies behind has been searched, this stretch has not.
          yield* this.timeline.seek(to, TURN);
          return undefined;
        }
        if (hit) return hit;
      }
      return undefined;
    } finally {
      this.onBreakpoint = undefined;
    }
  }
  /** Whether some of these pages may have changed in the stretch that begins at a snapshot. */
  private changes(from: Snapshot, pages: readonly number[]): boolean {
    const next = this.timeline.snapshots!.after(from);
    return next === undefined || pages.some((page) => next.pages.has(page));
  }

  private judge(exit: MachineExit, before: Position): Hit | undefined {
    const { timeline, scene } = this;
    const call = exit.kind === "attention" ? scene.syscalls.take(this.here, scene.eip) : undefined;
    if (call) return isBefore(timeline.position, before) ? { position: timeline.position, stop: call } : undefined;
    const stop = exit.kind === "watchpoint" ? scene.watched(exit) : undefined;
    // Before the instruction that has written, as gdb's manual wants it ("Reverse Execution").
    return stop && { position: { count: timeline.machine.lastInstruction, settled: true }, stop, written: true };
  }
}
