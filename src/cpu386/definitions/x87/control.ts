/** x87 control: words, environment, state (SDM volume 1, 8.3.11). */

import * as M from "../../fpu/memory.js";
import * as L from "../../layout.js";
import type { Definition } from "../table.js";
import { controlOp, invalidOpcode, sti, waitForErrors } from "./common.js";
import * as Quick from "./quick.js";

export const control: Definition[] = [
  {
    name: "wait",
    forms: ["9b"],
    faults: "NM MF",
    contained: true,
    quick: (e) => Quick.requireReady(e),
    system: (cpu, i) => waitForErrors(cpu, i),
  },
  controlOp(
    "fldcw",
    ["d9/5 Mw"],
    true,
    (f, cpu, i) => {
      f.control = cpu.read(i.segment, i.effectiveAddress(), 2);
    },
    Quick.loadControl,
  ),
  controlOp(
    "fnstcw",
    ["d9/7 Mw"],
    false,
    (f, cpu, i) => cpu.write(i.segment, i.effectiveAddress(), 2, f.control),
    Quick.storeWord(L.FPU_CONTROL),
  ),
  controlOp(
    "fnstsw",
    ["dd/7 Mw"],
    false,
    (f, cpu, i) => cpu.write(i.segment, i.effectiveAddress(), 2, f.status),
    Quick.storeWord(L.FPU_STATUS),
  ),
  controlOp(
    "fnstsw-ax",
    ["df/4 Rd"],
    false,
    (f, cpu, i) => (sti(i) === 0 ? cpu.setRegister(L.EAX, 2, f.status) : invalidOpcode(cpu)),
    Quick.statusToAx,
  ),
  controlOp("fndb", ["db/4 Rd"], false, (f, cpu, i) => {
    switch (sti(i)) {
      case 2:
        return f.clearExceptions();
      case 3:
        return f.init();
      case 0:
      case 1:
      case 4:
        // feni, fdisi and fsetpm of earlier coprocessors: no operation on a 387.
        return;
      default:
        return invalidOpcode(cpu);
    }
  }),
  controlOp("fldenv", ["d9/4 Mv"], true, (_f, cpu, i) => {
    const size = i.size === 2 ? 2 : 4;
    M.loadEnvironment(cpu, M.readBytes(cpu, i, size * 7), size);
  }),
  controlOp("fnstenv", ["d9/6 Mv"], false, (f, cpu, i) => {
    M.writeBytes(cpu, i, M.environmentImage(cpu, i.size === 2 ? 2 : 4));
    // All exceptions are masked behind it.
    f.control |= 0x3f;
  }),
  controlOp("frstor", ["dd/4 Mv"], true, (_f, cpu, i) => {
    const size = i.size === 2 ? 2 : 4;
    const bytes = M.readBytes(cpu, i, size * 7 + 80);
    M.loadEnvironment(cpu, bytes.subarray(0, size * 7), size);
    M.loadRegisters(cpu, bytes.subarray(size * 7));
  }),
  controlOp("fnsave", ["dd/6 Mv"], false, (f, cpu, i) => {
    const environment = M.environmentImage(cpu, i.size === 2 ? 2 : 4);
    const image = new Uint8Array(environment.length + 80);
    image.set(environment);
    image.set(M.registersImage(cpu), environment.length);
    M.writeBytes(cpu, i, image);
    f.init();
  }),
];
