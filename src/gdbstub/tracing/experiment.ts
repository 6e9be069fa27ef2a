/**
 * A trace experiment (GDB manual, "Tracepoints"): tracepoints, what they have collected, and whether they collect now. There is one for a
 * port, and it outlives its clients if they ask it to.
 */
import type { DebugTarget, PointView, StepListener } from "../../debug/target.js";
import { AgentError, AgentMachine } from "../agent/machine.js";
import { TraceBuffer } from "./buffer.js";
import { collectFrame } from "./collector.js";
import { TraceFrame } from "./frame.js";
import { assignByLocation, assignSpace } from "./place.js";
import type { TraceAction, Tracepoint } from "./tracepoint.js";
import { TraceVariables } from "./variables.js";

/** Why no trace runs, in the words of qTStatus's reply. */
export type TraceEnd =
  | { readonly kind: "tnotrun" | "tstop" | "tfull" | "tdisconnected" }
  | { readonly kind: "tpasscount"; readonly tracepoint: number }
  | { readonly kind: "terror"; readonly tracepoint: number; readonly text: string };

/** What users say of a trace: `QTNotes`. */
export type Notes = Record<"user" | "notes" | "tstop", string>;

const MICROSECONDS = 1000;

export class TraceExperiment {
  readonly machine = new AgentMachine();
  readonly variables = new TraceVariables(this.machine);
  readonly buffer = new TraceBuffer();
  tracepoints: Tracepoint[] = [];
  running = false;
  end: TraceEnd = { kind: "tnotrun" };
  readonly notes: Notes = { user: "", notes: "", tstop: "" };
  /** It goes on collecting when the client has gone. */
  disconnected = false;
  /** Memory that a frame need not contain, since it never changes. */
  readOnly: { readonly start: number; readonly end: number }[] = [];
  /** The frame that the client looks at. */
  selected: number | undefined;
  /** Microseconds since 1970; 0 if there has been none. */
  startTime = 0;
  stopTime = 0;
  /** Counts runs: steps that one run has begun are none of the next one's. */
  #run = 0;

  constructor(private readonly target: DebugTarget) {}

  get frame(): TraceFrame | undefined {
    return this.selected === undefined ? undefined : this.buffer.frame(this.selected);
  }

  /** `QTinit`. */
  clear(): void {
    this.stop({ kind: "tnotrun" });
    this.end = { kind: "tnotrun" };
    this.tracepoints = [];
    this.variables.clear();
    this.buffer.clear();
    this.readOnly = [];
    this.selected = undefined;
    this.startTime = this.stopTime = 0;
  }

  /** `general` is the process that the client has chosen. */
  define(tracepoint: Tracepoint, general: number): void {
    this.#change(() => {
      assignSpace(tracepoint, this.#twins(tracepoint), this.target.spaces(), general);
      this.tracepoints.push(tracepoint);
    });
  }
  /** What the user typed to set it; it may tell whose address it is. */
  locate(tracepoint: Tracepoint, location: string, general: number): void {
    this.#change(() => assignByLocation(tracepoint, this.#twins(tracepoint), location, this.target.spaces(), general));
  }
  #twins(tracepoint: Tracepoint): Tracepoint[] {
    const { number, address } = tracepoint;
    return this.tracepoints.filter((each) => each !== tracepoint && each.number === number && each.address === address);
  }
  #change(change: () => void): void {
    if (this.running) this.#uninstall();
    change();
    if (this.running) this.#install();
  }
  /** The tracepoint that packets mean which name number and address; of several the one that came last. */
  find(number: number, address: number): Tracepoint | undefined {
    return this.tracepoints.findLast((t) => t.number === number && t.address === address);
  }

  start(): true | string {
    this.stop({ kind: "tstop" });
    this.buffer.clear();
    this.selected = undefined;
    for (const tracepoint of this.tracepoints) tracepoint.hits = tracepoint.usage = 0;
    this.#run++;
    this.running = true;
    this.startTime = Date.now() * MICROSECONDS;
    this.stopTime = 0;
    const installed = this.#install();
    if (installed !== true) this.stop({ kind: "tnotrun" });
    return installed;
  }
  stop(end: TraceEnd): void {
    if (!this.running) return;
    this.running = false;
    this.end = end;
    this.stopTime = Date.now() * MICROSECONDS;
    this.#uninstall();
  }
  /** The client has gone. */
  leave(): void {
    this.selected = undefined;
    if (!this.disconnected) this.stop({ kind: "tdisconnected" });
  }
  /** The machine has been started again, and has forgotten who wanted to be told. */
  reinstall(): void {
    if (this.running) this.#install();
  }

  #places(): Map<string, Tracepoint[]> {
    const places = new Map<string, Tracepoint[]>();
    for (const tracepoint of this.tracepoints) {
      const key = `${tracepoint.space}:${tracepoint.address}`;
      places.set(key, [...(places.get(key) ?? []), tracepoint]);
    }
    return places;
  }
  #install(): true | string {
    for (const here of this.#places().values()) {
      const { space, address } = here[0]!;
      const done = this.target.tracing!.insert(space, address, (view) => this.#arrives(here, view));
      if (done !== true) return done;
    }
    return true;
  }
  #uninstall(): void {
    for (const { space, address } of this.tracepoints) this.target.tracing?.remove(space, address);
  }

  #arrives(here: readonly Tracepoint[], view: PointView): StepListener | undefined {
    const steps = here.flatMap((tracepoint) => {
      if (!this.running || !tracepoint.enabled || !this.#holds(tracepoint, view)) return [];
      tracepoint.hits++;
      this.#collect(tracepoint, view, false);
      if (tracepoint.steps > 0) return this.running ? [this.#steps(tracepoint)] : [];
      this.#countPass(tracepoint);
      return [];
    });
    if (steps.length === 0) return undefined;
    return (stepped) => steps.filter((step) => step.going && step.take(stepped)).length > 0;
  }

  /** The steps of "while-stepping". */
  #steps(tracepoint: Tracepoint): { going: boolean; take: StepListener } {
    const run = this.#run;
    let left = tracepoint.steps;
    const state = {
      going: true,
      take: (view: PointView): boolean => {
        if (this.running && run === this.#run) {
          this.#collect(tracepoint, view, true);
          if (--left === 0) this.#countPass(tracepoint);
        }
        state.going = this.running && run === this.#run && left > 0;
        return state.going;
      },
    };
    return state;
  }

  #countPass({ passCount, hits, number }: Tracepoint): void {
    if (passCount > 0 && hits >= passCount) this.stop({ kind: "tpasscount", tracepoint: number });
  }

  #holds({ condition, number }: Tracepoint, view: PointView): boolean {
    if (condition === undefined) return true;
    try {
      return this.machine.test(condition.program, view);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      this.stop({ kind: "terror", tracepoint: number, text: error.message });
      return false;
    }
  }

  #collect(tracepoint: Tracepoint, view: PointView, stepping: boolean): void {
    const actions: readonly TraceAction[] = tracepoint.actions.filter((action) => action.stepping === stepping);
    const { number, space, address } = tracepoint;
    const pc = view.register("eip") ?? address;
    const collected = collectFrame(this.target, view, this.machine, actions, this.buffer.size);
    if (collected === "full") return this.stop({ kind: "tfull" });
    const data = collected instanceof Uint8Array ? collected : collected.data;
    const frame = new TraceFrame(number, space, pc, data);
    if (!this.buffer.add(frame)) return this.stop({ kind: "tfull" });
    tracepoint.usage += frame.size;
    if (!(collected instanceof Uint8Array)) this.stop({ kind: "terror", tracepoint: number, text: collected.error });
  }
}
