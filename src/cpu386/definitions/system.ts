/** Control and debug registers, the processor itself, and its model-specific registers (SDM volume 1, 5.21). */
import * as L from "../layout.js";
import * as io from "../operations/io.js";
import * as op from "../operations/system.js";
import type { Definition } from "./table.js";

export const systemControl: readonly Definition[] = [
  { name: "mov-from-control", forms: ["0f20 Rd,Kd"], faults: "UD GP", system: (cpu, i) => i.write(1, op.moveFromControl(cpu, i.special)) },
  { name: "mov-to-control", forms: ["0f22 Kd,Rd"], faults: "UD GP", system: (cpu, i) => op.moveToControl(cpu, i.special, i.read(2)) },
  { name: "mov-from-debug", forms: ["0f21 Rd,Kd"], faults: "UD GP DB", system: (cpu, i) => i.write(1, op.moveFromDebug(cpu, i.special)) },
  { name: "mov-to-debug", forms: ["0f23 Kd,Rd"], faults: "UD GP DB", system: (cpu, i) => op.moveToDebug(cpu, i.special, i.read(2)) },
  {
    name: "clts",
    forms: ["0f06"],
    faults: "GP",
    system: (cpu) => {
      cpu.requireRing0("clts");
      cpu.setWord(L.CR0, cpu.word(L.CR0) & ~8);
    },
  },
  {
    name: "hlt",
    forms: ["f4"],
    faults: "GP",
    system: (cpu) => {
      cpu.requireRing0("hlt");
      cpu.halted = true;
    },
  },
  { name: "wbinvd", forms: ["0f09", "0f08"], faults: "GP", since: 486, system: (cpu) => cpu.requireRing0("wbinvd") },
  { name: "cpuid", forms: ["0fa2"], since: 586, system: (cpu) => io.cpuid(cpu) },
  {
    name: "rdtsc",
    forms: ["0f31"],
    faults: "GP",
    since: 586,
    system: (cpu) => io.readTimeStamp(cpu),
  },
  { name: "rdmsr", forms: ["0f32"], faults: "GP", since: 586, system: (cpu) => io.readModelSpecific(cpu) },
  { name: "wrmsr", forms: ["0f30"], faults: "GP", since: 586, system: (cpu) => io.writeModelSpecific(cpu) },
];
