/** Exceptions: which ones make a double fault, and when the processor gives up. SDM volume 3, 6.15 (interrupt 8). */
import { DR7 } from "./debug-registers.js";
import { type FaultRecord, GuestFault, VECTOR } from "./fault.js";
import { deliver } from "./interrupt.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";
import { SEGMENT } from "./segment.js";

const CONTRIBUTORY: ReadonlySet<number> = new Set([VECTOR.DE, VECTOR.TS, VECTOR.NP, VECTOR.SS, VECTOR.GP]);
/** Traps are reported after their instruction and so do not set RF: #BP and #OF come from instructions, #DB we raise as a trap. */
const TRAPS: ReadonlySet<number> = new Set([VECTOR.DB, VECTOR.BP, VECTOR.OF]);

/** Thrown when a fault meets the double fault handler's own failure: the processor shuts down. The chain is in cpu.faults. */
export class Shutdown {
  constructor(readonly chain: readonly FaultRecord[]) {}
}

/** Thrown when whoever looks on keeps an exception for itself: the guest does not hear of it. */
export class Intercepted {
  constructor(
    readonly fault: FaultRecord,
    /** Where the program would go on: at the instruction of a fault, behind that of a trap. */
    readonly eip: number,
  ) {}
}

const KEPT_FAULTS = 64;

function record(cpu: Processor, fault: GuestFault, eip: number): FaultRecord {
  const entry: FaultRecord = {
    vector: fault.vector,
    errorCode: fault.errorCode,
    facts: fault.facts,
    cs: cpu.selector(SEGMENT.CS),
    eip,
    cpl: cpu.cpl,
    count: cpu.time(),
  };
  cpu.faults.push(entry);
  if (cpu.faults.length > KEPT_FAULTS) cpu.faults.shift();
  return entry;
}

/** @throws Intercepted if somebody wants to have an exception raised at `eip` for itself */
export function offer(cpu: Processor, fault: GuestFault, eip: number): void {
  if (cpu.intercept?.(fault, eip)) throw new Intercepted(record(cpu, fault, eip), eip);
}

/** Delivers an exception raised at `eip`, and whatever that leads to. @throws Shutdown on a triple fault */
export function deliverException(cpu: Processor, first: GuestFault, eip: number): void {
  offer(cpu, first, eip);
  const chain: FaultRecord[] = [];
  let fault = first;
  let returnTo = eip;
  for (;;) {
    chain.push(record(cpu, fault, returnTo));
    try {
      const { vector, errorCode } = fault;
      deliver(cpu, { vector, kind: "exception", errorCode, returnTo, resume: !TRAPS.has(vector) });
      // The debug handler may use the debug registers (SDM volume 3, 18.2.4).
      if (vector === VECTOR.DB) cpu.setWord(L.DR7, cpu.word(L.DR7) & ~DR7.generalDetect);
      return;
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      // Met by a task gate's new task: at its first instruction, but while the handler was being called all the same.
      if (e.inNewTask) returnTo = cpu.eip;
      if (fault.vector === VECTOR.DF) {
        chain.push(record(cpu, e, returnTo));
        throw new Shutdown(chain);
      }
      fault = combine(fault, e);
    }
  }
}

/** Delivers an external interrupt; a fault on the way is delivered in its place. */
export function deliverExternal(cpu: Processor, vector: number): void {
  const eip = cpu.eip;
  try {
    deliver(cpu, { vector, kind: "external", errorCode: undefined, returnTo: eip, resume: false });
  } catch (e) {
    if (!(e instanceof GuestFault)) throw e;
    deliverException(cpu, e, e.inNewTask ? cpu.eip : eip);
  }
}

/** A second exception during the delivery of a first: SDM volume 3, table 6-5. */
function combine(first: GuestFault, second: GuestFault): GuestFault {
  const firstIsPageFault = first.vector === VECTOR.PF;
  const double =
    (CONTRIBUTORY.has(first.vector) && CONTRIBUTORY.has(second.vector)) ||
    (firstIsPageFault && (second.vector === VECTOR.PF || CONTRIBUTORY.has(second.vector)));
  if (!double) return second;
  return new GuestFault(VECTOR.DF, 0, { ...second.facts, rule: `while delivering the first exception: ${second.facts.rule}` });
}
