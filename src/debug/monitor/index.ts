/** `monitor ...`: one command each, listed here; `help` is made from the list. */
import { UserError } from "../../errors.js";
import type { MachineTarget } from "../machine-target.js";
import { diff } from "./diff.js";
import { execEvents } from "./exec-events.js";
import { faults } from "./faults.js";
import { jit } from "./jit.js";
import { key } from "./key.js";
import { lastExecCommand, lastWriteCommand } from "./last.js";
import { nmi } from "./nmi.js";
import { screen } from "./screen.js";
import { partitions, threads } from "./spaces.js";
import { step } from "./step.js";
import { gdt, idt, segments, tss } from "./tables.js";
import { translate } from "./translate.js";
import { checkpoint, goto, hash, save, when } from "./travel.js";
import { view } from "./view.js";
import { why } from "./why.js";

export interface MonitorCommand {
  readonly name: string;
  /** What stands behind the name, e.g. "SEG:OFFSET". */
  readonly synopsis: string;
  readonly description: string;
  /** @throws UserError for what cannot be understood */
  run(target: MachineTarget, args: readonly string[], print: (text: string) => void): void;
}

const help: MonitorCommand = {
  name: "help",
  synopsis: "",
  description: "this list",
  run: (_target, _args, print) => {
    for (const c of COMMANDS) print(`${`${c.name} ${c.synopsis}`.padEnd(36)} ${c.description}\n`);
  },
};

export const COMMANDS: readonly MonitorCommand[] = [
  help,
  segments,
  gdt,
  idt,
  tss,
  partitions,
  threads,
  translate,
  view,
  step,
  execEvents,
  faults,
  why,
  screen,
  key,
  nmi,
  jit,
  when,
  goto,
  checkpoint,
  lastWriteCommand,
  lastExecCommand,
  diff,
  hash,
  save,
];

export function runMonitor(target: MachineTarget, line: string, print: (text: string) => void): void {
  const [name, ...args] = line.trim().split(/\s+/);
  const command = COMMANDS.find((c) => c.name === name) ?? (name === "" ? help : undefined);
  if (!command) return print(`there is no command "${name}"; "monitor help" lists them\n`);
  try {
    command.run(target, args, print);
  } catch (e) {
    if (!(e instanceof UserError)) throw e;
    print(`${command.name}: ${e.message}\n`);
  }
}
