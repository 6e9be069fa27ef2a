/** Addresses as they are typed. */
import { locateDescriptor, SEGMENT_NAMES, type SegmentCache } from "../../cpu386/segment.js";
import { UserError } from "../../errors.js";
import { peekDescriptor } from "../descriptors.js";
import type { MachineTarget } from "../machine-target.js";

export const hex = (n: number): string => `0x${(n >>> 0).toString(16).padStart(8, "0")}`;

export function number(text: string): number {
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
export function segmentNamed(target: MachineTarget, name: string): SegmentCache {
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

/** Splits "SPACE:REST"; without a space, that of the last stop is meant. */
function spaceIn(target: MachineTarget, text: string): { id: number; rest: string } | undefined {
  const [, name, rest] = /^(?:([^:]+):)?([^:]+)$/.exec(text) ?? [];
  if (rest === undefined) throw new UserError(`"${text}": say an address, a symbol, or PARTITION: and one of these`);
  if (name === undefined) return { id: target.lastStop().thread.space, rest };
  const space = target.system.spaces().find((s) => s.name === name);
  return space && { id: space.id, rest };
}

/** A linear address: of an offset or symbol of the space last stopped in, or of one that is named, or of SEG:OFFSET. */
export function linearAddress(target: MachineTarget, text: string): number {
  const found = spaceIn(target, text);
  if (!found) {
    const [name, rest] = text.split(":");
    return (segmentNamed(target, name!).base + number(rest!)) >>> 0;
  }
  const { id, rest } = found;
  const space = target.system.spaces().find((s) => s.id === id)!;
  if (id !== 1 && !space.segments) throw new UserError(`${space.name} has no segments yet`);
  const address = target.system.addressOf(id, rest) ?? number(rest);
  return ((space.segments?.base ?? 0) + address) >>> 0;
}

/** Where code of this name or address begins, by space: in the space that is named, or in all that have it. */
export function codeAddresses(target: MachineTarget, text: string): Map<number, number> {
  const named = text.includes(":") ? spaceIn(target, text) : undefined;
  if (text.includes(":") && !named) throw new UserError(`"${text}": there is no such partition`);
  const name = named?.rest ?? text;
  const spaces = target.system.spaces().filter(({ id }) => !named || named.id === id);
  const found = new Map<number, number>();
  for (const { id } of spaces) {
    const address = target.system.addressOf(id, name);
    if (address !== undefined) found.set(id, address);
  }
  if (found.size > 0) return found;
  if (/^(0x|\d)/.test(name)) return new Map([[named?.id ?? target.lastStop().thread.space, number(name)]]);
  throw new UserError(`there is no function "${name}"`);
}
