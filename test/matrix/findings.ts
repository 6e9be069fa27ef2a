/**
 * Where QEMU 7.2 and Bochs 2.7 depart from the manual in what the matrix tries: with these, every case of theirs is predicted exactly.
 * The tests fail for a difference that no finding explains, and for a finding that no case shows any more.
 */
import type { Departure } from "./rules/departures.js";

export type Reference = "qemu" | "bochs";
export interface Finding {
  readonly reference: Reference;
  readonly departure: Departure;
  /** What the reference does. */
  readonly does: string;
  /** The manual's place that says otherwise, and how decided it is. */
  readonly manual: string;
}
const finding = (reference: Reference, departure: Departure, does: string, manual: string): Finding => ({
  reference,
  departure,
  does,
  manual,
});

const BOCHS: readonly Finding[] = [
  finding(
    "bochs",
    "checks the old TSS's limit",
    "raises #TS(old TSS) where the state would be saved beyond the old TSS's limit; any fault that is a task switch then shuts it down",
    "volume 3, table 7-1, has no such check, and 7.3 says nothing of it: left open",
  ),
  finding(
    "bochs",
    "keeps what it has pushed",
    "leaves on the stack what a far call or an interrupt has pushed before it faults",
    "volume 3, 6.5: a fault restores the state before the instruction; memory below the stack's top is not named",
  ),
  finding(
    "bochs",
    "reads the outer SS as a word",
    "reads two bytes of the SS that a 32-bit return pops, so that the last two may lie beyond the limit",
    "volume 2, RET and IRET: #SS(0) unless all of the frame is within the stack's limit",
  ),
  finding(
    "bochs",
    "absent outer SS is #NP in iret",
    "raises #NP where iret pops an SS that is not present, though its ret raises #SS",
    "volume 2, IRET: #SS(selector) in the operation; volume 3, 6.15, interrupt 12",
  ),
  finding(
    "bochs",
    "privilege before presence in a new task",
    "raises #TS rather than #NP for a data segment of a new task that is both absent and too privileged",
    "volume 3, table 7-1, which says that its order is the P6 family's and may differ",
  ),
  finding(
    "bochs",
    "loses ESP at a bad new EIP",
    "has not moved ESP below the error code when the new task's EIP turns out to be beyond its limit",
    "volume 2, INT n, TASK-GATE: the error code is pushed first",
  ),
  finding(
    "bochs",
    "truncates the EIP of virtual-8086 mode",
    "drops the upper half of the EIP that iret pops for virtual-8086 mode",
    "volume 2, IRET, RETURN-TO-VIRTUAL-8086-MODE: #GP(0)",
  ),
];

const QEMU: readonly Finding[] = [
  finding(
    "qemu",
    "checks no access",
    "checks neither limits, nor types, nor null selectors when memory is read, written or executed",
    "volume 3, 5.3 to 5.5",
  ),
  finding("qemu", "saves no RF", "leaves RF clear in the EFLAGS that a fault saves, on a stack or in a TSS", "volume 3, 18.3.1.1"),
  finding(
    "qemu",
    "clears RF late",
    "still has RF set in what int n, and a jmp or call to a task, save",
    "volume 3, 18.3.1.1: RF lasts for one instruction",
  ),
  finding(
    "qemu",
    "sets accessed in mov only",
    "sets the accessed bit in mov, pop and lds only: not in far transfers, returns, gates and task switches",
    "volume 3, 3.4.5.1",
  ),
  finding("qemu", "sets no EXT", "never sets EXT in an error code", "volume 3, 6.13"),
  finding(
    "qemu",
    "reads the inner SS as a doubleword",
    "wants two bytes more of the TSS than the inner SS has",
    "volume 2, CALL and INT n: TSSstackAddress + 5",
  ),
  finding("qemu", "takes a null TR", "lets ltr load a null selector", "volume 2, LTR: #GP(0)"),
  finding(
    "qemu",
    "names the selector of a call beyond the limit",
    "gives the selector as error code of a far call beyond the limit, and leaves what it has pushed",
    "volume 2, CALL: #GP(0)",
  ),
  finding(
    "qemu",
    "checks no EIP behind gates and returns",
    "checks no limit of EIP in calls through gates, interrupts and returns",
    "volume 2, CALL, INT n, RET, IRET: #GP(0)",
  ),
  finding(
    "qemu",
    "DPL as RPL of conforming code behind a call gate",
    "loads CS with the DPL of conforming code as RPL, when it is called through a gate",
    "volume 3, 5.8.4: CPL does not change, and is CS's RPL",
  ),
  finding(
    "qemu",
    "absent code behind a gate is #GP in jmp",
    "raises #GP where a jmp's call gate names code that is not present",
    "volume 2, JMP: #NP(selector)",
  ),
  finding("qemu", "absent inner SS is #TS", "raises #TS for an inner stack that is not present", "volume 2, CALL and INT n: #SS(selector)"),
  finding("qemu", "absent outer SS is #NP in ret", "raises #NP where ret pops an SS that is not present", "volume 2, RET: #SS(selector)"),
  finding(
    "qemu",
    "absent outer SS is #NP in iret",
    "raises #NP where iret pops an SS that is not present",
    "volume 2, IRET: #SS(selector)",
  ),
  finding(
    "qemu",
    "keeps the upper half of ESP on an inner 16-bit stack",
    "takes SP only from the TSS for a 16-bit inner stack",
    "volume 3, 5.8.5: ESP is loaded",
  ),
  finding(
    "qemu",
    "task gate into the LDT is #TS",
    "raises #TS where a task gate names a TSS in the LDT",
    "volume 2, JMP, CALL, INT n: #GP(selector)",
  ),
  finding(
    "qemu",
    "conforming code of a new task needs DPL = RPL",
    "refuses conforming code of a new task whose DPL is less than its RPL",
    "volume 3, table 7-1, and 5.8.1.2",
  ),
  finding(
    "qemu",
    "privilege before presence in a new task",
    "raises #TS rather than #NP for a data segment of a new task that is both absent and too privileged",
    "volume 3, table 7-1, which says that its order is the P6 family's and may differ",
  ),
  finding(
    "qemu",
    "privilege before presence of a new SS",
    "raises #TS rather than #SS for a new task's stack that is both absent and of another privilege, and has CS's presence first",
    "volume 3, table 7-1, which says that its order is the P6 family's and may differ",
  ),
  finding("qemu", "absent SS of a new task is #NP", "raises #NP for a new task's stack that is not present", "volume 3, table 7-1: #SS"),
  finding(
    "qemu",
    "faults of a new task at the old EIP",
    "saves an EIP with the low twelve bits of the instruction that switched, where a new task's segments fault",
    "volume 3, 7.3: the fault is the new task's, before its first instruction",
  ),
  finding(
    "qemu",
    "checks a new EIP before it pushes",
    "checks the new task's EIP before it pushes the error code",
    "volume 2, INT n, TASK-GATE: behind it",
  ),
  finding(
    "qemu",
    "enters virtual-8086 mode at any CPL",
    "honours VM in the flags that iret pops in rings 1 to 3 as well",
    "volume 2, IRET: only at CPL 0",
  ),
  finding(
    "qemu",
    "truncates the EIP of virtual-8086 mode",
    "drops the upper half of the EIP that iret pops for virtual-8086 mode",
    "volume 2, IRET, RETURN-TO-VIRTUAL-8086-MODE: #GP(0)",
  ),
  finding(
    "qemu",
    "leaves virtual-8086 mode for any inner ring",
    "takes interrupts out of virtual-8086 mode to rings 1 and 2",
    "volume 3, 20.3.1.1: #GP(selector)",
  ),
];

export const FINDINGS: readonly Finding[] = [...BOCHS, ...QEMU];
export const findingsOf = (machine: string): readonly Finding[] => FINDINGS.filter((f) => f.reference === machine);
