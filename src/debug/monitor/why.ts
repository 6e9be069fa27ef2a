import type { MonitorCommand } from "./index.js";

export const why: MonitorCommand = {
  name: "why",
  synopsis: "",
  description: "the last exception: its rule, selector, descriptor, offset, limit and privilege",
  run: (target, _args, print) => {
    const { reason } = target.lastStop();
    if (reason.kind === "fault") print(`${reason.text}\n`);
    print(target.run.why() ?? "no exception has been raised yet\n");
  },
};
