import { UserError } from "../../errors.js";
import type { MonitorCommand } from "./index.js";

export const execEvents: MonitorCommand = {
  name: "exec-events",
  synopsis: "[on|off]",
  description: "whether programs that begin, or begin anew, are stops, for catch exec (default off)",
  run: ({ run: { programStarts } }, [wanted], print) => {
    if (wanted !== undefined && wanted !== "on" && wanted !== "off") throw new UserError(`"${wanted}" is neither on nor off`);
    if (wanted !== undefined) programStarts.wanted = wanted === "on";
    print(
      `exec-events ${programStarts.wanted ? "on: a stop where the kernel enters a partition at its executable's entry point" : "off"}\n`,
    );
  },
};
