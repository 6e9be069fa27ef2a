/** Ties the timeline to those who debug: what they keep goes back with the machine, and what they change is noted. */
import type { Machine } from "../../pc/machine.js";
import type { ExceptionFilter } from "../exceptions.js";
import type { KilledSpaces } from "../killed.js";
import type { DebugPoints } from "../points.js";
import type { DebugRegisters } from "../registers.js";
import type { SyscallCatch } from "../syscall-catch.js";
import type { SystemModel } from "../system.js";
import type { Stop, ThreadId } from "../target.js";
import type { Threads } from "../threads.js";
import { Backwards, type Scene } from "./backwards.js";
import type { Position } from "./position.js";
import { Timeline } from "./timeline.js";

export interface HistoryParts {
  readonly machine: Machine;
  readonly system: SystemModel;
  readonly threads: Threads;
  readonly points: DebugPoints;
  readonly syscalls: SyscallCatch;
  readonly killed: KilledSpaces;
  readonly registers: DebugRegisters;
  readonly exceptions: ExceptionFilter;
  readonly scene: Scene;
  /** Bytes that snapshots may take; 0: input is noted, and there is no way back. */
  readonly memoryBytes: number;
  readonly say: (text: string) => void;
}

interface Saved {
  readonly threads: ReturnType<Threads["save"]>;
  readonly syscalls: ReturnType<SyscallCatch["save"]>;
  readonly killed: ReturnType<KilledSpaces["save"]>;
}

export class History {
  readonly timeline: Timeline;
  readonly backwards: Backwards;
  /** Moments that have been given names. */
  readonly checkpoints = new Map<string, Position>();

  constructor(private readonly parts: HistoryParts) {
    const { machine, threads, syscalls, killed, system, points, registers, exceptions, scene, memoryBytes, say } = parts;
    const companion = {
      killed,
      save: (): Saved => ({ threads: threads.save(), syscalls: syscalls.save(), killed: killed.save() }),
      restore: (saved: unknown): void => {
        threads.restore((saved as Saved).threads);
        syscalls.restore((saved as Saved).syscalls);
        killed.restore((saved as Saved).killed);
        system.forget();
        points.refresh();
      },
      unwatch: (): void => machine.cpu.watchpoints.set([]),
      watch: (): void => points.apply(),
      passed: (): void => void syscalls.take(threads.current(), scene.eip),
    };
    this.timeline = new Timeline({ machine, memoryBytes, companion, say });
    this.backwards = new Backwards(this.timeline, scene);
    registers.beforeWrite = () => this.timeline.beforeRegisters();
    exceptions.keeps = (vector, isTrap, wanted) => this.timeline.keeps(vector, isTrap, wanted);
  }

  /** Nothing is noted from here on. */
  close(): void {
    this.timeline.close();
    this.parts.registers.beforeWrite = undefined;
    this.parts.exceptions.keeps = undefined;
  }

  /** There is a way back. */
  get reaches(): boolean {
    return this.timeline.snapshots !== undefined;
  }

  /** Back to where a debugger has reason to stop, or by one instruction of a thread; undefined: of the processor. */
  back(step: { readonly thread: ThreadId | undefined } | undefined): Generator<void, Stop> {
    return step ? this.backwards.step(step.thread) : this.backwards.run();
  }
}
