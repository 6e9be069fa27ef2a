import { isData, locateDescriptor, SEGMENT_NAMES, type SegmentCache } from "../../cpu386/segment.js";
import { UserError } from "../../errors.js";
import { attributesText, peekDescriptor } from "../descriptors.js";
import type { MachineTarget } from "../machine-target.js";
import type { MonitorCommand } from "./index.js";

const hex = (n: number): string => `0x${(n >>> 0).toString(16).padStart(8, "0")}`;

function number(text: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0xffffffff)) throw new UserError(`"${text}" is no number of 32 bits`);
  return value;
}

function selectorIn(text: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0xffff)) throw new UserError(`"${text}" is no segment register, selector or partition`);
  return value;
}

/** A segment register's name, a partition's name, or a selector. */
function segmentNamed(target: MachineTarget, name: string): SegmentCache {
  const p = target.machine.cpu.processor;
  const register = (SEGMENT_NAMES as readonly string[]).indexOf(name.toUpperCase());
  if (register >= 0) return p.segment(register);
  const space = target.system.spaces().find((s) => s.name === name);
  const selector = space?.segments ? space.segments.data : space ? undefined : selectorIn(name);
  if (selector === undefined)
    throw new UserError(space?.id === 1 ? "the kernel's addresses are linear already" : `${name} has no segments yet`);
  const at = locateDescriptor(p, selector);
  const d = at === undefined ? undefined : peekDescriptor(p, at, selector);
  if (!d) throw new UserError(`selector 0x${selector.toString(16)} lies outside its table`);
  return d;
}

export const translate: MonitorCommand = {
  name: "translate",
  synopsis: "SEG:OFFSET",
  description: "a logical address to a linear one; SEG is a segment register, a selector or a partition's name",
  run: (target, args, print) => {
    const match = /^([^:]+):([^:]+)$/.exec(args.join(""));
    if (!match) throw new UserError("say SEG:OFFSET, e.g. ds:0x1000, 0x2b:0x1000 or part1:0x1000");
    const segment = segmentNamed(target, match[1]!);
    const at = number(match[2]!);
    if (segment.attributes === 0) throw new UserError(`${match[1]} holds a null selector`);
    const down = isData(segment.attributes) && (segment.attributes & 0x400) !== 0;
    const inside = down ? at > segment.limit : at <= segment.limit;
    // Presence is told, not required: POK's descriptors of partitions that are not running have P = 0.
    print(
      `${match[1]}:${hex(at)} = linear ${hex(segment.base + at)}${inside ? "" : `, outside: the limit is ${hex(segment.limit)}`}   (${attributesText(segment.attributes)})\n`,
    );
  },
};
