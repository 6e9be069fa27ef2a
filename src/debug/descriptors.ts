/** Descriptors and gates as people read them, and the tables they lie in, looked at without touching anything. */
import { linear } from "../cpu386/address.js";
import * as L from "../cpu386/layout.js";
import type { Processor } from "../cpu386/processor.js";
import { ATTRIBUTE, type Descriptor, decodeDescriptor, dplOf, isCode, isData, SEGMENT } from "../cpu386/segment.js";

/** System descriptor types (SDM volume 3, table 3-2). */
const SYSTEM_TYPES: Readonly<Record<number, string>> = {
  1: "TSS16",
  2: "LDT",
  3: "TSS16 busy",
  4: "call gate16",
  5: "task gate",
  6: "interrupt gate16",
  7: "trap gate16",
  9: "TSS",
  11: "TSS busy",
  12: "call gate",
  14: "interrupt gate",
  15: "trap gate",
};

export function attributesText(attributes: number): string {
  if (attributes === 0) return "unusable";
  const present = attributes & ATTRIBUTE.present ? "" : ", not present";
  const accessed = attributes & ATTRIBUTE.accessed ? ", accessed" : "";
  const size = attributes & ATTRIBUTE.big ? "32-bit" : "16-bit";
  if (isCode(attributes)) {
    const conforming = attributes & ATTRIBUTE.expandDown ? " conforming" : "";
    return `${size}${conforming} code ${attributes & ATTRIBUTE.writable ? "execute/read" : "execute-only"}${accessed}${present}`;
  }
  if (isData(attributes)) {
    const down = attributes & ATTRIBUTE.expandDown ? " expand-down" : "";
    return `${size}${down} data ${attributes & ATTRIBUTE.writable ? "read/write" : "read-only"}${accessed}${present}`;
  }
  const type = (attributes >> 8) & 15;
  return `${SYSTEM_TYPES[type] ?? `reserved type ${type}`}${present}`;
}

/** The bytes of the GDT, good until the machine runs on: memory itself where that is possible. Undefined if there is no memory. */
export const globalTable = (p: Processor): Uint8Array | undefined => {
  const base = p.word(L.GDTR_BASE);
  const length = Math.min(p.word(L.GDTR_LIMIT), 0xffff) + 1;
  if (p.paging.enabled || base + length > p.memory.size) return p.peekLinear(linear(base), length);
  return p.u8.subarray(L.RAM + base, L.RAM + base + length);
};

/** The table's descriptors without accessed-bit or other side effects; `local`: the LDT. Null and empty entries are left out. */
export function readTable(p: Processor, local: boolean): Descriptor[] {
  const ldt = p.segment(SEGMENT.LDTR);
  if (local && ldt.attributes === 0) return [];
  const base = local ? ldt.base : p.word(L.GDTR_BASE);
  const limit = local ? ldt.limit : p.word(L.GDTR_LIMIT);
  const bytes = p.peekLinear(linear(base), Math.min(limit, 0xffff) + 1);
  if (!bytes) return [];
  const out: Descriptor[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // This is looked at after every step: most entries are empty, and not worth an object.
  for (let index = local ? 0 : 8; index + 8 <= bytes.length; index += 8) {
    const [low, high] = [view.getUint32(index, true), view.getUint32(index + 4, true)];
    if (low !== 0 || high !== 0) out.push(withPrivilege(decodeDescriptor(index | (local ? 4 : 0), low, high, linear(base + index))));
  }
  return out;
}

/** A descriptor's selector as those it is meant for load it: with its DPL as RPL. */
const withPrivilege = (d: Descriptor): Descriptor => ({ ...d, selector: d.selector | dplOf(d.attributes) });

export function peekDescriptor(p: Processor, at: number, selector: number): Descriptor | undefined {
  const bytes = p.peekLinear(linear(at), 8);
  if (bytes?.length !== 8) return undefined;
  const view = new DataView(bytes.buffer);
  return withPrivilege(decodeDescriptor(selector, view.getUint32(0, true), view.getUint32(4, true), linear(at)));
}
