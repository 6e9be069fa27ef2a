/**
 * Stops at system calls: when a thread of a partition enters the kernel through its gate, and when it comes back from there. Which entries
 * are calls is for the system model to say; that a thread has come back is told by its return address, so that an interrupt which is forwarded
 * to the partition in between is no return.
 */
import type { Machine } from "../pc/machine.js";
import type { SystemModel } from "./system.js";
import { type Stop, type ThreadId, threadKey } from "./target.js";
import type { SavedRegisters, Threads } from "./threads.js";

export interface Call {
  readonly thread: ThreadId;
  readonly number: number;
  /** Where it returns to. */
  readonly eip: number;
}

const EAX = 0;

export class SyscallCatch {
  private wanted: ReadonlySet<number> | "all" | undefined;
  private readonly open = new Map<string, Call>();
  private entered: Call | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly system: SystemModel,
    private readonly threads: Threads,
  ) {}

  /** What is under way stays so: gdb takes its catchpoints out at each stop and puts them in again. */
  set(numbers: readonly number[] | "all" | undefined): void {
    this.wanted = numbers === "all" || numbers === undefined ? numbers : new Set(numbers);
  }
  private wants(number: number): boolean {
    return this.wanted === "all" || this.wanted?.has(number) === true;
  }

  clear(): void {
    this.wanted = this.entered = undefined;
    this.open.clear();
  }

  /** Calls that have been entered, for `restore`. */
  save(): ReadonlyMap<string, Call> {
    return new Map(this.open);
  }
  restore(open: ReadonlyMap<string, Call>): void {
    this.entered = undefined;
    this.open.clear();
    for (const [thread, call] of open) this.open.set(thread, call);
  }

  /** A thread has entered the kernel with these registers. */
  enters(thread: ThreadId, registers: SavedRegisters): void {
    if (this.wanted === undefined || !this.system.isSystemCall?.(thread.space, registers.eip)) return;
    const number = registers.general[EAX]!;
    if (!this.wants(number)) return;
    this.entered = { thread, number, eip: registers.eip };
    this.open.set(threadKey(thread), this.entered);
    this.machine.leave();
  }

  /** The processor leaves the kernel; for whom is seen once the instruction is complete. */
  leaves(): void {
    if (this.open.size > 0) this.machine.leave();
  }

  /** A call has been entered, and not returned from. */
  get isUnderWay(): boolean {
    return this.entered !== undefined || this.open.size > 0;
  }
  /** A call that has begun or ended since it was asked last. */
  take(current: ThreadId, eip: number): Stop | undefined {
    const { entered } = this;
    this.entered = undefined;
    if (entered) return this.stop(entered, "entry");
    const call = this.open.get(threadKey(current));
    if (current.space === 1 || call?.eip !== eip) return undefined;
    this.open.delete(threadKey(current));
    return this.wants(call.number) ? this.stop(call, "return") : undefined;
  }

  private stop({ thread, number }: Call, phase: "entry" | "return"): Stop {
    const who = this.threads.list().find((t) => threadKey(t) === threadKey(thread))?.name ?? `thread ${threadKey(thread)}`;
    const name = this.system.systemCallName?.(number) ?? "a system call without a name";
    const text = `pok386: ${who} ${phase === "entry" ? "calls" : "returns from"} ${name} (${number})`;
    return { thread, reason: { kind: "syscall", phase, number, text } };
  }
}
