/**
 * Where execution is while code runs, and how that is made to stop at exactly one instruction: handlers replaced for a moment, budget set aside.
 */
import { TABLE } from "./definitions/index.js";
import { HANDLER } from "./definitions/table.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";
import type { RecordCache } from "./records.js";

const { R } = L;

export class Course {
  /** The record that called out, and where that was: in interpreted code, a region, a system operation, or between instructions. */
  record = 0;
  place: "interpreter" | "region" | "system" | "between" = "between";
  /** What was called from a region asks for it to be left. */
  leavesRegion = false;
  /** Budget set aside to make the interpreter leave at the next block. */
  stolen = 0;
  /** Budget that code may use only at many instructions a time, so that it is looked at now and then where time goes. */
  withheld = 0;
  /** A record whose handler was replaced to stop there, that handler, and the generation of records it is of. */
  private patched = 0;
  private patchedHandler = 0;
  private patchGeneration = 0;

  /** Operations that interpreted code has called out for. */
  operations = 0;

  constructor(
    private readonly processor: Processor,
    private readonly records: RecordCache,
  ) {}

  /** Instructions of the current block that are off the budget, and not complete. */
  get inFlight(): number {
    return this.place === "between" ? 0 : this.processor.i32[(this.record + R.remaining) >> 2]!;
  }
  reset(): void {
    this.stolen = this.withheld = 0;
    this.place = "between";
  }

  /** What a string instruction that does many iterations at a time has. */
  get available(): number {
    return this.processor.i32[L.BUDGET >> 2]! + this.withheld;
  }
  /** Iterations done so: they take next to no time, and say nothing of where it goes. */
  spend(count: number): void {
    const spare = Math.min(count, this.withheld);
    this.withheld -= spare;
    this.processor.i32[L.BUDGET >> 2]! -= count - spare;
  }

  /** Stops in front of a record of the block that is executed. */
  stopAt(record: number): void {
    this.unpatch();
    const { i32 } = this.processor;
    this.patched = record;
    this.patchedHandler = i32[record >> 2]!;
    i32[record >> 2] = HANDLER.stop;
    this.patchGeneration = this.records.generation;
  }
  private unpatch(): void {
    const { i32 } = this.processor;
    if (this.patched && this.patchGeneration === this.records.generation && i32[this.patched >> 2] === HANDLER.stop) {
      i32[this.patched >> 2] = this.patchedHandler;
    }
    this.patched = 0;
  }

  /** Takes a breakpoint off a record; the function returned puts it back, unless the record has become another. */
  unbreak(record: number): (() => void) | undefined {
    const { i32 } = this.processor;
    if (i32[record >> 2] !== HANDLER.breakpoint) return undefined;
    const original = this.records.originalHandler(record, TABLE.shapes);
    const { generation } = this.records;
    i32[record >> 2] = original;
    return () => {
      if (generation === this.records.generation && i32[record >> 2] === original) i32[record >> 2] = HANDLER.breakpoint;
    };
  }

  /** Leaves as soon as the instruction that has called out is complete. */
  stopSoon(): void {
    const { i32 } = this.processor;
    if (this.place === "system") this.processor.attention = true;
    if (this.place === "region") this.leavesRegion = true;
    if (this.place !== "interpreter") return;
    if (i32[(this.record + R.remaining) >> 2]! > 1) this.stopAt(this.record + L.RECORD_BYTES);
    else {
      this.stolen += this.available;
      this.withheld = i32[L.BUDGET >> 2] = 0;
    }
  }

  /** Undoes all that after the interpreter has left. */
  settle(): void {
    this.unpatch();
    this.processor.i32[L.BUDGET >> 2]! += this.stolen + this.withheld;
    this.stolen = this.withheld = 0;
  }

  /** After a throw out of the interpreter: as if the instruction had not begun. Returns its offset. */
  backToInstruction(counts: boolean): number {
    const { i32 } = this.processor;
    this.settle();
    if (this.place !== "between") i32[L.BUDGET >> 2]! += i32[(this.record + R.remaining) >> 2]! - (counts ? 1 : 0);
    this.place = "between";
    const ip = i32[(this.record + R.ip) >> 2]! >>> 0;
    i32[L.EIP >> 2] = ip;
    return ip;
  }
}
