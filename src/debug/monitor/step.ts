import { UserError } from "../../errors.js";
import type { StepPolicy } from "../run-control.js";
import type { MonitorCommand } from "./index.js";

const POLICIES: Readonly<Record<StepPolicy, string>> = {
  auto: "a partition's thread is stepped through kernel calls; a step of the kernel follows the processor out of it",
  thread: "steps stay with the thread that is stepped, kernel included",
  follow: "steps follow the processor across every change of ring",
};

export const step: MonitorCommand = {
  name: "step",
  synopsis: "[follow|thread|auto]",
  description: "where a step goes when the processor changes rings (default auto)",
  run: (target, [policy], print) => {
    if (policy !== undefined) {
      if (!(policy in POLICIES)) throw new UserError(`"${policy}" is none of follow, thread, auto`);
      target.run.policy = policy as StepPolicy;
    }
    print(`step ${target.run.policy}: ${POLICIES[target.run.policy]}\n`);
  },
};
