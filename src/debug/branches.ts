/**
 * Branches that threads take, as the processors' own branch trace store keeps them (SDM volume 3, 17.4.5): where one left the straight
 * line, and where to. What the kernel does for a thread of a partition is not in the thread's trace: a system call that returns is one
 * instruction, and an interrupt that returns is none.
 */
import type { Processor } from "../cpu386/processor.js";
import type { Follower, Followers } from "./follower.js";
import type { CheckedView } from "./point-view.js";
import type { DebugRegisters } from "./registers.js";
import { type BranchRecording, type BranchTrace, sameThread, type ThreadId } from "./target.js";

/** More would be gigabytes, and a client that reads them all. */
const MOST_BRANCHES = 1 << 22;

/** A ring of branches, and what it takes to know the next one. */
class Trace {
  total = 0;
  /** The instruction executed last, and where the thread is if it has not branched. */
  last: number;
  expected: number;
  private readonly ring: Uint32Array;

  constructor(
    readonly thread: ThreadId,
    private start: number,
    readonly most: number,
  ) {
    this.last = this.expected = start;
    this.ring = new Uint32Array(most * 2);
  }

  add(from: number, to: number): void {
    const at = (this.total % this.most) * 2;
    // The oldest goes, and the oldest run that is kept begins where that one led to.
    if (this.total >= this.most) this.start = this.ring[at + 1]!;
    this.ring[at] = from;
    this.ring[at + 1] = to;
    this.total++;
  }

  read(end: number): BranchTrace {
    const kept = Math.min(this.total, this.most);
    const branches = Array.from({ length: kept }, (_, n) => {
      const at = ((this.total - kept + n) % this.most) * 2;
      return { from: this.ring[at]!, to: this.ring[at + 1]! };
    });
    return { total: this.total, start: this.start, branches, end };
  }
}

/** Prefixes that may stand before rep or behind it (SDM volume 2, 2.1.1). */
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0]);
const REP = new Set([0xf2, 0xf3]);

export class Branches implements Follower, BranchRecording {
  private traces: Trace[] = [];

  constructor(
    private readonly processor: Processor,
    private readonly followers: Followers,
    private readonly view: CheckedView,
    private readonly registers: DebugRegisters,
    private readonly byteAt: (space: number, address: number) => number | undefined,
  ) {}
  /** Offset in CS of the instruction being executed. */
  private offset = 0;

  begin(thread: ThreadId, most: number): true | string {
    const start = this.registers.value(thread, "eip");
    if (start === undefined) return "the thread is nowhere yet";
    if (most < 1 || most > MOST_BRANCHES) return `a trace keeps 1 to ${MOST_BRANCHES} branches, not ${most}`;
    this.end(thread);
    this.traces.push(new Trace(thread, start, most));
    this.followers.add(this);
    return true;
  }
  end(thread: ThreadId): void {
    this.traces = this.traces.filter((trace) => !sameThread(trace.thread, thread));
    if (this.traces.length === 0) this.followers.delete(this);
  }
  clear(): void {
    for (const { thread } of this.traces) this.end(thread);
  }
  of(thread: ThreadId): BranchTrace | undefined {
    const trace = this.find(thread);
    const eip = this.registers.value(thread, "eip");
    if (trace === undefined || eip === undefined) return undefined;
    this.comes(trace, eip);
    return trace.read(eip);
  }

  private find(thread: ThreadId): Trace | undefined {
    return this.traces.find((trace) => sameThread(trace.thread, thread));
  }

  /** The thread is at an instruction: unless it has come straight there, it has branched. */
  private comes(trace: Trace, eip: number): void {
    if (eip !== trace.expected && !(eip === trace.last && this.repeats(trace.thread.space, eip))) trace.add(trace.last, eip);
    trace.expected = eip;
  }

  before(thread: ThreadId): void {
    const trace = this.find(thread);
    if (trace === undefined) return;
    this.view.aim();
    const { eip } = this.view;
    this.offset = this.processor.eip;
    this.comes(trace, eip);
    trace.last = eip;
  }
  after(thread: ThreadId, next: number, completed: boolean): void {
    const trace = this.find(thread);
    // An instruction that has faulted is met again, or the kernel leads the thread away from it.
    if (trace !== undefined && completed) trace.expected = (trace.last + next - this.offset) >>> 0;
  }

  /** Each iteration of a string instruction counts as one of its own, but it is no branch. */
  private repeats(space: number, eip: number): boolean {
    for (let at = eip; at < eip + 15; at++) {
      const byte = this.byteAt(space, at);
      if (byte === undefined || REP.has(byte)) return byte !== undefined;
      if (!PREFIXES.has(byte)) return false;
    }
    return false;
  }
}
