/**
 * A machine without a processor: it runs down a list of moments, each "this thread is at this address", for ever. Enough for
 * breakpoints, steps and watchpoints to mean what they mean on the real one.
 */
import type {
  Afterwards,
  ArrivalListener,
  BranchRecording,
  DebugTarget,
  FaultReport,
  InfoTable,
  PointBehaviour,
  PointKind,
  PointView,
  RegisterInfo,
  Registers,
  ResumePlan,
  Space,
  Stop,
  Thread,
  ThreadId,
  TracePoints,
} from "../../src/debug/target.js";
import { type Moment, makeSpaces, TIMELINE } from "./fake-machine.js";
import { FakeMemory, fromLittleEndian } from "./fake-memory.js";

const le32 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff);

const SYSTEM: readonly RegisterInfo[] = [
  { name: "cr0", bits: 32, type: "i386_cr0", group: "system" },
  { name: "cs_base", bits: 32, type: "data_ptr", group: "system" },
  { name: "tr", bits: 16, type: "int", group: "system" },
];

export class FakeTarget implements DebugTarget {
  running = false;
  position = 0;
  timeline = TIMELINE;
  detached = 0;
  killed = 0;
  readonly plans: ResumePlan[] = [];
  readonly inserted = new Set<string>();
  readonly behaviours = new Map<string, PointBehaviour>();
  readonly commands: string[] = [];
  stepping? = { holdsInterrupts: true };
  bus = new Uint8Array(64);
  physicalMemory? = {
    read: (address: number, length: number): Uint8Array | string =>
      address < this.bus.length ? this.bus.slice(address, address + length) : "there is no memory",
    write: (address: number, bytes: Uint8Array): true | string => {
      if (address + bytes.length > this.bus.length) return "there is no memory";
      this.bus.set(bytes, address);
      return true;
    },
  };
  fault: FaultReport | undefined;
  lastFault? = (): FaultReport | undefined => this.fault;
  caught: readonly number[] | "all" | undefined;
  catchSyscalls? = (numbers: readonly number[] | "all" | undefined): void => {
    this.caught = numbers;
  };
  tellsThreads = false;
  threadEvents? = (wanted: boolean): void => {
    this.tellsThreads = wanted;
  };
  startsPrograms?: true = true;
  tables?: readonly InfoTable[] = [
    { name: "partitions", description: "The partitions", columns: ["id", "name"], rows: () => [["2", "part1"]] },
  ];
  restart? = (): void => {
    this.position = 0;
    this.killed = 0;
    this.#last = { thread: this.current(), reason: { kind: "interrupted" } };
  };

  readonly #spaces = makeSpaces();
  readonly #values = new Map<string, Uint8Array>();
  #listener: ((stop: Stop) => void) | undefined;
  #say: ((text: string) => void) | undefined;
  #last: Stop = { thread: { space: 1, thread: 1 }, reason: { kind: "interrupted" } };
  #interrupting = false;
  /** A run that has been overtaken by another one. */
  #generation = 0;

  spaces = (): readonly Space[] => this.#spaces;
  threads = (): readonly Thread[] =>
    this.#spaces.map(({ id, name }) => ({ space: id, thread: 1, name: `${name} thread 1`, detail: "running" }));
  current = (): ThreadId => ({ space: this.#now.space, thread: 1 });
  lastStop = (): Stop => this.#last;

  readonly registers: Registers = {
    system: SYSTEM,
    read: (thread, name) => {
      if (name === "eip") return le32(this.eipOf(thread));
      const value = this.#values.get(`${thread.space}.${thread.thread} ${name}`);
      if (value !== undefined) return value;
      if (name === "fiseg") return undefined;
      if (name === "tr") return Uint8Array.of(0x28, 0);
      return name.startsWith("st") ? new Uint8Array(10) : le32(name === "esp" ? 0x2078 : name === "ebp" ? 0x2070 : 0);
    },
    write: (thread, name, value) => {
      if (name === "cr0") return "cr0 cannot be written";
      if (name === "eip") {
        const eip = new DataView(value.buffer, value.byteOffset).getUint32(0, true);
        const at = this.timeline.findIndex((moment) => moment.space === thread.space && moment.eip === eip);
        if (at < 0) return "eip cannot be there";
        this.position = at;
        return true;
      }
      this.#values.set(`${thread.space}.${thread.thread} ${name}`, value.slice());
      return true;
    },
  };

  readonly memory = new FakeMemory(this.#spaces);

  readonly points = {
    insert: (kind: PointKind, id: number, address: number, length: number, behaviour: PointBehaviour = {}): true | string => {
      if (!this.memory.has(id, address)) return "there is no memory to watch";
      const name = `${kind} ${id} ${address.toString(16)} ${length}`;
      this.inserted.add(name);
      this.behaviours.set(name, behaviour);
      return true;
    },
    remove: (kind: PointKind, id: number, address: number, length: number): void => {
      this.inserted.delete(`${kind} ${id} ${address.toString(16)} ${length}`);
    },
    clear: (): void => this.inserted.clear(),
  };

  /** Places that are traced; absent unless a test wants them. */
  tracing?: TracePoints;
  branches?: BranchRecording;
  readonly #arrivals = new Map<string, ArrivalListener>();
  trace(): this {
    this.tracing = {
      insert: (id, address, arrives) => {
        this.#arrivals.set(`${id} ${address}`, arrives);
        return true;
      },
      remove: (id, address) => void this.#arrivals.delete(`${id} ${address}`),
    };
    return this;
  }
  /** A thread of the space comes to the address, and makes so many steps from there. */
  arrive(id: number, address: number, steps = 0): void {
    const view = this.#viewOf({ space: id, thread: 1 });
    const step = this.#arrivals.get(`${id} ${address}`)?.(view);
    for (let n = 0; n < steps && step?.(view); n++);
  }

  monitor? = (command: string, print: (text: string) => void): void => {
    this.commands.push(command);
    if (command === "bug") throw new TypeError("a bug of ours");
    print(`you said "${command}"\n`);
    print("that is all\n");
  };

  resume(plan: ResumePlan): void {
    this.plans.push(plan);
    this.#run(plan);
  }

  interrupt(): void {
    this.#interrupting = true;
  }

  onStop(listener: ((stop: Stop) => void) | undefined): void {
    this.#listener = listener;
  }

  onMessage(listener: ((text: string) => void) | undefined): void {
    this.#say = listener;
  }

  detach(then: Afterwards = "run"): void {
    this.detached++;
    for (const name of this.inserted) if (!this.behaviours.get(name)?.persistent) this.inserted.delete(name);
    if (then === "run") this.#run({ alone: false });
  }

  kill(): void {
    this.killed++;
    this.#halt();
  }

  /** Ends the machine's turns of the event loop, for the end of a test. */
  #halt(): void {
    this.#generation++;
    this.running = false;
  }

  dispose(): void {
    this.#halt();
    this.#listener = undefined;
  }

  /** A stop of no run at all. */
  report(stop: Stop): void {
    this.#stop(stop);
  }

  say(text: string): void {
    this.#say?.(text);
  }

  /** Where a thread is, or will be next. */
  eipOf({ space: id }: ThreadId): number {
    for (let i = 0; i < this.timeline.length; i++) {
      const moment = this.timeline[(this.position + i) % this.timeline.length];
      if (moment.space === id) return moment.eip;
    }
    return 0;
  }

  get #now(): Moment {
    return this.timeline[this.position];
  }

  #run(plan: ResumePlan): void {
    const generation = ++this.#generation;
    this.#interrupting = false;
    this.running = true;
    const slice = () => {
      if (generation !== this.#generation) return;
      for (let i = 0; i < 50; i++) {
        const stop = this.#advance(plan);
        if (stop !== undefined) return this.#stop(stop);
      }
      if (this.#interrupting)
        return this.#stop({ thread: plan.alone && plan.step ? plan.step.thread : this.current(), reason: { kind: "interrupted" } });
      setImmediate(slice);
    };
    setImmediate(slice);
  }

  #stop(stop: Stop): void {
    this.running = false;
    this.#last = stop;
    this.#listener?.(stop);
  }

  #breaks(thread: ThreadId, name: string): boolean {
    const check = this.behaviours.get(name)?.check;
    return this.inserted.has(name) && (check === undefined || check(this.#viewOf(thread)));
  }

  #viewOf(thread: ThreadId): PointView {
    const register = (name: string): number | undefined => {
      const value = this.registers.read(thread, name);
      return value && fromLittleEndian(value);
    };
    const load = (address: number, length: number): number | undefined => this.memory.load(thread.space, address, length);
    return { thread, register, load, print: (text) => this.say(text) };
  }

  #advance(plan: ResumePlan): Stop | undefined {
    if (this.#last.reason.kind === "ending") return { thread: this.current(), reason: { kind: "exited", status: 0 } };
    const done = this.#now;
    this.position = (this.position + 1) % this.timeline.length;
    if (done.says !== undefined) this.say(done.says);
    const thread = this.current();
    const step = plan.step;
    if (plan.alone && step !== undefined)
      return done.space === step.thread.space ? { thread: step.thread, reason: { kind: "step" } } : undefined;
    if (done.stops !== undefined) return { thread, reason: done.stops };
    if (done.writes !== undefined) {
      const { space: id, address, byte } = done.writes;
      this.memory.write(id, address, Uint8Array.of(byte));
      if (this.inserted.has(`write ${id} ${address.toString(16)} 4`))
        return { thread: { space: id, thread: 1 }, reason: { kind: "watchpoint", access: "write", address } };
    }
    const { space: id, eip } = this.#now;
    if (this.#breaks(thread, `execute ${id} ${eip.toString(16)} 1`)) return { thread, reason: { kind: "breakpoint" } };
    if (step === undefined) return undefined;
    const inRange = step.range !== undefined && id === step.thread.space && eip >= step.range.start && eip < step.range.end;
    // A step of a partition's thread runs through the kernel; one of the kernel goes wherever the processor goes.
    const arrived = id === step.thread.space || step.thread.space === 1;
    return arrived && !inRange && (done.space === step.thread.space || step.thread.space !== 1)
      ? { thread, reason: { kind: "step" } }
      : undefined;
  }
}
