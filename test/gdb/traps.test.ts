/**
 * What real debuggers stumble over with one process for each address space, and the test that fails without its remedy. Most of them were
 * found with gdb 13.1 before there was a stub.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { root } from "../support/pok386.js";

/** Trap, file below test/, title. */
const TRAPS: readonly (readonly [trap: string, file: string, title: string])[] = [
  // Connecting
  [
    "a half-implemented vFile is worse than none; gdb probes it with a name of its own",
    "gdbstub/memory",
    "are the executables and nothing else, read-only",
  ],
  [
    "processes that appear later make gdb jump to them",
    "gdb/connect",
    "shows the kernel and each partition as an inferior with its own executable",
  ],
  [
    "and lose the stop it was told of",
    "gdb/other-layout",
    "stays where it stopped when partitions turn up that were not known when it came",
  ],
  [
    "a partition that is not loaded yet has no memory",
    "gdb/connect",
    "reads variables of partitions that are not loaded yet out of their executables",
  ],
  [
    "W00 at power-off leaves the other processes live",
    "gdb/lifecycle",
    "sees the power go off, may look at the machine once more, and ends all inferiors by going on",
  ],
  ["leaving sends D once for each process", "gdbstub/lifecycle", "process by process, the last one disconnects and the machine runs on"],
  [
    "kill of one inferior must not take the machine down",
    "gdb/lifecycle",
    "kills a partition alone: it executes nothing any more, the others go on",
  ],
  [
    "after a restart gdb chooses threads that are not there yet, and inserts its breakpoints all the same",
    "gdb/lifecycle",
    "kills the partition that it is in, which is there again after a restart",
  ],
  // Breakpoints
  ["Z names no process: the Hg before it does", "gdb/breakpoints", "tells one numeric address in the kernel and both partitions apart"],
  [
    "after a stop gdb takes its thread to be chosen, without a word",
    "gdbstub/resume",
    "selects the thread of the stop for everything that follows",
  ],
  [
    "the stub passes over a breakpoint that was reported: VS Code's adapter continues thread 1 after a stop in another",
    "dap/cdt",
    "hits it again and again, and steps",
  ],
  ["without swbreak gdb moves pc back by one", "gdb/breakpoints", "hits an address in the partition whose inferior it was set in"],
  [
    "a stop without registers is resumed silently if gdb has old ones",
    "gdb/breakpoints",
    "a hit in a process whose registers were read before is told, with schedule-multiple off",
  ],
  ["vCont? must list c, C, s and S", "gdbstub/connect", "goes as gdb does it"],
  // Crossing privilege
  [
    "a step that follows the processor must have no signal",
    "gdb/stepping",
    "stepi of the kernel over iret follows the processor to the partition's thread",
  ],
  [
    "a lone step must be answered for its own thread, or gdb fails an assertion",
    "gdb/stepping",
    "with a breakpoint on the iret, gdb gets its own thread back",
  ],
  ["stepping belongs to the partition's thread", "gdb/stepping", "stepi over int ends at the thread's next instruction"],
  [
    "inferior 2 resumed first: gdb is silent at a stop in process 1",
    "gdbstub/gdb",
    "resuming inferior 2 first does not silence a stop in process 1",
  ],
  [
    "a second stop in a process that gdb has not resumed: an assertion",
    "gdbstub/gdb",
    "a second stop in a process it has not resumed does not make it fail an assertion",
  ],
  // What is resumed
  [
    "with schedule-multiple off registers of other processes are old",
    "gdbstub/gdb",
    "the hint at schedule-multiple comes once, and not to those who have it on",
  ],
  ["Ctrl-C stops where the processor is", "gdb/lifecycle", "stops the machine with Ctrl-C, looks at it, and goes on"],
  // Target description
  ["gdb fetches the description for inferior 1 only", "gdbstub/gdb", "the other inferiors have the same layout without a description"],
  ["an i386 core without the x87 is refused", "gdbstub/registers", "has the layout that gdb has built in, and ours behind it"],
  [
    "a return or jump writes orig_eax, which the processor has not got",
    "gdbstub/registers",
    "g has 308 bytes, p has every register, and what cannot be written says why",
  ],
  ["a machine that is an i386 cannot be told to be an i8086", "gdb/views", "may be disassembled as 32-bit code once it has become that"],
  // Extras
  ["a memory map would be one for all inferiors", "gdb/inspection", "there is no memory map: gdb asks for every address"],
  [
    "catch syscall needs the feature org.gnu.gdb.i386.linux",
    "gdb/syscalls",
    "stops at the entry to a system call and at the return from it, with POK's name",
  ],
  [
    "a change by the kernel told in process 1 is passed over in silence",
    "gdb/watch",
    "tells when the kernel writes a partition's variable, in the thread that asked it to",
  ],
  ["conditions that are offered must be evaluated", "gdb/conditions", "a condition that reads where no memory is stops, and gdb says so"],
  ["a range step ends on leaving the range", "gdb/stepping", "steps through a loop by lines"],
  [
    "gdb cannot unwind across processes",
    "gdb/inspection",
    "shows both sides of the boundary at once, every thread down to its first function",
  ],
  ["assembler entries need call frame information", "gdb/inspection", "shows the kernel's frames down to where it was entered"],
  // Tracepoints and branch traces
  [
    "gdb knows the size of a block of registers only from a reply to g",
    "gdb/tracepoints",
    "saves a trace, which gdb reads again without the machine",
  ],
  [
    "QTDP names no process",
    "gdb/tracepoints",
    "a tracepoint is one of the partition it was set in, though others have code at its address",
  ],
  [
    "an uploaded action that gdb cannot parse ends the connection",
    "gdb/tracepoints",
    "goes on when gdb has gone, if asked to, and the next one finds it",
  ],
  [
    "a delta of a branch trace that begins where gdb is: an assertion",
    "gdb/branches",
    "steps back and forth within what was recorded, and runs on from its end",
  ],
  // Other clients
  ["LLDB has another x, which it tries with x0,0", "gdbstub/malformed", "an unknown packet is answered with an empty one"],
  ["LLDB shows one process", "gdb/lldb", "stops at a function of the partition, shows where it was called from and its variables"],
  [
    "gdb and LLDB expand a run at an escaped byte differently",
    "gdbstub/codec",
    "never starts a run at an escaped byte, which gdb and LLDB expand differently",
  ],
];

it.each(TRAPS)("%s: %s, %s", (_, file, title) => {
  expect(readFileSync(`${root}test/${file}.test.ts`, "utf8")).toContain(title);
});
