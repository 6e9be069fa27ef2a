import type { MonitorCommand } from "./index.js";

export const nmi: MonitorCommand = {
  name: "nmi",
  synopsis: "",
  description: "raise a non-maskable interrupt, taken when the machine goes on",
  run: (target, _args, print) => {
    target.inject({ kind: "nmi" });
    print("a non-maskable interrupt waits for the processor\n");
  },
};
