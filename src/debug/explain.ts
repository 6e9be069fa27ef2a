/** A fault in words: the rule, and every number behind it. */
import { type FaultRecord, vectorName } from "../cpu386/fault.js";
import { decodeDescriptor, dplOf } from "../cpu386/segment.js";
import { attributesText } from "./descriptors.js";
import type { SystemModel } from "./system.js";
import type { FaultReport } from "./target.js";

const hex = (n: number, digits = 0): string => `0x${(n >>> 0).toString(16).padStart(digits, "0")}`;

/** Whose code faulted: that of the partition with this CS, or, if none has it, of the space that runs now. */
export function faultSpace(fault: FaultRecord, system: SystemModel, current: number): number {
  const owner = system.spaces().find((s) => s.segments && (s.segments.code ^ fault.cs) <= 3);
  return fault.cpl === 0 ? 1 : (owner?.id ?? current);
}

export function reportOf({ vector, errorCode, facts, cs, eip, cpl, count }: FaultRecord, space: number): FaultReport {
  const { selector, descriptor, offset, limit, size, access } = facts;
  return { vector, errorCode, cs, eip, cpl, count, space, selector, descriptor, offset, limit, size, access };
}

/** "0x23:0x1234 <update_track+4> in part1" */
function place(fault: FaultRecord, system: SystemModel, current: number): string {
  const space = faultSpace(fault, system, current);
  const symbol = system.symbol(space, fault.eip);
  const name = system.spaces().find((s) => s.id === space)?.name;
  return `${hex(fault.cs, 2)}:${hex(fault.eip, 8)}${symbol ? ` <${symbol}>` : ""}${name ? ` in ${name}` : ""}`;
}

/** One fact a line, the rule first. */
export function explain(fault: FaultRecord, system: SystemModel, space: number): string {
  const { facts } = fault;
  const lines = [
    `${vectorName(fault.vector)}${fault.errorCode === undefined ? "" : `, error code ${hex(fault.errorCode, 4)}${errorCodeText(fault)}`}`,
    `  rule        ${facts.rule}`,
    `  at          ${place(fault, system, space)}, CPL ${fault.cpl}, instruction ${fault.count}`,
  ];
  if (facts.segment !== undefined) {
    const selector =
      facts.selector === undefined
        ? ""
        : facts.segment === "IDT"
          ? `, vector ${facts.selector}`
          : `, selector ${hex(facts.selector, 4)} (${selectorText(facts.selector)})`;
    lines.push(`  segment     ${facts.segment}${selector}`);
  }
  if (facts.descriptor) {
    const d = decodeDescriptor(facts.selector ?? 0, ...facts.descriptor);
    const fields = facts.segment === "IDT" ? "gate" : `base ${hex(d.base, 8)}, limit ${hex(d.limit, 8)}`;
    lines.push(`  descriptor  ${hex(d.high, 8)} ${hex(d.low, 8)}: ${fields}, DPL ${dplOf(d.attributes)}, ${attributesText(d.attributes)}`);
  }
  if (facts.offset !== undefined) {
    const size = facts.size === undefined ? "" : `, ${facts.size} byte${facts.size === 1 ? "" : "s"}`;
    lines.push(`  offset      ${hex(facts.offset, 8)}${size}${facts.access ? `, ${facts.access}` : ""}`);
  }
  if (facts.limit !== undefined) lines.push(`  limit       ${hex(facts.limit, 8)}`);
  return `${lines.join("\n")}\n`;
}

const selectorText = (selector: number): string => `index ${selector >> 3}, ${selector & 4 ? "LDT" : "GDT"}, RPL ${selector & 3}`;

/** SDM volume 3, 6.13: EXT, IDT, TI, index. */
function errorCodeText({ vector, errorCode }: FaultRecord): string {
  if (!errorCode || vector === 14 || vector === 8) return "";
  const table = errorCode & 2 ? "IDT" : errorCode & 4 ? "LDT" : "GDT";
  return ` (${table} index ${(errorCode >> 3) & 0x1fff}${errorCode & 1 ? ", external event" : ""})`;
}

/** A fault in a line: what, where and why. */
export function explainShort(fault: FaultRecord, system: SystemModel, space: number): string {
  return `${vectorName(fault.vector)} at ${place(fault, system, space)}: ${facts(fault)}`;
}

/** A chain of faults as one paragraph, e.g. of a triple fault. */
export function explainChain(chain: readonly FaultRecord[], system: SystemModel, space: number): string {
  const parts = chain.map((fault, n) => {
    const name = `${vectorName(fault.vector)}${fault.errorCode === undefined ? "" : ` with error code ${hex(fault.errorCode, 4)}`}`;
    const where = n === 0 ? ` at ${place(fault, system, space)} (CPL ${fault.cpl}, instruction ${fault.count})` : "";
    return `${n === 0 ? "" : "whose delivery raised "}${name}${where}, because ${facts(fault)}`;
  });
  return `triple fault: ${parts.join("; ")}. The processor shuts down; the machine has been stopped before any reset.`;
}

function facts({ facts: f }: FaultRecord): string {
  const details = [
    f.segment && (f.segment === "IDT" ? "IDT" : `${f.segment}${f.selector === undefined ? "" : ` ${hex(f.selector, 4)}`}`),
    f.offset !== undefined && `offset ${hex(f.offset)}`,
    f.limit !== undefined && `limit ${hex(f.limit)}`,
  ].filter(Boolean);
  return `${f.rule}${details.length ? ` (${details.join(", ")})` : ""}`;
}
