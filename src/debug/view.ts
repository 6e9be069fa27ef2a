/**
 * One address space as the only process, for debuggers and tests that know one process with one set of addresses. It is process 1 of the
 * view; what happens elsewhere in the machine is told as of this process, since there is no other to tell it of. A program that switches
 * the power off or writes to the debug-exit port has exited, with what it wrote as its status.
 */
import type { Seat } from "./seats.js";
import type {
  Afterwards,
  BranchRecording,
  DebugTarget,
  InfoTable,
  PointKind,
  Points,
  PointView,
  Registers,
  ResumePlan,
  Space,
  SpaceMemory,
  Stop,
  Thread,
  ThreadId,
  TracePoints,
} from "./target.js";

/** The view's only process. */
const ONLY = 1;

export class SpaceView implements DebugTarget {
  private status = 0;
  private listener: ((stop: Stop) => void) | undefined;
  readonly registers: Registers;

  constructor(
    private readonly target: Seat,
    private readonly name: string,
  ) {
    const of = (): Registers => target.registers;
    this.registers = {
      system: of().system,
      read: (thread, register) => of().read(this.inward(thread), register),
      write: (thread, register, value) => of().write(this.inward(thread), register, value),
    };
  }

  /** The space's number in the machine, found by its name; one that does not exist yet has none. */
  private get space(): number {
    return this.target.spaces().find(({ name }) => name === this.name)?.id ?? 0;
  }
  private outward = <T extends ThreadId>(thread: T): T => ({ ...thread, space: ONLY });
  private inward = (thread: ThreadId): ThreadId => ({ space: this.space, thread: thread.thread });

  spaces(): readonly Space[] {
    const { space } = this;
    const found = this.target.spaces().find(({ id }) => id === space);
    return [{ id: ONLY, name: this.name, executable: found?.executable }];
  }
  threads(): readonly Thread[] {
    const { space } = this;
    return this.target
      .threads()
      .filter((thread) => thread.space === space)
      .map(this.outward);
  }
  current(): ThreadId {
    return this.outward(this.own(this.target.current()));
  }
  /** The thread of ours that an event is told of: its own, or the one that ran last. */
  private own(thread: ThreadId): ThreadId {
    const { space } = this;
    return thread.space === space ? thread : this.target.ownerIn(space);
  }

  readonly memory: SpaceMemory = {
    read: (_space, address, length) => this.target.memory.read(this.space, address, length),
    write: (_space, address, bytes) => this.target.memory.write(this.space, address, bytes),
  };
  readonly points: Points = {
    insert: (kind: PointKind, _space, address, length, behaviour) =>
      this.target.points.insert(kind, this.space, address, length, behaviour),
    remove: (kind: PointKind, _space, address, length) => this.target.points.remove(kind, this.space, address, length),
    clear: () => this.target.points.clear(),
  };
  readonly tracing: TracePoints = {
    insert: (_space, address, arrives) =>
      this.target.tracing.insert(this.space, address, (view) => {
        const steps = arrives(this.outwardView(view));
        return steps && ((stepped) => steps(this.outwardView(stepped)));
      }),
    remove: (_space, address) => this.target.tracing.remove(this.space, address),
  };
  private outwardView(view: PointView): PointView {
    return {
      thread: this.outward(view.thread),
      register: (name) => view.register(name),
      load: (address, bytes) => view.load(address, bytes),
      print: (text) => view.print(text),
    };
  }
  readonly branches: BranchRecording = {
    begin: (thread, most) => this.target.branches.begin(this.inward(thread), most),
    end: (thread) => this.target.branches.end(this.inward(thread)),
    of: (thread) => this.target.branches.of(this.inward(thread)),
  };
  get tables(): readonly InfoTable[] {
    return this.target.tables;
  }

  passSignals(signals: ReadonlySet<number>): void {
    this.target.passSignals(signals);
  }
  get running(): boolean {
    return this.target.running;
  }
  resume(plan: ResumePlan): void {
    this.target.resume(plan.step ? { ...plan, step: { ...plan.step, thread: this.inward(plan.step.thread) } } : plan);
  }
  interrupt(): void {
    this.target.interrupt();
  }
  onStop(listener: ((stop: Stop) => void) | undefined): void {
    this.listener = listener;
    // Other programs' exceptions are none of this one's.
    this.target.exceptions.concerns = listener && (() => this.target.current().space === this.space);
    this.target.onStop(listener && ((stop) => this.report(stop)));
  }
  private report(stop: Stop): void {
    const { reason } = stop;
    if (reason.kind === "ending") {
      this.status = reason.status ?? 0;
      // The next resume is what ends the machine; a program has ended already.
      this.target.resume({ alone: false });
    } else this.listener?.(this.translate(stop));
  }
  private translate({ thread, reason }: Stop): Stop {
    return {
      thread: this.outward(this.own(thread)),
      reason: reason.kind === "exited" ? { kind: "exited", status: this.status } : reason,
    };
  }
  lastStop(): Stop {
    return this.translate(this.target.lastStop());
  }
  onMessage(listener: ((text: string) => void) | undefined): void {
    this.target.onMessage(listener);
  }

  get reverse(): true | undefined {
    return this.target.reverse;
  }

  /** To the space's first instruction; false if the machine does not come there. */
  enter(): boolean {
    return this.space !== 0 && this.target.enter(this.space);
  }
  get restart(): (() => void) | undefined {
    const { restart } = this.target;
    return (
      restart &&
      (() => {
        restart();
        this.enter();
      })
    );
  }
  get realMode(): boolean {
    return this.target.realMode;
  }
  detach(then?: Afterwards): void {
    this.target.detach(then);
  }
  kill(): void {
    this.target.kill();
  }
  monitor(command: string, print: (text: string) => void): void {
    this.target.monitor(command, print);
  }
}
