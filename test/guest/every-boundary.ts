/**
 * Injects an interrupt at every instruction boundary of one pass of the stress sample, in the partition and in the kernel, and compares
 * what the pass goes through with a pass that nothing was injected into.
 */
import { readFileSync } from "node:fs";
import { physical } from "../../src/cpu386/address.js";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { ElfFile } from "../../src/pc/elf.js";
import { Machine } from "../../src/pc/machine.js";
import { findExecutables } from "../../src/pok/embedded.js";
import { images } from "./tools.js";

const CLOCK = 0;
const LINE = 5;
const PARTITIONS = 2;
/** In struct pok_vcpu: the number of calls of each vector's handler. */
const DELIVERED = 120;
/** Between two ticks while another partition runs. */
const STRIDE = 2000;
/** What is compared of the stack, from ESP upwards: all that a pass and its callers have there. */
const STACK_WORDS = 40;
const FPU_WORDS = (L.FPU_IP - L.FPU_REGISTERS) / 4;
/** General registers, eip and eflags, selectors, stack. */
const WORDS = 8 + 2 + 6 + STACK_WORDS;
const CR0_TS = 8;
/** A pass takes fewer than this; a run that has lost its way takes more. */
const MOST_STEPS = 50_000;

export interface BoundaryReport {
  /** Boundaries at which the line was raised, by the ring they were in. */
  readonly boundaries: { partition: number; kernel: number };
  readonly differences: string[];
}

export class StressMachine {
  readonly machine: Machine;
  private readonly kernel: ElfFile;
  private readonly partition: ElfFile;
  private readonly first: number;
  private readonly end: number;
  private readonly last: number;

  /** @param ips instructions per virtual second: few ticks fall into a pass if it is high, many if it is low */
  constructor(
    ips: number,
    private readonly number: number,
  ) {
    const bytes = new Uint8Array(readFileSync(`${images}stress.elf`));
    this.kernel = new ElfFile(bytes, "stress.elf");
    this.partition = findExecutables(bytes.subarray(1))[0]!;
    this.machine = new Machine({ memoryBytes: 4 << 20, ips, boot: { kind: "multiboot", path: "stress.elf", bytes }, console: () => {} });
    this.first = this.symbol("stress_begin");
    this.end = this.symbol("stress_pass_end");
    while (this.p.cpl !== 3) this.machine.run(1000);
    // The leaf it calls lies behind it.
    this.last = this.symbol("stress_pass") + this.partition.symbol("stress_pass")!.size;
  }

  private symbol(name: string): number {
    const symbol = this.partition.symbol(name);
    if (!symbol) throw new Error(`stress.elf has no ${name}`);
    return symbol.value;
  }
  private get p(): Machine["cpu"]["processor"] {
    return this.machine.cpu.processor;
  }
  /** How often the line's handler has been called in the partition, as its virtual CPU says. */
  get delivered(): number {
    const page = this.base + this.symbol("pok_vcpu");
    return this.word(page + DELIVERED + 4 * LINE);
  }
  private word(at: number): number {
    return this.p.memory.read(physical(at), 4);
  }

  /** On to the first instruction of the partition's next pass. */
  toPass(): void {
    const { records } = this.machine.cpu;
    records.setBreakpoint(this.base + this.first);
    let exit = this.machine.run(STRIDE, { passBreakpoint: true });
    // Where the clock is slow, the slots of the others would never end.
    for (let n = 0; exit.kind === "budget" && n < 1000; n++) {
      this.raise(CLOCK);
      exit = this.machine.run(STRIDE);
    }
    records.clearBreakpoint(this.base + this.first);
    if (exit.kind !== "breakpoint") throw new Error(`no pass of partition ${this.number} begins: ${exit.kind}`);
  }
  private get base(): number {
    const at = this.kernel.symbol("pok_partitions")!;
    return this.word(at.value + (this.number * at.size) / PARTITIONS);
  }

  private inPass(): boolean {
    const { eip } = this.p;
    return this.isRunning() && eip >= this.first && eip < this.last;
  }
  private atEnd(): boolean {
    return this.isRunning() && this.p.eip === this.end;
  }
  private isRunning(): boolean {
    return this.p.selector(SEGMENT.CS) === 0x23 + 0x10 * this.number;
  }

  /** Registers, flags, selectors, the stack, and the x87 unless the kernel has it put away. */
  private state(): Int32Array {
    const { p } = this;
    const words = new Int32Array(WORDS + FPU_WORDS);
    let n = 0;
    for (let r = 0; r < 8; r++) words[n++] = p.word(L.GPR + 4 * r);
    words[n++] = p.eip;
    // RF is set where #NM has brought the x87 back (SDM volume 3, 18.3.1.1).
    words[n++] = p.flags & ~FLAG.RF;
    for (const s of [SEGMENT.CS, SEGMENT.SS, SEGMENT.DS, SEGMENT.ES, SEGMENT.FS, SEGMENT.GS]) words[n++] = p.selector(s);
    const stack = L.RAM + p.segment(SEGMENT.SS).base + p.word(L.ESP);
    const view = new DataView(p.u8.buffer, stack, STACK_WORDS * 4);
    for (let w = 0; w < STACK_WORDS; w++) words[n++] = view.getInt32(w * 4, true);
    if (p.word(L.CR0) & CR0_TS) return words.subarray(0, WORDS);
    for (let w = 0; w < FPU_WORDS; w++) words[n++] = p.i32[L.FPU_REGISTERS / 4 + w]!;
    return words;
  }

  /** One pass, step by step. `each` is called at every boundary with its number. */
  pass(each: (step: number) => void, sees: (state: Int32Array) => void): number {
    let ticked = 0;
    for (let step = 0; step < MOST_STEPS; step++) {
      if (this.inPass()) sees(this.state());
      if (this.atEnd()) return step;
      each(step);
      if (this.p.cpl === 3 && !this.isRunning() && step - ticked > STRIDE) {
        this.raise(CLOCK);
        ticked = step;
      }
      this.machine.run(1);
    }
    throw new Error("the pass does not end");
  }
  raise(line: number): void {
    // An edge; the level must last until the processor acknowledges it.
    this.machine.pic.set(line, false);
    this.machine.pic.set(line, true);
  }
  get ring(): number {
    return this.p.cpl;
  }
}

/** Where one of them has its x87 put away, until it is used again, the rest is compared. */
const equal = (a: Int32Array, b: Int32Array): boolean => {
  for (let n = 0; n < Math.min(a.length, b.length); n++) if (a[n] !== b[n]) return false;
  return true;
};
function describe(expected: Int32Array | undefined, found: Int32Array): string {
  if (!expected) return "more instructions than there are";
  return [...found]
    .flatMap((word, n) =>
      word === expected[n] ? [] : [`word ${n} is ${(word >>> 0).toString(16)}, not ${(expected[n]! >>> 0).toString(16)}`],
    )
    .slice(0, 4)
    .join(", ");
}

/** Compares the states of a pass with the reference's; after an interrupt the one it came at is seen again. */
class Follower {
  private next = 0;
  readonly found: string[] = [];
  constructor(private readonly reference: readonly Int32Array[]) {}

  sees(state: Int32Array): void {
    const { reference, next } = this;
    if (next < reference.length && equal(reference[next]!, state)) this.next++;
    else if (!(next > 0 && equal(reference[next - 1]!, state))) this.found.push(describe(reference[next], state));
  }
  get complete(): boolean {
    return this.next === this.reference.length;
  }
}

/** Raises the line at each boundary of a pass in turn, a pass for each. With `ticks`, each pass begins with a tick of the clock as well. */
export function atEveryBoundary(partition: number, ips: number, ticks: boolean): BoundaryReport {
  const stress = new StressMachine(ips, partition);
  // Past the first ones, which say what is right, and the registration of handlers.
  for (let n = 0; n < 4; n++) stress.toPass();
  const reference: Int32Array[] = [];
  let boundaries = stress.pass(
    () => {},
    (state) => reference.push(state),
  );
  // One of three ends a slot at most: it takes as long as the others' slots, and is not the measure.
  const lengths = [0, 1, 2].map(() => {
    stress.toPass();
    return stress.pass(
      (step) => step === 0 && stress.raise(CLOCK),
      () => {},
    );
  });
  if (ticks) boundaries = Math.min(...lengths);
  const report: BoundaryReport = { boundaries: { partition: 0, kernel: 0 }, differences: [] };
  for (let boundary = 0; boundary < boundaries && report.differences.length < 20; boundary++) {
    stress.toPass();
    const before = stress.delivered;
    const follower = new Follower(reference);
    let where: "partition" | "kernel" = "partition";
    stress.pass(
      (step) => {
        if (ticks && step === 0) stress.raise(CLOCK);
        if (step !== boundary) return;
        where = stress.ring === 3 ? "partition" : "kernel";
        report.boundaries[where]++;
        stress.raise(LINE);
      },
      (state) => follower.sees(state),
    );
    const calls = stress.delivered - before;
    const problem = follower.found[0] ?? (follower.complete ? undefined : "the pass ended early");
    if (problem !== undefined) report.differences.push(`boundary ${boundary} (${where}): ${problem}`);
    if (calls !== 1) report.differences.push(`boundary ${boundary} (${where}): ${calls} calls of the handler`);
  }
  return report;
}
