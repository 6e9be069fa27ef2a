/** What differs between the host's outcome and ours, in words. */
import { ARITHMETIC, FLAG } from "../../../src/cpu386/flags.js";
import type { Departure } from "../../support/suite-report.js";
import { type Case, ENDLESS, type Outcome } from "./native.js";

const REGISTERS = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];
const SEGMENTS = ["cs", "ss", "ds", "es", "fs", "gs"];
const hex = (n: number): string => (n >>> 0).toString(16);

/** They touch several places, and silicon stops in the middle; ours leaves everything as it was, so that they can be restarted. */
const PARTIAL = /^(pusha|popa|enter|call-far|call-far-indirect)$/;

const CALL_ORDER: Departure = {
  reference: "AMD's processors",
  what: "check the room on the stack of a near call before the target's limit, where a call breaks both rules",
  manual: "volume 2, CALL: the target is checked first",
};
const PARTLY_DONE: Departure = {
  reference: "AMD's processors",
  what: "have moved ESP or written part of it when pusha, popa, enter or a far call faults; here nothing has been",
  manual: "volume 2 leaves it open",
};

/**
 * Differences; empty if there are none. The host sets RF and keeps IF, which say nothing about the instruction.
 * @param departs hears of what is no difference because the manual settles it, or leaves it open
 */
export function differences(c: Case, host: Outcome, ours: Outcome, departs: (d: Departure) => void): string[] {
  // Where an endless case is stopped says nothing.
  if (host.vector === ENDLESS && ours.vector === ENDLESS) return [];
  // A near call with no room on the stack to a target beyond the limit: the manual checks the target first, AMD's processors the stack.
  if (c.name.startsWith("call") && host.vector === 12 && ours.vector === 13 && host.eip === ours.eip) {
    departs(CALL_ORDER);
    return [];
  }
  const found: string[] = [];
  const check = (what: string, theirs: number, mine: number): void => {
    if (theirs >>> 0 !== mine >>> 0) found.push(`${what}: host ${hex(theirs)}, ours ${hex(mine)}`);
  };
  check("vector", host.vector, ours.vector);
  check("error code", host.errorCode, ours.errorCode);
  check("eip", host.eip, ours.eip);
  const stopped = host.vector !== 3 && PARTIAL.test(c.name.split(",")[0]!) && host.eip === c.at;
  if (stopped && (host.hash !== ours.hash || host.regs.some((value, n) => value !== c.regs[n]))) departs(PARTLY_DONE);
  for (const [n, name] of REGISTERS.entries()) check(name, stopped ? c.regs[n]! : host.regs[n]!, ours.regs[n]!);
  // Without an int3 at the end of the code as its end, a case stopped somewhere on the way.
  const complete = host.vector === 3 && host.eip === c.at + c.code.length + 1;
  const mask = (ARITHMETIC | FLAG.DF) & ~(complete ? c.undefinedFlags : c.everUndefined);
  check("flags", host.flags & mask, ours.flags & mask);
  for (const [n, name] of SEGMENTS.entries()) check(name, host.selectors[n]!, ours.selectors[n]!);
  if (stopped ? ours.hash !== 0 : host.hash !== ours.hash) {
    const list = (o: Outcome): string => o.changes.map(([at, value]) => `${hex(at)}=${hex(value)}`).join(" ") || "none";
    found.push(`memory: host ${list(host)}; ours ${list(ours)}`);
  }
  return found;
}
