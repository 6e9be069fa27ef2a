/** Moments of the history, and going there. */
import { UserError } from "../../errors.js";
import { stateHash } from "../../pc/state-hash.js";
import type { History } from "../history/history.js";
import { type Place, placeOf } from "../history/search.js";
import type { MachineTarget } from "../machine-target.js";
import { hex } from "./addresses.js";
import type { MonitorCommand } from "./index.js";

const MEGABYTE = 0x100000;
const FLUSH = 'gdb knows nothing of this: "maintenance flush register-cache" makes it look again\n';

/** @throws UserError if none is kept */
export function historyOf({ history }: MachineTarget): History {
  if (!history?.reaches) throw new UserError("no history is kept: --history 0");
  return history;
}

export const placeText = ({ count, space, eip, symbol }: Place): string =>
  `instruction ${count}, in ${space} at ${hex(eip)}${symbol ? ` <${symbol}>` : ""}`;

/** COUNT, +N, -N, start, end, or a checkpoint's name. */
export function momentIn(target: MachineTarget, text: string | undefined): number {
  const { timeline, checkpoints } = historyOf(target);
  const { start, end, now } = timeline;
  const named = { start, end }[text ?? ""] ?? checkpoints.get(text ?? "");
  if (named) return named.count;
  const [, sign, digits] = /^([+-]?)(\d+)$/.exec(text ?? "") ?? [];
  if (digits === undefined) throw new UserError(`say COUNT, +N, -N, start, end or a checkpoint's name, not "${text ?? ""}"`);
  const count = sign === "+" ? now + Number(digits) : sign === "-" ? now - Number(digits) : Number(digits);
  if (!(count >= start.count && count <= end.count))
    throw new UserError(`${count} is not known: the history is ${start.count} to ${end.count}`);
  return count;
}

export const goto: MonitorCommand = {
  name: "goto",
  synopsis: "COUNT|+N|-N|start|end|NAME",
  description: "to another moment of the run: an instruction's count, or a checkpoint's name",
  run: (target, [moment], print) => {
    target.goTo(momentIn(target, moment));
    print(`${placeText(placeOf(target))}\n${FLUSH}`);
  },
};

export const when: MonitorCommand = {
  name: "when",
  synopsis: "",
  description: "which moment of the run this is, and how far the history reaches",
  run: (target, _args, print) => {
    const { timeline } = historyOf(target);
    const { start, end, past, snapshots } = timeline;
    print(`${placeText(placeOf(target))}, ${target.machine.seconds.toFixed(6)} s${past ? ", in the past" : ""}\n`);
    const megabytes = (snapshots!.bytes / MEGABYTE).toFixed(1);
    print(`history: ${start.count} to ${end.count}, ${snapshots!.list.length} snapshots, ${megabytes} MB\n`);
  },
};

export const checkpoint: MonitorCommand = {
  name: "checkpoint",
  synopsis: "[NAME]",
  description: 'give this moment a name for "goto"; without a name, list them',
  run: (target, [name], print) => {
    const { timeline, checkpoints } = historyOf(target);
    if (name !== undefined) {
      if (!/^[A-Za-z_][\w-]*$/.test(name) || name === "start" || name === "end")
        throw new UserError(`"${name}" is no name for a checkpoint`);
      checkpoints.set(name, timeline.position);
    }
    for (const [each, { count }] of checkpoints) print(`${each.padEnd(16)} instruction ${count}\n`);
  },
};

export const hash: MonitorCommand = {
  name: "hash",
  synopsis: "",
  description: "one number for all of the machine's state, to compare runs with",
  run: ({ machine }, _args, print) => print(`instruction ${machine.now}: ${stateHash(machine)}\n`),
};

export const save: MonitorCommand = {
  name: "save",
  synopsis: "FILE",
  description: 'the machine as it is now into a file, to go on from with "pok386 run --load FILE"',
  run: (target, [path], print) => {
    if (path === undefined) throw new UserError("which file?");
    target.save(path);
    print(`saved: ${path}, instruction ${target.machine.now}\n`);
  },
};
