import { UserError } from "../../errors.js";
import type { MachineTarget } from "../machine-target.js";
import { VIEWS, type View } from "../views.js";
import type { MonitorCommand } from "./index.js";

const MEANINGS: Readonly<Record<View, string>> = {
  segment: "offsets of its segments",
  linear: "linear addresses",
  physical: "memory by physical addresses; registers and breakpoints by linear ones",
  "real-mode": "selector * 16 + offset",
};

const isView = (word: string | undefined): word is View => (VIEWS as readonly (string | undefined)[]).includes(word);

function processOf(target: MachineTarget, word: string): number {
  const found = target.spaces().find(({ id, name }) => String(id) === word || name === word);
  if (!found) throw new UserError(`there is no process ${word}; "monitor partitions" lists them`);
  return found.id;
}

export const view: MonitorCommand = {
  name: "view",
  synopsis: "[PROCESS] [VIEW]",
  description: `what addresses of a process are: ${VIEWS.join(", ")} (default segment; the kernel's are linear)`,
  run: (target, args, print) => {
    const words = [...args];
    const chosen = isView(words.at(-1)) ? (words.pop() as View) : undefined;
    if (words.length > 1) throw new UserError(`"${args.at(-1)}" is none of ${VIEWS.join(", ")}`);
    const process = words[0] === undefined ? undefined : processOf(target, words[0]);
    if (chosen !== undefined) {
      const done = target.views.choose(process ?? target.current().space, chosen);
      if (done !== true) throw new UserError(done);
      target.points.apply();
    }
    for (const { id, name } of target.spaces()) {
      if (process !== undefined && id !== process) continue;
      const kind = target.views.of(id);
      print(`${String(id).padEnd(3)} ${name.padEnd(12)} ${kind.padEnd(9)} ${MEANINGS[kind]}\n`);
    }
    if (chosen !== undefined) print('gdb has read registers before: "maintenance flush register-cache" makes it read them again\n');
  },
};
