/**
 * Who stops where. There is one processor; whatever thread a debugger names, the machine runs. Stepping belongs to a thread of a
 * partition, which may pass through the kernel in between; a step of the kernel follows the processor out of it.
 */

import type { Machine, MachineExit } from "../pc/machine.js";
import { Arrivals } from "./arrivals.js";
import { type ExceptionFilter, signalOfVector } from "./exceptions.js";
import { Exits, SIGTRAP } from "./exits.js";
import { explain } from "./explain.js";
import type { Followers } from "./follower.js";
import type { Scene } from "./history/backwards.js";
import type { History } from "./history/history.js";
import { type TimelineExit, Unrepeatable } from "./history/timeline.js";
import { KilledSpaces } from "./killed.js";
import type { CheckedView } from "./point-view.js";
import type { DebugPoints } from "./points.js";
import { ProgramStarts } from "./program-starts.js";
import type { DebugRegisters } from "./registers.js";
import { SyscallCatch } from "./syscall-catch.js";
import type { SystemModel } from "./system.js";
import { type ResumePlan, type Stop, type StopReason, sameThread, type ThreadId } from "./target.js";
import { ThreadEvents } from "./thread-events.js";
import { KERNEL, type Threads } from "./threads.js";

/** What a step does when the processor changes rings: stay with the thread, follow the processor, or (auto) follow it out of the kernel only. */
export type StepPolicy = "auto" | "thread" | "follow";

/** Checks take time of the host's that no instruction counts: a turn ends with so many of them, so that Ctrl-C is heard. */
const CHECKS_OF_TURN = 1_000;

export class RunControl implements Scene {
  policy: StepPolicy = "auto";
  /** Set if one is kept: the machine then runs by it. */
  history: History | undefined;
  /** On the way back. */
  private back: Generator<void, Stop> | undefined;
  /** See target.ts. */
  holdsInterrupts = true;
  readonly killed: KilledSpaces;
  private plan: ResumePlan = { alone: false };
  /** An event that came while a lone step owed its answer: reported at the next resume. */
  private deferred: Stop | undefined;
  interruptAsked = false;
  /** The stepping thread has executed an instruction. */
  private stepped = false;
  /** The next instruction is executed even if a breakpoint is on it: that breakpoint has been reported. */
  private pass = false;
  private reported: { eip: number; time: number } | undefined;
  private readonly arrivals: Arrivals;
  /** The stepping thread has executed an instruction and may have come to a trace point, which has not been told yet. */
  private advanced = false;
  readonly syscalls: SyscallCatch;
  readonly threadEvents: ThreadEvents;
  readonly programStarts: ProgramStarts;
  private readonly exits: Exits;
  /** The instruction whose fault has been reported and not been delivered. */
  private faultedAt: number | undefined;
  private checksLeft = 0;
  /** Return from runs at changes of ring. */
  private watchesRings = false;

  constructor(
    private readonly machine: Machine,
    private readonly system: SystemModel,
    readonly threads: Threads,
    private readonly points: DebugPoints,
    private readonly registers: DebugRegisters,
    private readonly exceptions: ExceptionFilter,
    followers: Followers,
    private readonly view: CheckedView,
  ) {
    this.arrivals = new Arrivals(machine, points, followers, this.view);
    machine.cpu.onBreakpoint = () => {
      if (!this.history?.timeline.silent) {
        if (--this.checksLeft === 0) machine.leave();
        return this.stopsHere();
      }
      this.history.backwards.onBreakpoint?.();
      return false;
    };
    this.syscalls = new SyscallCatch(machine, system, threads);
    this.killed = new KilledSpaces(machine, threads);
    this.threadEvents = new ThreadEvents(machine, threads);
    this.programStarts = new ProgramStarts(machine, system);
    const events = { syscalls: this.syscalls, threadEvents: this.threadEvents, programStarts: this.programStarts };
    this.exits = new Exits({ system, threads, points, ...events, eip: () => this.eip, stopsHere: () => this.stopsHere() });
    threads.onRingChange = (to, entered) => {
      if (entered) for (const each of [this.syscalls, this.programStarts]) each.enters(entered.thread, entered.registers);
      else for (const each of [this.syscalls, this.threadEvents, this.programStarts]) each.leaves();
      if (this.plan.step || this.watchesRings) machine.cpu.processor.attention = true;
      if (this.history?.backwards.leavesAtRings) machine.leave();
      // A partition's segments may have been set up only now: its breakpoints must be in place before it runs.
      if (to > 0 && points.waiting) points.refresh();
      if (to > 0 && !this.killed.isEmpty) machine.cpu.processor.attention = true;
    };
  }

  begin(plan: ResumePlan): void {
    if (plan.backwards) return this.beginBack(plan);
    this.plan = plan;
    this.stepped = this.advanced = false;
    this.points.refresh(plan.step !== undefined);
    const { eip } = this.machine.cpu.processor;
    const handsOn = plan.handOn === true && eip === this.faultedAt;
    this.exceptions.pass(handsOn ? eip : undefined);
    this.faultedAt = undefined;
    const here = this.eip;
    // A breakpoint on an instruction whose fault is handed on has been passed already.
    this.pass = handsOn || (this.reported !== undefined && this.reported.eip === here && this.reported.time === this.machine.now);
  }
  /** The machine is elsewhere in its history: what was still to be reported belongs to a present that is left. */
  moved(): void {
    this.plan = { alone: false };
    this.deferred = this.faultedAt = this.reported = undefined;
    this.asleep = false;
    this.exceptions.pass(undefined);
    this.points.refresh();
  }
  private beginBack({ step }: ResumePlan): void {
    this.moved();
    const follows = step && (this.policy === "follow" || (this.policy === "auto" && step.thread.space === KERNEL.space));
    this.back = this.history?.back(step && { thread: follows ? undefined : step.thread });
  }
  private advanceBack(back: Generator<void, Stop>): Stop | undefined {
    let stop: Stop | undefined;
    try {
      const { done, value } = back.next();
      if (!done) return undefined;
      stop = value;
    } catch (e) {
      if (!(e instanceof Unrepeatable)) throw e;
      stop = { thread: this.threads.current(), reason: { kind: "fault", signal: SIGTRAP, text: `pok386: ${e.message}` } };
    }
    this.back = undefined;
    this.interruptAsked = false;
    // The next resume executes the instruction that we have come back to, breakpoint or not.
    this.reported = { eip: this.eip, time: this.machine.now };
    return stop;
  }
  get isGoingBack(): boolean {
    return this.back !== undefined;
  }
  interrupt(): void {
    this.interruptAsked = true;
  }
  /** Forgets what the last debugger had under way. */
  reset(): void {
    this.deferred = this.reported = this.back = undefined;
    this.interruptAsked = false;
    this.plan = { alone: false };
    this.holdsInterrupts = true;
    this.syscalls.clear();
    this.threadEvents.set(false);
    this.programStarts.wanted = false;
  }

  /** Runs to the first instruction of a space, for `most` instructions; false if it is not reached. */
  enter(space: number, most: number): boolean {
    const end = this.machine.now + most;
    this.watchesRings = true;
    try {
      while (this.threads.current().space !== space) {
        const { kind } = this.runToRingChange(end - this.machine.now);
        if (kind !== "attention" && kind !== "breakpoint" && kind !== "watchpoint") return this.threads.current().space === space;
      }
      return true;
    } finally {
      this.watchesRings = false;
    }
  }

  /** Runs for about `count` instructions; a stop if there was one. */
  advance(count: number): Stop | undefined {
    if (this.back) return this.advanceBack(this.back);
    if (this.deferred) {
      const stop = this.deferred;
      this.deferred = undefined;
      return stop;
    }
    if (this.interruptAsked) {
      this.interruptAsked = false;
      return this.finish(this.threads.current(), { kind: "interrupted" });
    }
    const { step } = this.plan;
    const end = this.machine.now + count;
    this.checksLeft = CHECKS_OF_TURN;
    do {
      const stop = step ? this.advanceStep(step.thread, end - this.machine.now) : this.advanceFreely(end - this.machine.now);
      if (stop) return stop;
    } while (this.machine.now < end && !this.asleep && this.checksLeft > 0);
    return undefined;
  }
  /** The processor waits for input: there is no use in running on now. */
  asleep = false;

  private eipOf(thread: ThreadId): number {
    return this.registers.value(thread, "eip") ?? 0;
  }
  /** A register of the processor, as the space that runs sees it. */
  register(name: string): number | undefined {
    return this.registers.value(this.threads.current(), name);
  }
  get eip(): number {
    return this.eipOf(this.threads.current());
  }
  private get runner(): Pick<History["timeline"], "run"> {
    return this.history?.timeline ?? this.machine;
  }

  private advanceFreely(count: number): Stop | undefined {
    const exit = this.run(count, this.pass);
    this.pass = false;
    return this.judge(exit);
  }

  private advanceStep(thread: ThreadId, count: number): Stop | undefined {
    if (!sameThread(this.threads.current(), thread)) {
      const exit = this.runToRingChange(count);
      const stop = this.judge(exit);
      if (stop) return stop;
      if (!this.stepped || !sameThread(this.threads.current(), thread)) return undefined;
      this.arrive();
      return this.stepDone(thread);
    }
    const inKernel = thread.space === KERNEL.space;
    const wasHalted = this.machine.cpu.processor.halted;
    if (!inKernel || wasHalted || !this.holdsInterrupts) {
      // Interrupts come in between a partition's instructions as ever. In the kernel they wait while it is stepped, or no step would end
      // where its reader looks.
      this.runner.run(0);
      if (!sameThread(this.threads.current(), thread)) return this.left(thread);
    }
    const exit = this.run(1, true, wasHalted);
    const stop = this.judge(exit);
    if (stop) return stop;
    // A step on a halted processor is its first instruction after it wakes.
    if (wasHalted && this.machine.cpu.processor.halted) return undefined;
    this.stepped = this.advanced = true;
    if (!sameThread(this.threads.current(), thread)) return this.left(thread);
    this.arrive();
    const eip = this.eipOf(thread);
    const { range } = this.plan.step!;
    if (range && eip >= range.start && eip < range.end && !this.stopsAt(thread.space, eip)) return undefined;
    return this.stepDone(thread);
  }

  /** A step comes to a trace point as a run does, but asks no breakpoint. */
  private arrive(): void {
    if (this.advanced) this.arrivals.here();
    this.advanced = false;
  }

  /** The stepped thread is no longer where the processor is. */
  private left(thread: ThreadId): Stop | undefined {
    const kernel = thread.space === KERNEL.space;
    const follows = this.policy === "follow" || (this.policy === "auto" && kernel);
    if (!follows) return undefined;
    if (this.plan.alone) return this.finish(thread, { kind: "step" });
    return this.finish(this.threads.current(), { kind: "step" });
  }

  private stepDone(thread: ThreadId): Stop {
    return this.finish(thread, { kind: "step" });
  }

  private run(count: number, pass: boolean, interrupts = this.plan.step === undefined): TimelineExit {
    return this.runner.run(count, { passBreakpoint: pass, interrupts });
  }
  /** While the stepping thread is elsewhere: until some ring change, with interrupts as ever. */
  private runToRingChange(count: number): TimelineExit {
    this.machine.attentionOnly = true;
    try {
      const pass = this.pass;
      this.pass = false;
      return this.runner.run(count, { passBreakpoint: pass });
    } finally {
      this.machine.attentionOnly = false;
    }
  }

  /** What an exit of the machine means to the debugger; undefined: run on. */
  private judge(exit: TimelineExit): Stop | undefined {
    this.asleep = exit.kind === "asleep";
    const stop = this.exits.stop(exit);
    if (!stop) return undefined;
    if (stop.reason.kind === "breakpoint") this.reported = { eip: this.eip, time: this.machine.now };
    // After a trap there is nothing to be executed again.
    if (exit.kind === "exception") this.faultedAt = signalOfVector(exit.fault.vector) === SIGTRAP ? undefined : exit.fault.eip;
    return this.event(stop.thread, stop.reason);
  }

  watched(exit: MachineExit & { kind: "watchpoint" }): Stop | undefined {
    return this.exits.watched(exit);
  }
  get watches(): boolean {
    return this.points.watches;
  }

  /**
   * Asked by the processor at a breakpoint, in the midst of a run. Not to stop is to run on without having left the run loop: that is
   * another space's breakpoint at the same linear address, or one whose condition is false.
   */
  stopsHere(): boolean {
    const space = this.view.aim();
    const { eip } = this.view;
    this.arrivals.at(space, eip);
    const point = this.points.at(space, eip);
    return point?.check ? point.check(this.view) : point !== undefined;
  }
  private stopsAt(space: number, eip: number): boolean {
    const point = this.points.at(space, eip);
    if (!point?.check) return point !== undefined;
    this.view.aim();
    return point.check(this.view);
  }

  /** Reports an event, or keeps it while a lone step owes an answer for its own thread. */
  private event(thread: ThreadId, reason: StopReason): Stop {
    const { step, alone } = this.plan;
    if (!step || !alone || sameThread(step.thread, thread)) return this.finish(thread, reason);
    this.deferred = { thread, reason };
    return this.finish(step.thread, { kind: "step" });
  }

  private finish(thread: ThreadId, reason: StopReason): Stop {
    this.plan = { alone: false };
    return { thread, reason };
  }

  /** The last fault in words, for `why`. */
  why(): string | undefined {
    const fault = this.machine.cpu.processor.faults.at(-1);
    return fault && explain(fault, this.system, this.threads.current().space);
  }
}
