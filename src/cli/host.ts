/** Between the machine and the process it runs in: time slices, pace, console, debugger, and the end. */
import { writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { STANDARD } from "../cpu386/jit/heat.js";
import { tierReport } from "../cpu386/jit/report.js";
import type { Generation } from "../cpu386/model.js";
import { compileBeside } from "../cpu386/wasm/load.js";
import type { ExceptionChoice } from "../debug/exceptions.js";
import type { Recording } from "../debug/history/recording.js";
import { setupOf } from "../debug/history/setup.js";
import { MachineTarget } from "../debug/machine-target.js";
import type { Ending, Pump } from "../debug/machine-target-options.js";
import { type Seat, Seats } from "../debug/seats.js";
import type { Afterwards, DebugTarget } from "../debug/target.js";
import { SpaceView } from "../debug/view.js";
import { UserError } from "../errors.js";
import type { GdbServer, GdbServerOptions } from "../gdbstub/index.js";
import { LockStep } from "../pc/lock-step.js";
import { type BootRequest, Machine, type MachineOptions } from "../pc/machine.js";
import { exitStatus } from "../pc/power.js";
import { type NamedPartition, PokSystem } from "../pok/model.js";
import { openUserFile } from "./files.js";
import { HistoryFiles } from "./history-files.js";
import "./short-pauses.js";
import type { Endpoint, JitChoice, ViewEndpoint } from "./options.js";
import { version } from "./version.js";

export interface HostOptions {
  readonly boot: BootRequest;
  readonly memoryBytes: number;
  readonly ips: number;
  readonly generation?: Generation;
  /** Keep to real time, sleeping when the machine is ahead of it. */
  readonly paceWall: boolean;
  readonly partitions: readonly NamedPartition[];
  readonly gdb: Endpoint | undefined;
  /** Ports at which one space is the only process. */
  readonly views?: readonly ViewEndpoint[];
  /** Which exceptions of programs a debugger hears of first. */
  readonly exceptions?: ExceptionChoice;
  /** What the machine does when a debugger goes without having let it go. */
  readonly disconnected?: Afterwards;
  /** Wait at the first instruction until a debugger resumes. */
  readonly wait: boolean;
  readonly maxInstructions: number | undefined;
  readonly stats: boolean;
  /** Whether hot code is compiled, or compared with what is not. */
  readonly jit: JitChoice;
  /** Print POST codes. */
  readonly post?: boolean;
  /** Bytes that a debugger's way back may take; 0: there is none. */
  readonly historyBytes: number;
  /** A file that the run is recorded in. */
  readonly record?: string | undefined;
  /** A file with the state to begin from. */
  readonly load?: string | undefined;
  /** A run to be repeated. */
  readonly replay?: { readonly path: string; readonly recording: Recording } | undefined;
  /** Where what the parallel port prints goes. */
  readonly parallel?: string | undefined;
  /** Told once the stub listens. */
  readonly onListening?: (server: GdbServer) => void;
}

/** Milliseconds of turns in a row: a round of the host's events takes as long as fifty thousand instructions of hot code. */
const IN_A_ROW = 0.75;
/** How far ahead of real time the machine may be before it sleeps, in milliseconds. */
const AHEAD = 2;
/** How often a machine that waits for input looks whether it came. */
const ASLEEP = 10;

export class Host {
  private readonly machine: Machine;
  private readonly target: MachineTarget;
  private readonly files: HistoryFiles;
  private readonly servers: GdbServer[] = [];
  private readonly startedAt = performance.now();
  /** Resolves with the exit status. */
  readonly done: Promise<number>;
  private finish!: (status: number) => void;

  constructor(private readonly options: HostOptions) {
    this.done = new Promise((resolve) => {
      this.finish = resolve;
    });
    const machine: MachineOptions = {
      memoryBytes: options.memoryBytes,
      ips: options.ips,
      generation: options.generation ?? 686,
      boot: options.boot,
      console: (bytes) => process.stdout.write(bytes),
      post: options.post
        ? (port, code) => process.stderr.write(`pok386: POST 0x${code.toString(16).padStart(2, "0")} (port 0x${port.toString(16)})\n`)
        : undefined,
      parallel: options.parallel === undefined ? undefined : printerTo(options.parallel),
    };
    this.machine = new Machine(machine);
    const { cpu } = this.machine;
    cpu.setTiers({ jit: options.jit !== "off", schedule: STANDARD });
    cpu.coldTier.isBeside = true;
    if (options.jit === "verify") this.verify();
    cpu.jit.now = () => performance.now();
    cpu.jit.beside = compileBeside;
    const files = new HistoryFiles(this.machine, setupOf(version, machine), options);
    this.files = files;
    this.target = new MachineTarget({
      machine: this.machine,
      system: (machine) => new PokSystem(machine, options.partitions),
      pump: this.pump,
      maxInstructions: options.maxInstructions,
      exceptions: options.exceptions,
      observed: options.gdb !== undefined || (options.views?.length ?? 0) > 0,
      historyBytes: this.historyBytes(),
      onHistory: (history) => files.begin(history.timeline),
      save: (path, threads) => files.save(path, threads),
      threads: files.threads,
    });
    this.target.onUnheard = (text) => process.stderr.write(text);
    this.target.onEnd = (ending) => void this.end(ending);
    if (options.replay) this.target.onHistoryEnd = () => void this.endReplay();
  }

  /** A double runs beside the machine, by the cold tier alone. */
  private verify(): void {
    new LockStep(this.machine, (text) => {
      process.stderr.write(`pok386: --jit verify: ${text}\n`);
      this.differed = true;
    });
  }
  private differed = false;

  /** Without a debugger nobody can go back; input is noted only for those who record or repeat it. */
  private historyBytes(): number | undefined {
    const { gdb, views = [], historyBytes, record, replay } = this.options;
    if (gdb || views.length > 0) return historyBytes;
    return record !== undefined || replay ? 0 : undefined;
  }

  /** Gives the machine its turns, and everything else of the process its own in between. */
  private readonly pump: Pump = (turn) => {
    const wallStart = performance.now();
    const virtualStart = this.machine.seconds;
    const { paceWall } = this.options;
    const loop = (): void => {
      const until = paceWall ? 0 : performance.now() + IN_A_ROW;
      do {
        if (!turn()) return;
      } while (performance.now() < until && !this.target.asleep);
      const ahead = (this.machine.seconds - virtualStart) * 1000 - (performance.now() - wallStart);
      if (this.target.asleep) setTimeout(loop, ASLEEP);
      else if (paceWall && ahead > AHEAD) setTimeout(loop, ahead);
      else setImmediate(loop);
    };
    // Most resumes of a debugger are steps, which should not wait for a round of the host's events.
    queueMicrotask(loop);
  };

  async start(): Promise<void> {
    const { gdb, views = [], wait, replay } = this.options;
    this.files.start((signal) => void this.stopped(signal));
    // What was typed then is typed again.
    if (!replay) process.stdin.on("data", (bytes: Buffer) => this.target.type(bytes));
    // Input that ends, or cannot be read, is no input.
    process.stdin.on("error", () => {});
    const seats = new Seats(this.target);
    if (gdb) await this.listen(seats.take(), gdb, "");
    for (const view of views) {
      // With a port for all, and with several, the machine waits at its own first instruction or that of the first one's partition.
      const isFirst = this.servers.length === 0;
      await this.listen(this.viewOf(seats.take(), view, wait && isFirst), view, isFirst ? "" : ` (${view.name})`);
    }
    if (this.servers.length === 0 || !wait) this.target.resume({ alone: false });
  }
  private async listen(target: DebugTarget, endpoint: Endpoint, what: string): Promise<void> {
    const server = await listen(target, { ...endpoint, disconnected: this.options.disconnected ?? "run" });
    this.servers.push(server);
    const { host, port } = server.address;
    process.stderr.write(`pok386: gdb listening on ${host}:${port}${what}\n`);
    this.options.onListening?.(server);
  }

  private viewOf(seat: Seat, { name }: ViewEndpoint, enters: boolean): SpaceView {
    const seen = new SpaceView(seat, name);
    const names = this.target.spaces().map((space) => space.name);
    if (enters ? !seen.enter() : !names.includes(name)) {
      throw new UserError(`--gdb-view ${name}: the machine never comes there; it has ${names.join(", ")}`);
    }
    return seen;
  }

  private async closeServers(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }

  /** By a signal: a recording ends as it should. */
  private async stopped(signal: number): Promise<void> {
    await this.closeServers();
    this.files.finish();
    this.finish(128 + signal);
  }
  private async endReplay(): Promise<void> {
    await this.closeServers();
    if (this.options.stats) this.printStats();
    this.finish(this.files.judge());
  }

  private async end(ending: Ending): Promise<void> {
    await this.closeServers();
    this.files.finish();
    if (ending.kind === "fault") process.stderr.write(`pok386: ${ending.text}\n`);
    if (ending.kind === "limit") process.stderr.write(`pok386: --max-insns ${this.options.maxInstructions} reached\n`);
    if (this.options.stats) this.printStats();
    this.finish(this.differed ? 3 : statusOf(ending));
  }

  private printStats(): void {
    const seconds = (performance.now() - this.startedAt) / 1000;
    const { retired } = this.machine.cpu;
    const peak = process.resourceUsage().maxRSS / 1024;
    process.stderr.write(
      `pok386: ${retired} instructions in ${seconds.toFixed(3)} s, ${(retired / seconds / 1e6).toFixed(1)} MIPS; ` +
        `${this.machine.seconds.toFixed(3)} s of virtual time; peak memory ${peak.toFixed(1)} MB\n`,
    );
    for (const line of tierReport(this.machine.cpu)) process.stderr.write(`pok386: ${line}\n`);
  }
}

/** A file that takes bytes as they come, made anew. */
function printerTo(path: string): (byte: number) => void {
  const file = openUserFile(path);
  return (byte) => writeSync(file, Uint8Array.of(byte));
}

function statusOf(ending: Ending): number {
  switch (ending.kind) {
    case "debug-exit":
      return exitStatus(ending);
    case "fault":
      return 3;
    case "limit":
      return 4;
    default:
      return 0;
  }
}

async function listen(target: DebugTarget, options: Endpoint & GdbServerOptions): Promise<GdbServer> {
  const { host, port } = options;
  // A quarter of the program, which a run without a debugger need not read.
  const { startGdbServer } = await import("../gdbstub/index.js");
  try {
    return await startGdbServer(target, options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new UserError(`--gdb ${host}:${port}: the port is in use; choose another, or 0 for any that is free`);
    if (code === "EACCES") throw new UserError(`--gdb ${host}:${port}: not allowed to listen there; choose a port above 1023`);
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") throw new UserError(`--gdb ${host}:${port}: this machine has no such address`);
    throw new UserError(`--gdb ${host}:${port}: ${message}`);
  }
}

/** Runs to the end and leaves with the machine's status, everything printed. */
export async function runToExit(options: HostOptions): Promise<never> {
  const host = new Host(options);
  await host.start();
  const status = await host.done;
  await new Promise((resolve) => process.stdout.write("", resolve));
  process.exit(status);
}
