/** What is in no other group: a procedure's frame, opcodes reserved to be invalid, 64-bit compare and exchange. */
import { VECTOR } from "../fault.js";
import * as io from "../operations/io.js";
import * as op from "../operations/system.js";
import type { Definition } from "./table.js";

export const miscellaneous: readonly Definition[] = [
  { name: "enter", forms: ["c8 Iw,Ib :v"], faults: "SS PF AC", system: (cpu, i) => op.enterFrame(cpu, i) },
  {
    name: "ud",
    forms: ["0f0b", "0fb9", "0fff"],
    faults: "UD",
    system: (cpu) => cpu.raise(VECTOR.UD, undefined, "ud2, or an opcode reserved to be invalid"),
  },
  {
    name: "cmpxchg8b",
    forms: ["0fc7/1 Mv"],
    flags: "Z",
    lock: true,
    since: 586,
    helper: (cpu, i) => io.compareExchange8(cpu, i),
  },
];
