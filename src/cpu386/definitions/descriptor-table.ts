/** Descriptor tables, the machine status word, and what a program may ask of a selector (SDM volume 1, 5.21; volume 3, 2.8). */
import type { Instruction } from "../instruction.js";
import * as L from "../layout.js";
import * as op from "../operations/system.js";
import type { Processor } from "../processor.js";
import { SEGMENT } from "../segment.js";
import { storeWord } from "./operands.js";
import type { Definition } from "./table.js";

export const descriptorTables: readonly Definition[] = [
  { name: "sgdt", forms: ["0f01/0 Mv"], system: (cpu, i) => op.storeTable(cpu, i, L.GDTR_BASE, L.GDTR_LIMIT) },
  { name: "sidt", forms: ["0f01/1 Mv"], system: (cpu, i) => op.storeTable(cpu, i, L.IDTR_BASE, L.IDTR_LIMIT) },
  { name: "lgdt", forms: ["0f01/2 Mv"], system: (cpu, i) => op.loadTable(cpu, i, L.GDTR_BASE, L.GDTR_LIMIT, "lgdt") },
  { name: "lidt", forms: ["0f01/3 Mv"], system: (cpu, i) => op.loadTable(cpu, i, L.IDTR_BASE, L.IDTR_LIMIT, "lidt") },
  { name: "smsw", forms: ["0f01/4 Ev"], system: (cpu, i) => storeWord(cpu, i, cpu.word(L.CR0)) },
  {
    name: "lmsw",
    forms: ["0f01/6 Ew"],
    faults: "GP",
    system: (cpu, i) => {
      cpu.requireRing0("lmsw");
      // lmsw can set PE but not clear it.
      const value = i.read(1);
      op.writeCr0(cpu, (cpu.word(L.CR0) & ~0xe) | (value & 0xf));
    },
  },
  { name: "invlpg", forms: ["0f01/7 Mb"], faults: "GP", since: 486, system: (cpu, i) => op.invalidatePage(cpu, i) },
  { name: "sldt", forms: ["0f00/0 Ev"], faults: "UD", system: (cpu, i) => storeSelector(cpu, i, SEGMENT.LDTR) },
  { name: "str", forms: ["0f00/1 Ev"], faults: "UD", system: (cpu, i) => storeSelector(cpu, i, SEGMENT.TR) },
  { name: "lldt", forms: ["0f00/2 Ew"], faults: "UD NP", system: (cpu, i) => op.loadLdt(cpu, i) },
  { name: "ltr", forms: ["0f00/3 Ew"], faults: "UD NP", system: (cpu, i) => op.loadTask(cpu, i) },
  {
    name: "verr",
    forms: ["0f00/4 Ew"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => op.setZero(cpu, op.inspect(cpu, i, 1, "verr") !== undefined),
  },
  {
    name: "verw",
    forms: ["0f00/5 Ew"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => op.setZero(cpu, op.inspect(cpu, i, 1, "verw") !== undefined),
  },
  {
    name: "lar",
    forms: ["0f02 Gv,Ew"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => {
      const d = op.inspect(cpu, i, 2, "lar");
      if (d) i.write(1, d.high & 0xffff00);
      op.setZero(cpu, d !== undefined);
    },
  },
  {
    name: "lsl",
    forms: ["0f03 Gv,Ew"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => {
      const d = op.inspect(cpu, i, 2, "lsl");
      if (d) i.write(1, d.limit);
      op.setZero(cpu, d !== undefined);
    },
  },
  {
    name: "arpl",
    forms: ["63 Ew,Gw"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => {
      op.requireProtectedMode(cpu, "arpl");
      const selector = i.readForUpdate(1);
      const rpl = i.read(2) & 3;
      const lower = (selector & 3) < rpl;
      if (lower) i.write(1, (selector & ~3) | rpl);
      op.setZero(cpu, lower);
    },
  },
];

function storeSelector(cpu: Processor, i: Instruction, n: number): void {
  op.requireProtectedMode(cpu, i.shape.definition.name);
  storeWord(cpu, i, cpu.selector(n));
}
