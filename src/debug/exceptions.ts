/** Which exceptions of programs become the debugger's, and what it calls them. */
import { linear } from "../cpu386/address.js";
import { type GuestFault, VECTOR } from "../cpu386/fault.js";
import { decodeGate, GATE } from "../cpu386/interrupt.js";
import * as L from "../cpu386/layout.js";
import type { Processor } from "../cpu386/processor.js";
import { UserError } from "../errors.js";

/** "unhandled": those the guest has no gate for, which would end in a double or triple fault; or all, none, or certain vectors. */
export type ExceptionChoice = "unhandled" | "all" | "none" | ReadonlySet<number>;

const EXCEPTION_VECTORS = 32;

/** @throws UserError for what is none of the choices; `where` it was said */
export function parseExceptions(text: string, where: string): ExceptionChoice {
  if (text === "unhandled" || text === "all" || text === "none") return text;
  const vectors = text.split(",").map((each) => (/^\d+$/.test(each) ? Number(each) : Number.NaN));
  if (!vectors.every((vector) => vector < EXCEPTION_VECTORS))
    throw new UserError(`${where}${text}: say unhandled, all, none, or vectors below ${EXCEPTION_VECTORS} such as 0,6,13`);
  return new Set(vectors);
}

export const exceptionsText = (choice: ExceptionChoice): string =>
  typeof choice === "string" ? choice : [...choice].sort((a, b) => a - b).join(",");

/** POSIX numbers, by what Linux on i386 sends for a vector. */
const SIGILL = 4;
const SIGTRAP = 5;
const SIGBUS = 7;
const SIGFPE = 8;
const SIGSEGV = 11;
const SIGNALS: Readonly<Record<number, number>> = {
  [VECTOR.DE]: SIGFPE,
  [VECTOR.DB]: SIGTRAP,
  [VECTOR.BP]: SIGTRAP,
  [VECTOR.UD]: SIGILL,
  [VECTOR.MF]: SIGFPE,
  [VECTOR.AC]: SIGBUS,
};
export const signalOfVector = (vector: number): number => SIGNALS[vector] ?? SIGSEGV;

const GATES: readonly (number | undefined)[] = Object.values(GATE);

/** Whether the IDT has a gate through which a program's exception could go. */
function hasGate(p: Processor, vector: number): boolean {
  if (vector * 8 + 7 > p.word(L.IDTR_LIMIT)) return false;
  const bytes = p.peekLinear(linear(p.word(L.IDTR_BASE) + vector * 8), 8);
  if (bytes?.length !== 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const gate = decodeGate(view.getUint32(0, true), view.getUint32(4, true));
  if (!gate.present || gate.type === GATE.call16 || !GATES.includes(gate.type)) return false;
  // int3 is a program's own request: the gate must be open to it.
  return vector !== VECTOR.BP || gate.dpl >= p.cpl;
}

/** Decides, exception by exception, while somebody debugs. Ring 0 keeps its own: what it cannot take is a triple fault in the end. */
export class ExceptionFilter {
  choice: ExceptionChoice = "unhandled";
  /** Somebody is there to be told. */
  enabled = false;
  /** Whether whoever debugs has to do with the program that runs; undefined: with every one. */
  concerns: (() => boolean) | undefined;
  /** Asked whether what is wanted is to be done: in a past that is only repeated it may have been decided. */
  keeps: ((vector: number, isTrap: boolean, wanted: () => boolean) => boolean) | undefined;
  /** Signals that the debugger does not want to hear of: their exceptions are the guest's at once. */
  notWanted: ReadonlySet<number> = new Set();
  /** The exception at this EIP was told already, and the debugger hands it on to the guest. */
  private passed: number | undefined;

  constructor(private readonly processor: Processor) {
    processor.intercept = (fault, eip) => {
      const wanted = (): boolean => this.takes(fault, eip);
      return this.keeps ? this.keeps(fault.vector, signalOfVector(fault.vector) === SIGTRAP, wanted) : wanted();
    };
  }

  pass(eip: number | undefined): void {
    this.passed = eip;
  }

  private takes({ vector }: GuestFault, eip: number): boolean {
    const { processor: p, choice } = this;
    if (!this.enabled || p.cpl === 0 || vector === VECTOR.NMI || this.concerns?.() === false) return false;
    if (this.notWanted.has(signalOfVector(vector))) return false;
    if (this.passed === eip) {
      this.passed = undefined;
      return false;
    }
    if (choice === "none") return false;
    if (choice === "all") return true;
    return choice === "unhandled" ? !hasGate(p, vector) : choice.has(vector);
  }
}
