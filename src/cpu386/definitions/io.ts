/** Input and output (SDM volume 1, 5.1.8). */
import * as L from "../layout.js";
import * as io from "../operations/io.js";
import type { Definition } from "./table.js";

export const inputOutput: readonly Definition[] = [
  { name: "in", forms: ["e4 AL,Ib", "e5 eAX,Ib"], faults: "GP", contained: true, system: (cpu, i) => io.input(cpu, i, i.immediate & 0xff) },
  { name: "in-dx", forms: ["ec AL,DX", "ed eAX,DX"], faults: "GP", contained: true, system: (cpu, i) => io.input(cpu, i, i.read(2)) },
  {
    name: "out",
    forms: ["e6 Ib,AL :b", "e7 Ib,eAX :v"],
    faults: "GP",
    contained: true,
    system: (cpu, i) => io.output(cpu, i.size, i.immediate & 0xff),
  },
  {
    name: "out-dx",
    forms: ["ee DX,AL :b", "ef DX,eAX :v"],
    faults: "GP",
    contained: true,
    system: (cpu, i) => io.output(cpu, i.size, cpu.getRegister(L.EDX, 2)),
  },
  { name: "ins", forms: ["6c :b", "6d :v"], addressed: true, rep: "rep", system: io.inputString },
  { name: "outs", forms: ["6e :b", "6f :v"], addressed: true, rep: "rep", system: io.outputString },
];
