/** Flag control (SDM volume 1, 5.1.9). */
import { FLAG } from "../flags.js";
import * as L from "../layout.js";
import * as op from "../operations/system.js";
import { carry, overflow, setAll, setCarry } from "./flags.js";
import { wide } from "./operands.js";
import type { Definition } from "./table.js";

export const flagControl: readonly Definition[] = [
  { name: "clc", forms: ["f8"], flags: "C", emit: (e) => setCarry(e, e.constant(0)) },
  { name: "stc", forms: ["f9"], flags: "C", emit: (e) => setCarry(e, e.constant(1)) },
  { name: "cmc", forms: ["f5"], flags: "C", emit: (e) => setCarry(e, e.let(e.eqz(carry(e)))) },
  { name: "cld", forms: ["fc"], emit: (e) => e.setSystemFlags(e.and(e.systemFlags(), e.constant(~FLAG.DF))) },
  { name: "std", forms: ["fd"], emit: (e) => e.setSystemFlags(e.or(e.systemFlags(), e.constant(FLAG.DF))) },
  { name: "lahf", forms: ["9f"], helper: (cpu) => cpu.setRegister(1, 1, cpu.flags) },
  {
    name: "sahf",
    forms: ["9e"],
    flags: "SZAPC",
    // AH.
    emit: (e) => setAll(e, e.register(4, 1), overflow(e)),
  },
  { name: "salc", forms: ["d6"], helper: (cpu) => cpu.setRegister(0, 1, cpu.flags & FLAG.CF ? 0xff : 0) },
  { name: "pushf", forms: ["9c"], faults: "GP SS PF AC", helper: (cpu, i) => op.pushFlags(cpu, wide(i)) },
  { name: "popf", forms: ["9d"], faults: "GP SS PF AC", flags: "OSZAPC", contained: true, system: (cpu, i) => op.popFlags(cpu, wide(i)) },
  {
    name: "cli",
    forms: ["fa"],
    faults: "GP",
    contained: true,
    system: (cpu) => {
      op.requireIopl(cpu, "cli");
      cpu.setWord(L.EFLAGS, cpu.word(L.EFLAGS) & ~FLAG.IF);
    },
  },
  {
    name: "sti",
    forms: ["fb"],
    faults: "GP",
    contained: true,
    system: (cpu) => {
      op.requireIopl(cpu, "sti");
      if (!(cpu.word(L.EFLAGS) & FLAG.IF)) cpu.shadow = true;
      cpu.setWord(L.EFLAGS, cpu.word(L.EFLAGS) | FLAG.IF);
    },
  },
];
