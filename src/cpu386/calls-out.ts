/** What generated code calls: accesses out of the ordinary, operations in TypeScript, links between blocks. */
import type { Size } from "./bus.js";
import type { Course } from "./course.js";
import type { DebugRegisters } from "./debug-registers.js";
import { branchBeyondLimit, raiseDecodeFault } from "./decode-fault.js";
import { TABLE } from "./definitions/index.js";
import { VECTOR } from "./fault.js";
import { FLAG } from "./flags.js";
import { Instruction } from "./instruction.js";
import type { Region } from "./jit/jit.js";
import { REASON } from "./jit/locals.js";
import * as L from "./layout.js";
import { BulkStrings } from "./operations/bulk.js";
import type { Processor } from "./processor.js";
import type { QuickPaths } from "./quick.js";
import type { RecordCache } from "./records.js";
import type { DynamicOptions } from "./wasm/accesses.js";
import type { Watchpoints } from "./watch.js";

const { R } = L;

const segmentNumber = (address: number): number => (address - L.SEGMENTS) / L.SEGMENT_BYTES;

export class CallsOut {
  private readonly instruction: Instruction;
  private readonly strings: BulkStrings;

  constructor(
    private readonly processor: Processor,
    private readonly records: RecordCache,
    private readonly quick: QuickPaths,
    private readonly debugRegisters: DebugRegisters,
    private readonly watchpoints: Watchpoints,
    private readonly course: Course,
  ) {
    this.instruction = new Instruction(processor, TABLE.shapes);
    this.strings = new BulkStrings(processor, course);
  }

  /** The functions that the interpreter imports; their signatures are in wasm/imports.ts. */
  forInterpreter(options: DynamicOptions, point: (record: number) => number): Record<string, unknown> {
    const { processor: cpu, records, course } = this;
    const enter = (record: number): void => {
      course.record = record;
    };
    return {
      slowLoad: (record: number, at: number, segment: number, size: Size): number => {
        enter(record);
        return cpu.read(segmentNumber(segment), at, size);
      },
      slowStore: (record: number, at: number, segment: number, size: Size, value: number): void => {
        enter(record);
        cpu.write(segmentNumber(segment), at, size, value);
      },
      probeStore: (record: number, at: number, segment: number, size: Size): void => {
        enter(record);
        cpu.probeWrite(segmentNumber(segment), at, size);
      },
      link: (record: number, field: number): number => {
        enter(record);
        return records.link(record, field) ?? branchBeyondLimit(cpu);
      },
      find: (ip: number): number => records.find(ip),
      point,
      system: (record: number): number => {
        enter(record);
        return this.system(record, options.paging) ? 1 : 0;
      },
      helper: (record: number): void => {
        enter(record);
        this.instruction.record = record;
        this.instruction.shape.definition.helper!(cpu, this.instruction);
      },
      ...this.quick.functions,
      bulk: (record: number): void => void this.bulk(record, Number(options.watchLoads)),
      raise: (record: number, vector: number): void => {
        enter(record);
        if (vector === VECTOR.GP) branchBeyondLimit(cpu);
        const why =
          vector === VECTOR.UD ? "there is no such segment register" : "division by zero, or a quotient too large for its register";
        cpu.raise(vector, undefined, why);
      },
    };
  }

  /** Iterations of a string instruction with rep, as many as can be done at once. */
  readonly bulk = (record: number, watchLoads: number): number => {
    const { i32 } = this.processor;
    const shape = TABLE.shapes[i32[(record + R.shape) >> 2]! & 0xffff]!;
    this.strings.iterate(shape, segmentNumber(i32[(record + R.seg) >> 2]!), watchLoads !== 0);
    return 0;
  };

  /** A system operation in interpreted code; whether that has to be left behind it. */
  private system(record: number, paging: boolean): boolean {
    const { processor: cpu, course } = this;
    course.place = "system";
    course.operations++;
    const before = cpu.cpl;
    this.operate(record);
    course.place = "interpreter";
    if (cpu.debugChanged) this.debugRegisters.update();
    if (cpu.contextChanged) this.records.selectContext();
    this.quick.refresh();
    const { quick, contained } = this.instruction.shape.definition;
    if (quick && !contained) this.quick.learn(this.instruction, before);
    // Paging went on or off: the other variant goes on from here.
    return cpu.paging.enabled !== paging || this.isWanted();
  }

  /** An operation called from a region: less than 0, and it goes on, or the REASON to leave it behind the instruction. */
  readonly fromRegion = (record: number, region: Region): number => {
    const { processor: cpu, course } = this;
    course.record = record;
    course.place = "region";
    course.leavesRegion = false;
    this.instruction.record = record;
    const next = cpu.i32[(record + R.next) >> 2]!;
    cpu.i32[L.EIP >> 2] = next;
    const { losses } = cpu.paging;
    const { helper } = this.instruction.shape.definition;
    if (helper) helper(cpu, this.instruction);
    else {
      course.place = "system";
      this.operate(record);
      this.quick.refresh();
      if (cpu.contextChanged || cpu.debugChanged || cpu.i32[L.EIP >> 2] !== next || this.isWanted()) course.leavesRegion = true;
    }
    course.place = "interpreter";
    // It may remember pages that the TLB has no longer.
    if (losses !== cpu.paging.losses) course.leavesRegion = true;
    if (course.leavesRegion) return REASON.stop;
    return region.dropped ? REASON.onward : -1;
  };

  /** Behind a system operation: whether the run loop has something to see to. */
  private isWanted(): boolean {
    const { processor: cpu } = this;
    const flags = cpu.i32[L.EFLAGS >> 2]!;
    return (
      cpu.attention ||
      cpu.nmi ||
      cpu.portTraps !== 0 ||
      cpu.shadow ||
      cpu.halted ||
      cpu.taskTrap ||
      (cpu.interrupts.pending && (flags & FLAG.IF) !== 0) ||
      (flags & (FLAG.TF | FLAG.RF)) !== 0 ||
      this.watchpoints.hit !== undefined
    );
  }

  private operate(record: number): void {
    const { processor: cpu, instruction } = this;
    const fault = this.records.faults.get(record);
    instruction.record = record;
    cpu.currentIp = instruction.ip;
    if (fault === undefined) instruction.shape.definition.system!(cpu, instruction);
    else raiseDecodeFault(cpu, instruction, fault, () => this.records.forgetRecord(record));
  }
}
