import { STANDARD } from "../../cpu386/jit/heat.js";
import { tierReport } from "../../cpu386/jit/report.js";
import { UserError } from "../../errors.js";
import type { MonitorCommand } from "./index.js";

export const jit: MonitorCommand = {
  name: "jit",
  synopsis: "[on|off]",
  description: "instructions by tier, regions and why they were left; or switch the hot tier",
  run: ({ machine: { cpu } }, [wanted, ...rest], print) => {
    if (rest.length > 0 || (wanted !== undefined && wanted !== "on" && wanted !== "off")) throw new UserError("say on, off or nothing");
    if (wanted !== undefined) cpu.setTiers({ jit: wanted === "on", schedule: STANDARD });
    for (const line of tierReport(cpu)) print(`${line}\n`);
  },
};
