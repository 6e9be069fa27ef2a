/** One client from its first packet to its last: what it chose, whether the machine runs on its behalf, and who answers what. */
import createDebug from "debug";
import { type Afterwards, type DebugTarget, type ResumePlan, type Stop, sameThread, type Thread, type ThreadId } from "../debug/target.js";
import { BranchTraces } from "./branch-traces.js";
import { ascii } from "./bytes.js";
import { Console } from "./console.js";
import { ClientFeatures, supportedReply } from "./features.js";
import { InsertedPoints } from "./inserted-points.js";
import { Link, type LinkListener, type Wire } from "./link.js";
import { OpenFiles } from "./open-files.js";
import type { AnyPacket } from "./packets/definition.js";
import { lookUp, packets } from "./packets/index.js";
import { Processes } from "./processes.js";
import { Malformed } from "./reader.js";
import { EMPTY, Errno, type Failure, fail, LATER, payloadOf, type Reply } from "./reply.js";
import { SelectedThread } from "./selected-thread.js";
import { settle, stopReply, stopText } from "./stop-reply.js";
import type { ThreadSelector } from "./thread-id.js";
import type { Trace } from "./trace.js";
import { TraceExperiment } from "./tracing/experiment.js";
import { frameMemory } from "./tracing/frame.js";
import { UnresumedProcesses } from "./unresumed.js";

const log = createDebug("pok386:gdbstub");

/** Packets a client may send ahead while the machine runs. */
const MOST_WAITING = 32;

export class Session implements LinkListener {
  readonly link: Link;
  readonly console: Console;
  points: InsertedPoints;
  readonly processes: Processes;
  readonly files = new OpenFiles();
  readonly unresumed: UnresumedProcesses;
  /** Documents of qXfer being read. */
  readonly documents = new Map<string, Uint8Array>();
  /** What is left of lists that are read packet by packet, by the packet that begins them. */
  readonly uploads = new Map<string, string[]>();
  client = new ClientFeatures();
  extended = false;
  /** It is a client that knows traces. */
  knowsTraces = false;
  /** Processes whose registers it has read by `g`. */
  readonly readByGeneral = new Set<number>();
  /** Addresses of memory are physical, whatever process is chosen. */
  physical = false;
  /** Hg: whose registers and memory. */
  general: ThreadId;
  /** Hc: who steps; undefined for all. */
  continued: ThreadId | undefined;
  /** What the client has said in Hc: it stands for gdb until it says another. */
  named: ThreadSelector | undefined;
  readonly selected: SelectedThread;

  /** The process of the last stop told. */
  reportedIn: number;

  /** "running": a resume waits for its stop. "stopping": the machine ran when the client came, and is asked to stop first. */
  #state: "stopped" | "running" | "stopping" = "stopped";
  #plan: ResumePlan = { alone: false };
  readonly #waiting: (() => void)[] = [];
  /** Stops that could not be told yet. */
  readonly #deferred: Stop[] = [];
  #afterReply: (() => void) | undefined;
  /** The machine has been let go, or killed: nothing of ours is left in it. */
  #left = false;
  #killed = false;

  constructor(
    readonly target: DebugTarget,
    wire: Wire,
    trace: Trace,
    /** The port's, which other clients may have begun. */
    readonly experiment = new TraceExperiment(target),
    /** As `experiment`. */
    readonly branchTraces = new BranchTraces(target),
    /** What the machine does if the client goes without having let it go. */
    private readonly disconnected: Afterwards = "run",
  ) {
    this.link = new Link(wire, this, trace);
    this.console = new Console(this.link);
    this.processes = new Processes(target);
    this.unresumed = new UnresumedProcesses(() => this.processes.threads());
    this.points = new InsertedPoints(target.points, experiment.machine);
    this.general = target.current();
    this.selected = new SelectedThread(this.general);
    this.reportedIn = this.general.space;
    target.onStop((stop) => this.#stopped(stop));
    target.onMessage?.((text) => {
      if (this.#state === "running") this.console.printIfHeard(text);
      else this.console.keep(text);
    });
    if (target.running) {
      this.#state = "stopping";
      target.interrupt();
    }
  }

  // ---- from the link

  packet(payload: Uint8Array): void {
    const found = lookUp(payload, this.target);
    if (this.#state === "stopped" || found?.packet.whileRunning) this.#answer(found);
    // What is there may be other things by then.
    else this.#whenStopped(() => this.#answer(lookUp(payload, this.target)));
  }

  oversized(): void {
    const failure = fail(Errno.EINVAL, "the packet is longer than PacketSize");
    this.#whenStopped(() => this.#send(failure, false));
  }

  interrupt(): void {
    if (this.#state === "running") this.target.interrupt();
  }

  /** The connection is over, however it ended. */
  gone(): void {
    this.target.onStop(undefined);
    this.target.onMessage?.(undefined);
    this.leave(this.disconnected);
  }

  // ---- for the packets

  /** Memory of the process that Hg chose, or of the machine; in a trace frame, what it has collected. */
  read(address: number, length: number): Uint8Array | string {
    const { memory, physicalMemory } = this.target;
    const { frame, readOnly } = this.experiment;
    const collected = frame && frameMemory(frame, this.general.space, address, length, readOnly);
    if (collected !== undefined) return collected;
    return this.physical && physicalMemory ? physicalMemory.read(address, length) : memory.read(this.general.space, address, length);
  }
  write(address: number, bytes: Uint8Array): true | string {
    if (this.experiment.frame) return "a trace frame is the past, which cannot be changed";
    const { memory, physicalMemory } = this.target;
    return this.physical && physicalMemory ? physicalMemory.write(address, bytes) : memory.write(this.general.space, address, bytes);
  }

  negotiate(client: ClientFeatures): string {
    this.client = client;
    return supportedReply(packets, this.target, client);
  }

  /** Once the reply of this packet is out. */
  afterReply(action: () => void): void {
    this.#afterReply = action;
  }

  choose = (selector: ThreadSelector): Thread | undefined => this.processes.choose(selector, this.general);

  release(id: number): void {
    this.points.removeAllOf(id);
    this.processes.release(id);
  }

  /** The machine is without us from now on. */
  leave(then: Afterwards = "run"): void {
    if (this.#left) return;
    this.#left = true;
    this.#state = "stopped";
    this.experiment.leave();
    if (then === "run") this.branchTraces.forget();
    this.target.detach(then);
  }

  /** Takes a process back, with a stop as the answer; undefined if there is none of that id. */
  attach(id: number): Reply | undefined {
    const thread = this.target.threads().find(({ space }) => space === id);
    if (thread === undefined) return undefined;
    this.processes.takeBack(id);
    this.#left = false;
    this.#select(thread);
    if (!this.target.running) return stopReply(this, { thread, reason: { kind: "interrupted" } });
    this.#plan = { alone: true, step: { thread } };
    this.#state = "running";
    this.target.interrupt();
    return LATER;
  }

  kill(): void {
    this.#left = true;
    this.#killed = true;
    this.experiment.leave();
    this.#state = "stopped";
    this.target.kill();
  }

  restart(): void {
    this.#left = false;
    this.#killed = false;
    this.processes.takeAllBack();
    this.#deferred.length = 0;
    this.target.restart?.();
    this.experiment.reinstall();
    // The client inserts its points anew.
    this.points = new InsertedPoints(this.target.points, this.experiment.machine);
    this.#select(this.target.current());
  }

  whyStopped(): string {
    const stop = this.processes.visible(this.target.lastStop());
    this.#select(stop.thread);
    return stopReply(this, stop);
  }

  resume(plan: ResumePlan): void {
    if (this.#killed) {
      // The process that gdb resumes was a part of the machine that is no more.
      this.link.end();
      return;
    }
    this.#state = "running";
    this.#plan = plan;
    this.console.printKept();
    // What was still to be told has not happened yet where this goes.
    if (plan.backwards) this.#deferred.length = 0;
    const [next] = this.#deferred;
    const due = next !== undefined && (!plan.alone || sameThread(next.thread, plan.step!.thread));
    const deferred = due ? this.#deferred.shift() : undefined;
    if (deferred === undefined) this.target.resume(plan);
    else this.#report(deferred);
  }

  // ---- answering

  #whenStopped(action: () => void): void {
    if (this.#state === "stopped") action();
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(action);
    else this.#send(fail(Errno.EIO, "the machine is running"), true);
  }

  #answer(found: ReturnType<typeof lookUp>): void {
    if (found === undefined) {
      this.#send(EMPTY, false);
      return;
    }
    const { packet, reader } = found;
    if (packet.match !== "T") this.selected.other(packet.match);
    let reply: Reply;
    try {
      reply = packet.handle(packet.parse(reader), this);
    } catch (error) {
      reply = this.#excuse(error, packet);
    }
    this.#send(reply, packet.textErrors === true);
    const after = this.#afterReply;
    this.#afterReply = undefined;
    after?.();
  }

  /** A packet that makes no sense is the client's mistake; anything else thrown is a bug of ours, and the session survives it. */
  #excuse(error: unknown, packet: AnyPacket): Failure {
    if (error instanceof Malformed) return fail(Errno.EINVAL, `malformed ${packet.match} packet: ${error.message}`);
    log("%s: %O", packet.match, error);
    return fail(Errno.EIO, `internal error: ${error instanceof Error ? error.message : String(error)}`);
  }

  #send(reply: Reply, textErrors: boolean): void {
    const payload = payloadOf(reply, textErrors || this.client.errorMessages);
    if (payload !== undefined) this.link.send(payload);
  }

  // ---- stopping

  #stopped(stop: Stop): void {
    if (this.#state === "running") this.#report(stop);
    else if (this.#state === "stopping") this.#rest(stop.thread);
  }

  #report(stop: Stop): void {
    this.processes.announce(stop.thread.space);
    this.#tellOfHidden();
    const { report, later, hint } = settle(this.processes.visible(stop), this.#plan, this.unresumed);
    if (later !== undefined) this.#deferred.push(later);
    // A W packet is for one process, and gdb would take the others to be alive still. Hanging up ends them all.
    if (report.reason.kind === "exited" && this.client.multiprocess && this.processes.spaces().length > 1) {
      this.#left = true;
      this.link.end();
      return;
    }
    const text = hint ?? stopText(report, this.client);
    if (text !== undefined) this.console.print(text.endsWith("\n") ? text : `${text}\n`);
    this.link.send(ascii(stopReply(this, report, this.#plan)));
    this.unresumed.stopped(report.thread);
    this.#rest(report.thread);
  }

  #tellOfHidden(): void {
    const names = this.processes.hidden().map(({ name }) => name);
    if (names.length === 0 || !this.client.multiprocess) return;
    this.console.printOnce(
      `pok386: the kernel has set up ${names.join(", ")} since you came; "disconnect" and "target remote" again to have an inferior for each.\n`,
    );
  }

  /** The client takes the reported thread for selected from now on, without a word. */
  #select({ space, thread }: ThreadId): void {
    this.reportedIn = space;
    this.general = { space, thread };
    this.continued = { space, thread };
    // A thread stepped by itself, off a breakpoint: what the user looks at stays selected.
    if (!this.#plan.alone) this.selected.stopped({ space, thread });
  }

  #rest(thread: ThreadId): void {
    this.#state = "stopped";
    this.#select(thread);
    while (this.#state === "stopped" && this.#waiting.length > 0) this.#waiting.shift()?.();
  }
}
