/** The debugger's target: a machine and the system found in it. */
import * as L from "../cpu386/layout.js";
import { UserError } from "../errors.js";
import type { Machine } from "../pc/machine.js";
import { exitStatus } from "../pc/power.js";
import { Branches } from "./branches.js";
import { ExceptionFilter } from "./exceptions.js";
import { entryPoint } from "./executable.js";
import { faultSpace, reportOf } from "./explain.js";
import { Followers } from "./follower.js";
import { apply } from "./history/apply.js";
import { goTo } from "./history/excursion.js";
import { History } from "./history/history.js";
import type { Happening } from "./history/log.js";
import type { Ending, MachineTargetOptions } from "./machine-target-options.js";
import { DebugMemory } from "./memory.js";
import { runMonitor } from "./monitor/index.js";
import { CheckedView } from "./point-view.js";
import { DebugPoints } from "./points.js";
import { DebugRegisters } from "./registers.js";
import { RunControl } from "./run-control.js";
import type { SystemModel, SystemSpace } from "./system.js";
import { infoTables } from "./tables.js";
import type {
  Afterwards,
  ArrivalListener,
  DebugTarget,
  FaultReport,
  InfoTable,
  Registers,
  ResumePlan,
  Space,
  Stop,
  Thread,
  ThreadId,
} from "./target.js";
import { type PlainThreads, Threads } from "./threads.js";
import { Views } from "./views.js";

/** A kernel that has not come to a program by then never will: about ten seconds. */
const ENTRY_LIMIT = 1_000_000_000;

/** Milliseconds between looks at what else there is to do, and how many instructions that may be: Ctrl-C is to be answered within two. */
const LONG_TURN = 1;
const LONGEST_TURN = 250_000;
const SHORTEST_TURN = 5_000;

export class MachineTarget implements DebugTarget {
  readonly machine: Machine;
  system!: SystemModel;
  threadTable!: Threads;
  points!: DebugPoints;
  private debugRegisters!: DebugRegisters;
  memory!: DebugMemory;
  run!: RunControl;
  branches!: Branches;
  /** They stay as they were chosen when the machine is started again. */
  readonly views = new Views();
  readonly exceptions: ExceptionFilter;
  private listener: ((stop: Stop) => void) | undefined;
  private messageListener: ((text: string) => void) | undefined;
  private stop!: Stop;
  running = false;
  private ending: Ending | undefined;
  /** Counts restarts: a turn asked for in a former life must not move this one. */
  private life = 0;
  /** Hears of the machine's end once nobody is left who might want to look at it. */
  onEnd: ((ending: Ending) => void) | undefined;
  /** Hears that all has been repeated, if no debugger does. */
  onHistoryEnd: (() => void) | undefined;

  constructor(private readonly options: MachineTargetOptions) {
    this.machine = options.machine;
    this.exceptions = new ExceptionFilter(options.machine.cpu.processor);
    this.exceptions.choice = options.exceptions ?? "unhandled";
    this.build(options.threads);
  }

  private build(threads?: PlainThreads): void {
    const { machine } = this;
    this.system = this.options.system(machine);
    this.threadTable = new Threads(machine.cpu, this.system, this.options.observed !== false);
    if (threads) this.threadTable.adopt(threads);
    this.points = new DebugPoints(machine.cpu, this.system, this.views, () => this.running);
    this.memory = new DebugMemory(machine, this.system, this.views);
    this.debugRegisters = new DebugRegisters(machine.cpu, this.threadTable, this.views);
    this.debugRegisters.entryOf = (space) => entryPoint(this.space(space)?.executable?.bytes);
    const followers = new Followers(machine.cpu, this.threadTable);
    const print = (text: string): void => this.say(text);
    const { system, threadTable, points, exceptions, debugRegisters } = this;
    const { processor } = machine.cpu;
    const viewed = (): CheckedView => new CheckedView(processor, system, debugRegisters, this.views, () => threadTable.current(), print);
    this.run = new RunControl(machine, system, threadTable, points, debugRegisters, exceptions, followers, viewed());
    for (const space of threads?.killed ?? []) this.run.killed.add(space);
    this.branches = new Branches(processor, followers, viewed(), debugRegisters, (space, address) => {
      const bytes = this.memory.read(space, address, 1);
      return typeof bytes === "string" ? undefined : bytes[0];
    });
    this.run.history = this.startHistory();
    this.stop = { thread: this.threadTable.current(), reason: { kind: "interrupted" } };
  }

  private startHistory(): History | undefined {
    const { machine, system, threadTable: threads, points, debugRegisters: registers, exceptions, run: scene } = this;
    const memoryBytes = this.options.historyBytes;
    if (memoryBytes === undefined) return undefined;
    const say = (text: string): void => this.say(text);
    const { syscalls, killed } = scene;
    const history = new History({ machine, system, threads, points, syscalls, killed, registers, exceptions, scene, memoryBytes, say });
    this.options.onHistory?.(history);
    return history;
  }
  get history(): History | undefined {
    return this.run.history;
  }
  get reverse(): true | undefined {
    return this.history?.reaches || undefined;
  }

  /** The machine as it is, into a file. */
  save(path: string): void {
    if (!this.options.save) throw new UserError("there is nowhere to save to");
    this.options.save(path, { ...this.threadTable.plain(), killed: [...this.run.killed.save()] });
  }
  /** To another moment of the history, stopped there. */
  goTo(count: number): void {
    if (!this.history) return;
    goTo(this.history.timeline, count);
    this.ending = undefined;
    this.run.moved();
    this.stop = { thread: this.current(), reason: { kind: "interrupted" } };
  }

  // Spaces and threads -----------------------------------------------------------------------------------------------------------
  spaces(): readonly Space[] {
    return this.system.spaces();
  }
  threads(): readonly Thread[] {
    const { killed } = this.run;
    return this.threadTable.list().map((thread) => (killed.has(thread.space) ? { ...thread, detail: "killed" } : thread));
  }
  current(): ThreadId {
    return this.threadTable.current();
  }
  get registers(): Registers {
    return this.debugRegisters;
  }
  private space(id: number): SystemSpace | undefined {
    return this.system.spaces().find((s) => s.id === id);
  }
  get tables(): readonly InfoTable[] {
    return [...infoTables(this), ...(this.system.tables ?? [])];
  }

  get realMode(): boolean {
    const { processor } = this.machine.cpu;
    return !(processor.word(L.CR0) & 1) || this.views.of(1) === "real-mode";
  }
  get stepping(): RunControl {
    return this.run;
  }
  readonly physicalMemory = {
    read: (address: number, length: number): Uint8Array | string => this.memory.readPhysical(address, length),
    write: (address: number, bytes: Uint8Array): true | string => this.memory.writePhysical(address, bytes),
  };

  readonly tracing = {
    insert: (space: number, address: number, arrives: ArrivalListener): true | string => this.points.setArrival(space, address, arrives),
    remove: (space: number, address: number): void => {
      this.points.setArrival(space, address, undefined);
    },
  };

  /** The last exception, whoever handled it. */
  lastFault(): FaultReport | undefined {
    const fault = this.machine.cpu.processor.faults.at(-1);
    return fault && reportOf(fault, faultSpace(fault, this.system, this.current().space));
  }

  // Running ----------------------------------------------------------------------------------------------------------------------
  resume(plan: ResumePlan): void {
    if (this.ending && !(plan.backwards && this.ending.kind !== "killed")) {
      this.finishEnding();
      return;
    }
    this.ending = undefined;
    this.run.begin(plan);
    if (this.running) return;
    this.running = true;
    const life = this.life;
    this.options.pump(() => life === this.life && this.turn());
  }

  /** Instructions: the cold tier takes ten times as long for one as the hot tier. */
  private turnLength = LONGEST_TURN;
  private turn(): boolean {
    if (!this.running) return false;
    const left = (this.options.maxInstructions ?? Number.POSITIVE_INFINITY) - this.machine.now;
    const begun = performance.now();
    const stop =
      left > 0 || this.run.isGoingBack
        ? this.run.advance(Math.min(Math.max(left, 0), this.options.turnLength ?? this.turnLength))
        : this.limitReached();
    if (!stop) {
      const took = performance.now() - begun;
      if (took > LONG_TURN) this.turnLength = Math.max(this.turnLength >> 1, SHORTEST_TURN);
      else if (took < LONG_TURN / 4) this.turnLength = Math.min(this.turnLength * 2, LONGEST_TURN);
      return true;
    }
    this.running = false;
    this.report(stop);
    return this.running;
  }
  /** Whether the processor waits for input, so that the host need not call again at once. */
  get asleep(): boolean {
    return this.run.asleep;
  }

  private limitReached(): Stop {
    this.ending = { kind: "limit" };
    return { thread: this.current(), reason: { kind: "ending", text: "the limit on instructions has been reached" } };
  }

  private report(stop: Stop): void {
    this.stop = stop;
    const { reason } = stop;
    if (reason.kind === "ending") this.ending ??= this.endingOf();
    if (reason.kind === "fault" && !this.listener) {
      this.ending = { kind: "fault", text: reason.text };
      return this.finishEnding();
    }
    if (this.listener) this.listener(stop);
    else if (reason.kind === "history" && this.onHistoryEnd) this.onHistoryEnd();
    else if (this.ending) this.finishEnding();
    // Nobody is there to look at it: a stop meant for a client that has gone is no stop.
    else this.resume({ alone: false });
  }
  private endingOf(): Ending {
    const exit = this.machine.run(0);
    return exit.kind === "power" && exit.event.kind === "debug-exit"
      ? { kind: "debug-exit", value: exit.event.value }
      : { kind: "power-off" };
  }
  private finishEnding(): void {
    const ending = this.ending!;
    const status = ending.kind === "debug-exit" ? exitStatus(ending) : 0;
    const { listener } = this;
    if (listener && ending.kind !== "fault") listener({ thread: this.stop.thread, reason: { kind: "exited", status } });
    this.onEnd?.(ending);
  }

  /** Something that whoever debugs wants to happen now. */
  inject(what: Happening): void {
    if (this.history) this.history.timeline.inject(what);
    else apply(this.machine, this.run.killed, what);
  }
  /** Console input, as if typed at COM1's other end. */
  type(bytes: Uint8Array): void {
    if (this.history) this.history.timeline.input({ kind: "serial", bytes: [...bytes] });
    else this.machine.type(bytes);
  }

  catchSyscalls(numbers: readonly number[] | "all" | undefined): void {
    this.run.syscalls.set(numbers);
  }

  readonly startsPrograms = true;
  threadEvents(wanted: boolean): void {
    this.run.threadEvents.set(wanted);
  }
  passSignals(signals: ReadonlySet<number>): void {
    this.exceptions.notWanted = signals;
  }
  killSpace(space: number): true | string {
    if (space === 1) return "the kernel is the machine";
    if (!this.space(space)) return `there is no process ${space}`;
    if (!this.run.killed.has(space)) this.inject({ kind: "killed", space });
    return true;
  }

  interrupt(): void {
    if (this.running) this.run.interrupt();
  }
  onStop(listener: ((stop: Stop) => void) | undefined): void {
    this.listener = listener;
    this.exceptions.enabled = listener !== undefined;
    if (!listener && this.ending?.kind === "killed") this.finishEnding();
  }
  onMessage(listener: ((text: string) => void) | undefined): void {
    this.messageListener = listener;
  }
  /** Tells whoever debugs the machine something; the host, if nobody does. */
  say(text: string): void {
    if (this.messageListener) this.messageListener(text);
    else this.onUnheard?.(text);
  }
  onUnheard: ((text: string) => void) | undefined;
  lastStop(): Stop {
    return this.stop;
  }

  detach(then: Afterwards = "run"): void {
    this.listener = undefined;
    this.exceptions.enabled = false;
    this.exceptions.notWanted = new Set();
    this.points.clearTransient();
    this.run.reset();
    if (then === "stay") return;
    this.branches.clear();
    if (this.stop.reason.kind === "fault") {
      this.ending = { kind: "fault", text: this.stop.reason.text };
      return this.finishEnding();
    }
    this.resume({ alone: false });
  }
  /** Nothing moves from here on; but as long as the client stays, it may still ask for a restart. */
  kill(): void {
    this.running = false;
    this.life++;
    this.ending = { kind: "killed" };
    if (!this.listener) this.finishEnding();
  }
  restart(): void {
    this.running = false;
    this.life++;
    this.ending = undefined;
    this.points.clear();
    this.history?.close();
    this.machine.restart();
    const { wanted } = this.run.programStarts;
    this.build();
    this.run.programStarts.wanted = wanted;
  }

  /** Runs to the first instruction of a space, so that its debugger comes to a program that is about to begin. */
  enter(space: number): boolean {
    const entered = this.run.enter(space, ENTRY_LIMIT);
    this.stop = { thread: this.current(), reason: { kind: "interrupted" } };
    return entered;
  }

  monitor(command: string, print: (text: string) => void): void {
    runMonitor(this, command, print);
  }
}
