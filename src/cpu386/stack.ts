/** Pushing onto a stack that may not be the current one yet: gates and far transfers check everything before they change anything. */
import { linear } from "./address.js";
import { GuestFault, VECTOR } from "./fault.js";
import { ESP } from "./layout.js";
import type { Processor } from "./processor.js";
import { ATTRIBUTE, accessRule, SEGMENT, type SegmentCache, selectorError } from "./segment.js";

export class Stack {
  constructor(
    private readonly cpu: Processor,
    readonly segment: SegmentCache,
    public pointer: number,
    /** Error code of the #SS that a full stack raises; only EXT for the current stack. */
    private readonly errorCode: number,
    /** Accesses with the rights of CPL 3. */
    private readonly user: boolean,
  ) {}

  /** @param external the EXT bit of the error code, for interrupts that stay in their ring */
  static current(cpu: Processor, external: 0 | 1 = 0): Stack {
    return new Stack(cpu, cpu.segment(SEGMENT.SS), cpu.word(ESP), external, cpu.cpl === 3);
  }
  /** The stack of an inner ring about to be switched to: the supervisor's. */
  static next(cpu: Processor, segment: SegmentCache, pointer: number, external: 0 | 1): Stack {
    return new Stack(cpu, segment, pointer, selectorError(segment.selector, external), false);
  }

  private get mask(): number {
    return this.segment.attributes & ATTRIBUTE.big ? 0xffffffff : 0xffff;
  }
  private at(displacement: number): number {
    return ((this.pointer + displacement) & this.mask) >>> 0;
  }
  private check(at: number, size: number, access: "read" | "write"): void {
    const rule = accessRule(this.segment, at, size, access);
    if (!rule) return;
    const { selector, limit } = this.segment;
    throw new GuestFault(VECTOR.SS, this.errorCode, { rule, segment: "SS", selector, offset: at, size, limit, access });
  }
  /** Raises #SS or #PF unless `count` items of `size` bytes fit. */
  requireRoom(count: number, size: 2 | 4): void {
    for (let n = 1; n <= count; n++) this.requireWritable(-n * size, size);
  }
  /** Raises #SS or #PF unless the item `displacement` bytes above the top can be written. */
  requireWritable(displacement: number, size: 2 | 4): void {
    const at = this.at(displacement);
    this.check(at, size, "write");
    this.cpu.probeLinear(linear(this.segment.base + at), size, this.user);
  }
  push(size: 2 | 4, value: number): void {
    const at = this.at(-size);
    this.check(at, size, "write");
    this.cpu.writeLinear(linear(this.segment.base + at), size, value, this.user);
    this.move(-size);
  }
  /** The item `displacement` bytes above the top. */
  peek(displacement: number, size: 2 | 4): number {
    const at = this.at(displacement);
    this.check(at, size, "read");
    return this.cpu.readData(linear(this.segment.base + at), size, this.user);
  }
  move(bytes: number): void {
    this.pointer = ((this.pointer & ~this.mask) | ((this.pointer + bytes) & this.mask)) >>> 0;
  }
}
