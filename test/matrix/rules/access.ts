/** Accesses through segment registers, and the stack: SDM volume 3, 5.3 (limits), 5.4.1 (null selectors), 5.5 (types). */
import {
  baseOf,
  type Descriptor,
  Fault,
  GP,
  isBig,
  isCode,
  isExpandDown,
  isReadable,
  isWritable,
  limitOf,
  type SegmentName,
  SS,
  type State,
} from "./state.js";

export type Access = "read" | "write";

/** 5.3: the effective limit; for expand-down data the last offset that is not allowed. */
export function withinLimit(d: Descriptor, offset: number, size: number): boolean {
  const last = offset + size - 1;
  if (!isExpandDown(d)) return last <= limitOf(d);
  return offset > limitOf(d) && last <= (isBig(d) ? 0xffffffff : 0xffff);
}
/** 5.5: code can be read if it is readable and never be written; data can be read always. */
const typeAllows = (d: Descriptor, access: Access): boolean => (access === "write" ? isWritable(d) : isReadable(d));

/** The linear address of an access, or the fault it meets: #SS(0) through SS, else #GP(0). */
export function locate(s: State, name: SegmentName, offset: number, size: number, access: Access): number {
  const d = s.segments[name].descriptor;
  const virtual = s.virtual8086;
  if (s.departs("checks no access")) return ((d ? baseOf(d) : 0) + offset) >>> 0;
  if (!d || !(virtual || typeAllows(d, access)) || !withinLimit(d, offset, size)) throw new Fault(name === "ss" ? SS : GP, 0);
  return (baseOf(d) + offset) >>> 0;
}
export const read = (s: State, name: SegmentName, offset: number, size: number): number =>
  s.readLinear(locate(s, name, offset, size, "read"), size);
export const write = (s: State, name: SegmentName, offset: number, size: number, value: number): void =>
  s.writeLinear(locate(s, name, offset, size, "write"), size, value);

/** 5.3 on fetching: a byte of an instruction beyond the limit of CS is #GP(0). */
export function fetchCode(s: State, size: number): number {
  const d = s.segments.cs.descriptor!;
  if (!isCode(d) && !s.virtual8086) throw new Error("CS holds no code");
  if (!s.departs("checks no access") && s.eip + size - 1 > limitOf(d)) throw new Fault(GP, 0);
  return s.readLinear((baseOf(d) + s.eip) >>> 0, size);
}

/**
 * A stack that is pushed to before it is SS: everything is checked first, so that a fault finds nothing written.
 * Volume 1, 6.2.3: the B flag of SS says whether ESP or SP points to it.
 */
export class StackOf {
  constructor(
    private readonly s: State,
    readonly segment: Descriptor,
    public pointer: number,
    /** Error code of #SS: a stack that is being switched to is named, the current one is not. */
    private readonly error: number,
  ) {}
  static current(s: State, ext = 0): StackOf {
    const d = s.segments.ss.descriptor;
    if (!d) throw new Error("SS is null");
    return new StackOf(s, d, s.esp, ext);
  }
  private get mask(): number {
    return isBig(this.segment) ? 0xffffffff : 0xffff;
  }
  private offset(displacement: number): number {
    return ((this.pointer + displacement) & this.mask) >>> 0;
  }
  private check(offset: number, size: number): void {
    if (!this.s.departs("checks no access") && !withinLimit(this.segment, offset, size)) throw new Fault(SS, this.error);
  }
  requireRoom(count: number, size: number): void {
    if (this.s.departs("keeps what it has pushed")) return;
    for (let n = 1; n <= count; n++) this.check(this.offset(-n * size), size);
  }
  requireItems(count: number, size: number): void {
    for (let n = 0; n < count; n++) this.check(this.offset(n * size), size);
  }
  peek(displacement: number, size: number): number {
    const offset = this.offset(displacement);
    this.check(offset, size);
    return this.s.readLinear((baseOf(this.segment) + offset) >>> 0, size);
  }
  push(size: number, value: number): void {
    const offset = this.offset(-size);
    this.check(offset, size);
    this.s.writeLinear((baseOf(this.segment) + offset) >>> 0, size, value);
    this.move(-size);
  }
  move(bytes: number): void {
    this.pointer = ((this.pointer & ~this.mask) | ((this.pointer + bytes) & this.mask)) >>> 0;
  }
}
