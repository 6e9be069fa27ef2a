/**
 * What a debugger front end (the GDB stub today) sees of the machine. No remote-protocol words and no processor internals here:
 * the stub is written against this file alone, and a member that is absent is a feature that is not advertised.
 */

import type { Expression } from "../cpu386/predicate.js";

/** One address space: the kernel (id 1) or a partition (2, 3, ...). Addresses in it are offsets of its own segments. */
export interface Space {
  readonly id: number;
  /** "kernel", "part1", or the name given by the user. */
  readonly name: string;
  /** The executable whose symbols belong to this space; undefined if none is known. */
  readonly executable: Executable | undefined;
}

/** An ELF file as the debugger may read it. Its path is a name we made up or the user gave; only these bytes are ever served. */
export interface Executable {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A thread of a space. Thread 1 of space 1 is the processor in the kernel; those of partitions are the kernel's own threads. */
export interface ThreadId {
  readonly space: number;
  readonly thread: number;
}
export const sameThread = (a: ThreadId, b: ThreadId): boolean => a.space === b.space && a.thread === b.thread;
/** For what is kept by thread. */
export const threadKey = ({ space, thread }: ThreadId): string => `${space}.${thread}`;

export interface Thread extends ThreadId {
  /** A short name, e.g. "part1 thread 1". */
  readonly name: string;
  /** One line on what it is doing, e.g. "running", "in system call 20 (GETTICK)", "interrupted at 0x1234". */
  readonly detail: string;
}

/** A register by its name in the Intel manual, or of ours (cs_base). `type` and `group` are in the terms of GDB's target descriptions. */
export interface RegisterInfo {
  readonly name: string;
  readonly bits: number;
  readonly type: string;
  readonly group: string;
}

export interface Registers {
  /** Registers beyond eax..gs, st0..st7 and the x87 control words: segment caches, control registers, in a fixed order. */
  readonly system: readonly RegisterInfo[];
  /**
   * Little-endian bytes of a register of that thread. Names: eax ecx edx ebx esp ebp esi edi eip eflags cs ss ds es fs gs (4 bytes each),
   * st0..st7 (10), fctrl fstat ftag fiseg fioff foseg fooff fop (4), and those of `system`. Undefined if there is no such value.
   */
  read(thread: ThreadId, name: string): Uint8Array | undefined;
  /** False, with nothing changed, if it cannot be written; a text says why. */
  write(thread: ThreadId, name: string, value: Uint8Array): true | string;
}

export interface SpaceMemory {
  /**
   * Reads without side effect through the view of the space, checked against its limit. The result may be shorter than asked
   * where memory ends; a string is the reason why not even the first byte could be read.
   */
  read(space: number, address: number, length: number): Uint8Array | string;
  /** All or nothing; a string is the reason for nothing. */
  write(space: number, address: number, bytes: Uint8Array): true | string;
}

/** What a check of a breakpoint may look at: the thread that has come there, and its space. Good only during the check. */
export interface PointView {
  readonly thread: ThreadId;
  /** A register of at most 32 bits by its name; undefined if there is no such value. */
  register(name: string): number | undefined;
  /** A little-endian number at an address of the breakpoint's space, without side effect; undefined if there is no memory. */
  load(address: number, bytes: 1 | 2 | 4): number | undefined;
  /** Text for whoever debugs the machine; for the console of the emulator if nobody does. */
  print(text: string): void;
}

/** Asked at each hit of a breakpoint, in the midst of a run: false lets the machine run on. It must be quick, and end. */
export interface PointCheck {
  (view: PointView): boolean;
  /**
   * It is nothing but the question whether one of these is not 0, which the target may answer without asking; what has no value is to be
   * asked about.
   */
  readonly anyOf?: readonly CheckExpression[] | undefined;
}

/** A register by its name, zero-extended; a little-endian number at an address of the breakpoint's space, zero-extended. */
export type CheckExpression = Expression<
  { readonly op: "register"; readonly name: string } | { readonly op: "load"; readonly bytes: 1 | 2 | 4; readonly address: CheckExpression }
>;

export interface PointBehaviour {
  /** Absent: every hit is a stop. */
  readonly check?: PointCheck | undefined;
  /** It stays when the debugger lets go. */
  readonly persistent?: boolean;
}

export type PointKind = "execute" | "write" | "read" | "access";

/** Breakpoints (execute) and watchpoints. They are kept per (kind, space, address, length) and never written into memory. */
export interface Points {
  /** Inserting twice is inserting once, with the behaviour given last. A string says why not. */
  insert(kind: PointKind, space: number, address: number, length: number, behaviour?: PointBehaviour): true | string;
  /** Removing what is not there is fine. */
  remove(kind: PointKind, space: number, address: number, length: number): void;
  clear(): void;
}

/** Told after each instruction of the thread until it returns false; a system call is one instruction. */
export type StepListener = (view: PointView) => boolean;

/** Told when a thread has come to an address, before the instruction there; what it returns is told of the steps that follow. */
export type ArrivalListener = (view: PointView) => StepListener | undefined;

/** Places at which somebody wants to look without stopping. They stay until they are removed, whoever comes and goes. */
export interface TracePoints {
  /** One listener for each place: the one given last. A string says why not. */
  insert(space: number, address: number, arrives: ArrivalListener): true | string;
  remove(space: number, address: number): void;
}

/** Control left the straight line: from the last instruction of a straight run of instructions to the first of the next run. */
export interface Branch {
  readonly from: number;
  readonly to: number;
}

/** What a thread has executed, as straight runs of instructions. */
export interface BranchTrace {
  /** Branches since recording began, those included that are no longer kept. */
  readonly total: number;
  /** Where the oldest run that is kept begins. */
  readonly start: number;
  /** The latest branches, the oldest first. */
  readonly branches: readonly Branch[];
  /** Where the thread is. */
  readonly end: number;
}

export interface BranchRecording {
  /** Records a thread's branches from now on and keeps the latest `most` of them. A string says why not. */
  begin(thread: ThreadId, most: number): true | string;
  end(thread: ThreadId): void;
  /** Undefined if they are not being recorded. */
  of(thread: ThreadId): BranchTrace | undefined;
}

/** One thread told to step; the rest of the machine runs. */
export interface Step {
  readonly thread: ThreadId;
  /** Keep stepping while eip is in [start, end); absent: one instruction. */
  readonly range?: { readonly start: number; readonly end: number };
}

/** How to resume. There is one processor: whatever thread is named, the machine runs. */
export interface ResumePlan {
  /** The thread that steps, if any. */
  readonly step?: Step;
  /**
   * True if the request named only the stepping thread and said nothing of the others (gdb stepping off a breakpoint): the stop must
   * then be reported for that very thread, and every other event wait for the next resume.
   */
  readonly alone: boolean;
  /** The exception reported last, if that is why the machine stopped, goes on to the guest's handler instead of being dropped. */
  readonly handOn?: boolean;
  /** Into the past: by an instruction of the stepping thread, or to the last thing that would have stopped the machine. */
  readonly backwards?: boolean;
}

export type StopReason =
  | { readonly kind: "step" }
  | { readonly kind: "breakpoint" }
  | { readonly kind: "watchpoint"; readonly access: "write" | "read" | "access"; readonly address: number }
  | { readonly kind: "interrupted" }
  /** A thread enters the kernel by a system call, or returns from one. */
  | { readonly kind: "syscall"; readonly phase: "entry" | "return"; readonly number: number; readonly text: string }
  /** The thread has just come into being, and executed nothing yet. */
  | { readonly kind: "created" }
  /** The thread's program begins, or begins anew, and has executed nothing yet. */
  | { readonly kind: "started"; readonly text: string }
  /** The guest did something it cannot go on from: triple fault, hlt for ever. `signal` is the POSIX number, e.g. 11. */
  | { readonly kind: "fault"; readonly signal: number; readonly text: string }
  /** A program's exception that the guest has not heard of. `signal` is the POSIX number; at a fault eip is at its instruction. */
  | { readonly kind: "exception"; readonly signal: number; readonly text: string | undefined }
  /** Power-off or debug exit: the machine is still there to be looked at; the next resume ends it. `status` is what the guest said. */
  | { readonly kind: "ending"; readonly text: string; readonly status?: number }
  /** An end of what is known of the past: its beginning, or the moment from which one has gone back. */
  | { readonly kind: "history"; readonly edge: "begin" | "end" }
  /** The machine is gone. */
  | { readonly kind: "exited"; readonly status: number };

export interface Stop {
  readonly thread: ThreadId;
  readonly reason: StopReason;
}

/** A table for `info os`: columns in order, rows of texts. */
export interface InfoTable {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly string[];
  rows(): readonly (readonly string[])[];
}

/** An exception with the numbers behind it; undefined is what its rule has nothing to do with. */
export interface FaultReport {
  readonly vector: number;
  readonly errorCode: number | undefined;
  /** Where: the space, CS, offset and privilege level of the instruction. */
  readonly space: number;
  readonly cs: number;
  readonly eip: number;
  readonly cpl: number;
  /** Instructions retired before it. */
  readonly count: number;
  readonly selector: number | undefined;
  readonly descriptor: readonly [number, number] | undefined;
  readonly offset: number | undefined;
  readonly limit: number | undefined;
  /** Bytes of the access. */
  readonly size: number | undefined;
  readonly access: "read" | "write" | "execute" | undefined;
}

/** What a machine does that its debugger has left: it runs on, or goes on as it is, with the branches it records; stopped if it was. */
export type Afterwards = "run" | "stay";

export interface DebugTarget {
  /** In order of id, all of them from the first moment on. */
  spaces(): readonly Space[];
  /** In order of space and thread; every space has at least one. */
  threads(): readonly Thread[];
  /** Where the processor is now. */
  current(): ThreadId;
  readonly registers: Registers;
  readonly memory: SpaceMemory;
  readonly points: Points;
  readonly tracing?: TracePoints;
  readonly branches?: BranchRecording;
  /** Real-mode code is looked at: the processor is in that mode, or the user has said so. */
  readonly realMode?: boolean;
  /** True while the machine is running on behalf of a resume. */
  readonly running: boolean;
  /** Runs until something happens; `onStop` then hears of it, always after this call has returned. */
  resume(plan: ResumePlan): void;
  /** Asks a running machine to stop soon; it reports "interrupted" unless something else came first. */
  interrupt(): void;
  /** The one listener for stops; undefined takes it away. */
  onStop(listener: ((stop: Stop) => void) | undefined): void;
  /** The stop that the machine is at, for a client that has just connected. */
  lastStop(): Stop;
  /** The client has gone, or let go on purpose: forget its points, and let the machine run on or stay where it is. */
  detach(then?: Afterwards): void;
  /** The client asked to kill everything. */
  kill(): void;
  /** Ends one space alone, so that it executes nothing any more until a restart; the others go on. A string says why not. */
  killSpace?(space: number): true | string;
  /** Exceptions of these signals (POSIX numbers) are the guest's at once, without a stop. */
  passSignals?(signals: ReadonlySet<number>): void;
  /** Stops at the entry to and the return from these system calls, whichever thread makes them; undefined: at none. */
  catchSyscalls?(numbers: readonly number[] | "all" | undefined): void;
  /** Stops at threads that come into being, or not any more. */
  threadEvents?(wanted: boolean): void;
  /** Stops at programs that begin can be asked for. */
  readonly startsPrograms?: true | undefined;
  /** Back to the first instruction of the same image, stopped there. */
  readonly restart?: (() => void) | undefined;
  /** Runs a command of the user's (`monitor ...`); prints its answer piece by piece, each ending in a newline. Never throws for a user's mistake. */
  monitor?(command: string, print: (text: string) => void): void;
  /** Present if plans may go backwards. */
  readonly reverse?: true | undefined;
  /** How steps are made; it stays as it was set until the debugger lets go. */
  readonly stepping?: {
    /** Interrupts wait while the kernel is stepped. Those of a partition's step are served in between, and not seen. */
    holdsInterrupts: boolean;
  };
  /** Memory by the addresses on the bus. */
  readonly physicalMemory?: {
    read(address: number, length: number): Uint8Array | string;
    write(address: number, bytes: Uint8Array): true | string;
  };
  readonly tables?: readonly InfoTable[];
  /** The last exception of the guest. */
  lastFault?(): FaultReport | undefined;
  /** Text the guest console printed is not the stub's business; this is what the machine itself wants to tell the user while it runs. */
  onMessage?(listener: ((text: string) => void) | undefined): void;
}
