/**
 * Where a reference departs from the rules, each by a name. The rules ask for them at the very place where the difference is, so that a
 * reference's outcome is predicted as exactly as the manual's. test/matrix/findings.ts says who departs, and from which section.
 */
export type Departure =
  | "keeps what it has pushed"
  | "reads the outer SS as a word"
  | "absent outer SS is #NP in iret"
  | "privilege before presence in a new task"
  | "loses ESP at a bad new EIP"
  | "saves no RF"
  | "sets accessed in mov only"
  | "checks no access"
  | "faults of a new task at the old EIP";
