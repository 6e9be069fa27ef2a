/** Descriptor tables and caches, looked at without an accessed bit set. */
import { linear } from "../../cpu386/address.js";
import { decodeGate } from "../../cpu386/interrupt.js";
import * as L from "../../cpu386/layout.js";
import type { Processor } from "../../cpu386/processor.js";
import { dplOf, locateDescriptor, SEGMENT, SEGMENT_NAMES, systemType } from "../../cpu386/segment.js";
import { UserError } from "../../errors.js";
import { attributesText, peekDescriptor, readTable } from "../descriptors.js";
import type { MonitorCommand } from "./index.js";

const hex = (n: number, digits = 8): string => `0x${(n >>> 0).toString(16).padStart(digits, "0")}`;

/** What the table says now, where it is not what the cache holds. */
function difference(p: Processor, n: number): string {
  const cache = p.segment(n);
  if (cache.attributes === 0) return "";
  const at = locateDescriptor(p, cache.selector);
  const d = at === undefined ? undefined : peekDescriptor(p, at, cache.selector);
  if (!d) return "   <- the selector lies outside its table now";
  const changes = [
    d.base !== cache.base && `base ${hex(d.base)}`,
    d.limit !== cache.limit && `limit ${hex(d.limit)}`,
    // The accessed bit of the cache is older than the table's: no difference worth a word.
    (d.attributes | 0x100) !== (cache.attributes | 0x100) && attributesText(d.attributes),
  ].filter(Boolean);
  return changes.length ? `   <- the table now says: ${changes.join(", ")}` : "";
}

export const segments: MonitorCommand = {
  name: "segments",
  synopsis: "",
  description: "segment registers: the hidden caches beside the tables, differences marked",
  run: (target, _args, print) => {
    const p = target.machine.cpu.processor;
    print("     selector base       limit      DPL attributes\n");
    SEGMENT_NAMES.forEach((name, n) => {
      const c = p.segment(n);
      const fields =
        c.attributes === 0 ? "unusable" : `${hex(c.base)} ${hex(c.limit)} ${dplOf(c.attributes)}   ${attributesText(c.attributes)}`;
      print(`${name.padEnd(4)} ${hex(c.selector, 4)}   ${fields}${difference(p, n)}\n`);
    });
    print(
      `GDTR base ${hex(p.word(L.GDTR_BASE))} limit ${hex(p.word(L.GDTR_LIMIT), 4)}   IDTR base ${hex(p.word(L.IDTR_BASE))} limit ${hex(p.word(L.IDTR_LIMIT), 4)}\n`,
    );
    print(`CPL ${p.cpl}   CR0 ${hex(p.word(L.CR0))}   EFLAGS ${hex(p.flags)}\n`);
  },
};

export const gdt: MonitorCommand = {
  name: "gdt",
  synopsis: "[ldt]",
  description: "the global (or local) descriptor table",
  run: (target, [which], print) => {
    if (which !== undefined && which !== "ldt") throw new UserError(`"${which}" is not "ldt"`);
    const p = target.machine.cpu.processor;
    const table = readTable(p, which === "ldt");
    if (table.length === 0) return print(`the ${which ?? "gdt"} has no descriptors\n`.replace("gdt", "GDT").replace("ldt", "LDT"));
    const spaces = target.system.spaces();
    print("selector base       limit      DPL attributes\n");
    for (const d of table) {
      const type = systemType(d.attributes);
      const isGate = type !== undefined && [4, 5, 6, 7, 12, 14, 15].includes(type);
      const owner = spaces.find((s) => s.segments && (s.segments.code === d.selector || s.segments.data === d.selector));
      const body = isGate
        ? gateText(d.low, d.high)
        : `${hex(d.base)} ${hex(d.limit)} ${dplOf(d.attributes)}   ${attributesText(d.attributes)}`;
      print(`${hex(d.selector, 4)}   ${body}${owner ? `   ${owner.name}` : ""}\n`);
    }
  },
};

function gateText(low: number, high: number): string {
  const gate = decodeGate(low, high);
  return `${hex(gate.selector, 4)}:${hex(gate.offset)} DPL ${gate.dpl}   ${attributesText(high & 0xff00)}`;
}

export const idt: MonitorCommand = {
  name: "idt",
  synopsis: "[VECTOR]",
  description: "the interrupt descriptor table, with handlers' names",
  run: (target, [wanted], print) => {
    const p = target.machine.cpu.processor;
    const only = wanted === undefined ? undefined : Number(wanted);
    if (only !== undefined && !(Number.isInteger(only) && only >= 0 && only < 256))
      throw new UserError(`"${wanted}" is no vector (0 to 255)`);
    for (let vector = 0; vector * 8 + 7 <= p.word(L.IDTR_LIMIT) && vector < 256; vector++) {
      if (only !== undefined && vector !== only) continue;
      const bytes = p.peekLinear(linear(p.word(L.IDTR_BASE) + vector * 8), 8);
      if (bytes?.length !== 8) break;
      const view = new DataView(bytes.buffer);
      const [low, high] = [view.getUint32(0, true), view.getUint32(4, true)];
      if (low === 0 && high === 0) continue;
      const symbol = target.system.symbol(1, decodeGate(low, high).offset);
      print(`${String(vector).padStart(3)} ${hex(vector, 2)} ${gateText(low, high)}${symbol ? `   ${symbol}` : ""}\n`);
    }
  },
};

export const tss: MonitorCommand = {
  name: "tss",
  synopsis: "",
  description: "the current task state segment: stacks of the inner rings, I/O permission bitmap",
  run: (target, _args, print) => {
    const p = target.machine.cpu.processor;
    const tr = p.segment(SEGMENT.TR);
    if (tr.attributes === 0) return print("no task register has been loaded\n");
    print(`TR ${hex(tr.selector, 4)} base ${hex(tr.base)} limit ${hex(tr.limit)}   ${attributesText(tr.attributes)}\n`);
    const bytes = p.peekLinear(tr.base, 104);
    if (bytes?.length !== 104) return print("its memory cannot be read\n");
    const view = new DataView(bytes.buffer);
    if (systemType(tr.attributes)! < 8) {
      for (let ring = 0; ring < 3; ring++)
        print(`ss${ring}:sp${ring} ${hex(view.getUint16(4 + ring * 4, true), 4)}:${hex(view.getUint16(2 + ring * 4, true), 4)}\n`);
      return;
    }
    for (let ring = 0; ring < 3; ring++)
      print(`ss${ring}:esp${ring} ${hex(view.getUint16(8 + ring * 8, true), 4)}:${hex(view.getUint32(4 + ring * 8, true))}\n`);
    const map = view.getUint16(102, true);
    print(
      `back link ${hex(view.getUint16(0, true), 4)}   LDT ${hex(view.getUint16(96, true), 4)}   I/O bitmap at ${hex(map, 4)}${map > tr.limit ? " (beyond the limit: none)" : ""}\n`,
    );
  },
};
