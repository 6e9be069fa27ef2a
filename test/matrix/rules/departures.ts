/**
 * Where a reference departs from the rules, each by a name. The rules ask for them at the very place where the difference is, so that a
 * reference's outcome is predicted as exactly as the manual's. test/matrix/findings.ts says who departs, and from which section.
 */
export type Departure =
  | "checks the old TSS's limit"
  | "keeps what it has pushed"
  | "reads the outer SS as a word"
  | "absent outer SS is #NP in iret"
  | "privilege before presence in a new task"
  | "loses ESP at a bad new EIP"
  | "saves no RF"
  | "sets accessed in mov only"
  | "checks no access"
  | "faults of a new task at the old EIP"
  | "reads the inner SS as a doubleword"
  | "takes a null TR"
  | "names the selector of a call beyond the limit"
  | "checks no EIP behind gates and returns"
  | "DPL as RPL of conforming code behind a call gate"
  | "absent code behind a gate is #GP in jmp"
  | "absent inner SS is #TS"
  | "absent outer SS is #NP in ret"
  | "keeps the upper half of ESP on an inner 16-bit stack"
  | "clears RF late"
  | "task gate into the LDT is #TS"
  | "conforming code of a new task needs DPL = RPL"
  | "privilege before presence of a new SS"
  | "absent SS of a new task is #NP"
  | "sets no EXT"
  | "enters virtual-8086 mode at any CPL"
  | "truncates the EIP of virtual-8086 mode"
  | "leaves virtual-8086 mode for any inner ring"
  | "checks a new EIP before it pushes";
