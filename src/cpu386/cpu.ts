/** The processor in motion: the interpreter instance, the operations it calls out to, interrupts between instructions, exact stops. */
import { CallsOut } from "./calls-out.js";
import { ColdTier } from "./cold-tier.js";
import { Course } from "./course.js";
import { DebugRegisters, DR6 } from "./debug-registers.js";
import { TABLE } from "./definitions/index.js";
import { HANDLER } from "./definitions/table.js";
import { deliverException, deliverExternal, Intercepted, Shutdown } from "./exception.js";
import { type FaultRecord, GuestFault, VECTOR } from "./fault.js";
import { FLAG } from "./flags.js";
import { Heat, type Schedule, STANDARD } from "./jit/heat.js";
import { Jit } from "./jit/jit.js";
import * as L from "./layout.js";
import type { TlbState } from "./paging.js";
import { Processor } from "./processor.js";
import { QuickPaths } from "./quick.js";
import { RecordCache } from "./records.js";
import { EXIT } from "./wasm/imports.js";
import { VARIANTS, variantNumber } from "./wasm/load.js";
import { type WatchHit, Watchpoints } from "./watch.js";

const { R } = L;

/** Why run() came back. */
export type RunExit =
  /** All instructions asked for have been executed, or something asked for attention. */
  | { readonly kind: "budget" | "attention" }
  /** HLT, and no interrupt is pending. */
  | { readonly kind: "halted" }
  /** At an address with a breakpoint, before its instruction. */
  | { readonly kind: "breakpoint" }
  /** After the instruction that touched a watched address. */
  | { readonly kind: "watchpoint"; readonly hit: WatchHit }
  /** An exception that the processor's `intercept` has taken; EIP is where the program would go on. */
  | { readonly kind: "exception"; readonly fault: FaultRecord }
  /** A triple fault; the processor's state is that before the last fault's delivery. */
  | { readonly kind: "shutdown"; readonly chain: readonly FaultRecord[] };

/** All there is to know of the processor between two instructions, RAM aside: plain data, for Cpu.load. */
export interface CpuState {
  readonly retired: number;
  /** The words of layout.ts up to STATE_END. */
  readonly words: Uint8Array;
  readonly flags: Readonly<Record<(typeof STATE_FLAGS)[number], boolean>>;
  readonly tlb: TlbState;
  readonly timeStampOffset: number;
  /** The last exceptions, which belong to the past as much as what they did. */
  readonly faults: readonly FaultRecord[];
}
const STATE_FLAGS = ["halted", "shadow", "nmi", "nmiBlocked"] as const;

export interface RunOptions {
  /** The first instruction is executed even if a breakpoint is on it. */
  readonly passBreakpoint?: boolean;
  /** False: leave external interrupts pending. */
  readonly interrupts?: boolean;
  /** How many instructions may follow: asked after interrupts have been taken, since an acknowledged one can put off the next alarm. */
  readonly recount?: () => number;
}

/** Follows the processor instruction by instruction. */
export interface Observer {
  /** Between two instructions; interrupts that were due have been delivered. */
  before(): void;
  /** @param next offset of the instruction that stands behind the one executed; completed: it has not faulted */
  after(next: number, completed: boolean): void;
}

/** Longest slice: BUDGET is a signed 32-bit word. */
const MAX_SLICE = 1 << 30;

/** Which tiers a processor uses. */
export interface Tiers {
  /** Whether hot code is compiled. */
  readonly jit: boolean;
  readonly schedule: Schedule;
}

export class Cpu {
  /** For processors made from now on. No choice makes a difference to what a program does. */
  static tiers: Tiers = { jit: true, schedule: STANDARD };
  readonly processor: Processor;
  readonly records: RecordCache;
  readonly watchpoints: Watchpoints;
  readonly jit: Jit;
  readonly coldTier: ColdTier;
  readonly quick: QuickPaths;
  private compiles = false;
  private readonly debugRegisters: DebugRegisters;
  private readonly course: Course;
  private readonly callsOut: CallsOut;
  private readonly memory: WebAssembly.Memory;
  /** Instructions retired before the current slice, and its length: BUDGET tells how far into it we are. */
  private before = 0;
  private slice = 0;
  /** @param recordsEnd end of the area for decoded instructions; a small one makes it run full often */
  constructor(ramBytes: number, recordsEnd: number = L.RECORDS_END) {
    this.memory = new WebAssembly.Memory({ initial: Math.ceil((L.RAM + ramBytes) / 65536) });
    this.processor = new Processor(this.memory, ramBytes);
    this.processor.time = () => this.retired;
    this.records = new RecordCache(this.processor, recordsEnd);
    this.watchpoints = new Watchpoints(this.processor);
    this.debugRegisters = new DebugRegisters(this.processor, this.records, this.watchpoints);
    this.debugRegisters.reset();
    this.quick = new QuickPaths(this.processor);
    this.course = new Course(this.processor, this.records);
    this.callsOut = new CallsOut(this.processor, this.records, this.quick, this.debugRegisters, this.watchpoints, this.course);
    this.jit = new Jit(this.memory, this.processor.i32, TABLE.shapes, this.records, this.callsOut.fromRegion, {
      ...this.quick.functions,
      ...this.processor.x87.quick,
      bulk: this.callsOut.bulk,
    });
    this.coldTier = new ColdTier((options) => ({
      memory: this.memory,
      table: this.jit.functions,
      ...this.callsOut.forInterpreter(options, (record) => this.decideAt(record)),
    }));
    this.setTiers(Cpu.tiers);
    this.records.onForget = (block) => {
      if (block !== undefined) return this.jit.forgotten(block);
      this.jit.forgottenAll();
      // They name code contexts.
      this.quick.forget();
    };
    this.processor.memory.onFlaggedWrite = (address, length, byGuest) => {
      this.records.invalidate(address, length);
      if (byGuest && this.watchpoints.note(address, length, "write")) this.course.stopSoon();
    };
  }

  private used = false;

  /** Power-on: all state and all of RAM zero, nothing decoded. Segment registers, eip and the like are the board's to set. */
  reset(): void {
    const { processor: cpu } = this;
    this.records.forgetAll();
    cpu.u8.fill(0, 0, L.HASH);
    // Fresh memory is zero already; writing zeros would make the host back all of it with real pages.
    if (this.used) cpu.u8.fill(0, L.RAM, L.RAM + cpu.memory.size);
    this.used = true;
    cpu.setWord(L.EFLAGS, 2);
    // SDM volume 3, table 9-1.
    cpu.setWord(L.DR + 24, 0xffff0ff0);
    cpu.setWord(L.DR + 28, 0x400);
    cpu.x87.init();
    this.debugRegisters.reset();
    cpu.paging.flush(false);
    cpu.paging.select();
    cpu.attention = cpu.halted = cpu.shadow = cpu.taskTrap = cpu.nmi = cpu.nmiBlocked = false;
    cpu.portTraps = cpu.timeStampOffset = 0;
    cpu.contextChanged = true;
    cpu.faults.length = 0;
    this.watchpoints.take();
    this.before = this.slice = 0;
    this.course.reset();
  }

  /** Only between two runs. */
  save(): CpuState {
    const { processor: cpu } = this;
    return {
      retired: this.retired,
      words: cpu.u8.slice(0, L.STATE_END),
      flags: { halted: cpu.halted, shadow: cpu.shadow, nmi: cpu.nmi, nmiBlocked: cpu.nmiBlocked },
      tlb: cpu.paging.save(),
      timeStampOffset: cpu.timeStampOffset,
      faults: [...cpu.faults],
    };
  }
  /** What is decoded stays: code that the caller changes in RAM is forgotten on the way (RecordCache.invalidate). */
  load({ retired, words, flags, tlb, timeStampOffset, faults }: CpuState): void {
    const { processor: cpu } = this;
    cpu.u8.set(words);
    Object.assign(cpu, flags, { timeStampOffset, holdTrap: false, taskTrap: false, attention: false, portTraps: 0 });
    cpu.faults.splice(0, cpu.faults.length, ...faults);
    this.before = retired;
    this.slice = 0;
    this.course.reset();
    cpu.setWord(L.BUDGET, 0);
    this.watchpoints.take();
    cpu.paging.load(tlb);
    cpu.paging.select();
    this.debugRegisters.update();
    cpu.contextChanged = true;
  }

  /** Instructions executed since power-on; exact at any moment. An instruction that faults counts as well: it took its time. */
  get retired(): number {
    const { stolen, available, inFlight } = this.course;
    return this.before + this.slice - available - stolen - inFlight;
  }

  /** Executes at most `count` instructions; with a count of 0, an interrupt that is pending is still delivered. */
  run(count: number, options: RunOptions = {}): RunExit {
    let end = this.retired + count;
    let pass = options.passBreakpoint === true;
    const takesInterrupts = options.interrupts !== false;
    const cpu = this.processor;
    cpu.attention = false;
    try {
      for (;;) {
        this.meetNext();
        // The breakpoint to be passed is not on the handler's first instruction.
        // One may let another in at once: how far a run goes must make no difference to when that is taken.
        let taken = false;
        while (takesInterrupts && !cpu.shadow && this.takeInterrupt()) taken = true;
        if (taken) {
          this.meetNext();
          pass = false;
          if (options.recount) end = this.retired + options.recount();
        }
        const hit = this.watchpoints.take();
        if (hit) {
          const causes = this.debugRegisters.dataCauses(hit);
          if (causes) this.debugTrap(causes, "a data breakpoint of the debug registers");
          if (hit.ranges.some((r) => r.debugRegister === undefined)) return { kind: "watchpoint", hit };
        }
        if (cpu.halted) return { kind: "halted" };
        // A breakpoint that was found to be no stop is not asked again.
        if (cpu.attention && !pass) return { kind: "attention" };
        const left = end - this.retired;
        if (left <= 0) return { kind: "budget" };
        const stepping = (cpu.word(L.EFLAGS) & FLAG.TF) !== 0;
        const resuming = (cpu.word(L.EFLAGS) & FLAG.RF) !== 0;
        const { observer } = this;
        const length = cpu.shadow || stepping || resuming || pass || observer ? 1 : Math.min(left, MAX_SLICE);
        observer?.before();
        const { shadow } = cpu;
        cpu.shadow = cpu.holdTrap = false;
        if (this.runSlice(length, pass) === "breakpoint") {
          // What held interrupts off before the instruction still does: it has not been executed.
          cpu.shadow = shadow;
          const stops = !pass && (this.decided ?? this.stopsHere());
          this.decided = undefined;
          if (stops) return { kind: "breakpoint" };
          pass = true;
          const causes = this.debugRegisters.executionCauses(cpu.eip);
          if (!causes) continue;
          pass = false;
          this.debugTrap(causes, "an instruction breakpoint of the debug registers");
          continue;
        }
        pass = false;
        observer?.after(this.processor.i32[(this.course.record + R.next) >> 2]! >>> 0, this.completed);
        if (resuming && this.completed) cpu.setWord(L.EFLAGS, cpu.word(L.EFLAGS) & ~FLAG.RF);
        if (stepping && this.completed && !cpu.holdTrap) this.debugTrap(DR6.singleStep, "single step (EFLAGS.TF)");
        this.takeTaskTrap();
        if (cpu.portTraps) this.takePortTrap();
      }
    } catch (e) {
      this.course.place = "between";
      if (e instanceof Intercepted) {
        cpu.setWord(L.EIP, e.eip);
        return { kind: "exception", fault: e.fault };
      }
      if (e instanceof Shutdown) return { kind: "shutdown", chain: e.chain };
      throw e;
    }
  }

  /** While there is one, every slice is one instruction; without, it costs nothing. */
  observer: Observer | undefined;

  /** Decides whether a breakpoint is a stop; the debugger's conditions are evaluated here, without leaving the run. */
  onBreakpoint: (() => boolean) | undefined;
  /** What was decided in the midst of interpreted code, and cannot be followed there. */
  private decided: boolean | undefined;
  /** At a breakpoint in interpreted code: the handler to go on with, or -1 to leave. */
  private decideAt(record: number): number {
    const { processor: cpu, records } = this;
    const { generation } = records;
    this.course.record = record;
    cpu.setWord(L.EIP, cpu.i32[(record + R.ip) >> 2]!);
    // The guest's own are the run loop's business.
    if (this.debugRegisters.executionCauses(cpu.i32[L.EIP >> 2]!)) return -1;
    const stops = this.stopsHere();
    const moved = generation !== records.generation || this.jit.handlerOf(record) !== HANDLER.breakpoint;
    // Iterations of rep are instructions: each is asked about, or where a grant or a run ends would make a difference.
    const repeats = TABLE.shapes[cpu.i32[(record + R.shape) >> 2]! & 0xffff]!.rep !== 0;
    if (!stops && !moved && !repeats && !cpu.attention && !this.observer) return records.originalHandler(record, TABLE.shapes);
    this.decided = stops;
    return -1;
  }
  private stopsHere(): boolean {
    const cs = (L.SEGMENTS + L.SEGMENT_BYTES) >> 2;
    const at = (this.processor.i32[cs + (L.BASE >> 2)]! + this.processor.eip) >>> 0;
    return this.records.breakpoints.has(at) && (this.onBreakpoint?.() ?? true);
  }

  /** Whether the last slice ended without a fault. TF counts as it was before an instruction: a popf that clears it still traps. */
  private completed = false;
  private debugTrap(cause: number, rule: string): void {
    const cpu = this.processor;
    cpu.setWord(L.DR6, cpu.word(L.DR6) | cause);
    cpu.halted = false;
    deliverException(cpu, new GuestFault(VECTOR.DB, undefined, { rule }), cpu.eip);
    this.meetNext();
  }
  /**
   * With paging: what is executed next is fetched as soon as it is next, which sets accessed bits in the guest's tables. Where a slice ends
   * must make no difference to that.
   */
  private meetNext(): void {
    const { processor: cpu, records } = this;
    if (!cpu.paging.enabled) return;
    if (cpu.contextChanged) records.selectContext();
    records.find(cpu.eip);
  }

  /** An interrupt that waits, the non-maskable one first (SDM volume 3, table 6-2). */
  private takeInterrupt(): boolean {
    const cpu = this.processor;
    let vector: number = VECTOR.NMI;
    if (cpu.nmi && !cpu.nmiBlocked) {
      cpu.nmi = false;
      cpu.nmiBlocked = true;
    } else if (cpu.interrupts.pending && cpu.word(L.EFLAGS) & FLAG.IF) vector = cpu.interrupts.acknowledge();
    else return false;
    cpu.halted = false;
    if (this.quick.external(vector)) return true;
    const before = cpu.cpl;
    deliverExternal(cpu, vector);
    if (cpu.contextChanged) this.records.selectContext();
    this.quick.learnExternal(vector, before);
    this.takeTaskTrap();
    return true;
  }

  /** I/O breakpoints are traps, also between the iterations of ins and outs (SDM volume 3, 18.3.1.1 and 18.3.1.3). */
  private takePortTrap(): void {
    const cpu = this.processor;
    const causes = cpu.portTraps;
    cpu.portTraps = 0;
    this.debugTrap(causes, "an I/O breakpoint of the debug registers");
  }

  /** The T bit's trap comes before the new task's first instruction (SDM volume 3, 18.3.1.5). */
  private takeTaskTrap(): void {
    if (!this.processor.taskTrap) return;
    this.processor.taskTrap = false;
    this.debugTrap(DR6.taskSwitch, "the T bit of the TSS switched to");
  }

  /** Between two runs. */
  setTiers({ jit, schedule }: Tiers): void {
    this.jit.dropAll();
    this.jit.heat = new Heat(schedule);
    this.compiles = jit;
  }
  get usesJit(): boolean {
    return this.compiles;
  }

  private runSlice(length: number, pass: boolean): "breakpoint" | undefined {
    const { processor: cpu, course } = this;
    const { i32 } = cpu;
    this.before = this.retired;
    this.slice = length;
    i32[L.BUDGET >> 2] = length;
    this.completed = false;
    let first = pass;
    // The next block is the cold tier's: a region would not, or not again, execute its first instruction.
    let cold = false;
    try {
      for (;;) {
        if (cpu.contextChanged) this.records.selectContext();
        const variant = this.selectVariant();
        // For a single step it is not worth finding out.
        if (length > 1) this.quick.refresh();
        else i32[L.QUICK >> 2] = 0;
        const record = this.records.find(i32[L.EIP >> 2]!);
        const left = i32[L.BUDGET >> 2]!;
        const remaining = i32[(record + R.remaining) >> 2]!;
        if (this.compiles && this.jit.heat.isImmediate && !cold) this.jit.compileBefore(record);
        const regate = cold || first || left < remaining ? this.jit.ungate(record) : undefined;
        if (left < remaining) course.stopAt(record + left * L.RECORD_BYTES);
        // A breakpoint of the guest's own comes before one that has been passed.
        const restore = first && !this.debugRegisters.executionCauses(i32[L.EIP >> 2]!) ? course.unbreak(record) : undefined;
        first = false;
        const granted = Math.min(left, Math.max(remaining, cold ? 0 : this.grant));
        course.withheld = left - granted;
        i32[L.GATES_CLOSED >> 2] = 0;
        i32[L.BUDGET >> 2] = granted - remaining;
        course.record = record;
        course.place = "interpreter";
        const hotBefore = i32[L.HOT >> 2]!;
        let reason: number;
        try {
          reason = this.coldTier.run(variant)(record);
        } finally {
          // The instruction may have faulted: its breakpoint is still wanted.
          restore?.();
          regate?.();
        }
        course.place = "between";
        const executed = granted - i32[L.BUDGET >> 2]! - course.stolen;
        this.jit.heat.left -= executed;
        this.coldTier.executed(variant, executed - ((i32[L.HOT >> 2]! - hotBefore) | 0));
        course.settle();
        if (reason === EXIT.breakpoint) return "breakpoint";
        cold = reason === EXIT.side || reason === EXIT.mismatch;
        if (reason === EXIT.side) this.jit.sideExit(cpu.eip);
        if (reason === EXIT.mismatch) this.jit.mismatch(this.records.find(i32[L.EIP >> 2]!));
        else if (reason === EXIT.budget && this.jit.heat.left <= 0) this.sample();
        if (!(cold || reason === EXIT.budget) || this.watchpoints.hit || i32[L.BUDGET >> 2] === 0) break;
      }
      this.completed = true;
      return undefined;
    } catch (e) {
      const inNewTask = e instanceof GuestFault && e.inNewTask ? cpu.eip : undefined;
      const eip = course.backToInstruction(e instanceof GuestFault || e instanceof Intercepted);
      if (!(e instanceof GuestFault)) throw e;
      if (inNewTask !== undefined) cpu.setWord(L.EIP, inNewTask);
      this.deliverUnlessKept(e, inNewTask ?? eip);
      return undefined;
    }
  }

  /** Instructions to execute before looking where we are. */
  private get grant(): number {
    return this.compiles ? this.jit.heat.left : MAX_SLICE;
  }
  private sample(): void {
    if (!this.compiles) return;
    if (this.processor.contextChanged) this.records.selectContext();
    this.jit.sample(this.processor.eip, this.course.operations);
    this.course.operations = 0;
  }

  /** A fault that is kept from the guest has not happened to it, and takes no time: its instruction will be executed again. */
  private deliverUnlessKept(fault: GuestFault, eip: number): void {
    try {
      deliverException(this.processor, fault, eip);
    } catch (e) {
      if (e instanceof Intercepted) this.processor.i32[L.BUDGET >> 2]! += 1;
      throw e;
    }
  }

  /** @returns the number of the cold tier's variant that is wanted now */
  private selectVariant(): number {
    const n = variantNumber(this.watchpoints.watchesLoads, this.processor.paging.enabled);
    const variant = VARIANTS[n]!;
    this.processor.onRead = variant.watchLoads ? this.noteRead : undefined;
    this.jit.select(variant);
    return n;
  }

  private readonly noteRead = (at: number, size: number): void => {
    if (this.watchpoints.noteRead(at, size)) this.course.stopSoon();
  };
}
