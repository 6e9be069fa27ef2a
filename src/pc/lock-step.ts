/**
 * Two machines in lock-step: one runs as it will, its double by the cold tier alone, and after every stretch all that the guest could find
 * out must be the same. At the first difference both are taken back, and the instruction that made it is looked for.
 */
import type { RunOptions } from "../cpu386/cpu.js";
import * as L from "../cpu386/layout.js";
import { ChangedPages, PAGE_BYTES } from "./changed-pages.js";
import type { Machine, MachineExit, MachineState } from "./machine.js";
import { machineState } from "./state-hash.js";

/** Instructions between two comparisons. */
const STRETCH = 200_000;

export class LockStep {
  private readonly changed: ChangedPages;
  private readonly changedDouble: ChangedPages;
  private last = 0;
  /** RAM as it was at the beginning of the stretch. */
  private readonly before: Uint8Array;

  /**
   * @param machine as it is at power-on; it must have no history
   * @param double the same, never run by anybody else, its output going nowhere
   * @param onDifference hears, in one line, what differs after which instruction; the machine then ends
   */
  constructor(
    private readonly machine: Machine,
    private readonly double: Machine,
    private readonly onDifference: (text: string) => void,
  ) {
    this.changed = new ChangedPages(machine.cpu);
    this.changedDouble = new ChangedPages(double.cpu);
    this.before = this.ram(machine).slice();
    this.ram(double).set(this.before);
    machine.runBy = (count, options) => this.run(count, options);
  }

  private ram({ cpu: { processor: p } }: Machine): Uint8Array {
    return p.u8.subarray(L.RAM, L.RAM + p.memory.size);
  }

  private run(count: number, options: RunOptions): MachineExit {
    const end = this.machine.now + count;
    let first = options;
    for (;;) {
      this.follow();
      const state = this.machine.save();
      const start = this.machine.now;
      const exit = this.machine.runAlone(Math.min(STRETCH, end - start), first);
      first = { ...options, passBreakpoint: false };
      this.runDouble(this.machine.now - start, options);
      if (!this.agrees()) {
        this.onDifference(this.find(state, this.machine.now - start, options));
        return { kind: "power", event: { kind: "power-off" } };
      }
      this.last = this.machine.now;
      if (exit.kind !== "budget" || this.machine.now >= end) return exit;
    }
  }

  private runDouble(count: number, { interrupts }: RunOptions): void {
    this.double.runAlone(count, interrupts === undefined ? {} : { interrupts });
  }

  /** What was done to the machine while it stood (input, a debugger's writes) is done to the double. */
  private follow(): void {
    const ram = this.ram(this.machine);
    if (this.machine.now < this.last) this.beginAnew(ram);
    for (const page of new Set([...this.changed.take(), ...this.changedDouble.take()])) {
      const at = page * PAGE_BYTES;
      const bytes = ram.slice(at, at + PAGE_BYTES);
      this.before.set(bytes, at);
      this.changedDouble.put(page, bytes);
    }
    this.double.load(this.machine.save());
  }

  /** The power has been switched off and on. */
  private beginAnew(ram: Uint8Array): void {
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
      this.machine.runAlone(n, { ...options, passBreakpoint: true });
      this.runDouble(n, options);
      return !this.agrees();
    };
    while (differs - same > 1) {
      const middle = (same + differs) >>> 1;
      if (differAfter(middle)) differs = middle;
      else same = middle;
    }
    this.back(state);
    this.runDouble(same, options);
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
