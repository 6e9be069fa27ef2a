/** Tables for `info os`: the machine and the system in it, looked at without touching anything. */
import { linear } from "../cpu386/address.js";
import { decodeGate } from "../cpu386/interrupt.js";
import * as L from "../cpu386/layout.js";
import { dplOf, SEGMENT_NAMES, systemType } from "../cpu386/segment.js";
import { attributesText, readTable } from "./descriptors.js";
import type { MachineTarget } from "./machine-target.js";
import type { InfoTable } from "./target.js";

const hex = (n: number, digits = 8): string => `0x${(n >>> 0).toString(16).padStart(digits, "0")}`;
const yes = (is: boolean): string => (is ? "yes" : "");
const GATES = [4, 5, 6, 7, 12, 14, 15];
const VECTORS = 256;

type Rows = (target: MachineTarget) => (readonly string[])[];
const table =
  (name: string, description: string, columns: readonly string[], rows: Rows) =>
  (target: MachineTarget): InfoTable => ({ name, description, columns, rows: () => rows(target) });

const partitions: Rows = ({ system }) =>
  system.spaces().map(({ id, name, segments: s, executable }) => {
    const fields = s ? [hex(s.base), hex(s.limit), hex(s.code, 2), hex(s.data, 2), s.present ? "present" : "off"] : ["", "", "", "", ""];
    return [String(id), name, ...fields, executable?.path ?? ""];
  });

const threads: Rows = (target) =>
  target.threads().map(({ space, thread, name, detail }) => {
    const eip = target.registers.read({ space, thread }, "eip");
    const at = eip && new DataView(eip.buffer, eip.byteOffset).getUint32(0, true);
    const symbol = at === undefined ? undefined : target.system.symbol(space, at);
    return [`p${space}.${thread}`, name, detail, at === undefined ? "" : hex(at), symbol ?? ""];
  });

/** The hidden parts of the segment registers. */
const segments: Rows = ({ machine }) =>
  SEGMENT_NAMES.map((name, n) => {
    const { selector, base, limit, attributes } = machine.cpu.processor.segment(n);
    return [name, hex(selector, 4), hex(base), hex(limit), String(dplOf(attributes)), attributesText(attributes)];
  });

const descriptors: Rows = ({ machine, system }) => {
  const spaces = system.spaces();
  return readTable(machine.cpu.processor, false).map(({ selector, low, high, base, limit, attributes }) => {
    const owner = spaces.find(({ segments: s }) => s && (s.code === selector || s.data === selector))?.name ?? "";
    const gate = GATES.includes(systemType(attributes) ?? 0) ? decodeGate(low, high) : undefined;
    const [first, second] = gate ? [hex(gate.offset), hex(gate.selector, 4)] : [hex(base), hex(limit)];
    return [hex(selector, 4), first, second, String(dplOf(attributes)), attributesText(attributes), owner];
  });
};

const gates: Rows = ({ machine, system }) => {
  const p = machine.cpu.processor;
  const rows: string[][] = [];
  for (let vector = 0; vector < VECTORS && vector * 8 + 7 <= p.word(L.IDTR_LIMIT); vector++) {
    const bytes = p.peekLinear(linear(p.word(L.IDTR_BASE) + vector * 8), 8);
    if (bytes?.length !== 8) break;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const [low, high] = [view.getUint32(0, true), view.getUint32(4, true)];
    if (low === 0 && high === 0) continue;
    const { selector, offset, dpl } = decodeGate(low, high);
    rows.push([String(vector), hex(selector, 4), hex(offset), String(dpl), attributesText(high & 0xff00), system.symbol(1, offset) ?? ""]);
  }
  return rows;
};

const irqs: Rows = ({ machine }) =>
  machine.pic
    .lines()
    .map((line) => [
      String(line.irq),
      String(line.vector),
      yes(line.masked),
      yes(line.raised),
      yes(line.requested),
      yes(line.inService),
      line.level ? "level" : "edge",
    ]);

const ports: Rows = ({ machine }) => machine.ports.ranges().map(({ device, first, end }) => [hex(first, 4), hex(end - 1, 4), device]);

const TABLES = [
  table(
    "partitions",
    "Address spaces and their segments",
    ["process", "name", "base", "limit", "code", "data", "state", "file"],
    partitions,
  ),
  table("threads", "The guest's threads and where they are", ["thread", "name", "doing", "eip", "symbol"], threads),
  table("segments", "Segment registers with their hidden parts", ["name", "selector", "base", "limit", "dpl", "attributes"], segments),
  table(
    "gdt",
    "The global descriptor table",
    ["selector", "base or offset", "limit or selector", "dpl", "attributes", "owner"],
    descriptors,
  ),
  table("idt", "The interrupt descriptor table", ["vector", "selector", "offset", "dpl", "attributes", "handler"], gates),
  table("irqs", "Interrupt lines", ["irq", "vector", "masked", "raised", "requested", "in service", "trigger"], irqs),
  table("ports", "I/O ports and the devices behind them", ["first", "last", "device"], ports),
];

export const infoTables = (target: MachineTarget): readonly InfoTable[] => TABLES.map((make) => make(target));
