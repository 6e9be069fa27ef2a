/**
 * Two machines in lock-step: one runs as it will, its double by the cold tier alone, and after every stretch all that the guest could find
 * out must be the same. At the first difference both are taken back, and the instruction that made it is looked for.
 */
import type { RunOptions } from "../cpu386/cpu.js";
import { STANDARD } from "../cpu386/jit/heat.js";
import * as L from "../cpu386/layout.js";
import type { Processor } from "../cpu386/processor.js";
import { ChangedPages, PAGE_BYTES } from "./changed-pages.js";
import { Machine, type MachineExit, type MachineState } from "./machine.js";
import { machineState } from "./state-hash.js";

/** Instructions between two comparisons. */
const STRETCH = 200_000;

export class LockStep {
  private readonly changed: ChangedPages;
  private readonly changedDouble: ChangedPages;
  /** RAM as it was at the beginning of the stretch. */
  private readonly before: Uint8Array;
  /** Exceptions that a debugger has kept from the guest in this stretch, and counts at which the processor was sent to sleep. */
  private readonly kept = new Set<string>();
  private readonly slept: number[] = [];

  /** Like the machine at power-on, but in the cold tier without quick paths, its output going nowhere. */
  readonly double: Machine;

  /**
   * @param machine at its first instruction
   * @param onDifference hears, in one line, what differs after which instruction; the machine then ends
   */
  constructor(
    private readonly machine: Machine,
    private readonly onDifference: (text: string) => void,
  ) {
    const double = new Machine({ ...machine.options, console: () => {}, post: undefined, parallel: undefined });
    double.cpu.setTiers({ jit: false, schedule: STANDARD });
    double.cpu.quick.enabled = false;
    double.cpu.coldTier.isBeside = machine.cpu.coldTier.isBeside;
    this.double = double;
    this.changed = new ChangedPages(machine.cpu);
    this.changedDouble = new ChangedPages(double.cpu);
    this.before = this.ram(machine).slice();
    this.ram(double).set(this.before);
    machine.runBy = (count, options) => this.run(count, options);
    machine.onRestart = () => this.beginAnew();
    double.cpu.processor.intercept = ({ vector }) => this.kept.has(`${vector} ${double.now}`);
    double.sleeps = () => this.slept.includes(double.now);
  }

  /** What a debugger decides in the course of a run, whoever it may be by now, is decided for both. */
  private listen(): void {
    const { machine, kept, slept } = this;
    const { processor } = machine.cpu;
    const { intercept } = processor;
    if (intercept && intercept !== this.intercept) {
      this.intercept = processor.intercept = (fault, eip) => {
        const keeps = intercept(fault, eip);
        if (keeps) kept.add(`${fault.vector} ${machine.now}`);
        return keeps;
      };
    }
    const { sleeps } = machine;
    if (sleeps && sleeps !== this.sleeps) {
      this.sleeps = machine.sleeps = () => {
        const isAsleep = sleeps();
        if (isAsleep && slept.at(-1) !== machine.now) slept.push(machine.now);
        return isAsleep;
      };
    }
  }
  private intercept: Processor["intercept"];
  private sleeps: Machine["sleeps"];

  private ram({ cpu: { processor: p } }: Machine): Uint8Array {
    return p.u8.subarray(L.RAM, L.RAM + p.memory.size);
  }

  private run(count: number, options: RunOptions): MachineExit {
    const end = this.machine.now + count;
    let first = options;
    this.listen();
    for (;;) {
      this.follow();
      const state = this.machine.save();
      const start = this.machine.now;
      const { retired } = this.machine.cpu;
      const wasHalted = this.isHalted;
      const exit = this.runMachine(Math.min(STRETCH, end - start), first);
      first = { ...options, passBreakpoint: false };
      // A debugger steps through a halt count by count; no tier has a part in that.
      const isIdle = wasHalted && this.isHalted && this.machine.cpu.retired === retired;
      if (!isIdle && !this.follows(state, start, options)) return { kind: "power", event: { kind: "power-off" } };
      if (exit.kind !== "budget" || this.machine.now >= end) return exit;
    }
  }
  private get isHalted(): boolean {
    return this.machine.cpu.processor.halted;
  }
  /** Whether the double does the same. */
  private follows(state: MachineState, start: number, options: RunOptions): boolean {
    this.runDouble(this.machine.now - start, options);
    if (this.agrees()) return true;
    this.onDifference(this.find(state, this.machine.now - start, options));
    return false;
  }

  private runMachine(count: number, options: RunOptions): MachineExit {
    this.kept.clear();
    this.slept.length = 0;
    return this.machine.runAlone(count, options);
  }
  private runDouble(count: number, { interrupts }: RunOptions): void {
    const { double } = this;
    const end = double.now + count;
    const options = interrupts === undefined ? {} : { interrupts };
    // Nobody stops the double at a change of ring, after which it may be asked to sleep.
    for (const at of this.slept) if (at > double.now && at < end) double.runAlone(at - double.now, options);
    const isSettled = !this.machine.isUnsettled;
    if (isSettled || interrupts === false || end === double.now) {
      double.runAlone(end - double.now, options);
      // A machine that was stopped in a handler's first moment has taken the interrupt, which a double at the end of its count may not have.
      if (isSettled) double.runAlone(0, options);
      return;
    }
    // One that was stopped in the midst has not taken an interrupt that waits; at the end of its count the double would.
    double.runAlone(end - double.now - 1, options);
    double.runAlone(0, options);
    double.runAlone(end - double.now, { interrupts: false });
  }

  /** What was done to the machine while it stood (input, a debugger's writes, a way back) is done to the double. */
  private follow(): void {
    const ram = this.ram(this.machine);
    for (const page of new Set([...this.changed.take(), ...this.changedDouble.take()])) {
      const at = page * PAGE_BYTES;
      const bytes = ram.slice(at, at + PAGE_BYTES);
      this.before.set(bytes, at);
      this.changedDouble.put(page, bytes);
    }
    this.double.load(this.machine.save());
  }

  /** The power has been switched off and on. */
  private beginAnew(): void {
    const ram = this.ram(this.machine);
    this.double.restart();
    this.ram(this.double).set(ram);
    this.before.set(ram);
    this.changed.forget();
    this.changedDouble.forget();
  }

  private agrees(): boolean {
    return machineState(this.machine) === machineState(this.double) && this.differingPage() === undefined;
  }
  private differingPage(): number | undefined {
    const [ram, other] = [this.ram(this.machine), this.ram(this.double)];
    const page = (n: number, of: Uint8Array): Uint8Array => of.subarray(n * PAGE_BYTES, (n + 1) * PAGE_BYTES);
    const touched = new Set([...this.changed.changed, ...this.changedDouble.changed]);
    return [...touched].find((n) => Buffer.compare(page(n, ram), page(n, other)) !== 0);
  }

  private back(state: MachineState): void {
    for (const [machine, pages] of [[this.machine, this.changed] as const, [this.double, this.changedDouble] as const]) {
      for (const page of pages.take()) pages.put(page, this.before.slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
      machine.load(state);
    }
  }

  /** The first count at which the machines differ, between 1 and `count` instructions behind a state. */
  private find(state: MachineState, count: number, options: RunOptions): string {
    let [same, differs] = [0, count];
    const differAfter = (n: number): boolean => {
      this.back(state);
      this.runMachine(n, { ...options, passBreakpoint: true });
      this.runDouble(n, options);
      return !this.agrees();
    };
    while (differs - same > 1) {
      const middle = (same + differs) >>> 1;
      if (differAfter(middle)) differs = middle;
      else same = middle;
    }
    differAfter(same);
    const { processor: p } = this.double.cpu;
    const place = `${p.selector(1).toString(16)}:${p.eip.toString(16).padStart(8, "0")}`;
    if (!differAfter(differs))
      return `the tiers differed in the ${count} instructions before count ${this.machine.now}, but not when run again`;
    return `the tiers differ at count ${this.machine.now}, after the instruction at ${place}: ${this.describe()}`;
  }

  /** What differs, of the machine and of its double. */
  private describe(): string {
    const page = this.differingPage();
    const words = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"].flatMap((name, n) => {
      const [hot, cold] = [this.machine, this.double].map((m) => m.cpu.processor.word(4 * n)) as [number, number];
      return hot === cold ? [] : [`${name} is 0x${hot.toString(16)}, and 0x${cold.toString(16)} in the cold tier`];
    });
    const [flags, coldFlags] = [this.machine.cpu.processor.flags, this.double.cpu.processor.flags];
    if (flags !== coldFlags) words.push(`eflags is 0x${flags.toString(16)}, and 0x${coldFlags.toString(16)} in the cold tier`);
    if (page !== undefined) {
      const at = this.ram(this.machine).findIndex((byte, n) => n >= page * PAGE_BYTES && byte !== this.ram(this.double)[n]);
      words.push(`the byte at physical 0x${at.toString(16)} differs`);
    }
    return words.length > 0 ? words.join("; ") : "some other state";
  }
}
