/** Where QEMU and Bochs depart from the manual in what the matrix tries. Every one must be met by some case, or the tests fail. */
import type { Departure } from "./rules/departures.js";

export interface Finding {
  readonly reference: "qemu" | "bochs";
  readonly departure: Departure;
  /** What the reference does, for a reader. */
  readonly does: string;
  /** The manual's sections that say otherwise. */
  readonly manual: string;
}

export const FINDINGS: readonly Finding[] = [
  { reference: "bochs", departure: "keeps what it has pushed", does: "", manual: "" },
  { reference: "bochs", departure: "reads the outer SS as a word", does: "", manual: "" },
  { reference: "bochs", departure: "absent outer SS is #NP in iret", does: "", manual: "" },
  { reference: "bochs", departure: "privilege before presence in a new task", does: "", manual: "" },
  { reference: "bochs", departure: "loses ESP at a bad new EIP", does: "", manual: "" },
  { reference: "qemu", departure: "saves no RF", does: "", manual: "" },
  { reference: "qemu", departure: "sets accessed in mov only", does: "", manual: "" },
  { reference: "qemu", departure: "checks no access", does: "", manual: "" },
  { reference: "qemu", departure: "faults of a new task at the old EIP", does: "", manual: "" },
];
export const departuresOf = (reference: string): Departure[] => FINDINGS.filter((f) => f.reference === reference).map((f) => f.departure);
