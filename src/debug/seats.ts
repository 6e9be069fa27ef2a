/**
 * Several debuggers at one machine, each in a seat of its own with its own points and its own idea of whether the machine runs. There is one
 * processor: the machine runs while every debugger that is there lets it. What stops it is told to those it concerns; to the others the machine
 * goes on running, only that it gets nowhere until the rest let go.
 */
import type { MachineTarget } from "./machine-target.js";
import { SeatPoints, SeatTraces } from "./seat-points.js";
import {
  type Afterwards,
  type BranchRecording,
  type DebugTarget,
  type InfoTable,
  type Registers,
  type ResumePlan,
  type Space,
  type SpaceMemory,
  type Stop,
  sameThread,
  type Thread,
  type ThreadId,
} from "./target.js";

/** One debugger's side of the machine. Members that are not here are the machine's. */
export class Seat implements DebugTarget {
  listener: ((stop: Stop) => void) | undefined;
  messages: ((text: string) => void) | undefined;
  /** It has let the machine run, and waits for a stop. */
  waits = false;
  plan: ResumePlan = { alone: false };
  hasAsked = false;
  caught: readonly number[] | "all" | undefined;
  notWanted: ReadonlySet<number> = new Set();
  wantsThreads = false;
  readonly points: SeatPoints;
  readonly tracing: SeatTraces;
  private stop: Stop | undefined;
  /** Which exceptions are this debugger's business: a view of one program sets it. */
  readonly exceptions: { concerns: (() => boolean) | undefined } = { concerns: undefined };

  constructor(
    readonly machine: MachineTarget,
    private readonly seats: Seats,
  ) {
    this.points = new SeatPoints(seats.pointsOf);
    this.tracing = new SeatTraces(seats.tracesOf);
  }

  get attached(): boolean {
    return this.listener !== undefined;
  }

  spaces = (): readonly Space[] => this.machine.spaces();
  threads = (): readonly Thread[] => this.machine.threads();
  current = (): ThreadId => this.machine.current();
  ownerIn = (space: number): ThreadId => this.machine.threadTable.ownerIn(space);
  get registers(): Registers {
    return this.machine.registers;
  }
  get memory(): SpaceMemory {
    return this.machine.memory;
  }
  get branches(): BranchRecording {
    return this.machine.branches;
  }
  get tables(): readonly InfoTable[] {
    return this.machine.tables;
  }
  get stepping() {
    return this.machine.stepping;
  }
  get physicalMemory() {
    return this.machine.physicalMemory;
  }
  get realMode(): boolean {
    return this.machine.realMode;
  }
  lastFault() {
    return this.machine.lastFault();
  }
  readonly startsPrograms = true;
  monitor(command: string, print: (text: string) => void): void {
    this.machine.monitor(command, print);
  }
  enter(space: number): boolean {
    return this.machine.enter(space);
  }

  get running(): boolean {
    return this.waits || this.machine.running;
  }
  resume(plan: ResumePlan): void {
    this.waits = true;
    this.plan = plan;
    this.seats.go();
  }
  interrupt(): void {
    this.waits = true;
    this.hasAsked = true;
    if (this.machine.running) this.machine.interrupt();
    // Another debugger holds the machine: there is nothing to wait for.
    else queueMicrotask(() => this.hasAsked && this.tell({ thread: this.current(), reason: { kind: "interrupted" } }));
  }
  onStop(listener: ((stop: Stop) => void) | undefined): void {
    this.listener = listener;
    this.waits = false;
    this.seats.changed();
  }
  onMessage(listener: ((text: string) => void) | undefined): void {
    this.messages = listener;
    this.seats.changed();
  }
  lastStop(): Stop {
    return this.stop ?? this.machine.lastStop();
  }
  tell(stop: Stop): void {
    this.stop = stop;
    this.waits = this.hasAsked = false;
    this.plan = { alone: false };
    this.listener?.(stop);
  }

  catchSyscalls(numbers: readonly number[] | "all" | undefined): void {
    this.caught = numbers;
    this.seats.changed();
  }
  threadEvents(wanted: boolean): void {
    this.wantsThreads = wanted;
    this.seats.changed();
  }
  passSignals(signals: ReadonlySet<number>): void {
    this.notWanted = signals;
    this.seats.changed();
  }
  killSpace(space: number): true | string {
    return this.machine.killSpace(space);
  }

  detach(then?: Afterwards): void {
    this.points.clearTransient();
    this.listener = this.messages = this.caught = this.stop = undefined;
    this.waits = this.hasAsked = this.wantsThreads = false;
    this.notWanted = new Set();
    this.seats.left(then);
  }
  kill(): void {
    this.seats.killedBy(this);
  }
  /** Nobody else may find the machine in the past, or anew, without having asked for it. */
  get reverse(): true | undefined {
    return this.seats.attached().some((seat) => seat !== this) ? undefined : this.machine.reverse;
  }
  get restart(): (() => void) | undefined {
    if (this.seats.attached().some((seat) => seat !== this)) return undefined;
    return () => {
      this.points.forget();
      this.waits = this.hasAsked = false;
      this.stop = undefined;
      this.machine.restart();
      // The machine that begins anew knows nothing of what is wanted of it.
      this.seats.changed();
    };
  }

  /** A stop of this kind, at this place, is something this debugger has asked for. */
  isConcerned({ thread, reason }: Stop): boolean {
    switch (reason.kind) {
      case "step":
        return (this.plan.step !== undefined && sameThread(this.plan.step.thread, thread)) || this.seats.stepper === this;
      case "breakpoint":
        return this.points.stopsAt(thread);
      case "watchpoint":
        return this.points.watches(thread.space, reason.address, reason.access);
      case "interrupted":
        return this.hasAsked;
      case "created":
        return this.wantsThreads;
      case "syscall":
        return this.caught === "all" || this.caught?.includes(reason.number) === true;
      case "exception":
        return this.exceptions.concerns?.() ?? true;
      default:
        return true;
    }
  }
}

export class Seats {
  private readonly seats: Seat[] = [];
  /** Whose step is being made. */
  stepper: Seat | undefined;

  constructor(private readonly machine: MachineTarget) {}

  take(): Seat {
    const seat = new Seat(this.machine, this);
    this.seats.push(seat);
    return seat;
  }
  attached(): Seat[] {
    return this.seats.filter((seat) => seat.attached);
  }
  readonly pointsOf = () => ({ machine: this.machine, all: this.seats.map(({ points }) => points) });
  readonly tracesOf = () => ({ machine: this.machine, all: this.seats.map(({ tracing }) => tracing) });

  /** Runs if nobody who is there minds. */
  go(): void {
    const attached = this.attached();
    if (!attached.every((seat) => seat.waits)) return;
    this.stepper = attached.find(({ plan }) => plan.step !== undefined || plan.backwards);
    const handOn = attached.some((seat) => seat.plan.handOn) ? { handOn: true } : {};
    this.machine.resume({ ...(this.stepper?.plan ?? { alone: false }), ...handOn });
  }

  private report(stop: Stop): void {
    const attached = this.attached();
    // Who is alone hears of everything, as if there were no seats.
    const concerned = attached.length === 1 ? attached : attached.filter((seat) => seat.isConcerned(stop));
    this.stepper = undefined;
    for (const seat of concerned) seat.tell(stop);
    // It was for somebody who has gone.
    if (concerned.length === 0) this.go();
  }

  /** Somebody has come, gone, or wants something else. */
  changed(): void {
    const attached = this.attached();
    const { machine } = this;
    if (attached.length > 0 || !this.wasEmpty) machine.onStop(attached.length > 0 ? (stop) => this.report(stop) : undefined);
    this.wasEmpty = attached.length === 0;
    machine.exceptions.concerns = () => attached.some((seat) => seat.exceptions.concerns?.() ?? true);
    const heard = attached.filter((seat) => seat.messages);
    const say = (text: string): void => {
      for (const seat of heard) seat.messages?.(text);
    };
    machine.onMessage(heard.length > 0 ? say : undefined);
    machine.threadEvents(attached.some(({ wantsThreads }) => wantsThreads));
    machine.catchSyscalls(union(attached.map(({ caught }) => caught)));
    const [first, ...rest] = attached.map(({ notWanted }) => notWanted);
    machine.passSignals(new Set([...(first ?? [])].filter((signal) => rest.every((set) => set.has(signal)))));
  }
  private wasEmpty = true;

  /** `then` is for the last one to leave: the others have the machine still. */
  left(then?: Afterwards): void {
    if (this.attached().length === 0) {
      this.wasEmpty = true;
      this.machine.detach(then);
    } else {
      this.changed();
      this.go();
    }
  }

  killedBy(killer: Seat): void {
    const others = this.attached().filter((seat) => seat !== killer);
    this.machine.kill();
    for (const seat of others) seat.tell({ thread: this.machine.current(), reason: { kind: "exited", status: 0 } });
  }
}

const union = (wanted: readonly (readonly number[] | "all" | undefined)[]): readonly number[] | "all" | undefined => {
  if (wanted.includes("all")) return "all";
  const numbers = wanted.flatMap((each) => (each === undefined || each === "all" ? [] : [each]));
  return numbers.length > 0 ? numbers.flat() : undefined;
};
