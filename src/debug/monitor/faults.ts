import { exceptionsText, parseExceptions } from "../exceptions.js";
import type { MonitorCommand } from "./index.js";

export const faults: MonitorCommand = {
  name: "faults",
  synopsis: "[unhandled|all|none|N,...]",
  description: "which exceptions of programs stop here before the guest hears of them (default unhandled: those without a gate)",
  run: ({ exceptions }, [choice], print) => {
    if (choice !== undefined) exceptions.choice = parseExceptions(choice, "");
    print(`faults ${exceptionsText(exceptions.choice)}\n`);
  },
};
